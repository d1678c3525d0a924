"""Labelled questions are asked of the index and become figures; two runs are compared."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer.asking import Answer, Question, Viewer
from indexer.documents import Document
from indexer.errors import SignpostError
from service.evaluating import compared, evaluated, loaded, saved
from service.labelling import Row
from service.printing_quality import compared_text, run_text
from tests.builders import a_card, a_hit, an_answer

CARDS = {name: a_card(f"Pilot with {name}", key=name.lower()) for name in ("Fabrikam", "Contoso", "Tailspin")}


class Knows:
    """Finds the card of whomever a question names, else another one, unsure."""

    def answer(self, questions: Sequence[Question], viewer: Viewer) -> list[Answer]:
        return [self._one(question) for question in questions]

    def _one(self, question: Question) -> Answer:
        named = next((card for name, card in CARDS.items() if name in question.text), None)
        return an_answer(a_hit(named or CARDS["Tailspin"]), asking=question.text, sure=0.9 if named else 0.1)

    def documents(self, ids: Sequence[str], viewer: Viewer) -> list[Document]:
        return [card for card in CARDS.values() if card.id in ids]


ROWS = [
    Row("Who knows Fabrikam?", ("https://trello.com/c/fabrikam/",), "who"),
    Row("Who knows Contoso?", (CARDS["Contoso"].id,), "who"),
    Row("Do we have a reference in rail?", (CARDS["Contoso"].id,), "reference"),
    Row("Who knows Nobody?", (), "who"),
]


def test_a_document_is_known_by_its_id_and_by_its_link() -> None:
    run = evaluated(ROWS, Knows(), enough=0.6, bound=0.02)
    everything, reference, who = run.parts

    assert (everything.questions, everything.answerable) == (4, 3)
    assert dict(everything.figures)["hit@1"].value == pytest.approx(2 / 3)
    assert dict(who.figures)["nDCG@10"].value == 1
    assert dict(reference.figures)["MRR"].value == 0
    assert (everything.at_default.drafted, everything.at_default.wrong) == (2, 0)
    assert everything.promise is None


def test_labelled_documents_that_are_gone_are_named() -> None:
    run = evaluated([Row("Who?", ("trello:sales:card:gone",))], Knows(), 0.6, 0.02)

    assert run.missing == ("trello:sales:card:gone",)
    assert "! 1 labelled documents are not in the index: trello:sales:card:gone" in run_text(run)


def test_a_saved_run_is_compared_with_the_next(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text(json.dumps(saved(evaluated(ROWS, Knows(), 0.6, 0.02))), encoding="utf-8")
    better = [ROWS[0], ROWS[1], Row("Do we have a reference in rail?", (CARDS["Tailspin"].id,), "reference")]

    told = compared(evaluated(better, Knows(), 0.6, 0.02), loaded(file))
    hits = dict(told.differences)["hit@1"]

    assert (told.common, told.only) == (3, 1)
    assert (hits.better, hits.worse) == (1, 0)
    assert "1 up, 0 down of 3" in compared_text(told)
    assert "may be chance" in compared_text(told)


def test_runs_without_a_common_question_and_files_that_are_no_run_are_refused(tmp_path: Path) -> None:
    run = evaluated(ROWS, Knows(), 0.6, 0.02)
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")

    with pytest.raises(SignpostError, match="no question in common"):
        compared(run, {})
    with pytest.raises(SignpostError, match="signpost eval --json"):
        loaded(tmp_path / "x.json")
    with pytest.raises(SignpostError, match="cannot be read"):
        loaded(tmp_path / "lost.json")


def test_the_figures_are_printed_with_intervals_and_the_promise_with_its_reason() -> None:
    text = run_text(evaluated(ROWS, Knows(), 0.6, 0.02))

    assert text.startswith("all: 4 questions, 3 of them answerable\n  hit@1         0.667 [")
    assert "at the threshold 0.6: 2 drafts, 0 wrong [0.0%, 84.2%]; 0 of 1 unanswerable drafted" in text
    assert "at most 2.0% wrong, 95 % certain: no threshold is that sure with so few questions" in text
    assert "\nwhat is promised with these labels, 90% certain" in text
    assert "  who           60 % sure is enough, as shipped; about 149 more labels to a promise (n = 0)" in text
