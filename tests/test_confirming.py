"""Confirmed questions: which are the same, which are kept, and what they are worth."""

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from indexer.asking import Before
from indexer.confirming import ASKED_AGAIN, LONGEST, MOST, Confirmation, gained, kept, usable
from tests.builders import NOW

CRANE = "trello:sales:card:crane"
ASKED = st.sampled_from(["Who repairs jibs?", "who repairs JIBS", "Wer wartet Kräne?", "wer wartet kraene", "Jibs!"])
BY = st.sampled_from(["sent", "marked"])
CONFIRMATIONS = st.lists(
    st.builds(lambda asked, day, by: replace(a_confirmation(asked, day), by=by), ASKED, st.integers(0, 3), BY)
)
COSINES = st.floats(-1, 1)


def a_confirmation(question: str = "Who repairs jibs?", day: int = 0) -> Confirmation:
    return Confirmation(question, CRANE, NOW + timedelta(days=day))


@given(CONFIRMATIONS, st.randoms())
def test_the_order_in_which_they_come_does_not_matter(told: list[Confirmation], chance: random.Random) -> None:
    mixed = chance.sample(told, len(told))

    assert kept(mixed, 2) == kept(told, 2)


@given(CONFIRMATIONS, CONFIRMATIONS)
def test_bit_by_bit_is_as_good_as_all_at_once(first: list[Confirmation], then: list[Confirmation]) -> None:
    assert kept([*kept(first, 2), *then], 2) == kept([*first, *then], 2)
    assert kept(kept(first)) == kept(first)


def test_questions_that_differ_in_marks_case_or_accents_are_one() -> None:
    told = kept([a_confirmation("Wer wartet Kräne?"), a_confirmation("wer wartet  krane", day=1)])

    assert [one.question for one in told] == ["wer wartet  krane"]


def test_the_newest_are_kept() -> None:
    told = kept([a_confirmation(f"Question {n}?", day=n) for n in range(MOST + 7)])

    assert len(told) == MOST
    assert told[-1].question == "Question 7?"


def test_what_people_marked_is_kept_before_what_drafts_taught() -> None:
    sent = [replace(a_confirmation(f"Question {n}?", day=n), by="sent") for n in range(1, MOST + 7)]
    again = replace(a_confirmation("WHO repairs jibs", day=99), by="sent")

    assert kept([*sent, again, a_confirmation()])[0] == a_confirmation()


def test_what_asks_nothing_is_no_question_and_no_character_is_in_the_way() -> None:
    told = usable([a_confirmation(text) for text in ("", " \n", "?!", "Who\nowns \ud800 this?", "x" * 9000)])

    assert [one.question for one in told] == ["Who owns ? this?", "x" * LONGEST]


@given(COSINES, COSINES, st.integers(1, MOST), COSINES)
def test_an_answered_question_never_takes_anything_off(near: float, middle: float, count: int, own: float) -> None:
    assert gained(Before(near, middle, count), own) >= 0


@given(COSINES, COSINES, st.integers(1, MOST), COSINES)
def test_of_many_questions_one_is_nearer_by_chance(near: float, middle: float, count: int, own: float) -> None:
    assert gained(Before(near, middle, count), own) <= gained(Before(near, middle, 1), own)


def test_a_card_confirmed_for_everything_gains_less_than_one_confirmed_for_this() -> None:
    everything, this = Before(0.7, 0.2, MOST), Before(0.7, 0.65, 5)

    assert gained(everything, 0.3) < gained(this, 0.3) / 2


def test_asked_again_it_is_worth_more_than_likeness_alone() -> None:
    assert gained(Before(1.0, 0.3, MOST), 0.6) > gained(Before(ASKED_AGAIN, ASKED_AGAIN, 1), 0.6)
