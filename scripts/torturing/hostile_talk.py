"""A connection of a hostile server: what it hears and says, and the stage at which it is not polite."""

import select
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from service.mailbox.memory import MemoryFolder, MemoryServer, Stored

ABLE = "IMAP4rev1 IDLE UIDPLUS MOVE SPECIAL-USE AUTH=PLAIN"

Act = Callable[["Talk", bytes], None]
"""What a server does in place of its polite answer, which is given."""
Told = tuple[str, bytes, bytes]
"""What follows a command: the stage, the lines and the end of the answer."""
Verb = Callable[["Talk", str], Told | None]


@dataclass(slots=True)
class HostileServer:
    """What is served, and how: `act` is done at `stage` while `hostile`. `reached` counts how often it was."""

    memory: MemoryServer = field(default_factory=MemoryServer)
    able: str = ABLE
    flags: dict[str, str] = field(default_factory=lambda: {"Drafts": "\\Drafts", "Sent": "\\Sent", "Trash": "\\Trash"})
    delimiter: str = "/"
    only_inside: str = ""
    """Folders are made only where the name begins so."""
    stage: str = ""
    act: Act | None = None
    hostile: bool = False
    ended: bool = False
    reached: int = 0
    port: int = 0
    heard: list[str] = field(default_factory=list)
    appended: Counter[str] = field(default_factory=Counter)
    lock: threading.RLock = field(default_factory=threading.RLock)
    talks: list["Talk"] = field(default_factory=list)

    def kick(self) -> None:
        """Cut every connection."""
        for talk in list(self.talks):
            talk.cut()


class Over(Exception):
    """The command is over before all of it was heard."""


class Talk:
    """One connection."""

    def __init__(self, server: HostileServer, connection: socket.socket) -> None:
        """Begin to talk."""
        self.server = server
        self.connection = connection
        self.tag = b"*"
        self.command = ""
        self.heard = bytearray()
        self.folder = ""

    def send(self, data: bytes) -> None:
        """Say this, `%t` being the tag of the command."""
        self.connection.sendall(data)

    def cut(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def is_over(self, seconds: float) -> bool:
        """Wait a while; whether the other side is gone by then."""
        if select.select([self.connection], [], [], seconds)[0]:
            return not self._more()
        return self.server.ended

    def answer(self, stage: str, polite: bytes) -> None:
        """Answer politely, or do what the script says."""
        server = self.server
        if server.hostile and server.act and server.stage == stage:
            server.reached += 1
            server.act(self, polite)
        else:
            self.send(polite)

    def opened(self) -> MemoryFolder:
        """The folder that was opened last."""
        return self.server.memory.folders[self.folder]

    def chosen(self, numbers: str) -> list[tuple[int, Stored]]:
        """The mails of these UIDs with their places in the list."""
        mails = [m for _, m in sorted(self.opened().mails.items())]
        last = mails[-1].uid if mails else 0
        wanted = [self._span(part, last) for part in numbers.split(",")]
        return [(n, m) for n, m in enumerate(mails, 1) if any(a <= m.uid <= b for a, b in wanted)]

    def _span(self, part: str, last: int) -> tuple[int, int]:
        ends = [last if end == "*" else int(end) for end in part.split(":")]
        return min(ends), max(ends)

    def line(self) -> bytes | None:
        """The next line, None when the other side is gone."""
        while b"\n" not in self.heard:
            if not self._more():
                return None
        line, _, rest = bytes(self.heard).partition(b"\n")
        self.heard[:] = rest
        return line.rstrip(b"\r")

    def literal(self, size: int) -> bytes:
        """The next so many bytes."""
        while len(self.heard) < size:
            if not self._more():
                raise ConnectionResetError
        text = bytes(self.heard[:size])
        del self.heard[:size]
        return text

    def _more(self) -> bool:
        piece = self.connection.recv(65536)
        self.heard += piece
        return bool(piece)
