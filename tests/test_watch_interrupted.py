"""People, other processes and clocks act between the steps of the watcher; each of these was found by scripts/sim."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from indexer.errors import LeaseLost, LedgerError, Unreachable
from service.mailbox.memory import MemoryMailbox
from service.mailbox.protocol import Letter, Reply, Saved, Sought
from service.watch import Watcher
from service.watching.presence import is_over
from tests.tripwire import Killed, TrippingMailbox, Tripwire
from tests.watching import Desk, a_judge, a_mail, a_watcher, drafts, reasons


@pytest.fixture
def desk() -> Desk:
    return Desk()


def killed_at(desk: Desk, step: str) -> None:
    """A process that dies at this step of its pass."""
    broken = TrippingMailbox(desk.mailbox, Tripwire(step))
    with suppress(Killed):
        a_watcher(broken, desk.ledger, clock=desk.clock).one_pass()


def test_a_second_copy_of_a_mail_that_fails_is_not_lost_with_the_first(desk: Desk) -> None:
    def unable(*told: object) -> object:
        raise ZeroDivisionError("POISON")

    first, _ = desk.arrive(a_mail(), a_mail())
    assert desk.watcher(a_judge(decide=unable)).one_pass() == []
    desk.server.remove("INBOX", first)

    assert reasons(desk.watcher().one_pass()) == ["answer found"]


def test_a_mail_that_is_removed_after_the_process_died_at_it_is_not_in_work_for_ever(desk: Desk) -> None:
    (uid,) = desk.arrive(a_mail())
    killed_at(desk, "before answered")
    assert len(desk.ledger.progress.stuck(desk.mailbox.name)) == 1
    desk.server.remove("INBOX", uid)

    desk.watcher().one_pass()

    assert desk.ledger.progress.stuck(desk.mailbox.name) == []


class Paused(MemoryMailbox):
    """Stands still for two minutes before it looks for answers, and another watcher takes over."""

    def __init__(self, desk: Desk, other: Watcher) -> None:
        super().__init__(desk.server)
        self.desk = desk
        self.other = other

    def answered(self, mails: Sequence[Sought]) -> list[Reply | None]:
        self.desk.later(minutes=2)
        self.other.one_pass()
        return super().answered(mails)


def test_a_watcher_that_stood_still_does_not_take_the_draft_of_the_next_one_for_a_reply(desk: Desk) -> None:
    desk.arrive(a_mail())
    killed_at(desk, "before append")
    desk.later(minutes=2)
    slow = a_watcher(Paused(desk, desk.watcher(holder="next")), desk.ledger, clock=desk.clock, holder="slow")

    with pytest.raises(LeaseLost):
        slow.one_pass()

    (told,) = desk.ledger.receipts()
    assert (told.outcome, told.state, len(drafts(desk.mailbox))) == ("draft", "written", 1)


def test_a_draft_that_was_changed_before_it_was_found_again_counts_as_changed(desk: Desk) -> None:
    desk.arrive(a_mail())
    killed_at(desk, "after append")
    (lying,) = desk.server.folders["Drafts"].mails.values()
    desk.server.remove("Drafts", lying.uid)
    desk.server.deliver(lying.raw + b"Viele Gr\xc3\xbc\xc3\x9fe\r\n", "Drafts", lying.flags)

    for _ in range(2):
        desk.later(minutes=5)
        desk.watcher().one_pass()

    assert [told.state for told in desk.ledger.receipts()] == ["edited"]


def test_a_mail_that_is_marked_as_answered_after_its_folder_was_numbered_anew_needs_no_draft(desk: Desk) -> None:
    desk.arrive(a_mail())
    desk.watcher().one_pass()
    desk.server.renumber("INBOX")
    (uid,) = desk.server.folders["INBOX"].mails
    desk.server.flag("INBOX", uid, "\\Answered")

    for _ in range(2):
        desk.later(minutes=5)
        desk.watcher().one_pass()

    assert ([told.state for told in desk.ledger.receipts()], drafts(desk.mailbox)) == (["withdrawn"], [])


def test_a_draft_is_not_written_again_before_the_flag_of_its_mail_can_be_found(desk: Desk) -> None:
    desk.arrive(a_mail())
    killed_at(desk, "before append")
    desk.server.renumber("INBOX")
    (uid,) = desk.server.folders["INBOX"].mails
    desk.server.flag("INBOX", uid, "\\Answered")

    for _ in range(2):
        desk.later(minutes=1)
        desk.watcher().one_pass()

    assert (reasons(desk.ledger.receipts()), drafts(desk.mailbox)) == (["already answered"], [])


def test_nor_is_it_while_the_folder_that_was_numbered_anew_was_not_looked_through(desk: Desk) -> None:
    def unable(*told: object) -> object:
        raise LedgerError("The disk is full.")

    desk.arrive(a_mail())
    killed_at(desk, "before append")
    desk.server.renumber("INBOX")
    desk.later(minutes=1)
    with pytest.raises(LedgerError):
        desk.watcher(a_judge(read=unable)).one_pass()
    (uid,) = desk.server.folders["INBOX"].mails
    desk.server.flag("INBOX", uid, "\\Answered")

    for _ in range(2):
        desk.later(minutes=1)
        desk.watcher().one_pass()

    assert (reasons(desk.ledger.receipts()), drafts(desk.mailbox)) == (["already answered"], [])


def test_a_draft_whose_mail_is_gone_from_a_folder_that_was_numbered_anew_is_written_all_the_same(desk: Desk) -> None:
    desk.arrive(a_mail())
    killed_at(desk, "before append")
    desk.server.renumber("INBOX")
    (uid,) = desk.server.folders["INBOX"].mails
    desk.server.remove("INBOX", uid)

    for _ in range(3):
        desk.later(minutes=1)
        desk.watcher().one_pass()

    assert [told.state for told in desk.ledger.receipts()] == ["written"]


class Slow(MemoryMailbox):
    """Takes its time, and the line breaks before a draft shows."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.server)
        self.desk = desk

    def save_drafts(self, letters: Sequence[Letter]) -> list[Saved]:
        self.desk.later(minutes=1)
        raise Unreachable("The connection broke.")


