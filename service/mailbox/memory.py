"""A mail server and its client in memory, for tests, simulations and trying things out. No network."""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Literal

from indexer.errors import LoginRefused, MailboxError, MissingFolder, NoDraftsFolder, Unreachable
from service.mailbox.folders import Folder, Purpose, folder_for, names_to_create
from service.mailbox.protocol import (
    INBOX,
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
    bare,
    is_plain,
)
from service.mailbox.replies import Envelope, envelope, match


@dataclass(frozen=True, slots=True)
class Stored:
    """A mail as the server keeps it."""

    uid: int
    raw: bytes
    received: datetime
    flags: frozenset[str] = frozenset()


@dataclass(slots=True)
class MemoryFolder:
    """Mails by UID, in the order they came; a UID is never given twice under one validity."""

    validity: int
    uidnext: int = 1
    mails: dict[int, Stored] = field(default_factory=dict)

    def add(self, raw: bytes, received: datetime, flags: frozenset[str] = frozenset()) -> int:
        """Store a mail and return its UID."""
        uid = self.uidnext
        self.mails[uid] = Stored(uid, raw, received, flags)
        self.uidnext = uid + 1
        return uid


class MemoryServer:
    """What outlives every connection: folders and mails. People act on it by the methods below `deliver`."""

    def __init__(self, folders: Sequence[str] = (INBOX, "Drafts", "Sent", "Trash"), password: str = "") -> None:
        """Make the folders, empty."""
        self.password = password
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.reachable = True
        self.may_create = True
        self.refuses = ""
        """What the server says to every APPEND, such as OVERQUOTA; empty when it takes them."""
        self.removes: Literal["expunge", "move", ""] = "expunge"
        """How it lets single mails be removed: UID EXPUNGE, MOVE, or not at all."""
        self.bell = threading.Condition()
        self._validity = 1000
        self.folders: dict[str, MemoryFolder] = {}
        for name in folders:
            self.create(name)

    def create(self, name: str) -> None:
        """Make an empty folder; one of the same name is lost."""
        self._validity += 1
        self.folders[name] = MemoryFolder(self._validity)

    def deliver(self, raw: bytes, folder: str = INBOX, flags: frozenset[str] = frozenset()) -> int:
        """Put a mail into a folder as any program may, ring the bell, and return its UID."""
        with self.bell:
            uid = self.folders[folder].add(raw, self.clock(), flags)
            self.bell.notify_all()
        return uid

    def flag(self, folder: str, uid: int, flag: str) -> None:
        """Set a flag, as a mail program does when its user reads or answers."""
        kept = self.folders[folder].mails[uid]
        self.folders[folder].mails[uid] = replace(kept, flags=kept.flags | {flag})

    def remove(self, folder: str, uid: int) -> None:
        """Delete a mail for good."""
        del self.folders[folder].mails[uid]

    def move(self, folder: str, uid: int, to: str) -> int:
        """Move a mail, keeping its date, and return its new UID."""
        mail = self.folders[folder].mails.pop(uid)
        return self.folders[to].add(mail.raw, mail.received, mail.flags)

    def renumber(self, folder: str) -> None:
        """Give the folder a new UIDVALIDITY and all its mails new UIDs in another order, as a restored server does."""
        self._validity += 1
        old = self.folders[folder]
        self.folders[folder] = new = MemoryFolder(self._validity)
        for mail in reversed(old.mails.values()):
            new.add(mail.raw, mail.received, mail.flags)


