"""What every mailbox promises; each implementation's test class inherits these tests."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from indexer.errors import MissingFolder
from service.mailbox.protocol import Cursor, Letter, Mailbox, Mark, Place, Sought
from tests.watching import a_mail

Flags = frozenset[str]


class People(Protocol):
    """What people and their mail programs do on the server."""

    def deliver(self, raw: bytes, folder: str = "INBOX") -> int: ...
    def state(self, folder: str) -> dict[int, tuple[bytes, Flags]]: ...
    def flag(self, folder: str, uid: int, flag: str) -> None: ...
    def remove(self, folder: str, uid: int) -> None: ...
    def create(self, folder: str) -> None: ...
    def renumber(self, folder: str) -> None: ...


def a_letter(key: str = "1", answers: str = "mail-1@north.example") -> Letter:
    message_id = f"<draft-{key}@brueckner.example>"
    return Letter(message_id, a_mail("Siehe Karte.", Message_ID=message_id, In_Reply_To=f"<{answers}>"))


def sought(uid: int, message_id: str, *thread: str, folder: Cursor) -> Sought:
    received = datetime.now(UTC) - timedelta(minutes=1)
    return Sought(Place("INBOX", folder.validity, uid), message_id, frozenset(thread), received)


class MailboxContract:
    """Inherit and provide fixtures `mailbox` and `people`, with an empty INBOX."""

    def test_first_contact_starts_behind_all_that_is_there(self, mailbox: Mailbox, people: People) -> None:
        people.deliver(a_mail("Alt?"))

        start = mailbox.start("INBOX")
        people.deliver(a_mail("Neu?"))

        assert [b"Neu?" in m.raw for m in mailbox.take("INBOX", start, 10).mails] == [True]

    def test_a_look_back_starts_before_the_first_mail_of_that_day(self, mailbox: Mailbox, people: People) -> None:
        people.deliver(a_mail("Von heute?"))
        today = datetime.now(UTC).date()

        recent = mailbox.take("INBOX", mailbox.start("INBOX", today - timedelta(days=1)), 10)
        later = mailbox.take("INBOX", mailbox.start("INBOX", today + timedelta(days=2)), 10)

        assert (len(recent.mails), len(later.mails)) == (1, 0)

    def test_takes_mails_in_the_order_they_came_and_says_where_it_stopped(
        self, mailbox: Mailbox, people: People
    ) -> None:
        start = mailbox.start("INBOX")
        uids = [people.deliver(a_mail(f"Frage {n}?", key=str(n))) for n in range(3)]

        first = mailbox.take("INBOX", start, 2)
        second = mailbox.take("INBOX", first.cursor, 2)

        assert [m.place.uid for m in (*first.mails, *second.mails)] == uids
        assert (first.more, second.more) == (True, False)

    def test_a_mail_comes_whole_with_its_size_and_time(self, mailbox: Mailbox, people: People) -> None:
        start = mailbox.start("INBOX")
        people.deliver(a_mail("Wer spricht mit Groß & Söhne? 😀"))

        (mail,) = mailbox.take("INBOX", start, 10).mails

        assert mail.raw == a_mail("Wer spricht mit Groß & Söhne? 😀")
        assert (mail.size, mail.extent) == (len(mail.raw), "whole")
        assert mail.received is not None
        assert abs(datetime.now(UTC) - mail.received) < timedelta(minutes=5)

    def test_nothing_new_gives_nothing_and_the_same_cursor(self, mailbox: Mailbox, people: People) -> None:
        start = mailbox.start("INBOX")
        people.deliver(a_mail())
        cursor = mailbox.take("INBOX", start, 10).cursor

        again = mailbox.take("INBOX", cursor, 10)

        assert (again.mails, again.cursor, again.more, again.renumbered) == ((), cursor, False, False)

    def test_mails_that_were_removed_leave_no_gap(self, mailbox: Mailbox, people: People) -> None:
        start = mailbox.start("INBOX")
        gone, kept = people.deliver(a_mail(key="1")), people.deliver(a_mail(key="2"))
        people.remove("INBOX", gone)

        assert [m.place.uid for m in mailbox.take("INBOX", start, 1).mails] == [kept]

    def test_looking_changes_nothing(self, mailbox: Mailbox, people: People) -> None:
        start = mailbox.start("INBOX")
        uid = people.deliver(a_mail())
        before = people.state("INBOX")

        mail = mailbox.take("INBOX", start, 10).mails[0]
        mailbox.fetch([mail.place])
        mailbox.answered([sought(uid, "mail-1@north.example", folder=start)])

        assert people.state("INBOX") == before
        assert "\\Seen" not in before[uid][1]

    def test_a_folder_that_was_numbered_anew_is_reported(self, mailbox: Mailbox, people: People) -> None:
        people.create("Fragen")
        start = mailbox.start("Fragen")
        people.deliver(a_mail(), "Fragen")
        people.renumber("Fragen")

        batch = mailbox.take("Fragen", start, 10)

        assert (batch.mails, batch.renumbered) == ((), True)
        assert mailbox.start("Fragen").validity != start.validity

    def test_fetches_again_what_is_still_there_under_this_number(self, mailbox: Mailbox, people: People) -> None:
        start = mailbox.start("INBOX")
        kept, gone = people.deliver(a_mail(key="1")), people.deliver(a_mail(key="2"))
        people.remove("INBOX", gone)
        places = [Place("INBOX", start.validity, kept), Place("INBOX", start.validity, gone)]

        again = mailbox.fetch([*places, Place("INBOX", start.validity + 1, kept)])

        assert [(m.place.uid, m.raw) for m in again] == [(kept, a_mail(key="1"))]

    def test_a_missing_folder_is_named(self, mailbox: Mailbox) -> None:
        with pytest.raises(MissingFolder, match="Fragén"):
            mailbox.take("Fragén", Cursor(1, 1), 10)
        assert ["Fragén" in says for says in mailbox.check(["INBOX", "Fragén"])] == [True]

    def test_a_draft_lies_in_drafts_marked_as_draft_and_seen(self, mailbox: Mailbox, people: People) -> None:
        mark = mailbox.drafts_mark()

        (saved,) = mailbox.save_drafts([a_letter()])

        ((uid, (raw, flags)),) = people.state(mark.folder).items()
        assert (raw, uid) == (a_letter().raw, saved.uid)
        assert {"\\Draft", "\\Seen"} <= flags

    def test_drafts_are_found_again_by_their_headers(self, mailbox: Mailbox, people: People) -> None:
        mailbox.save_drafts([a_letter("früher".encode().hex())])
        mark = mailbox.drafts_mark()
        saved = mailbox.save_drafts([a_letter("1"), a_letter("2")])

        look = mailbox.find_drafts([a_letter("2").message_id, a_letter("3").message_id], mark)

        assert look.found == {a_letter("2").message_id: saved[1].uid}
        assert (look.elsewhere, look.doubtful) == (frozenset(), False)

    def test_a_look_tells_untouched_drafts_from_removed_ones(self, mailbox: Mailbox, people: People) -> None:
        mark = mailbox.drafts_mark()
        before = mailbox.find_drafts(["<x@y>"], mark)
        (saved,) = mailbox.save_drafts([a_letter()])
        people.remove(mark.folder, saved.uid)

        look = mailbox.find_drafts([a_letter().message_id], mark)

        assert (before.found, before.doubtful) == ({}, False)
        assert (look.found, look.doubtful) == ({}, True)

    def test_a_draft_that_went_to_sent_is_seen_there(self, mailbox: Mailbox, people: People) -> None:
        people.create("Sent")
        mark = mailbox.drafts_mark()
        people.deliver(a_letter().raw, "Sent")

        assert mailbox.find_drafts([a_letter().message_id], mark).elsewhere == {a_letter().message_id}

    def test_drafts_are_found_after_the_folder_was_numbered_anew(self, mailbox: Mailbox, people: People) -> None:
        mark = mailbox.drafts_mark()
        mailbox.save_drafts([a_letter()])

        look = mailbox.find_drafts([a_letter().message_id], Mark(mark.folder, mark.validity + 1, 999))

        assert list(look.found) == [a_letter().message_id]
        assert look.doubtful

    def test_an_answered_flag_a_reply_in_sent_and_one_in_drafts_are_seen(
        self, mailbox: Mailbox, people: People
    ) -> None:
        people.create("Sent")
        start = mailbox.start("INBOX")
        uids = [people.deliver(a_mail(key=str(n))) for n in range(4)]
        people.flag("INBOX", uids[0], "\\Answered")
        people.deliver(a_letter("sent", "mail-1@north.example").raw, "Sent")
        mailbox.save_drafts([a_letter("begun", "mail-2@north.example")])

        mails = [sought(uid, f"mail-{n}@north.example", folder=start) for n, uid in enumerate(uids)]

        assert [r.where if r else "" for r in mailbox.answered(mails)] == ["flag", "sent", "drafts", ""]

    def test_drafts_are_seen_by_their_name_and_by_whom_they_answer(self, mailbox: Mailbox, people: People) -> None:
        people.create("Sent")
        mark = mailbox.drafts_mark()
        uids = [s.uid for s in mailbox.save_drafts([a_letter("1", "a@x"), a_letter("2", "b@x"), a_letter("3", "c@x")])]
        people.deliver(a_letter("4", "b@x").raw, "Sent")

        found = mailbox.related("drafts", [a_letter("1").message_id, "<b@x>"])
        (sent,) = mailbox.related("sent", ["b@x"], datetime.now(UTC).date() - timedelta(days=1))

        assert [r.place for r in found] == [Place(mark.folder, mark.validity, uid) for uid in uids[:2]]
        assert (found[0].message_id, found[0].names) == ("draft-1@brueckner.example", frozenset({"a@x"}))
        assert {"\\Draft", "\\Seen"} <= found[0].flags
        assert (sent.place.folder, sent.message_id) == ("Sent", "draft-4@brueckner.example")

    def test_what_lies_in_drafts_can_be_fetched(self, mailbox: Mailbox) -> None:
        mailbox.save_drafts([a_letter()])

        (found,) = mailbox.related("drafts", [a_letter().message_id])

        assert [mail.raw for mail in mailbox.fetch([found.place])] == [a_letter().raw]

    def test_a_withdrawn_draft_is_gone_and_nothing_else(self, mailbox: Mailbox, people: People) -> None:
        mark = mailbox.drafts_mark()
        uids = [saved.uid for saved in mailbox.save_drafts([a_letter(str(n)) for n in range(4)])]
        people.flag(mark.folder, uids[0], "\\Deleted")
        people.flag(mark.folder, uids[1], "\\Flagged")
        places = [Place(mark.folder, mark.validity, uid) for uid in uids[1:3]]

        removal = mailbox.withdraw([*places, Place(mark.folder, mark.validity, 999)])

        assert (removal.removed, removal.unable) == (frozenset({places[1]}), frozenset[Place]())
        assert list(people.state(mark.folder)) == [uids[0], uids[1], uids[3]]
        assert list(people.state(mark.folder)[uids[3]][1] & {"\\Deleted", "\\Flagged"}) == []

    def test_a_number_of_another_time_removes_nothing(self, mailbox: Mailbox, people: People) -> None:
        (saved,) = mailbox.save_drafts([a_letter()])
        mark = mailbox.drafts_mark()

        assert mailbox.withdraw([Place(mark.folder, mark.validity + 1, saved.uid)]).removed == frozenset()
        assert list(people.state(mark.folder)) == [saved.uid]

    def test_waiting_ends_when_a_mail_comes(self, mailbox: Mailbox, people: People) -> None:
        cursor = mailbox.start("INBOX")
        beats = iter(range(100))

        def pulse() -> bool:
            if next(beats) == 1:
                people.deliver(a_mail())
            return True

        began = time.monotonic()
        assert mailbox.wait("INBOX", cursor, 20.0, pulse)
        assert time.monotonic() - began < 5.0

    def test_waiting_does_not_begin_when_a_mail_came_before(self, mailbox: Mailbox, people: People) -> None:
        cursor = mailbox.start("INBOX")
        people.deliver(a_mail())

        assert mailbox.wait("INBOX", cursor, 20.0, lambda: True)

    def test_waiting_ends_in_time_and_when_told(self, mailbox: Mailbox) -> None:
        cursor = mailbox.start("INBOX")
        began = time.monotonic()

        assert not mailbox.wait("INBOX", cursor, 0.3, lambda: True)
        assert not mailbox.wait("INBOX", cursor, 20.0, lambda: False)
        assert time.monotonic() - began < 5.0

    def test_a_server_that_takes_connections_is_there(self, mailbox: Mailbox) -> None:
        assert mailbox.is_there()

    def test_goes_on_after_it_was_closed(self, mailbox: Mailbox, people: People) -> None:
        start = mailbox.start("INBOX")
        mailbox.close()
        people.deliver(a_mail())

        assert len(mailbox.take("INBOX", start, 10).mails) == 1
