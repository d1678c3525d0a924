"""What the ledger remembers of questions and documents: the last word, and a person's before a draft's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from indexer.confirming import MOST, Confirmation
from service.ledger import Ledger
from tests.builders import NOW

CRANE, PILOT = "trello:sales:card:crane", "trello:sales:card:pilot"
MARKED = Confirmation("Wer wartet Kräne?", CRANE, NOW, "marked")
SENT = Confirmation("wer wartet Krane", CRANE, NOW + timedelta(days=1), "sent")
SAID = st.builds(
    lambda question, card, day, by: Confirmation(question, card, NOW + timedelta(days=day), by),
    *(st.sampled_from(["Who owns this?", "who owns THIS", "Rail?"]), st.sampled_from([CRANE, PILOT])),
    *(st.integers(0, 2), st.sampled_from(["sent", "marked"])),
)


def test_what_a_person_said_is_not_changed_by_a_draft(ledger: Ledger) -> None:
    assert ledger.confirmations.keep([MARKED]) == [MARKED]
    assert ledger.confirmations.keep([SENT]) == []

    assert ledger.confirmations.standing() == [MARKED]


def test_what_a_draft_taught_gives_way_to_a_person(ledger: Ledger) -> None:
    ledger.confirmations.keep([SENT])

    assert ledger.confirmations.keep([MARKED]) == [MARKED]
    assert ledger.confirmations.standing() == [MARKED]


def test_what_was_refuted_stays_refuted_until_a_person_confirms_it(ledger: Ledger) -> None:
    ledger.confirmations.refute([MARKED])

    assert ledger.confirmations.keep([SENT]) == []
    assert (ledger.confirmations.standing(), ledger.confirmations.refuted()) == ([], [MARKED])
    ledger.confirmations.keep([MARKED])
    assert (ledger.confirmations.standing(), ledger.confirmations.refuted()) == ([MARKED], [])


def test_what_asks_nothing_is_not_kept(ledger: Ledger) -> None:
    assert ledger.confirmations.keep([replace(MARKED, question=" ?! ")]) == []
    assert ledger.confirmations.standing() == []


def test_of_what_drafts_taught_the_newest_stands_wherever_it_was_written(ledger: Ledger) -> None:
    east = datetime(2026, 3, 2, 1, 30, tzinfo=timezone(timedelta(hours=9)))
    first, second = (replace(SENT, at=at) for at in (east, datetime(2026, 3, 1, 17, 0, tzinfo=UTC)))

    ledger.confirmations.keep([replace(second, question="Wer wartet Kräne?"), first])

    assert [one.question for one in ledger.confirmations.standing()] == ["Wer wartet Kräne?"]


def test_of_each_document_as_many_stand_as_an_index_keeps(ledger: Ledger) -> None:
    many = [replace(SENT, question=f"Question {n}?", at=NOW + timedelta(days=n)) for n in range(MOST + 7)]

    ledger.confirmations.keep([*many, MARKED])

    standing = ledger.confirmations.standing()
    assert len(standing) == MOST
    assert (standing[0], standing[-1].question) == (MARKED, "Question 8?")


def test_what_an_index_holds_is_taken_over_only_where_nothing_was_said(ledger: Ledger) -> None:
    other = replace(SENT, document_id=PILOT)
    ledger.confirmations.refute([MARKED])

    assert [ledger.confirmations.adopt([SENT, other]) for _ in range(2)] == [1, 0]
    assert ledger.confirmations.standing() == [other]


def test_a_source_that_is_forgotten_takes_its_questions_along_and_no_others(ledger: Ledger) -> None:
    other = replace(MARKED, document_id="trello:sales-north:card:crane")
    ledger.confirmations.keep([MARKED, other])

    ledger.confirmations.forget(["trello:sales"])

    assert ledger.confirmations.standing() == [other]


@given(st.lists(SAID, max_size=8))
def test_drafts_teach_the_same_in_any_order_and_as_often_as_they_like(told: list[Confirmation]) -> None:
    learned = [replace(one, by="sent") for one in told]
    forward, backward = Ledger.in_memory(), Ledger.in_memory()

    forward.confirmations.keep(learned)
    for one in [*reversed(learned), *learned]:
        backward.confirmations.keep([one])

    assert forward.confirmations.standing() == backward.confirmations.standing()


@given(st.lists(SAID, max_size=8))
def test_what_holds_is_what_a_person_said_last_or_nobody_but_drafts(told: list[Confirmation]) -> None:
    ledger = Ledger.in_memory()

    for one in told:
        ledger.confirmations.keep([one])

    for one in ledger.confirmations.standing():
        alike = [t for t in told if (t.document_id, t.same) == (one.document_id, one.same)]
        marked = [t for t in alike if t.by == "marked"]
        assert one == (marked[-1] if marked else max(alike, key=lambda t: (t.at, t.question)))
