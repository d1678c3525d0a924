"""Drafts that wait are looked after: gone when nobody needs them, known when sent, alone when touched."""

from collections.abc import Collection
from datetime import timedelta

import pytest

from indexer.asking import Viewer
from indexer.errors import NoIndex
from service.printing import receipt_text
from service.receipts import Receipt
from service.watching.judging import Judge
from service.web.decisions import detail
from tests.tripwire import TrippingMailbox, Tripwire
from tests.watching import Desk, a_judge, a_mail, a_watcher, drafts

OWN = a_mail("Ruf Bernd an.", key="own", In_Reply_To="<mail-1@north.example>")


@pytest.fixture
def desk() -> Desk:
    """Someone asked, and a draft waits since a while."""
    desk = Desk()
    desk.arrive(a_mail())
    desk.watcher().one_pass()
    desk.later(hours=1)
    return desk


def told(desk: Desk, judge: Judge | None = None, **options: object) -> Receipt:
    """The receipt after another pass."""
    desk.watcher(judge, **options).one_pass()
    (receipt,) = desk.ledger.receipts()
    return receipt


def the_draft(desk: Desk) -> int:
    (uid,) = desk.server.folders["Drafts"].mails
    return uid


def test_an_untouched_draft_waits_and_is_looked_at_by_headers_alone(desk: Desk) -> None:
    wire = Tripwire()

    a_watcher(TrippingMailbox(desk.mailbox, wire), desk.ledger, clock=desk.clock).one_pass()

    assert (told(desk).state, len(drafts(desk.mailbox))) == ("written", 1)
    assert [s.removeprefix("after ") for s in wire.steps if "after" in s] == [
        *("take", "related drafts", "related sent", "answered"),
    ]


def test_nothing_is_asked_for_while_no_draft_waits() -> None:
    desk, wire = Desk(), Tripwire()
    desk.later(hours=1)

    a_watcher(TrippingMailbox(desk.mailbox, wire), desk.ledger, clock=desk.clock).one_pass()

    assert wire.steps == ["before take", "after take"]


def test_a_draft_goes_when_a_person_answered_first(desk: Desk) -> None:
    desk.server.deliver(OWN, "Sent")

    receipt = told(desk)

    assert (receipt.state, receipt.state_says, receipt.state_at) == (
        *("withdrawn", "A person answered first."),
        desk.clock.now,
    )
    assert drafts(desk.mailbox) == []


def test_a_draft_goes_when_its_mail_is_marked_as_answered(desk: Desk) -> None:
    desk.server.flag("INBOX", 1, "\\Answered")

    assert (told(desk).state, drafts(desk.mailbox)) == ("withdrawn", [])


def test_a_draft_goes_with_the_document_it_links_to(desk: Desk) -> None:
    asked: list[tuple[frozenset[str], Viewer]] = []

    def still_there(ids: Collection[str], viewer: Viewer) -> frozenset[str]:
        asked.append((frozenset(ids), viewer))
        return frozenset()

    receipt = told(desk, a_judge(still_there=still_there))

    assert asked == [(frozenset({receipt.asked[0].nearest[0].document_id}), Viewer())]
    assert (receipt.state, drafts(desk.mailbox)) == ("withdrawn", [])
    assert "document" in receipt.state_says


def test_nothing_goes_while_the_index_cannot_be_read(desk: Desk) -> None:
    def still_there(ids: Collection[str], viewer: Viewer) -> frozenset[str]:
        raise NoIndex("There is no index yet.")

    assert told(desk, a_judge(still_there=still_there)).state == "written"
    assert [account.trouble for account in desk.ledger.progress.accounts()] == ["There is no index yet."]


def test_a_draft_goes_at_once_when_its_document_does(desk: Desk) -> None:
    there, marks = [True], [1]
    judge = a_judge(
        still_there=lambda ids, viewer: frozenset(ids) if there[0] else frozenset(), forgotten=lambda: marks[0]
    )
    watcher = desk.watcher(judge)
    watcher.one_pass()
    desk.later(seconds=20)
    there[0] = False
    assert watcher.one_pass() == []

    marks[0] = 2
    (receipt,) = watcher.one_pass()

    assert (receipt.state, drafts(desk.mailbox)) == ("withdrawn", [])


