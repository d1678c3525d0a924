"""What is said before TLS may be anybody's: nothing of it is believed, and whoever speaks too early is hung up on."""

import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from indexer.errors import Unreachable
from service.mailbox.account import ImapAccount
from service.mailbox.imap import imap_mailbox
from tests.scripted import POLITE, converse, scripted
from tests.servers import certificates

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("openssl"):
        pytest.skip("openssl not installed (apt-get install openssl)")
    folder = tmp_path_factory.mktemp("certificates")
    certificates(folder)
    return folder


@contextmanager
def starting(folder: Path, answer: str) -> Iterator[ImapAccount]:
    """A server that answers STARTTLS like this and then goes on within TLS, politely."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "srv.pem", folder / "srv.key")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=(listening, context, answer), daemon=True).start()
        facts = {"port": listening.getsockname()[1], "ca_file": str(folder / "ca.pem")}
        yield ImapAccount("localhost", "anna", "geheim", security="starttls", timeout=2.0, **facts)
        listening.shutdown(socket.SHUT_RDWR)


def _serve(listening: socket.socket, context: ssl.SSLContext, answer: str) -> None:
    with suppress(OSError):
        connection, _ = listening.accept()
        connection.sendall(b"* OK scripted\r\n")
        for said in ("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n%t OK done\r\n", answer):
            tag = connection.recv(1000).split()[0].decode()
            connection.sendall(said.replace("%t", tag).encode())
        with context.wrap_socket(connection, server_side=True) as within:
            converse(within, {**POLITE, "greeting": ""})


def test_what_was_said_before_tls_is_forgotten(folder: Path) -> None:
    injected = '* LIST (\\Drafts) "/" Fremde\r\n* 9 EXISTS\r\n%t OK go on\r\n'
    with starting(folder, injected) as account, closing(imap_mailbox(account)) as mailbox:
        assert mailbox.drafts_mark().folder == "Drafts"


@pytest.mark.parametrize("early", ["* CAPABILITY IMAP4rev1 X-EVIL\r\n", "%t OK [CAPABILITY IMAP4rev1] early\r\n", "x"])
def test_who_speaks_between_starttls_and_tls_is_hung_up_on(folder: Path, early: str) -> None:
    with starting(folder, "%t OK go on\r\n" + early) as account, pytest.raises(Unreachable):
        imap_mailbox(account).start("INBOX")


def test_a_greeting_that_skips_the_login_does_not_skip_tls() -> None:
    able = "* CAPABILITY IMAP4rev1 STARTTLS\r\n%t OK done\r\n"
    with scripted(greeting="* PREAUTH welcome\r\n", CAPABILITY=able, STARTTLS="%t OK go on\r\n") as account:
        within = ImapAccount("127.0.0.1", "anna", "geheim", port=account.port, security="starttls", timeout=2.0)
        with pytest.raises(Unreachable):
            imap_mailbox(within).start("INBOX")


@pytest.mark.parametrize("greeting", ["* OK no TLS here\r\n", "\x16\x03\x01\x00\x02garbage\r\n", ""])
def test_a_server_that_speaks_no_tls_is_unreachable_within_seconds(greeting: str) -> None:
    with scripted(greeting=greeting) as account, pytest.raises(Unreachable):
        imap_mailbox(ImapAccount("127.0.0.1", "anna", "geheim", port=account.port, timeout=1.0)).start("INBOX")
