"""A small IMAP server over a MemoryServer that is polite, until a script says otherwise at one stage of the talk."""

import re
import select
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from service.mailbox.listing import decoded, on_the_wire, quoted
from service.mailbox.memory import MemoryFolder, MemoryServer, Stored
from service.mailbox.replies import HEADERS, envelope

ABLE = "IMAP4rev1 IDLE UIDPLUS MOVE SPECIAL-USE AUTH=PLAIN"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FIELD = re.compile(rb"^(?:%s):.*(?:\r\n[ \t].*)*" % "|".join(HEADERS).encode(), re.IGNORECASE | re.MULTILINE)

Act = Callable[["Talk", bytes], None]
"""What a server does in place of its polite answer, which is given."""


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
        self._heard = bytearray()
        self._folder = ""

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

    def converse(self) -> None:
        """Answer command after command."""
        with suppress(OSError, ValueError, Over), self.connection:  # ValueError: it was closed meanwhile
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.answer("greeting", f"* OK [CAPABILITY {self.server.able}] ready\r\n".encode())
            while (line := self._line()) is not None:
                tag, _, command = line.decode("utf-8", "replace").partition(" ")
                self.tag, self.command = tag.encode(), command
                self.server.heard.append(command)
                self._answer_command(command)

    def answer(self, stage: str, polite: bytes) -> None:
        """Answer politely, or do what the script says."""
        server = self.server
        if server.hostile and server.act and server.stage == stage:
            server.reached += 1
            server.act(self, polite)
        else:
            self.send(polite)

    def _answer_command(self, command: str) -> None:
        words = command.split(" ", 2)
        verb = " ".join(words[:2]).upper() if words[0].upper() == "UID" else words[0].upper()
        rest = command[len(verb) :].strip()
        does = _VERBS.get(verb)
        if does is None:
            self.answer(verb, self.tag + b" BAD what?\r\n")
            return
        try:
            told = does(self, rest) if verb in _UNLOCKED else self._locked(does, rest)
        except Over:
            return
        if told is not None:
            stage, lines, end = told
            with suppress(Over):
                self.answer(stage, lines + self.tag + b" " + end + b"\r\n")

    def _locked(self, does: "Verb", rest: str) -> tuple[str, bytes, bytes] | None:
        with self.server.lock:
            return does(self, rest)

    def opened(self) -> MemoryFolder:
        """The folder that was opened last."""
        return self.server.memory.folders[self._folder]

    def chosen(self, numbers: str) -> list[tuple[int, Stored]]:
        """The mails of these UIDs with their places in the list."""
        mails = [m for _, m in sorted(self.opened().mails.items())]
        last = mails[-1].uid if mails else 0
        wanted = [self._span(part, last) for part in numbers.split(",")]
        return [(n, m) for n, m in enumerate(mails, 1) if any(a <= m.uid <= b for a, b in wanted)]

    def _span(self, part: str, last: int) -> tuple[int, int]:
        ends = [last if end == "*" else int(end) for end in part.split(":")]
        return min(ends), max(ends)

    def _line(self) -> bytes | None:
        while b"\n" not in self._heard:
            if not self._more():
                return None
        line, _, rest = bytes(self._heard).partition(b"\n")
        self._heard[:] = rest
        return line.rstrip(b"\r")

    def _literal(self, size: int) -> bytes:
        while len(self._heard) < size:
            if not self._more():
                raise ConnectionResetError
        text = bytes(self._heard[:size])
        del self._heard[:size]
        return text

    def _more(self) -> bool:
        piece = self.connection.recv(65536)
        self._heard += piece
        return bool(piece)

    # What follows the commands: the stage, the lines and the end of the answer

    def _login(self, rest: str) -> tuple[str, bytes, bytes]:
        return "LOGIN", b"", b"OK welcome"

    def _capability(self, rest: str) -> tuple[str, bytes, bytes]:
        return "CAPABILITY", f"* CAPABILITY {self.server.able}\r\n".encode(), b"OK done"

    def _list(self, rest: str) -> tuple[str, bytes, bytes]:
        lines = b""
        for name in self.server.memory.folders:
            flags = self.server.flags.get(name, "\\HasNoChildren").encode()
            lines += (
                b"* LIST ("
                + flags
                + b') "'
                + self.server.delimiter.encode()
                + b'" '
                + quoted(on_the_wire(name))
                + b"\r\n"
            )
        return "LIST", lines, b"OK done"

    def _create(self, rest: str) -> tuple[str, bytes, bytes]:
        name = decoded(rest.strip('"').encode()) or ""
        if not name.startswith(self.server.only_inside):
            return "CREATE", b"", b"NO folders lie in INBOX here"
        if name in self.server.memory.folders:
            return "CREATE", b"", b"NO [ALREADYEXISTS] it is there"
        self.server.memory.create(name)
        return "CREATE", b"", b"OK done"

    def _subscribe(self, rest: str) -> tuple[str, bytes, bytes]:
        return "SUBSCRIBE", b"", b"OK done"

    def _id(self, rest: str) -> tuple[str, bytes, bytes]:
        return "ID", b'* ID ("name" "torture")\r\n', b"OK done"

    def _examine(self, rest: str) -> tuple[str, bytes, bytes]:
        name = decoded(re.sub(r"\\(.)", r"\1", rest.strip('"')).encode()) or ""
        if name not in self.server.memory.folders:
            return "EXAMINE", b"", b"NO there is no such folder"
        self._folder = name
        opened = self.opened()
        says = f"* {len(opened.mails)} EXISTS\r\n* FLAGS (\\Seen \\Draft)\r\n"
        says += f"* OK [UIDVALIDITY {opened.validity}] valid\r\n* OK [UIDNEXT {opened.uidnext}] next\r\n"
        kind = "READ-ONLY" if self.command.upper().startswith("EXAMINE") else "READ-WRITE"
        return "EXAMINE" if kind == "READ-ONLY" else "SELECT", says.encode(), f"OK [{kind}] done".encode()

    def _search(self, rest: str) -> tuple[str, bytes, bytes]:
        _, numbers, *more = rest.split()
        uids = [m.uid for _, m in self.chosen(numbers) if not more or m.received.date() >= _date(more[1])]
        return "SEARCH", b"* SEARCH" + b"".join(b" %d" % uid for uid in uids) + b"\r\n", b"OK done"

    def _fetch(self, rest: str) -> tuple[str, bytes, bytes]:
        numbers, _, items = rest.partition(" ")
        stage, lines = "sizes", b""
        for place, mail in self.chosen(numbers):
            at = mail.received.astimezone(UTC)
            said = f"* {place} FETCH (UID {mail.uid} INTERNALDATE"
            said += f' "{at.day:2d}-{_MONTHS[at.month - 1]}-{at:%Y %H:%M:%S} +0000"'
            if "RFC822.SIZE" in items:
                lines += f"{said} RFC822.SIZE {len(mail.raw)} FLAGS ({' '.join(mail.flags)}))\r\n".encode()
                continue
            stage = "headers" if "HEADER" in items else "bodies"
            head = b"\r\n".join(_FIELD.findall(mail.raw.partition(b"\r\n\r\n")[0])) + b"\r\n\r\n"
            name, text = ("[HEADER.FIELDS (X)]", head) if stage == "headers" else ("[]", mail.raw)
            lines += f"{said} BODY{name} {{{len(text)}}}\r\n".encode() + text + b")\r\n"
        return stage, lines, b"OK done"

    def _append(self, rest: str) -> tuple[str, bytes, bytes] | None:
        found = re.fullmatch(r'"(.*)" \((.*)\) \{(\d+)\}', rest)
        assert found, rest
        self.answer("APPEND goes on", b"+ go on\r\n")
        text = self._literal(int(found[3]))
        self._line()
        name = decoded(found[1].encode()) or ""
        with self.server.lock:
            uid = self.server.memory.deliver(text, name, frozenset(found[2].split()))
            self.server.appended[envelope(uid, text).message_id] += 1
        validity = self.server.memory.folders[name].validity
        return "APPEND", b"", b"OK [APPENDUID %d %d] stored" % (validity, uid)

    def _store(self, rest: str) -> tuple[str, bytes, bytes]:
        for _, mail in self.chosen(rest.split()[0]):
            self.server.memory.flag(self._folder, mail.uid, "\\Deleted")
        return "STORE", b"", b"OK done"

    def _expunge(self, rest: str) -> tuple[str, bytes, bytes]:
        lines = b""
        for place, mail in reversed(self.chosen(rest)):
            if "\\Deleted" in mail.flags:
                self.server.memory.remove(self._folder, mail.uid)
                lines += b"* %d EXPUNGE\r\n" % place
        return "EXPUNGE", lines, b"OK done"

    def _move(self, rest: str) -> tuple[str, bytes, bytes]:
        numbers, _, to = rest.partition(" ")
        for _, mail in self.chosen(numbers):
            self.server.memory.move(self._folder, mail.uid, decoded(to.strip('"').encode()) or "")
        return "MOVE", b"", b"OK done"

    def _idle(self, rest: str) -> None:
        """Ring when mails are more than they were."""
        self.answer("IDLE", b"+ idling\r\n")
        known = len(self.opened().mails)
        while b"\n" not in self._heard and not self.is_over(0.05):
            now = len(self.opened().mails)
            if now > known:
                self.answer("news", b"* %d EXISTS\r\n" % now)
            known = now
        self._line()
        self.answer("DONE", self.tag + b" OK done\r\n")

    def _noop(self, rest: str) -> tuple[str, bytes, bytes]:
        return "NOOP", b"", b"OK done"

    def _logout(self, rest: str) -> tuple[str, bytes, bytes]:
        return "LOGOUT", b"* BYE see you\r\n", b"OK bye"


