"""Mail servers of a simulated world, and the client of one, on which anything can break."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from random import Random
from typing import Literal, Protocol, TypeVar

from indexer.errors import Unreachable
from scripts.simulation.mails import answers
from scripts.simulation.plan import APPEND, CALL, REMOVE, TAKE, Fault
from service.mailbox.folders import Purpose
from service.mailbox.memory import MemoryFolder, MemoryMailbox, MemoryServer, Stored
from service.mailbox.protocol import (
    Arrival,
    Batch,
    Cursor,
    Letter,
    Look,
    Mark,
    Place,
    Related,
    Removal,
    Reply,
    Saved,
    Sought,
)
from service.mailbox.replies import Envelope, envelope

Result = TypeVar("Result")


@lru_cache(10_000)
def _thread(raw: bytes) -> tuple[str, frozenset[str]]:
    found = envelope(0, raw)
    return found.message_id, found.names


SETTLE = 10.0
"""Seconds that a watcher gives a server to show a draft after the connection broke, as `WatchOptions` has it."""
FOLDERS = ("INBOX", "Anfragen", "Archive", "Drafts", "Sent", "Trash")
PLAIN = frozenset({"\\Draft", "\\Seen"})


class Server(MemoryServer):
    """A server that may take its time over an APPEND, and renumbers in any order."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Make the folders."""
        super().__init__(FOLDERS)
        self.clock = clock
        self.late: list[tuple[float, bytes]] = []
        self.broken: dict[str, float] = {}

    def catch_up(self, elapsed: float) -> None:
        """Commit what is due of the APPENDs whose connection broke."""
        for due, raw in [item for item in self.late if item[0] <= elapsed]:
            self.late.remove((due, raw))
            self.put(raw, "Drafts", PLAIN)

    def is_hasty(self, identity: str, elapsed: float) -> bool:
        """Whether an APPEND for this mail broke off less than the settle period ago and may still be committed."""
        return elapsed - self.broken.get(identity, -SETTLE) < SETTLE

    def put(self, raw: bytes, folder: str, flags: frozenset[str] = frozenset()) -> int:
        """Store a mail; nobody sleeps here, so no bell is rung."""
        return self.folders[folder].add(raw, self.clock(), flags)

    def deliver(self, raw: bytes, folder: str = "INBOX", flags: frozenset[str] = frozenset()) -> int:
        """See `put`."""
        return self.put(raw, folder, flags)

    def shuffle(self, folder: str, order: int) -> None:
        """Give the folder a new UIDVALIDITY and its mails new UIDs in another order."""
        self._validity += 1
        mails = list(self.folders[folder].mails.values())
        Random(order).shuffle(mails)
        self.folders[folder] = MemoryFolder(self._validity)
        for mail in mails:
            self.folders[folder].add(mail.raw, mail.received, mail.flags)

    def all_of(self, folder: str) -> list[Stored]:
        """The mails of a folder in UID order."""
        return list(self.folders[folder].mails.values())


class Watching(Protocol):
    """What the client needs of the process that uses it and of the world around."""

    def due(self, site: str) -> Fault | None:
        """The fault that is due at this step."""
        ...

    def before(self, fault: Fault) -> None:
        """Let it happen before the step, where it is of that kind; may raise."""
        ...

    def after(self, fault: Fault) -> None:
        """Let it happen after the step, where it is of that kind; may raise."""
        ...

    def tick(self) -> float:
        """The seconds since the world began, after all that was due by now has happened."""
        ...

    def appending(self, raw: bytes) -> None:
        """A letter is handed over to the server."""
        ...

    def withdrew(self, folder: str, kept: Stored) -> None:
        """A mail was removed."""
        ...

    def vanish(self, folder: str, uid: int) -> None:
        """A person removes a mail at this very moment."""
        ...


