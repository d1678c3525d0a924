"""What becomes of a draft: withdrawn only when nobody touched it and nobody needs it, else left alone for ever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.drafts.lifecycle import Copy, Keep, Life, Seen, Settled, Step, Sweep, Withdraw, judge
from service.mailbox.protocol import UNTOLD, Place, Reply, Sought

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
HERE = Place("Drafts", 9, 4)
LIFE = Life("box@x", "id", "<d@x>", "abc", Sought(Place("INBOX", 7, 1), "m@x"), NOW - timedelta(days=1), HERE)
DRAFT = frozenset({"\\Draft", "\\Seen"})
THERE = Copy(HERE, DRAFT)
ANSWERED = [Reply("flag"), Reply("sent", "own@x")]
replies = st.none() | st.sampled_from([*ANSWERED, Reply("sent", "d@x"), Reply("drafts", "b@x")])


def step(life: Life = LIFE, keep: timedelta | None = timedelta(days=14), **seen: Any) -> Step:
    return judge(life, Seen(**{"copies": (THERE,)} | seen), NOW, keep)


def state(found: Step) -> str:
    return found.state if isinstance(found, Settled) else type(found).__name__


def test_an_untouched_draft_waits() -> None:
    assert step() == step(reply=Reply("sent", "d@x")) == step(reply=Reply("drafts", "d@x")) == Keep()


@pytest.mark.parametrize("reply", ANSWERED)
def test_it_is_withdrawn_when_a_person_answered_first(reply: Reply) -> None:
    found = step(reply=reply)

    assert isinstance(found, Withdraw)
    assert (found.places, "answered" in found.why) == ((HERE,), True)


def test_it_is_withdrawn_when_a_document_is_gone() -> None:
    found = step(missing=frozenset({"trello:card:1"}))

    assert isinstance(found, Withdraw)
    assert "document" in found.why


def test_it_is_withdrawn_when_it_is_old_and_old_ones_are_not_kept() -> None:
    old = replace(LIFE, at=NOW - timedelta(days=15))

    assert [state(step(old)), state(step(old, keep=None)), state(step())] == ["Withdraw", "Keep", "Keep"]


def test_nothing_is_said_or_done_while_the_server_does_not_tell_its_flags() -> None:
    assert step(copies=(Copy(HERE, frozenset({UNTOLD})),), reply=Reply("flag")) == Keep()


TOUCHED = [
    Copy(HERE, DRAFT, same=False),
    Copy(HERE, DRAFT | {"\\Flagged"}),
    Copy(HERE, DRAFT | {"$Wichtig"}, same=True),
    Copy(Place("Drafts", 9, 5), DRAFT),
    Copy(Place("Drafts", 8, 4), DRAFT),
]


@pytest.mark.parametrize("copy", TOUCHED)
def test_a_touched_draft_is_left_alone_for_ever(copy: Copy) -> None:
    reasons: dict[str, Any] = {"reply": Reply("flag"), "missing": frozenset({"d"})}

    assert state(step(copies=(copy,), **reasons)) == state(step(copies=(THERE, copy), **reasons)) == "edited"
    assert step(replace(LIFE, stage="edited"), copies=(THERE,), **reasons) == Keep()


@given(
    copies=st.lists(st.sampled_from([THERE, *TOUCHED]), max_size=3).map(tuple),
    stage=st.sampled_from(["written", "withdrawing", "left", "edited", "deleted"]),
    reply=replies,
    missing=st.sampled_from([frozenset[str](), frozenset({"d"})]),
    begun=st.booleans(),
    named=st.booleans(),
)
def test_nothing_touched_is_ever_removed_whatever_else_is_seen(
    copies: tuple[Copy, ...], stage: Any, **seen: Any
) -> None:
    found = judge(replace(LIFE, stage=stage), Seen(copies, **seen), NOW, timedelta(days=1))

    if not isinstance(found, Keep) and found.places:
        assert all(copy == THERE for copy in copies)
        assert stage not in ("edited", "deleted") or seen["named"]


def test_of_untouched_doubles_the_first_stays() -> None:
    double = Copy(Place("Drafts", 9, 7), DRAFT, same=True)

    assert step(copies=(double, THERE)) == Sweep((double.place,))
    assert state(step(copies=(double, THERE), missing=frozenset({"d"}))) == "Withdraw"


def test_a_double_whose_removal_broke_off_is_removed_and_what_a_person_deleted_is_not() -> None:
    double = Copy(Place("Drafts", 9, 7), DRAFT | {"\\Deleted"}, same=True)
    deleted = replace(THERE, flags=THERE.flags | {"\\Deleted"}, same=True)
    untouched = replace(double, flags=DRAFT)

    assert step(copies=(THERE, double)) == Sweep((double.place,))
    assert step(copies=(THERE, replace(double, flags=double.flags | {"\\Flagged"}))) == Keep()
    assert step(copies=(THERE, replace(double, same=False))) == Keep()
    assert step(copies=(deleted, untouched)) == Keep()


def test_what_is_gone_was_sent_taken_over_or_deleted() -> None:
    assert [
        state(step(copies=())),
        state(step(copies=(), begun=True)),
        state(step(copies=(), sent=0.7)),
        state(step(named=True, sent=1.0)),
        state(step(copies=(Copy(HERE, DRAFT | {"\\Deleted"}),))),
    ] == ["deleted", "edited", "sent", "sent", "deleted"]


def test_an_untouched_double_of_what_was_sent_is_removed() -> None:
    double = Copy(Place("Drafts", 9, 7), DRAFT, same=True)

    assert step(copies=(double,), named=True) == Settled("sent", "It was sent.", places=(double.place,))
    assert step(copies=(replace(double, same=False),), named=True) == Settled("sent", "It was sent.")


def test_a_copy_that_nobody_touched_goes_when_the_one_that_a_person_changed_was_sent() -> None:
    edited, double = replace(LIFE, stage="edited"), Copy(Place("Drafts", 9, 7), DRAFT, same=True)

    assert step(edited, copies=(double,)) == Keep()
    assert step(edited, copies=(double,), named=True) == Settled("sent", "It was sent.", places=(double.place,))
    assert step(edited, copies=(double, Copy(HERE, DRAFT, same=False)), named=True) == Settled("sent", "It was sent.")


@pytest.mark.parametrize(("similarity", "says"), [(1.0, "as it was"), (0.72, "72% of its text"), (None, "was sent.")])
def test_what_was_changed_is_told_as_a_figure(similarity: float | None, says: str) -> None:
    found = step(copies=(), named=True, sent=similarity)

    assert isinstance(found, Settled)
    assert (found.similarity, says in found.says) == (similarity, True)


def test_a_removal_that_broke_off_is_finished() -> None:
    half = replace(LIFE, stage="withdrawing", why="A person answered first.")
    flagged = Copy(HERE, DRAFT | {"\\Deleted"}, same=True)

    assert step(half, copies=(flagged,)) == Withdraw((HERE,), half.why)
    assert step(half, copies=()) == Settled("withdrawn", half.why)
    assert state(step(half, copies=(Copy(HERE, DRAFT, same=False),))) == "edited"


def test_what_a_person_deleted_may_still_turn_up_in_sent_and_never_in_drafts() -> None:
    deleted = replace(LIFE, stage="deleted")

    assert [state(step(deleted, copies=())), state(step(deleted)), state(step(deleted, copies=(), sent=0.9))] == [
        *("Keep", "Keep", "sent"),
    ]


def test_what_the_server_cannot_remove_is_not_tried_again() -> None:
    left = replace(LIFE, stage="left")

    assert [state(step(left, reply=Reply("flag"))), state(step(left, copies=()))] == ["Keep", "deleted"]
