"""The bytes between an IMAP server and us, counted: no answer is endless, in time or in size.

imaplib waits for ever on a server that sends a byte now and then, keeps all that a talkative one says, and makes room
for whatever a literal announces. Here every exchange has an end, whatever the server does.
"""

import imaplib
import re
import select
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.mailbox.account import ImapAccount
from service.mailbox.answers import Record, number
from service.mailbox.wording import plainly

LONGEST_LINE = 2_000_000
"""Bytes of a line: the numbers of a quarter of a million mails."""
MOST_TALK = 8_000_000
"""Bytes of an answer besides literals."""
MOST_REMARKS = 1_000
"""Lines of an exchange that only tell how the server is doing."""
SLOWEST = 10_000
"""Bytes a second at which the text of mails has to come in; slower than that is standing still."""
_PIECE = 65_536
_UNASKED = "not asked to go on"
# A tag and nothing behind the word, which imaplib does not take for an answer
_CURT = re.compile(rb"[A-Z]+\d+ (?:OK|NO|BAD)")


class Refused(Exception):
    """The server answered NO or BAD; the line is still good."""


@dataclass(frozen=True, slots=True)
class Patience:
    """What one exchange may cost: seconds of silence, seconds without progress, seconds in all, bytes of mail text."""

    silence: float = 30.0
    standing: float = 45.0
    longest: float = 300.0
    text: int = 35_000_000


def patience_of(account: ImapAccount, text: int) -> Patience:
    """The patience of an account with at most so many bytes of mail text."""
    standing = min(45.0, 1.5 * account.timeout)
    return Patience(account.timeout, standing, max(account.deadline, standing), text)


