"""Drafts that show up late, lie there again or are held back: receipts say what is so, and no word of it is lost."""

from collections.abc import Sequence
from contextlib import suppress

import pytest

from indexer.errors import Unreachable
from service.mailbox.memory import MemoryMailbox
from service.mailbox.protocol import Letter, Saved
from service.receipts import Receipt
from tests.tripwire import TrippingMailbox, Tripwire
from tests.watching import Desk, a_mail, a_watcher, drafts

OWN = a_mail("Ruf Jörg Weiß an.", key="own", In_Reply_To="<mail-1@north.example>")
OURS = frozenset({"\\Draft", "\\Seen"})


class Choosy(MemoryMailbox):
    """Takes the first of several letters, and what it is told to do with the others."""

    def __init__(self, desk: Desk, breaks: bool) -> None:
        super().__init__(desk.server)
        self.breaks = breaks
        self.kept: list[bytes] = []

    def save_drafts(self, letters: Sequence[Letter]) -> list[Saved]:
        self.kept += [letter.raw for letter in letters]
        if self.breaks:
            raise Unreachable("The connection broke.")
        refused = [Saved(letter.message_id, refused="[LIMIT] Später bitte.") for letter in letters[len(letters) == 2 :]]
        return [*super().save_drafts(letters[: len(letters) == 2]), *refused]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def states(desk: Desk) -> list[str]:
    """What the receipts say, oldest first."""
    return [receipt.state or receipt.reason for receipt in reversed(desk.ledger.receipts())]


def later(desk: Desk) -> list[Receipt]:
    """Another pass, some minutes later."""
    desk.later(minutes=5)
    return desk.watcher().one_pass()


def given_up(desk: Desk) -> bytes:
    """A draft that Signpost gave up, because something is gone from Drafts; the server still works on it."""
    desk.arrive(a_mail())
    slow = Choosy(desk, breaks=True)
    with suppress(Unreachable):
        a_watcher(slow, desk.ledger, clock=desk.clock).one_pass()
    desk.server.folders["Drafts"].uidnext += 1
    desk.later(minutes=1)
    desk.watcher().one_pass()
    assert states(desk) == ["draft was removed"]
    return slow.kept[0]


def written(desk: Desk) -> bytes:
    """A draft that waits since a while."""
    desk.arrive(a_mail())
    desk.watcher().one_pass()
    desk.later(hours=1)
    return drafts(desk.mailbox)[0]


def test_a_draft_that_was_given_up_and_shows_late_is_known_and_looked_after(desk: Desk) -> None:
    desk.server.deliver(given_up(desk), "Drafts", OURS)

    (told,) = later(desk)

    assert (told.outcome, told.reason, told.state) == ("draft", "answer found", "written")
    assert "after all" in told.says
    assert told.draft_message_id.encode() in drafts(desk.mailbox)[0]
    assert (later(desk), len(drafts(desk.mailbox))) == ([], 1)


def test_one_that_shows_late_and_was_changed_is_a_persons(desk: Desk) -> None:
    desk.server.deliver(given_up(desk) + b"PS: Gr\xc3\xbc\xc3\x9fe\r\n", "Drafts", OURS)
    desk.server.deliver(OWN, "Sent")
    later(desk)

    assert (states(desk), len(drafts(desk.mailbox))) == (["edited"], 1)


def test_one_that_shows_late_goes_when_a_person_had_answered_by_then(desk: Desk) -> None:
    desk.server.deliver(given_up(desk), "Drafts", OURS)
    desk.server.deliver(OWN, "Sent")
    later(desk)

    assert (states(desk), drafts(desk.mailbox)) == (["withdrawn"], [])


def test_one_that_shows_late_gives_way_to_the_draft_that_its_thread_got_meanwhile(desk: Desk) -> None:
    raw = given_up(desk)
    desk.arrive(a_mail(key="2", References="<mail-1@north.example>"))
    desk.watcher().one_pass()
    desk.server.deliver(raw, "Drafts", OURS)
    later(desk)

    assert (states(desk), len(drafts(desk.mailbox))) == (["withdrawn", "written"], 1)
    assert raw not in drafts(desk.mailbox)