class Client(MemoryMailbox):
    """A client of a `Server`, past all that may break in this pass."""

    server: Server

    def __init__(self, server: Server, name: str, watching: Watching) -> None:
        """Remember where to connect and who asks."""
        super().__init__(server, name)
        self._watching = watching

    def start(self, folder: str, since: date | None = None) -> Cursor:
        """See `Mailbox.start`."""
        return self._call(lambda: super(Client, self).start(folder, since))

    def take(self, folder: str, after: Cursor, limit: int) -> Batch:
        """See `Mailbox.take`; a mail may be withheld, or go while it is fetched."""
        batch = self._call(lambda: super(Client, self).take(folder, after, limit))
        fault = self._watching.due(TAKE) if batch.mails else None
        if fault is None:
            return batch
        gone = batch.mails[fault.much % len(batch.mails)]
        kept = [mail for mail in batch.mails if mail is not gone]
        self._watching.after(fault)
        if fault.kind == "mail is withheld":
            kept.append(replace(gone, raw=b"", extent="nothing"))
            kept.sort(key=lambda mail: mail.place.uid)
        else:
            self._watching.vanish(folder, gone.place.uid)
        return replace(batch, mails=tuple(kept))

    def fetch(self, places: Sequence[Place]) -> list[Arrival]:
        """See `Mailbox.fetch`."""
        return self._call(lambda: super(Client, self).fetch(places))

    def answered(self, mails: Sequence[Sought]) -> list[Reply | None]:
        """See `Mailbox.answered`."""
        return self._call(lambda: super(Client, self).answered(mails))

    def drafts_mark(self) -> Mark:
        """See `Mailbox.drafts_mark`."""
        return self._call(lambda: super(Client, self).drafts_mark())

    def save_drafts(self, letters: Sequence[Letter]) -> list[Saved]:
        """See `Mailbox.save_drafts`: one letter after the other."""
        return self._call(lambda: [self._append(letter) for letter in letters])

    def find_drafts(self, message_ids: Sequence[str], since: Mark) -> Look:
        """See `Mailbox.find_drafts`."""
        return self._call(lambda: super(Client, self).find_drafts(message_ids, since))

    def related(
        self, where: Literal["drafts", "sent"], message_ids: Collection[str], since: date | None = None
    ) -> list[Related]:
        """See `Mailbox.related`."""
        return self._call(lambda: super(Client, self).related(where, message_ids, since))

    def withdraw(self, places: Sequence[Place]) -> Removal:
        """See `Mailbox.withdraw`; what it took is told."""
        return self._call(lambda: self._remove(places))

    def _named(self, purpose: Purpose) -> str:
        self._connect()
        return purpose.capitalize()

    def _envelope(self, mail: Stored) -> Envelope:
        return Envelope(mail.uid, *_thread(mail.raw), mail.received)

    def _call(self, action: Callable[[], Result]) -> Result:
        self.server.catch_up(self._watching.tick())
        fault = self._watching.due(CALL)
        if fault is None:
            return action()
        self._watching.before(fault)
        self.server.catch_up(self._watching.tick())
        result = action()
        self._watching.after(fault)
        return result

    def _append(self, letter: Letter) -> Saved:
        self._connect()
        fault = self._watching.due(APPEND)
        self._watching.appending(letter.raw)
        if self.server.refuses:
            return Saved(letter.message_id, refused=self.server.refuses)
        if fault is None:
            return Saved(letter.message_id, self.server.put(letter.raw, "Drafts", PLAIN))
        self._watching.after(fault)
        if fault.kind == "append is refused once":
            return Saved(letter.message_id, refused="[LIMIT] Try again later.")
        if fault.kind == "append commits late":
            self.server.late.append((self._watching.tick() + fault.much, letter.raw))
            self.server.broken[answers(letter.raw)] = self._watching.tick()
        else:
            self.server.put(letter.raw, "Drafts", PLAIN)
        raise Unreachable("The connection broke off while a draft was written.")

    def _remove(self, places: Sequence[Place]) -> Removal:
        kept = {place: stored for place in places if (stored := self._at(place))}
        removal = super().withdraw(places)
        for place, stored in kept.items():
            if place.uid not in self.server.folders[place.folder].mails:
                self._watching.withdrew(place.folder, stored)
        if removal.removed and (fault := self._watching.due(REMOVE)):
            self._watching.after(fault)
        return removal