class MemoryMailbox:
    """A client of a MemoryServer, with the manners of an IMAP client. See `Mailbox`."""

    def __init__(self, server: MemoryServer, name: str = "sales@brueckner.example", password: str = "") -> None:
        """Remember where to connect and as whom."""
        self.server = server
        self.name = name
        self.password = password
        self.drafts = ""
        """The Drafts folder's name, where the user gave one."""
        self.max_size = 25_000_000

    def check(self, folders: Sequence[str]) -> list[str]:
        """See `Mailbox.check`."""
        try:
            self._folders()
        except MailboxError as error:
            return [str(error)]
        return [f"There is no folder '{name}'." for name in folders if name not in self.server.folders]

    def start(self, folder: str, since: date | None = None) -> Cursor:
        """See `Mailbox.start`."""
        opened = self._open(folder)
        fresh = [m.uid for m in opened.mails.values() if since and m.received.date() >= since]
        return Cursor(opened.validity, min(fresh, default=opened.uidnext) - 1)

    def take(self, folder: str, after: Cursor, limit: int) -> Batch:
        """See `Mailbox.take`."""
        opened = self._open(folder)
        if opened.validity != after.validity:
            return Batch((), after, renumbered=True)
        waiting = sorted(uid for uid in opened.mails if uid > after.uid)
        places = [Place(folder, opened.validity, uid) for uid in waiting[:limit]]
        last = max([after.uid, *waiting[:limit]])
        return Batch(tuple(self.fetch(places)), Cursor(opened.validity, last), more=len(waiting) > limit)

    def fetch(self, places: Sequence[Place]) -> list[Arrival]:
        """See `Mailbox.fetch`."""
        return [self._arrival(place, stored) for place in places if (stored := self._at(place))]

    def answered(self, mails: Sequence[Sought]) -> list[Reply | None]:
        """See `Mailbox.answered`."""
        flagged = frozenset(m.place for m in mails if (s := self._at(m.place)) and "\\Answered" in s.flags)
        sent, drafts = self._envelopes("sent"), self._envelopes("drafts")
        return [match(mail, flagged, sent, drafts) for mail in mails]

    def drafts_mark(self) -> Mark:
        """See `Mailbox.drafts_mark`."""
        name = self._named("drafts") or self._create_drafts()
        opened = self._open(name)
        return Mark(name, opened.validity, opened.uidnext)

    def save_drafts(self, letters: Sequence[Letter]) -> list[Saved]:
        """See `Mailbox.save_drafts`."""
        folder = self.drafts_mark().folder
        return [self._save(folder, letter) for letter in letters]

    def find_drafts(self, message_ids: Sequence[str], since: Mark) -> Look:
        """See `Mailbox.find_drafts`."""
        now = self.drafts_mark()
        same = (now.folder, now.validity) == (since.folder, since.validity)
        first = since.uidnext if same else 1
        wanted = {bare(message_id): message_id for message_id in message_ids}
        lying = [e for e in self._envelopes("drafts") if e.uid >= first]
        gone = {e.message_id for purpose in ("sent", "trash") for e in self._envelopes(purpose)}
        return Look(
            found={wanted[e.message_id]: e.uid for e in lying if e.message_id in wanted},
            elsewhere=frozenset(wanted[key] for key in gone & wanted.keys()),
            doubtful=not same or len(lying) < now.uidnext - first,
        )

    def related(
        self, where: Literal["drafts", "sent"], message_ids: Collection[str], since: date | None = None
    ) -> list[Related]:
        """See `Mailbox.related`."""
        wanted = set(map(bare, message_ids)) - {""}
        name = self._named(where)
        if name is None:
            return []
        folder = self._open(name)
        mails = [m for m in folder.mails.values() if not since or m.received.date() >= since]
        named = [(m, e) for m in mails if wanted & {(e := self._envelope(m)).message_id, *e.names}]
        return [
            Related(Place(name, folder.validity, m.uid), e.message_id, e.names, m.flags, m.received) for m, e in named
        ]

    def withdraw(self, places: Sequence[Place]) -> Removal:
        """See `Mailbox.withdraw`."""
        trash = self._named("trash")
        ours = frozenset(p for p in places if (kept := self._at(p)) and is_plain(kept.flags))
        if not self.server.removes or (self.server.removes == "move" and not trash):
            return Removal(unable=ours)
        for place in ours:
            if self.server.removes == "move" and trash:
                self.server.move(place.folder, place.uid, trash)
            else:
                self.server.remove(place.folder, place.uid)
        return Removal(ours)

    def wait(self, folder: str, after: Cursor, seconds: float, pulse: Callable[[], bool]) -> bool:
        """See `Mailbox.wait`."""
        left = seconds
        with self.server.bell:
            while not self._news(folder, after):
                if left <= 0 or not pulse():
                    return False
                self.server.bell.wait(min(left, 1.0))
                left -= 1.0
        return True

    def is_there(self) -> bool:
        """See `Mailbox.is_there`."""
        return self.server.reachable

    def close(self) -> None:
        """Nothing to leave."""

    def _folders(self) -> list[Folder]:
        self._connect()
        return [Folder(name) for name in self.server.folders]

    def _named(self, purpose: Purpose) -> str | None:
        return folder_for(purpose, self._folders(), self.drafts if purpose == "drafts" else "")

    def _connect(self) -> None:
        if not self.server.reachable:
            raise Unreachable(f"The mail server of {self.name} does not answer.")
        if self.password != self.server.password:
            raise LoginRefused(f"The mail server refused the password of {self.name}.")

    def _open(self, folder: str) -> MemoryFolder:
        self._connect()
        if folder not in self.server.folders:
            raise MissingFolder(f"The mailbox {self.name} has no folder '{folder}'.")
        return self.server.folders[folder]

    def _news(self, folder: str, after: Cursor) -> bool:
        opened = self._open(folder)
        return opened.validity != after.validity or any(uid > after.uid for uid in opened.mails)

    def _at(self, place: Place) -> Stored | None:
        opened = self._open(place.folder)
        return opened.mails.get(place.uid) if opened.validity == place.validity else None

    def _arrival(self, place: Place, stored: Stored) -> Arrival:
        if len(stored.raw) <= self.max_size:
            return Arrival(place, len(stored.raw), stored.raw, stored.received)
        return Arrival(place, len(stored.raw), stored.raw.split(b"\r\n\r\n")[0], stored.received, "headers")

    def _envelopes(self, purpose: Purpose) -> list[Envelope]:
        name = self._named(purpose)
        mails = self.server.folders[name].mails.values() if name else ()
        return [self._envelope(mail) for mail in mails]

    def _envelope(self, mail: Stored) -> Envelope:
        return envelope(mail.uid, mail.raw, mail.received)

    def _create_drafts(self) -> str:
        if not self.server.may_create:
            raise NoDraftsFolder(f"The mailbox {self.name} has no Drafts folder and does not let one be made.")
        name = names_to_create(self._folders(), self.drafts)[0]
        self.server.create(name)
        return name

    def _save(self, folder: str, letter: Letter) -> Saved:
        self._connect()
        if self.server.refuses:
            return Saved(letter.message_id, refused=self.server.refuses)
        uid = self.server.deliver(letter.raw, folder, frozenset({"\\Draft", "\\Seen"}))
        return Saved(letter.message_id, uid)