class Wire(imaplib.IMAP4):
    """A connection that gives up on a server instead of waiting for it. Raises `abort` or OSError when it does."""

    def __init__(
        self, host: str, port: int, patience: Patience, context: ssl.SSLContext | None, connect: float
    ) -> None:
        """Connect, within TLS where a context is given, and hear the greeting."""
        self.patience = patience
        self._context = context
        self._heard = bytearray()
        self._begun, self._talk, self._text, self._came, self._remarks = time.monotonic(), 0, 0, 0, 0
        self._idling = b""
        self.ended = ""
        """What the end of the last answer said."""
        super().__init__(host, port, timeout=connect)

    def begin(self) -> None:
        """A new exchange: its time and its bytes count from here, and what was said before it belongs to another."""
        self._begun, self._talk, self._text, self._came, self._remarks = time.monotonic(), 0, 0, 0, 0
        if "BYE" in self.untagged_responses:
            raise self.abort("the server said BYE")
        self.untagged_responses.clear()

    def ask(self, command: str, *words: bytes, told: str = "") -> list[Record]:
        """Send a command and return its untagged answers of the name `told`. Raises Refused."""
        name, *more = command.split()
        try:
            kind, data = self._simple_command(name, *more, *words)
        except self.abort:
            raise
        except self.error as error:
            raise Refused(plainly(str(error))) from error
        if kind != "OK":
            raise Refused(_text(data)[:300])
        self.ended = _text(data)
        return self.untagged_responses.pop(told, [])

    def put(self, folder: bytes, flags: bytes, text: bytes) -> str:
        """Put a mail into a folder and return what the server says of it. Raises Refused."""
        self.literal = text  # type: ignore[assignment]
        self.continuation_response = _UNASKED
        self.ask("APPEND", folder, flags)
        if self.continuation_response == _UNASKED:
            raise self.abort("the server says that it has a mail which it never took")
        return self.ended

    def enter(self, folder: bytes, readonly: bool) -> dict[str, int]:
        """Open a folder and return the numbers that the server told of it, without those that cannot be.

        Raises Refused.
        """
        kind, data = self.select(folder, readonly)  # type: ignore[arg-type]
        if kind != "OK":
            raise Refused(_text(data)[:300])
        told = {name: number(said[-1]) for name, said in self.untagged_responses.items() if said}
        return {name: value for name, value in told.items() if value}

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect; nothing of what the server says is buffered anywhere but here."""
        self.host, self.port = host, port
        plain = socket.create_connection((host, port), timeout)
        # The end of a literal is a write of its own, and would wait for a server that is slow to acknowledge
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            self.sock = self._context.wrap_socket(plain, server_hostname=host) if self._context else plain
        except BaseException:
            plain.close()
            raise
        self.sock.settimeout(self.patience.silence)
        self._begun = time.monotonic()

    def starttls(self, ssl_context: Any = None) -> tuple[Any, list[Any]]:
        """Go on within TLS. What came before it may be anybody's: it is forgotten, and no early byte is let in."""
        kind, data = self._simple_command("STARTTLS")
        if kind != "OK":
            raise self.error(_text(data))
        if self._heard:
            raise self.abort("the server spoke between STARTTLS and TLS, or somebody on the way did")
        self.untagged_responses.clear()
        self.sock = ssl_context.wrap_socket(self.sock, server_hostname=self.host)
        self._tls_established = True
        self._get_capabilities()
        return kind, data

    def start_idle(self) -> bool:
        """See `Bell.start_idle`."""
        self.begin()
        self._idling = self._command("IDLE")
        while self._get_response():
            if self.tagged_commands[self._idling]:
                del self.tagged_commands[self._idling]
                return False
        return True

    def hear(self, seconds: float) -> list[bytes]:
        """See `Bell.hear`."""
        if not (self._is_pending() or select.select([self.sock], [], [], seconds)[0]):
            return []
        lines = []
        self.sock.setblocking(False)
        try:
            while True:
                lines.append(self._get_line())
        except (BlockingIOError, ssl.SSLWantReadError):
            return lines
        finally:
            self.sock.settimeout(self.patience.silence)

    def end_idle(self) -> list[bytes]:
        """See `Bell.end_idle`."""
        self.begin()
        self.send(b"DONE\r\n")
        lines = []
        while not self.tagged_commands[self._idling]:
            lines.append(self._get_response() or b"")
        del self.tagged_commands[self._idling]
        return lines

    def shutdown(self) -> None:
        """Hang up."""
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        finally:
            self.sock.close()

    def _is_pending(self) -> bool:
        """Whether there is something to read that no socket will announce."""
        within_tls = isinstance(self.sock, ssl.SSLSocket) and self.sock.pending() > 0
        return within_tls or b"\n" in self._heard

    def read(self, size: int) -> bytes:
        """A literal of this size."""
        self._text += size
        self._fit(self._text, self.patience.text, "a text")
        while len(self._heard) < size:
            before = len(self._heard)
            self._more()
            self._came += len(self._heard) - before
        with memoryview(self._heard) as heard:
            literal = bytes(heard[:size])
        del self._heard[:size]
        return literal

    def _get_line(self) -> bytes:
        """The next line without its end; what came of it so far is kept when the socket does not wait."""
        looked = 0
        while (end := self._heard.find(b"\n", looked)) < 0:
            looked = len(self._heard)
            self._fit(looked, LONGEST_LINE, "a line")
            self._more()
        self._talk += end
        self._fit(end, LONGEST_LINE, "a line")
        self._fit(self._talk, MOST_TALK, "an answer")
        line = bytes(self._heard[:end]).rstrip(b"\r")
        del self._heard[: end + 1]
        self._remarks += line.startswith((b"* OK", b"* NO", b"* BAD"))
        if self._remarks > MOST_REMARKS:
            raise self.abort("the server talks and talks")
        return line + b" " if _CURT.fullmatch(line) else line

    def _log(self, line: str) -> None:
        """Keep no log: imaplib's own holds the last ten lines, however long."""

    def _more(self) -> None:
        waits = self.sock.gettimeout() != 0
        if waits:
            self.sock.settimeout(min(self.patience.silence, self._left()))
        piece = self.sock.recv(_PIECE)
        if not piece:
            raise self.abort("the server hung up")
        self._heard += piece

    def _left(self) -> float:
        """Seconds until this exchange is given up. Only texts earn time: talk can go on for ever."""
        earned = self.patience.standing + self._came / SLOWEST
        left = self._begun + min(earned, self.patience.longest) - time.monotonic()
        if left <= 0:
            raise self.abort("the server comes to no end")
        return left

    def _fit(self, size: int, most: int, what: str) -> None:
        if size > most:
            raise self.abort(f"the server sends {what} of more than {most:,} bytes")


def _text(data: Sequence[Any]) -> str:
    """What a server said."""
    said = data[-1] if data else b""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
