"""`signpost confirm`: a person says what answers a question, and may take it back."""

import pytest

from indexer.asking import EVERYBODY, Question
from indexer.documents import PRIVATE
from indexer.errors import SignpostError
from indexer.knowledge import Knowledge
from service.learning import Learning, confirm, document_at, undo
from service.ledger import Ledger
from service.web.links import document as page_of
from tests.builders import NOW, a_card
from tests.test_knowledge import CRANE, PILOT, Shelf, embedder, knowledge

__all__ = ["embedder", "knowledge"]

SITE = "http://127.0.0.1:8025"
TWIN = a_card("The same crane", key="twin", url=CRANE.url)
HIDDEN = a_card("Hidden", key="hidden", visibility=PRIVATE)
ASKED = "Wer hat Erfahrung mit autonomen Staplern?"


@pytest.mark.parametrize(
    "link", [PILOT.id, PILOT.url, f"{PILOT.url}/12-pilot-with", f"{PILOT.url}#comment-5", SITE + page_of(PILOT.id)]
)
def test_a_document_is_named_by_its_id_its_link_or_its_page(knowledge: Knowledge, link: str) -> None:
    knowledge.update([Shelf(PILOT, CRANE)])

    assert document_at(knowledge, link, SITE) == PILOT


@pytest.mark.parametrize("link", ["", "https://trello.com/c/pilo", f"{PILOT.url}x", HIDDEN.id, HIDDEN.url])
def test_what_leads_nowhere_is_said(knowledge: Knowledge, link: str) -> None:
    knowledge.update([Shelf(PILOT, HIDDEN)])

    with pytest.raises(SignpostError, match="No document is at"):
        document_at(knowledge, link, SITE)


def test_a_link_that_several_share_asks_for_an_id(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(CRANE, TWIN)])

    with pytest.raises(SignpostError, match=r"2 documents are at .*Name one of them by its id: .*crane"):
        document_at(knowledge, CRANE.url, SITE)


def test_what_was_confirmed_is_found_until_it_is_taken_back(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(PILOT, CRANE)])
    learning = Learning(knowledge, Ledger.in_memory())

    said = [teach(learning, ASKED, PILOT, NOW).says for teach in (confirm, confirm)]
    found = knowledge.answer([Question(ASKED)], EVERYBODY)[0]
    taken = [undo(learning, ASKED.lower(), PILOT, NOW).says for _ in range(2)]

    title = f"“{PILOT.title}”"
    assert said == [f"{title} is found by such questions from now on.", f"{title} was confirmed for that already."]
    assert found.hits[0].document == PILOT
    assert [sentence.removeprefix(f"{title} ") for sentence in taken] == [
        "is no longer found by that.",
        "was never confirmed for that; nothing changed.",
    ]


def test_a_question_that_asks_nothing_is_refused(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(PILOT)])

    with pytest.raises(SignpostError, match="asks nothing"):
        confirm(Learning(knowledge, Ledger.in_memory()), " ?! ", PILOT, NOW)