def test_nothing_but_that_is_done_in_haste(desk: Desk) -> None:
    marks = [1]
    watcher = desk.watcher(a_judge(forgotten=lambda: marks[0]))
    watcher.one_pass()
    desk.server.remove("Drafts", the_draft(desk))
    desk.later(seconds=20)
    marks[0] = 2

    assert watcher.one_pass() == []
    desk.later(minutes=5)
    assert [told.state for told in watcher.one_pass()] == ["deleted"]


def test_a_draft_goes_when_nobody_used_it_for_long(desk: Desk) -> None:
    desk.later(days=14)
    assert told(desk, keep=None).state == "written"

    assert (told(desk).state, drafts(desk.mailbox)) == ("withdrawn", [])


@pytest.mark.parametrize("keeps_its_id", [True, False])
def test_an_edited_draft_stays_whatever_happens(desk: Desk, keeps_its_id: bool) -> None:
    raw = drafts(desk.mailbox)[0] + b"PS: Gruss\r\n"
    desk.server.remove("Drafts", the_draft(desk))
    desk.server.deliver(raw if keeps_its_id else raw.replace(b"Message-ID:", b"X-Was:"), "Drafts")
    assert told(desk).state == "edited"

    desk.server.deliver(OWN, "Sent")
    desk.later(days=30)

    assert (told(desk).state, len(drafts(desk.mailbox))) == ("edited", 1)


@pytest.mark.parametrize("folder", ["Drafts", "Sent"])
def test_another_draft_of_ours_in_the_thread_is_nobodys_work_on_the_first(desk: Desk, folder: str) -> None:
    """The first was thrown away; then a further mail of the thread got a draft of its own, which may be sent."""
    desk.server.remove("Drafts", the_draft(desk))
    desk.arrive(a_mail(key="2", References="<mail-1@north.example>"))
    desk.watcher().one_pass()
    if folder == "Sent":
        desk.server.deliver(drafts(desk.mailbox)[0], "Sent")
        desk.server.remove("Drafts", the_draft(desk))
    desk.later(hours=1)
    desk.watcher().one_pass()

    states = {receipt.identity: receipt.state for receipt in desk.ledger.receipts()}
    assert sorted(states.values()) == ["deleted", "written" if folder == "Drafts" else "sent"]


def test_a_flagged_draft_stays(desk: Desk) -> None:
    desk.server.flag("Drafts", the_draft(desk), "\\Flagged")
    desk.server.deliver(OWN, "Sent")

    assert (told(desk).state, len(drafts(desk.mailbox))) == ("edited", 1)


def test_a_text_that_is_not_ours_under_our_number_stays(desk: Desk) -> None:
    """A server that rewrote the mail as it took it: it cannot be told from one that a person changed."""
    kept = desk.server.folders["Drafts"].mails
    uid = the_draft(desk)
    raw = kept[uid].raw.replace(b"https://", b"http://")
    desk.server.remove("Drafts", uid)
    desk.server.folders["Drafts"].uidnext = uid
    desk.server.deliver(raw, "Drafts", frozenset({"\\Draft"}))
    desk.server.deliver(OWN, "Sent")

    assert (told(desk).state, len(drafts(desk.mailbox))) == ("edited", 1)


def test_a_draft_that_was_sent_is_known_with_what_was_kept_of_it(desk: Desk) -> None:
    desk.server.move("Drafts", the_draft(desk), "Sent")

    receipt = told(desk)

    assert (receipt.state, receipt.similarity, receipt.state_says) == ("sent", 1.0, "It was sent as it was.")