def test_the_time_to_settle_begins_when_the_line_breaks(desk: Desk) -> None:
    desk.arrive(a_mail())
    with pytest.raises(Unreachable):
        a_watcher(Slow(desk), desk.ledger, clock=desk.clock).one_pass()

    desk.later(seconds=1)
    assert desk.watcher().one_pass() == []

    desk.later(minutes=1)
    assert [told.state for told in desk.watcher().one_pass()] == ["written"]


def test_an_untouched_double_of_a_draft_that_was_sent_does_not_wait_for_ever(desk: Desk) -> None:
    desk.arrive(a_mail())
    desk.watcher().one_pass()
    (lying,) = desk.server.folders["Drafts"].mails.values()
    desk.server.deliver(lying.raw, "Drafts", lying.flags)
    desk.server.move("Drafts", lying.uid, "Sent")
    desk.later(minutes=5)

    assert [told.state for told in desk.watcher().one_pass()] == ["sent"]
    assert drafts(desk.mailbox) == []


def test_drafts_from_before_the_clock_was_set_back_are_looked_after(desk: Desk) -> None:
    desk.later(days=400)
    desk.arrive(a_mail())
    desk.watcher().one_pass()
    desk.later(days=-399)
    desk.server.deliver(a_mail("Ruf an.", key="own", In_Reply_To="<mail-1@north.example>"), "Sent")

    assert [told.state for told in desk.watcher().one_pass()] == ["withdrawn"]


def test_drafts_from_before_the_clock_was_set_back_use_up_no_other_day(desk: Desk) -> None:
    desk.later(days=400)
    desk.arrive(a_mail())
    desk.watcher().one_pass()
    desk.later(days=-399)

    assert desk.ledger.intents.tally(desk.mailbox.name, desk.clock() - timedelta(days=1)).total == 0


@pytest.mark.parametrize(("ends", "over"), [(-1, True), (30, False), (3600, True)])
def test_a_lease_is_over_at_its_end_and_when_it_lies_further_off_than_leases_last(ends: int, over: bool) -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    assert is_over(now + timedelta(seconds=ends), now) == over
