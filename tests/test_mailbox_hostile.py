"""Servers that lie, stall and hang up: the mailbox says so in a sentence, soon, and connects again."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from indexer.errors import LoginRefused, Unreachable
from service.mailbox.imap import imap_mailbox
from service.mailbox.protocol import Arrival, Cursor, Mailbox, Place
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


def test_a_server_that_takes_no_password_in_the_clear_is_not_given_one() -> None:
    able = "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n%t OK done\r\n"
    with at(CAPABILITY=able, LOGIN=hang_up) as mailbox, pytest.raises(LoginRefused, match="starttls"):
        mailbox.start("INBOX")


def test_a_full_mailbox_refuses_a_draft_and_the_line_stays() -> None:
    with at(APPEND="%t NO [OVERQUOTA] full\r\n") as mailbox:
        assert "OVERQUOTA" in mailbox.save_drafts([a_letter()])[0].refused
        assert mailbox.start("INBOX") == Cursor(7, 11)


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