def test_a_draft_that_was_changed_and_sent_under_another_name_is_known(desk: Desk) -> None:
    raw = drafts(desk.mailbox)[0].replace(b"Message-ID:", b"X-Was:").replace(b"\r\n\r\n", b"\r\n\r\nHallo ", 1)
    desk.server.remove("Drafts", the_draft(desk))
    desk.server.deliver(raw, "Sent")

    receipt = told(desk)

    assert receipt.state == "sent"
    assert receipt.similarity is not None
    assert 0.5 < receipt.similarity < 1.0


def test_a_deleted_draft_is_never_made_again_and_its_late_sending_is_seen(desk: Desk) -> None:
    raw = drafts(desk.mailbox)[0]
    desk.server.remove("Drafts", the_draft(desk))
    assert told(desk).state == "deleted"

    desk.server.deliver(raw, "Sent")
    desk.later(minutes=5)

    assert (told(desk).state, drafts(desk.mailbox)) == ("sent", [])


def test_own_words_instead_of_the_draft_are_told_from_it(desk: Desk) -> None:
    desk.server.remove("Drafts", the_draft(desk))
    desk.server.deliver(OWN, "Sent")

    assert (told(desk).state, told(desk).similarity) == ("deleted", None)


def test_a_double_that_the_server_made_is_swept(desk: Desk) -> None:
    first = the_draft(desk)
    desk.server.deliver(drafts(desk.mailbox)[0].replace(b"\r\n", b"\n"), "Drafts", frozenset({"\\Draft"}))

    assert (told(desk).state, list(desk.server.folders["Drafts"].mails)) == ("written", [first])


def test_of_doubles_of_which_one_was_edited_both_stay(desk: Desk) -> None:
    desk.server.deliver(drafts(desk.mailbox)[0] + b"PS\r\n", "Drafts", frozenset({"\\Draft"}))

    assert (told(desk).state, len(drafts(desk.mailbox))) == ("edited", 2)


def test_a_draft_is_known_again_when_the_folder_was_numbered_anew(desk: Desk) -> None:
    desk.server.deliver(a_mail(key="other"), "Drafts")
    desk.server.renumber("Drafts")
    assert told(desk).state == "written"
    wire = Tripwire()
    a_watcher(TrippingMailbox(desk.mailbox, wire), desk.ledger, clock=desk.clock).one_pass()
    assert "after fetch" not in wire.steps

    desk.server.deliver(OWN, "Sent")
    desk.later(minutes=5)

    assert (told(desk).state, len(drafts(desk.mailbox))) == ("withdrawn", 1)


def test_where_nothing_can_be_removed_safely_the_draft_stays_and_that_is_said(desk: Desk) -> None:
    desk.server.removes = ""
    desk.server.deliver(OWN, "Sent")

    receipt = told(desk)

    assert (receipt.state, len(drafts(desk.mailbox))) == ("left", 1)
    assert "please delete it" in receipt.state_says


def test_a_look_is_taken_every_few_minutes_and_not_in_shadow_mode(desk: Desk) -> None:
    watcher = desk.watcher()
    watcher.one_pass()
    desk.server.deliver(OWN, "Sent")
    desk.later(minutes=1)

    assert (watcher.one_pass(), desk.watcher(shadow=True).one_pass()) == ([], [])
    desk.clock.now += timedelta(minutes=3)
    assert [receipt.state for receipt in watcher.one_pass()] == ["withdrawn"]


def test_the_thread_of_a_withdrawn_draft_may_get_another_one(desk: Desk) -> None:
    desk.later(days=15)
    told(desk)
    desk.arrive(a_mail(key="2", References="<mail-1@north.example>"))

    desk.watcher().one_pass()

    assert [(r.outcome, r.state) for r in desk.ledger.receipts()] == [("draft", "written"), ("draft", "withdrawn")]


def test_what_became_of_a_draft_is_told_by_explain_and_on_its_page(desk: Desk) -> None:
    desk.server.move("Drafts", the_draft(desk), "Sent")

    receipt = told(desk)

    assert "sent 2026-03-02 10:01 UTC: It was sent as it was." in receipt_text(receipt)
    assert detail(receipt, (), desk.clock.now).state == "sent: It was sent as it was."