Verb = Callable[[Talk, str], tuple[str, bytes, bytes] | None]
_UNLOCKED = ("APPEND", "IDLE")  # they wait for the other side
_VERBS: dict[str, Verb] = {
    "IDLE": Talk._idle,
    "LOGIN": Talk._login,
    "CAPABILITY": Talk._capability,
    "LIST": Talk._list,
    "CREATE": Talk._create,
    "SUBSCRIBE": Talk._subscribe,
    "ID": Talk._id,
    "EXAMINE": Talk._examine,
    "SELECT": Talk._examine,
    "UID SEARCH": Talk._search,
    "UID FETCH": Talk._fetch,
    "APPEND": Talk._append,
    "UID STORE": Talk._store,
    "UID EXPUNGE": Talk._expunge,
    "UID MOVE": Talk._move,
    "NOOP": Talk._noop,
    "LOGOUT": Talk._logout,
}


@contextmanager
def serving(server: HostileServer) -> Iterator[HostileServer]:
    """Serve on a free port of this machine until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = listening.getsockname()[1]
        threading.Thread(target=_welcome, args=(server, listening), daemon=True).start()
        try:
            yield server
        finally:
            server.ended = True
            server.kick()
            listening.shutdown(socket.SHUT_RDWR)


def _welcome(server: HostileServer, listening: socket.socket) -> None:
    while not server.ended:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        talk = Talk(server, connection)
        server.talks.append(talk)
        threading.Thread(target=talk.converse, daemon=True).start()


def _date(said: str) -> date:
    day, month, year = said.split("-")
    return datetime(int(year), _MONTHS.index(month) + 1, int(day)).date()
