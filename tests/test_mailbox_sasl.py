"""Logging in to a mail server by a token: the very bytes, what is answered to a refusal, and that nothing leaks."""

import logging
import socket
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace

import pytest

from indexer.errors import LoginRefused, Unreachable
from service.mailbox.account import ImapAccount
from service.mailbox.imap import imap_mailbox
from service.mailbox.sasl import without
from tests.scripted import Answer, scripted

OAUTHBEARER = "* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER\r\n%t OK done\r\n"
XOAUTH2 = "* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2\r\n%t OK done\r\n"
REFUSAL = b64encode(b'{"status":"invalid_token","scope":"mail"}')


class Doorman:
    """Takes these tokens; keeps what was said to it."""

    def __init__(self, *good: str, echoes: bool = False) -> None:
        self.good = good
        self.echoes = echoes
        self.said: list[bytes] = []

    def __call__(self, connection: socket.socket, tag: str, command: str) -> None:
        connection.sendall(b"+ \r\n")
        said = b64decode(raw := a_line(connection))
        self.said += [command.encode(), said]
        if any(f"Bearer {token}\x01".encode() in said for token in self.good):
            connection.sendall(f"{tag} OK welcome\r\n".encode())
            return
        connection.sendall(b"+ " + (raw if self.echoes else REFUSAL) + b"\r\n")
        self.said.append(a_line(connection))
        told = raw.decode() if self.echoes else "no"
        connection.sendall(f"{tag} NO [AUTHENTICATIONFAILED] {told} {said!r}\r\n".encode())


def a_line(connection: socket.socket) -> bytes:
    """The next line; it may come in pieces."""
    line = b""
    while not line.endswith(b"\r\n"):
        line += connection.recv(1)
    return line.removesuffix(b"\r\n")


@pytest.fixture(autouse=True)
def _nothing_leaks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG):
        yield
    assert "CANARY" not in caplog.text
    assert b64encode(b"CANARY").decode()[:6] not in caplog.text


class Tokens:
    """Hands out one token after the other, whenever the last one was refused."""

    def __init__(self, *every: str) -> None:
        self.asked: list[str] = []
        self.every = list(every)

    def __call__(self, refused: str) -> str:
        self.asked.append(refused)
        if refused == self.every[0] and len(self.every) > 1:
            self.every.pop(0)
        return self.every[0]


def entered(account: ImapAccount, *every: str) -> list[str]:
    """Log in, and return which tokens were said to be refused."""
    tokens = Tokens(*every)
    mailbox = imap_mailbox(replace(account, token=tokens))
    try:
        mailbox.start("INBOX")
    finally:
        mailbox.close()
    return tokens.asked


def test_the_standard_way_is_taken_where_the_server_knows_it() -> None:
    doorman = Doorman("CANARY-1")
    with scripted(CAPABILITY=OAUTHBEARER, AUTHENTICATE=doorman) as account:
        assert entered(replace(account, user="o=brien,jo"), "CANARY-1") == [""]

    facts = f"host=127.0.0.1\x01port={account.port}\x01auth=Bearer CANARY-1\x01\x01".encode()
    assert doorman.said == [b"AUTHENTICATE OAUTHBEARER", b"n,a=o=3Dbrien=2Cjo,\x01" + facts]


def test_else_the_way_of_google_and_microsoft() -> None:
    doorman = Doorman("CANARY-1")
    with scripted(CAPABILITY=XOAUTH2, AUTHENTICATE=doorman) as account:
        entered(account, "CANARY-1")

    assert doorman.said == [b"AUTHENTICATE XOAUTH2", b"user=anna\x01auth=Bearer CANARY-1\x01\x01"]


def test_a_server_that_takes_no_tokens_is_told() -> None:
    with scripted() as account, pytest.raises(LoginRefused, match=r"takes no OAuth 2\.0 tokens"):
        entered(account, "CANARY-1")


@pytest.mark.parametrize(("able", "answer"), [(OAUTHBEARER, b"AQ=="), (XOAUTH2, b"")])
def test_a_refused_token_is_answered_as_it_should_be_and_a_fresh_one_is_shown(able: str, answer: bytes) -> None:
    doorman = Doorman("CANARY-2")
    with scripted(CAPABILITY=able, AUTHENTICATE=doorman) as account:
        assert entered(account, "CANARY-1", "CANARY-2") == ["", "CANARY-1"]

    assert (len(doorman.said), doorman.said[2]) == (5, answer)


def test_a_fresh_token_that_is_refused_too_ends_the_login() -> None:
    doorman = Doorman()
    refused = pytest.raises(LoginRefused, match="refused the login of anna")
    with scripted(CAPABILITY=XOAUTH2, AUTHENTICATE=doorman) as account, refused:
        entered(account, "CANARY-1", "CANARY-2", "CANARY-3")

    assert len(doorman.said) == 6


@pytest.mark.parametrize("able", [OAUTHBEARER, XOAUTH2])
def test_a_server_that_repeats_the_token_is_not_repeated(able: str) -> None:
    refused = pytest.raises(LoginRefused)
    with scripted(CAPABILITY=able, AUTHENTICATE=Doorman(echoes=True)) as account, refused as told:
        entered(account, "CANARY-1")

    shown = f"{told.value!r} {told.value.__cause__!r}"
    assert ("CANARY" in shown, "…" in shown) == (False, True)
    assert without(b64encode(b"user=anna\x01auth=Bearer CANARY-1").decode(), "CANARY-1") == "…"


def endless(connection: socket.socket, tag: str, command: str) -> None:
    while connection.recv(1) or True:
        connection.sendall(b"+ \r\n")


@pytest.mark.parametrize(
    "answer",
    [
        *("+ !no base64!\r\n", "%t NO [UNAVAILABLE] later CANARY-1\r\n", "%t BAD what CANARY-1\r\n", endless),
        *("+ \r\n* BYE CANARY-1\r\n", "CANARY-1 is nonsense\r\n"),
    ],
)
def test_a_server_in_trouble_while_logging_in_is_no_refusal_and_repeats_nothing(answer: Answer) -> None:
    with scripted(CAPABILITY=XOAUTH2, AUTHENTICATE=answer) as account, pytest.raises(Unreachable) as told:
        entered(account, "CANARY-1")

    assert "CANARY" not in str(told.value)


def test_a_password_that_a_server_repeats_is_not_repeated() -> None:
    with scripted(LOGIN="%t NO wrong: CANARY-word\r\n") as account, pytest.raises(LoginRefused) as told:
        imap_mailbox(replace(account, password="CANARY-word")).start("INBOX")

    assert "CANARY" not in str(told.value) + repr(account)


def test_a_password_that_was_changed_is_read_anew() -> None:
    passwords = iter(["first", "second"])
    seen: list[str] = []

    def judge(connection: socket.socket, tag: str, command: str) -> None:
        seen.append(command)
        connection.sendall(f"{tag} {'OK hello' if 'second' in command else 'NO wrong'}\r\n".encode())

    with scripted(LOGIN=judge) as account:
        mailbox = imap_mailbox(replace(account, password_now=lambda: next(passwords)))
        with pytest.raises(LoginRefused):
            mailbox.start("INBOX")
        mailbox.start("INBOX")
        mailbox.close()

    assert len(seen) == 2
