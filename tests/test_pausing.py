"""A mailbox that is paused gets no drafts; its mails are decided on and recorded all the same."""

from datetime import timedelta
from typing import Any

import pytest

from service.ledger import Ledger
from service.pausing import MOST_UNUSED, goes_unused
from service.receipts import Receipt
from tests.builders import NOW
from tests.pages import a_receipt
from tests.watching import Desk, a_mail, drafts

BOX = "memory"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def paused(desk: Desk, who: str = "anna@ours.example") -> str:
    name = desk.watcher().name
    desk.ledger.pauses.pause(name, who, desk.clock.now)
    return name


def test_while_paused_mails_are_decided_on_and_nothing_is_written(desk: Desk) -> None:
    paused(desk)
    desk.arrive(a_mail())

    (told,) = desk.watcher().one_pass()

    assert (told.outcome, told.state, drafts(desk.mailbox)) == ("draft", "shadow", [])
    assert "paused by anna@ours.example" in told.state_says
    assert desk.ledger.receipts() == [told]


def test_what_came_while_paused_gets_no_draft_afterwards_and_what_comes_then_does(desk: Desk) -> None:
    name = paused(desk)
    desk.arrive(a_mail())
    desk.watcher().one_pass()

    desk.ledger.pauses.resume(name, desk.clock.now)
    desk.watcher().one_pass()
    assert drafts(desk.mailbox) == []

    desk.arrive(a_mail(key="2"))
    desk.watcher().one_pass()
    assert len(drafts(desk.mailbox)) == 1


def test_mails_that_lay_unread_while_paused_get_a_draft_when_they_are_first_looked_at_later(desk: Desk) -> None:
    name = paused(desk)
    desk.arrive(a_mail())
    desk.ledger.pauses.resume(name, desk.clock.now)

    desk.watcher().one_pass()

    assert len(drafts(desk.mailbox)) == 1


def test_a_draft_that_never_arrived_is_not_written_while_paused(desk: Desk) -> None:
    watcher = desk.watcher()
    desk.arrive(a_mail())
    desk.server.refuses = "full"
    watcher.one_pass()
    desk.server.refuses = ""
    paused(desk)
    desk.later(minutes=1)

    watcher.one_pass()

    (told,) = desk.ledger.receipts()
    assert (told.outcome, told.reason, drafts(desk.mailbox)) == ("pass", "mailbox was paused", [])


def test_drafts_that_wait_are_looked_after_while_paused(desk: Desk) -> None:
    desk.arrive(a_mail())
    desk.watcher().one_pass()
    paused(desk)
    desk.later(hours=1)
    desk.server.flag("INBOX", 1, "\\Answered")

    desk.watcher().one_pass()

    assert (desk.ledger.receipts()[0].state, drafts(desk.mailbox)) == ("withdrawn", [])


def test_pausing_twice_is_pausing_once() -> None:
    ledger = Ledger.in_memory()

    assert ledger.pauses.pause(BOX, "anna", NOW)
    assert not ledger.pauses.pause(BOX, "tom", NOW + timedelta(days=1))
    assert [(told.who, told.at) for told in ledger.pauses.every()] == [("anna", NOW)]
    assert ledger.pauses.resume(BOX, NOW)
    assert not ledger.pauses.resume(BOX, NOW)
    assert (ledger.pauses.of(BOX), ledger.pauses.every()) == (None, [])


def test_a_mailbox_none_of_whose_last_drafts_was_used_is_paused(desk: Desk) -> None:
    for n in range(MOST_UNUSED):
        thrown_away(desk, n)
        assert (desk.ledger.pauses.every() != []) is (n == MOST_UNUSED - 1)

    (pause,) = desk.ledger.pauses.every()
    assert "by Signpost, because none of its last 10 drafts was used" in pause.says


def test_after_it_was_resumed_drafts_count_anew(desk: Desk) -> None:
    for n in range(MOST_UNUSED):
        thrown_away(desk, n)
    desk.ledger.pauses.resume(desk.watcher().name, desk.clock.now)

    thrown_away(desk, MOST_UNUSED)

    assert desk.ledger.pauses.every() == []


def thrown_away(desk: Desk, n: int) -> None:
    """A draft is written and a person deletes it."""
    desk.arrive(a_mail(key=f"x{n}"))
    desk.watcher().one_pass()
    (uid,) = desk.server.folders["Drafts"].mails
    desk.server.remove("Drafts", uid)
    desk.later(hours=30)
    desk.watcher().one_pass()


def ended(state: str, says: str = "") -> Receipt:
    facts: dict[str, Any] = {"state": state, "state_says": says}
    return a_receipt(**facts)


@pytest.mark.parametrize(
    ("newest", "unused"),
    [
        (ended("deleted"), True),
        (ended("withdrawn", "Nobody used it for 14 days."), True),
        (ended("withdrawn", "anna@ours.example wanted it taken back."), True),
        (ended("withdrawn", "A person answered first."), False),
        (ended("written"), False),
        (ended("sent"), False),
        (ended("edited"), False),
    ],
)
def test_what_counts_as_unused(newest: Receipt, unused: bool) -> None:
    assert goes_unused([newest, *[ended("deleted")] * (MOST_UNUSED - 1)]) is unused
    assert goes_unused([ended("sent"), *[newest] * MOST_UNUSED]) is False
