"""Radicale, a real CardDAV server, on a free port of this machine, and what people do in their address books there."""

import http.client
import itertools
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest

from indexer.sources.basic import basic
from tests.servers import free_port

PASSWORD = "geheim-Ärger7"
_USERS = [f"anna{number}" for number in range(400)]
_BOOK = (
    '<mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><set><prop>'
    "<resourcetype><collection/><C:addressbook/></resourcetype><displayname>{}</displayname>"
    "</prop></set></mkcol>"
)


@dataclass(frozen=True)
class Radicale:
    """A running server: where it is, and where it keeps its files."""

    origin: str
    folder: Path
    users: Iterator[str] = field(default_factory=lambda: iter(_USERS))

    def someone_new(self) -> "Rolodex":
        """A user who has no address book yet."""
        return Rolodex(self, next(self.users))


@dataclass(frozen=True)
class Rolodex:
    """A user's address books, as the user's own programs see them."""

    server: Radicale
    user: str

    @property
    def home(self) -> str:
        return f"/{self.user}/"

    def open(self, book: str, name: str) -> None:
        """Make an address book."""
        self.call("MKCOL", f"{self.home}{book}/", _BOOK.format(escape(name)))

    def fill(self, book: str, count: int) -> None:
        """Make an address book of so many cards at once."""
        cards = (f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u{n}\r\nFN:Kontakt {n}\r\nEND:VCARD\r\n" for n in range(count))
        self.call("PUT", f"{self.home}{book}/", "".join(cards), **{"Content-Type": "text/vcard; charset=utf-8"})

    def put(self, book: str, card: str, *lines: str) -> None:
        """Write a card, new or over the old one."""
        told = "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", f"UID:{card}", *lines, "END:VCARD", ""])
        self.call("PUT", f"{self.home}{book}/{quote(card)}.vcf", told, **{"Content-Type": "text/vcard; charset=utf-8"})

    def remove(self, book: str, card: str = "") -> None:
        """Delete a card, or the whole book."""
        self.call("DELETE", f"{self.home}{book}/" + (f"{quote(card)}.vcf" if card else ""))

    def forget_tokens(self, book: str) -> None:
        """What servers do with tokens that are too old."""
        kept = self.server.folder / "collection-root" / self.user / book / ".Radicale.cache" / "sync-token"
        shutil.rmtree(kept, ignore_errors=True)

    def call(self, method: str, path: str, body: str = "", **headers: str) -> None:
        """Ask the server for something that it has to grant."""
        line = http.client.HTTPConnection(self.server.origin.removeprefix("http://"), timeout=10)
        line.request(method, path, body.encode(), {**basic(self.user, PASSWORD), **headers})
        status = line.getresponse().status
        line.close()
        assert status in (200, 201, 204, 207), (method, path, status)


@contextmanager
def radicale() -> Iterator[Radicale]:
    """Radicale with many users and one password; skips the test where it is not installed."""
    if find_spec("radicale") is None:
        pytest.skip("Radicale is not installed (pip install radicale)")
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # it waits for the disk after each card
    folder = Path(tempfile.mkdtemp(prefix="signpost-radicale-", dir=memory))
    (folder / "users").write_text("".join(f"{user}:{PASSWORD}\n" for user in _USERS), encoding="utf-8")
    port = free_port()
    process = subprocess.Popen(_command(folder, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_port(process, port)
        yield Radicale(f"http://127.0.0.1:{port}", folder)
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def await_port(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until a server that was just started can be connected to."""
    for _ in range(400):
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def _command(folder: Path, port: int) -> list[str]:
    told = {
        "config": "",
        "server-hosts": f"127.0.0.1:{port}",
        "auth-type": "htpasswd",
        "auth-htpasswd-filename": str(folder / "users"),
        "auth-htpasswd-encryption": "plain",
        "auth-delay": "0",
        "storage-filesystem-folder": str(folder),
        "logging-level": "critical",
    }
    options = itertools.chain.from_iterable((f"--{name}", value) for name, value in told.items())
    return [sys.executable, "-W", "ignore", "-m", "radicale", *options]
