"""What people said of answers is kept, and what is promised follows it."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from indexer.asking import Answer, Question, Signs, Viewer
from indexer.calibrating import Verdict
from indexer.documents import Document
from indexer.promising import NEVER, promised
from service.evaluating import linked
from service.labelling import Row
from service.ledger import Ledger
from service.promising import Promising, asked_anew
from service.receipts import Asked, Receipt
from service.recording import from_json, to_json
from service.replies.decide import decide
from service.replies.outcome import Draft, Pass, Policy
from service.standing import sentences
from service.verdicts import judged, key
from tests.builders import NOW, a_card, a_hit, a_reading, an_answer
from tests.pages import a_receipt
from tests.watching import Desk, a_judge, a_mail

SIGNS = Signs(0.7, share=-1.5, likeness=0.4, words=0.2)
RIGHT, WRONG = Verdict("who", SIGNS, True), Verdict("who", SIGNS, False)
NEAR = a_receipt().asked[0].nearest
ASKED = Asked("Wer betreut Brückner?", "who", 0.93, NEAR, 0.9, SIGNS)
SENT = replace(a_receipt(), asked=(ASKED,), state="sent", similarity=0.97)
POLICY = Policy(frozenset({"firma.example"}), enough=0.6)


def a_draft(number: int, **more: object) -> Receipt:
    return replace(SENT, identity=f"mail-{number}", **more)  # type: ignore[arg-type]


def test_a_draft_that_was_sent_as_it_was_is_right_and_a_deleted_one_is_wrong() -> None:
    told = [judged(draft)[0][1] for draft in (SENT, replace(SENT, state="deleted", similarity=None))]

    assert told == [replace(RIGHT, floor=0.9), replace(WRONG, floor=0.9)]


@pytest.mark.parametrize(
    "told",
    [
        replace(SENT, state="edited"),
        replace(SENT, similarity=0.4),
        replace(SENT, asked=(replace(ASKED, signs=None),)),
        replace(SENT, asked=(replace(ASKED, probability=0.89),)),
        replace(SENT, state="deleted", asked=(ASKED, replace(ASKED, text="Und wer Contoso?"))),
    ],
)
def test_what_tells_nothing_about_an_answer_is_no_verdict(told: Receipt) -> None:
    assert judged(told) == []


def test_a_label_is_durable_the_last_word_and_does_not_tell_what_was_asked(tmp_path: Path) -> None:
    with closing(Ledger.open(tmp_path / "ledger.db")) as ledger:
        ledger.keep([SENT])
        ledger.verdicts.keep([(key(SENT.identity, ASKED.text), RIGHT)], NOW)
        ledger.verdicts.keep([(key(SENT.identity, ASKED.text), WRONG)], NOW + timedelta(days=1))

    with closing(Ledger.open(tmp_path / "ledger.db")) as ledger:
        assert ledger.verdicts.all() == [WRONG]
    assert "Brückner" not in key(SENT.identity, ASKED.text)


def test_what_is_promised_is_made_anew_when_there_is_another_verdict(ledger: Ledger) -> None:
    promising = Promising(ledger.verdicts, 0.05)
    before = promising.promises(0.6)
    ledger.keep([a_draft(number, asked=(replace(ASKED, needed=0.6),)) for number in range(60)])
    after = promising.promises(0.6)

    assert (before.of("who").state, after.of("who").state) == ("shipped", "promised")
    assert promising.promises(0.6) is after
    ledger.tell("sales", {"mail-7": {"state": "deleted"}})
    assert promising.promises(0.6).of("who").wrong == 1


def test_whoever_wants_no_promise_gets_none(ledger: Ledger) -> None:
    assert Promising(ledger.verdicts, 0.0).kept_by(POLICY) is POLICY


def test_a_promise_decides_what_is_drafted_and_the_answer_says_what_was_needed() -> None:
    promises = promised([RIGHT] * 80, 0.05, POLICY.enough)
    answer = an_answer(a_hit(), sure=0.4, signs=replace(SIGNS, said=0.4))
    asked = replace(answer, question=Question(answer.question.text, "who"))

    with_it = decide(a_reading(), [asked], replace(POLICY, promises=promises))
    told = promises.of("who")

    assert isinstance(decide(a_reading(), [asked], POLICY), Pass)
    assert isinstance(with_it, Draft | Pass)
    assert with_it.answers[0].needed == told.threshold
    assert isinstance(with_it, Draft) == (with_it.answers[0].probability >= told.threshold)


def test_a_kind_that_waits_is_not_drafted_however_sure_it_is() -> None:
    waiting = promised([RIGHT] * 10 + [WRONG] * 10, 0.05, POLICY.enough)
    answer = an_answer(a_hit(), sure=0.99, signs=replace(SIGNS, said=0.99))

    told = decide(a_reading(), [replace(answer, question=Question("Who?", "who"))], replace(POLICY, promises=waiting))

    assert waiting.of("who").threshold == NEVER
    assert isinstance(told, Pass)
    assert "wrong too often" in told.says
    assert "enough =" not in told.would_change


def test_receipts_remember_what_was_needed_and_what_it_was_made_of() -> None:
    assert from_json(to_json(SENT)) == SENT
    assert SENT.needed(ASKED) == 0.9
    assert a_receipt().needed(a_receipt().asked[0]) == 0.5


def test_a_watcher_decides_by_what_is_promised_at_that_time() -> None:
    desk, raised = Desk(), [0.6, 0.95]
    judge = a_judge(current=lambda policy: replace(policy, enough=raised.pop(0)))

    desk.arrive(a_mail(key="1"))
    (first,) = desk.watcher(judge).one_pass()
    desk.arrive(a_mail(key="2"))
    (second,) = desk.watcher(judge).one_pass()

    assert (first.outcome, first.threshold) == ("draft", 0.6)
    assert (second.outcome, second.threshold) == ("pass", 0.95)


class Knows:
    """Answers everything with the same two cards."""

    def answer(self, questions: Sequence[Question], viewer: Viewer) -> list[Answer]:
        first, far = a_hit(a_card(key="near"), score=0.9), a_hit(a_card(key="far"), score=0.5)
        return [Answer(q, (first, far), 0.7, signs=SIGNS) for q in questions]

    def documents(self, ids: Sequence[str], viewer: Viewer) -> list[Document]:
        return []


def test_labels_are_asked_anew_and_right_is_what_a_draft_would_link_to() -> None:
    near, far = a_card(key="near").id, a_card(key="far").id
    rows = [Row("Who?", (near,), "who"), Row("Who else?", (far,), "who"), Row("Nobody?", (), "who")]

    told = asked_anew(rows, Knows())

    assert [verdict.right for _, verdict in told] == [True, False, False]
    assert [hit.document.id for hit in linked(Knows().answer([Question("?")], Viewer())[0])] == [near]
    assert len({asked for asked, _ in told}) == 3


def test_each_kind_is_told_in_a_sentence() -> None:
    told = dict(sentences(promised([RIGHT] * 60 + [replace(WRONG, kind="reference")] * 9, 0.05, 0.6)))

    assert "0 of 60 such answers wrong, at most 4.9%" in told["who"]
    assert told["similar work"] == "60 % sure is enough, as shipped; about 20 more labels to a promise (n = 0)"
    assert told["reference"].startswith("waits, 9 of 9 drafts were wrong")