def test_a_late_draft_is_nobodys_reply_to_the_next_mail_of_its_thread(desk: Desk) -> None:
    desk.server.deliver(given_up(desk), "Drafts", OURS)
    desk.arrive(a_mail(key="2", References="<mail-1@north.example>"))
    desk.watcher().one_pass()

    assert desk.ledger.receipts()[0].reason == "thread has a draft"


def test_what_does_not_show_within_a_day_is_looked_for_no_more(desk: Desk) -> None:
    given_up(desk)
    desk.later(days=1)
    wire = Tripwire()
    a_watcher(TrippingMailbox(desk.mailbox, wire), desk.ledger, clock=desk.clock).one_pass()

    assert "after related drafts" not in wire.steps


def test_a_withdrawn_draft_that_lies_there_again_is_left_alone_and_told(desk: Desk) -> None:
    raw = written(desk)
    desk.server.deliver(OWN, "Sent")
    later(desk)
    desk.server.deliver(raw, "Drafts", OURS)

    (told,) = later(desk)

    assert (told.state, drafts(desk.mailbox)) == ("left", [raw])
    assert told.state_says.startswith("A person answered first. It was removed and lies in Drafts again")
    assert later(desk) == []


@pytest.mark.parametrize(("added", "left"), [(b"", 0), (b"PS: Gru\xc3\x9f\r\n", 1)])
def test_a_sent_draft_that_lies_there_again_goes_unless_somebody_touched_it(
    desk: Desk, added: bytes, left: int
) -> None:
    raw = written(desk)
    (uid,) = desk.server.folders["Drafts"].mails
    desk.server.move("Drafts", uid, "Sent")
    later(desk)
    desk.server.deliver(raw + added, "Drafts", OURS)
    later(desk)

    assert (states(desk), len(drafts(desk.mailbox))) == (["sent"], left)


def a_sent_double(desk: Desk) -> None:
    """A draft lies there twice, and one of the two is sent."""
    raw = written(desk)
    desk.server.move("Drafts", desk.server.deliver(raw, "Drafts", OURS), "Sent")


def test_a_double_of_a_sent_draft_goes_although_the_line_broke_at_the_first_attempt(desk: Desk) -> None:
    a_sent_double(desk)
    broken = TrippingMailbox(desk.mailbox, Tripwire("before withdraw", Unreachable))
    a_watcher(broken, desk.ledger, clock=desk.clock).one_pass()
    assert len(drafts(desk.mailbox)) == 1
    later(desk)

    assert (states(desk), drafts(desk.mailbox)) == (["sent"], [])


def test_a_double_of_a_sent_draft_that_cannot_be_removed_is_told(desk: Desk) -> None:
    desk.server.removes = ""
    a_sent_double(desk)

    (told,) = later(desk)

    assert (told.state, len(drafts(desk.mailbox))) == ("sent", 1)
    assert told.state_says.startswith("It was sent as it was. A second copy lies in Drafts")


def test_what_signpost_removed_itself_raises_no_doubt_about_a_draft_that_is_still_to_come(desk: Desk) -> None:
    first, _ = desk.arrive(a_mail(), a_mail(key="2"))
    for _ in range(2):
        a_watcher(Choosy(desk, breaks=False), desk.ledger, clock=desk.clock).one_pass()
        desk.server.flag("INBOX", first, "\\Answered")
        desk.later(minutes=5)
    assert sorted(states(desk)) == ["intended", "written"]
    desk.watcher().one_pass()

    assert (sorted(states(desk)), len(drafts(desk.mailbox))) == (["withdrawn", "written"], 1)


def test_a_clock_that_was_set_back_does_not_put_the_look_after_drafts_off(desk: Desk) -> None:
    written(desk)
    watcher = desk.watcher()
    watcher.one_pass()
    (uid,) = desk.server.folders["Drafts"].mails
    desk.server.remove("Drafts", uid)
    desk.later(minutes=-1)

    assert [told.state for told in watcher.one_pass()] == ["deleted"]
