"""Servers that lie, stall and hang up: the mailbox says so in a sentence, soon, and connects again."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.errors import LoginRefused, MissingFolder, Unreachable
from service.mailbox.account import ImapAccount
from service.mailbox.idle import LONGEST_IDLE
from service.mailbox.imap import imap_mailbox
from service.mailbox.protocol import Arrival, Cursor, Mailbox, Place
from service.mailbox.wire import patience_of
from tests.contracts_mailbox import a_letter
from tests.scripted import POLITE, Answer, hang_up, scripted

pytestmark = pytest.mark.server
BEFORE = Cursor(7, 10)
BEFORE_NOTHING = Cursor(7, 11)


@contextmanager
def at(**answers: Answer) -> Iterator[Mailbox]:
    """A mailbox on a server that gives these answers."""
    with scripted(**answers) as account, closing(imap_mailbox(account)) as mailbox:
        yield mailbox


def drip(connection: socket.socket, tag: str, command: str) -> None:
    """A byte now and then, for ever: no socket timeout ever ends this."""
    for _ in range(40):
        connection.sendall(b"*")
        time.sleep(0.2)


def flood(connection: socket.socket, tag: str, command: str) -> None:
    """Lines without end."""
    until = time.monotonic() + 8
    while time.monotonic() < until:
        connection.sendall(b"* OK still here\r\n" * 100)
        time.sleep(0.01)


def two_lines(connection: socket.socket, tag: str, command: str) -> None:
    """A bell that rings in two halves, with a hang-up between them."""
    connection.sendall(b"+ idling\r\n* 2 EXI")
    time.sleep(0.2)
    hang_up(connection, tag, command)


@pytest.mark.parametrize(
    "answer",
    [
        *(hang_up, drip, flood, "", "* SEARCH 11", "* SEARCH eleven\r\n%t OK done\r\n", "%t BAD no\r\n", "%t OK"),
        *("* BYE shutting down\r\n", "\0\0\0\r\n", "* SEARCH " + "(" * 5000 + "\r\n%t OK done\r\n"),
    ],
)
def test_a_broken_answer_becomes_one_sentence_within_seconds(answer: Answer) -> None:
    began = time.monotonic()

    with at(UID_SEARCH=answer) as mailbox, pytest.raises(Unreachable, match="It is tried again"):
        mailbox.take("INBOX", BEFORE, 10)

    assert time.monotonic() - began < 5.0


@pytest.mark.parametrize("answer", [hang_up, two_lines, "+ idling\r\n* BYE timeout\r\n"])
def test_a_line_that_dies_while_idling_is_noticed(answer: Answer) -> None:
    began = time.monotonic()

    with at(IDLE=answer) as mailbox, pytest.raises(Unreachable):
        mailbox.wait("INBOX", BEFORE_NOTHING, 9.0, lambda: True)

    assert time.monotonic() - began < 3.0


def test_a_bell_that_rings_in_the_same_breath_as_idle_begins_is_heard() -> None:
    began = time.monotonic()

    with at(IDLE="+ idling\r\n* 2 EXISTS\r\n", DONE="%p OK done\r\n") as mailbox:
        assert mailbox.wait("INBOX", BEFORE_NOTHING, 9.0, lambda: True)
    assert time.monotonic() - began < 3.0


def test_a_server_that_offers_a_bell_and_refuses_it_is_polled_on_the_same_line() -> None:
    with at(IDLE="%t BAD what?\r\n") as mailbox:
        assert not mailbox.wait("INBOX", BEFORE_NOTHING, 0.1, lambda: True)
        assert mailbox.start("INBOX") == BEFORE_NOTHING


def test_a_bell_that_breaks_the_line_each_time_is_left_alone_for_a_while() -> None:
    with at(IDLE=hang_up) as mailbox:
        for _ in range(3):
            with pytest.raises(Unreachable):
                mailbox.wait("INBOX", BEFORE_NOTHING, 9.0, lambda: True)

        assert not mailbox.wait("INBOX", BEFORE_NOTHING, 0.1, lambda: True)


def test_a_bell_that_rings_for_nothing_does_not_keep_us_busy() -> None:
    pauses: list[float] = []
    with at(IDLE="+ idling\r\n* 900 EXISTS\r\n", DONE="%p OK done\r\n") as mailbox:
        for _ in range(6):
            began = time.monotonic()
            assert mailbox.wait("INBOX", BEFORE_NOTHING, 0.4, lambda: True)
            pauses.append(time.monotonic() - began)

    assert min(pauses[4:]) >= 0.4


def test_the_two_halves_of_a_line_that_come_apart_are_one_bell() -> None:
    def halves(connection: socket.socket, tag: str, command: str) -> None:
        connection.sendall(b"+ idling\r\n* 2 EXI")
        time.sleep(0.2)
        connection.sendall(b"STS\r\n")

    with at(IDLE=halves, DONE="%p OK done\r\n") as mailbox:
        assert mailbox.wait("INBOX", BEFORE_NOTHING, 9.0, lambda: True)


def test_the_last_mail_is_not_taken_again_when_the_server_names_it_for_want_of_newer_ones() -> None:
    with at(EXAMINE="* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 40] n\r\n%t OK done\r\n") as mailbox:
        assert mailbox.take("INBOX", BEFORE_NOTHING, 10).mails == ()


def test_numbers_given_to_mails_that_are_gone_do_not_ring_the_bell_for_ever() -> None:
    examine = "* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 40] n\r\n%t OK done\r\n"
    with at(EXAMINE=examine, CAPABILITY="* CAPABILITY IMAP4rev1\r\n%t OK done\r\n") as mailbox:
        cursor = mailbox.take("INBOX", BEFORE_NOTHING, 10).cursor

        assert not mailbox.wait("INBOX", cursor, 0.1, lambda: True)


def test_without_uidnext_the_last_uid_tells_it() -> None:
    with at(EXAMINE="* 1 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n%t OK done\r\n") as mailbox:
        assert mailbox.start("INBOX") == Cursor(7, 11)


@pytest.mark.parametrize("uidnext", [3, 420_012])
def test_first_contact_begins_behind_what_lies_there_whatever_uidnext_says(uidnext: int) -> None:
    with at(EXAMINE=POLITE["EXAMINE"].replace("12", str(uidnext))) as mailbox:
        assert mailbox.start("INBOX") == Cursor(7, 11)
        assert [m.place.uid for m in mailbox.take("INBOX", BEFORE, 10).mails] == [11]


@pytest.mark.parametrize("validity", ["", "[UIDVALIDITY 0] v", "[UIDVALIDITY 99999999999] v", "[UIDVALIDITY -7] v"])
def test_a_folder_without_a_numbering_is_not_read(validity: str) -> None:
    examine = POLITE["EXAMINE"].replace("[UIDVALIDITY 7] v", validity)
    with at(EXAMINE=examine) as mailbox, pytest.raises(Unreachable, match="no UIDVALIDITY"):
        mailbox.start("INBOX")


def test_a_place_in_the_list_is_not_taken_for_a_mails_number() -> None:
    fetch = "* 11 FETCH (RFC822.SIZE 3 FLAGS ())\r\n* 11 FETCH (BODY[] {3}\r\nabc)\r\n%t OK done\r\n"
    with at(UID_FETCH=fetch) as mailbox:
        assert [m.extent for m in mailbox.take("INBOX", BEFORE, 10).mails] == ["nothing"]


def test_a_mail_larger_than_the_server_said_is_not_taken_whole() -> None:
    def lies(connection: socket.socket, tag: str, command: str) -> None:
        text = "Subject: Angebot\r\n\r\n" + "x" * 5000
        item = "RFC822.SIZE 40 FLAGS ()" if "SIZE" in command else f"BODY[] {{{len(text)}}}\r\n{text}"
        connection.sendall(f"* 1 FETCH (UID 11 {item})\r\n{tag} OK done\r\n".encode())

    with scripted(UID_FETCH=lies) as account, closing(imap_mailbox(replace(account, max_size=1000))) as mailbox:
        (mail,) = mailbox.take("INBOX", BEFORE, 10).mails

    assert (mail.extent, mail.size, mail.raw[:16]) == ("headers", 5020, b"Subject: Angebot")


def test_a_text_of_gigabytes_is_refused_when_it_is_announced() -> None:
    fetch = "* 1 FETCH (UID 11 RFC822.SIZE 3 FLAGS () BODY[] {4294967296}\r\n"
    with at(UID_FETCH=fetch) as mailbox, pytest.raises(Unreachable, match="more than 35,200,000 bytes"):
        mailbox.take("INBOX", BEFORE, 10)


def test_an_answer_to_something_else_is_not_taken_for_ours() -> None:
    fetch = "* SEARCH 77\r\n%t OK done\r\n"
    with at(UID_FETCH=fetch) as mailbox:
        mailbox.take("INBOX", BEFORE, 10)
        assert [m.place.uid for m in mailbox.take("INBOX", BEFORE, 10).mails] == [11]


def test_a_mail_that_is_listed_but_not_handed_out_does_not_vanish() -> None:
    with at() as mailbox:
        batch = mailbox.take("INBOX", BEFORE, 10)

    assert [(m.place, m.extent) for m in batch.mails] == [(Place("INBOX", 7, 11), "nothing")]
    assert batch.cursor == Cursor(7, 11)


def test_a_busy_server_is_not_a_wrong_password() -> None:
    with at(LOGIN="%t NO [UNAVAILABLE] try later\r\n") as mailbox, pytest.raises(Unreachable):
        mailbox.start("INBOX")
    with at(LOGIN=hang_up) as mailbox, pytest.raises(Unreachable):
        mailbox.start("INBOX")
    with at(LOGIN="%t NO wrong\r\n") as mailbox, pytest.raises(LoginRefused):
        mailbox.start("INBOX")


@pytest.mark.parametrize(
    "said",
    [
        *(
            "%t BAD User is authenticated but not connected.\r\n",
            "%t NO [LIMIT] too many\r\n",
            "%t NO [INUSE] in use\r\n",
        ),
        *("%t NO [ALERT] Too many simultaneous connections. (Failure)\r\n", "%t NO Server Unavailable. 15\r\n"),
        *("%t BAD cannot parse\r\n", "%t NO [THROTTLED] slow down\r\n"),
    ],
)
def test_what_is_not_about_the_password_is_tried_again(said: str) -> None:
    with at(LOGIN=said) as mailbox, pytest.raises(Unreachable):
        mailbox.start("INBOX")


@pytest.mark.parametrize("said", ["%t NO [AUTHENTICATIONFAILED] temporarily not\r\n", "%t NO LOGIN failed.\r\n"])
def test_what_is_about_the_password_is_not(said: str) -> None:
    with at(LOGIN=said) as mailbox, pytest.raises(LoginRefused):
        mailbox.start("INBOX")


def test_who_is_greeted_as_known_does_not_log_in() -> None:
    with at(greeting="* PREAUTH welcome back\r\n", LOGIN=hang_up) as mailbox:
        assert mailbox.start("INBOX") == Cursor(7, 11)


def test_a_server_that_takes_no_password_in_the_clear_is_not_given_one() -> None:
    able = "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n%t OK done\r\n"
    with at(CAPABILITY=able, LOGIN=hang_up) as mailbox, pytest.raises(LoginRefused, match="starttls"):
        mailbox.start("INBOX")


def test_a_full_mailbox_refuses_a_draft_and_the_line_stays() -> None:
    with at(APPEND="%t NO [OVERQUOTA] full\r\n") as mailbox:
        assert "OVERQUOTA" in mailbox.save_drafts([a_letter()])[0].refused
        assert mailbox.start("INBOX") == Cursor(7, 11)


@pytest.mark.parametrize("code", ["UNAVAILABLE", "THROTTLED", "LIMIT"])
def test_a_draft_that_is_refused_for_the_moment_is_not_lost(code: str) -> None:
    with at(APPEND=f"%t NO [{code}] later\r\n") as mailbox, pytest.raises(Unreachable):
        mailbox.save_drafts([a_letter()])


def test_a_draft_that_was_never_asked_for_is_not_taken_for_stored() -> None:
    with at(APPEND="%t OK done\r\n") as mailbox, pytest.raises(Unreachable, match="never took"):
        mailbox.save_drafts([a_letter()])


@pytest.mark.parametrize("code", ["", "[APPENDUID 8 12]", "[APPENDUID 7 x]", "[APPENDUID 7 99999999999]"])
def test_a_number_that_cannot_be_the_drafts_is_not_remembered(code: str) -> None:
    with at(APPEND=taking(f"OK {code} done")) as mailbox:
        mailbox.drafts_mark()
        assert [(s.uid, s.refused) for s in mailbox.save_drafts([a_letter()])] == [(0, "")]
    with at(APPEND=taking("OK [APPENDUID 7 12] done")) as mailbox:
        assert [s.uid for s in mailbox.save_drafts([a_letter()])] == [12]


def taking(end: str) -> Answer:
    """Take a draft as it should be taken, and then say this."""

    def take(connection: socket.socket, tag: str, command: str) -> None:
        connection.sendall(b"+ go on\r\n")
        heard = b""
        while not heard.endswith(b"\r\n\r\n"):
            heard += connection.recv(65536)
        connection.sendall(f"{tag} {end}\r\n".encode())

    return take


def test_a_draft_below_the_number_that_the_server_foretold_is_found_again() -> None:
    letter = a_letter()
    head = f"Message-ID: {letter.message_id}\r\n\r\n"
    fetch = f"* 1 FETCH (UID 11 BODY[HEADER.FIELDS (X)] {{{len(head)}}}\r\n{head})\r\n%t OK done\r\n"
    with at(EXAMINE=POLITE["EXAMINE"].replace("12", "420012"), UID_FETCH=fetch) as mailbox:
        mark = mailbox.drafts_mark()
        assert mailbox.find_drafts([letter.message_id], mark).found == {letter.message_id: 11}


def test_drafts_do_not_count_as_deleted_where_the_server_hides_their_folder() -> None:
    hidden = '* LIST () "/" INBOX\r\n%t OK done\r\n'
    there = {"CREATE": "%t NO [ALREADYEXISTS] there\r\n", "EXAMINE": "%t NO no\r\n"}
    with at(LIST=hidden, **there) as mailbox, pytest.raises(MissingFolder):
        mailbox.related("drafts", ["<x@y>"])


def test_drafts_do_not_count_as_deleted_where_the_server_does_not_show_them() -> None:
    fetch = "* 1 FETCH (UID 11 BODY[HEADER.FIELDS (X)] NIL)\r\n%t OK done\r\n"
    with at(UID_FETCH=fetch) as mailbox, pytest.raises(Unreachable, match="does not show"):
        mailbox.related("drafts", ["<x@y>"])


@pytest.mark.parametrize("name", ['"&Kaputt"', '"a', "(((((", "{3}\r\n\0\0\0"])
def test_a_folder_that_nobody_can_name_does_not_hide_the_others(name: str) -> None:
    with at(LIST=f'* LIST () "/" {name}\r\n' + POLITE["LIST"]) as mailbox:
        assert mailbox.drafts_mark().folder == "Drafts"


def breaks_at_eleven(connection: socket.socket, tag: str, command: str) -> None:
    """Three mails, and the line breaks whenever the text of number 11 is asked for."""
    uids = [uid for uid in ("10", "11", "12") if uid in command]
    if "BODY" not in command:
        items = [f"* {n} FETCH (UID {uid} RFC822.SIZE 3 FLAGS ())\r\n" for n, uid in enumerate(uids, 1)]
    elif "11" in uids:
        hang_up(connection, tag, command)
        return
    else:
        items = [f"* {n} FETCH (UID {uid} BODY[] {{3}}\r\nabc)\r\n" for n, uid in enumerate(uids, 1)]
    connection.sendall(f"{''.join(items)}{tag} OK done\r\n".encode())


def test_a_mail_that_breaks_the_line_does_not_stop_the_ones_behind_it() -> None:
    cursor, taken = Cursor(7, 9), list[Arrival]()
    search = "* SEARCH 10 11 12\r\n%t OK done\r\n"
    with at(UID_SEARCH=search, UID_FETCH=breaks_at_eleven, EXAMINE=POLITE["EXAMINE"].replace("12", "13")) as mailbox:
        for _ in range(8):
            with suppress(Unreachable):
                batch = mailbox.take("INBOX", cursor, 10)
                cursor, taken = batch.cursor, [*taken, *batch.mails]

    assert [(m.place.uid, m.extent) for m in taken] == [(10, "whole"), (11, "nothing"), (12, "whole")]


HAS_A_DRAFT = "* 1 FETCH (UID 11 RFC822.SIZE 9 FLAGS (\\Draft \\Seen))\r\n%t OK done\r\n"
DRAFTS = '* LIST (\\Drafts) "/" Drafts\r\n%t OK done\r\n'
TRASH = '* LIST (\\Trash) "/" Trash\r\n' + DRAFTS


@pytest.mark.parametrize(
    ("can", "folders", "said"),
    [
        ("", TRASH, []),
        ("MOVE", DRAFTS, []),
        ("MOVE", TRASH, ['UID MOVE 11 "Trash"']),
        ("UIDPLUS MOVE X-GM-EXT-1", TRASH, ['UID MOVE 11 "Trash"']),
        ("UIDPLUS MOVE X-GM-EXT-1", DRAFTS, []),
        ("UIDPLUS MOVE", TRASH, ["UID STORE 11 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 11"]),
    ],
)
def test_a_plain_expunge_is_never_sent(can: str, folders: str, said: list[str]) -> None:
    heard: list[str] = []

    def changed(connection: socket.socket, tag: str, command: str) -> None:
        heard.append(command)
        connection.sendall(f"{tag} OK done\r\n".encode())

    writable = "* OK [UIDVALIDITY 7] v\r\n%t OK [READ-WRITE] done\r\n"
    verbs = dict.fromkeys(("UID_MOVE", "UID_STORE", "UID_EXPUNGE", "EXPUNGE", "CLOSE"), changed)
    facts = {"CAPABILITY": f"* CAPABILITY IMAP4rev1 {can}\r\n%t OK done\r\n", "SELECT": writable}
    with at(UID_FETCH=HAS_A_DRAFT, LIST=folders, **facts, **verbs) as mailbox:
        removal = mailbox.withdraw([Place("Drafts", 7, 11)])

    assert heard == said
    assert (bool(removal.removed), bool(removal.unable)) == (bool(said), not said)


def test_a_draft_in_a_folder_that_may_not_be_changed_stays() -> None:
    with at(UID_FETCH=HAS_A_DRAFT, SELECT=POLITE["EXAMINE"]) as mailbox:
        assert mailbox.withdraw([Place("Drafts", 7, 11)]).unable == {Place("Drafts", 7, 11)}


def test_nobody_waits_longer_than_a_minute_for_a_server_that_makes_no_progress() -> None:
    patience = patience_of(ImapAccount("imap.example.org", "anna", "geheim"), 1)

    assert (patience.silence, patience.standing) == (30.0, 45.0)
    assert LONGEST_IDLE + patience.standing <= 10 * 60


def test_a_watcher_stands_every_third_of_the_hostile_servers() -> None:
    command = [sys.executable, "-m", "scripts.torturing.hostile", "--every", "3", "--quiet"]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, timeout=400)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\n(6\d|7\d) scripts, stalled 0, over 100 MB 0, other account disturbed 0", done.stdout)


def test_a_draft_whose_flags_the_server_does_not_tell_stays() -> None:
    with at(UID_FETCH="* 1 FETCH (UID 11 RFC822.SIZE 9)\r\n%t OK done\r\n", SELECT=hang_up) as mailbox:
        assert mailbox.withdraw([Place("Drafts", 7, 11)]).removed == frozenset()
