"""A mailbox on the far side of a line that may break at any time. See `Mailbox`."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

from indexer.errors import MailboxError, MissingFolder, NoDraftsFolder, Unreachable
from service.mailbox.alarms import Alarms
from service.mailbox.folders import Folder, Purpose, folder_for, names_to_create
from service.mailbox.gathering import arrivals, flagged, newest, related
from service.mailbox.line import Line, Opened, within
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
    bare,
    is_plain,
)
from service.mailbox.replies import Envelope, earliest, match

MOST_BYTES = 32_000_000
"""Bytes of mail held at once; a batch ends where it would hold more."""
MOST_BREAKS = 3
"""A mail is not asked for again after the line broke so often while it carried it."""
MOST_LOOKED_AT = 2_000
"""The newest mails of Sent, Drafts or Trash that are looked at; who writes more within a pass is no person."""


class RemoteMailbox:
    """Connects when it is needed, again after a break, and keeps nothing that the server would not say again."""

    def __init__(
        self,
        name: str,
        connect: Callable[[], Line],
        drafts: str = "",
        max_size: int = 25_000_000,
        knock: Callable[[], bool] = lambda: True,
    ) -> None:
        """Name the account, how to get a line to its server, and how to see without one whether it is there."""
        self.name = name
        self._connect = connect
        self._knock = knock
        self._wanted_drafts = drafts
        self._max_size = max_size
        self._line: Line | None = None
        self._folders: list[Folder] = []
        self._next_seen: dict[str, int] = {}
        self._alarms = Alarms()
        self._broke: Counter[Place] = Counter()
        """How often the line broke while it carried these mails: one of them may be what breaks it."""

    def check(self, folders: Sequence[str]) -> list[str]:
        """See `Mailbox.check`."""
        said = []
        for folder in folders:
            try:
                with self._talk() as line:
                    line.open(folder)
            except MissingFolder as missing:
                said.append(str(missing))
            except MailboxError as error:
                return [str(error)]
        return said

    def start(self, folder: str, since: date | None = None) -> Cursor:
        """See `Mailbox.start`."""
        with self._talk() as line:
            opened = line.open(folder)
            fresh = line.uids(1, since) if since else []
            # What lies there and not UIDNEXT: some servers tell one that is too low, or far ahead of what comes next
            last = line.last()
        if not fresh:
            self._next_seen[folder] = opened.uidnext
        return Cursor(opened.validity, min([*fresh, last + 1]) - 1)

    def take(self, folder: str, after: Cursor, limit: int) -> Batch:
        """See `Mailbox.take`."""
        with self._talk() as line:
            opened = line.open(folder)
            if opened.validity != after.validity:
                return Batch((), after, renumbered=True)
            self._next_seen[folder] = opened.uidnext
            waiting = line.uids(after.uid + 1)
            careful = any(self._broke[Place(folder, opened.validity, uid)] for uid in waiting[:limit])
            chosen, mails = self._carry(line, opened, waiting[: 1 if careful else limit])
        if chosen:
            self._alarms.was_right()
        return Batch(tuple(mails), Cursor(opened.validity, max([after.uid, *chosen])), more=len(chosen) < len(waiting))

    def fetch(self, places: Sequence[Place]) -> list[Arrival]:
        """See `Mailbox.fetch`."""
        mails: list[Arrival] = []
        with self._talk() as line:
            for folder, group in groupby(places, key=lambda place: place.folder):
                opened = line.open(folder)
                asked = {p.uid for p in group if p.validity == opened.validity}
                there = asked & set(line.uids(min(asked), last=max(asked))) if asked else set()
                for uid in sorted(there):
                    mails += self._carry(line, opened, [uid])[1]
        return mails

    def answered(self, mails: Sequence[Sought]) -> list[Reply | None]:
        """See `Mailbox.answered`."""
        with self._talk() as line:
            flags = flagged(line, mails)
            oldest = earliest(mails)
            since = oldest.date() - timedelta(days=1) if oldest else None
            sent = self._lying(line, "sent", since)[1]
            drafts = self._lying(line, "drafts", None)[1]
        return [match(mail, flags, sent, drafts) for mail in mails]

    def drafts_mark(self) -> Mark:
        """See `Mailbox.drafts_mark`."""
        with self._talk() as line:
            opened = line.open(self._drafts(line))
            return Mark(opened.folder, opened.validity, max(opened.uidnext, line.last() + 1))

    def save_drafts(self, letters: Sequence[Letter]) -> list[Saved]:
        """See `Mailbox.save_drafts`."""
        with self._talk() as line:
            folder = self._drafts(line)
            return [Saved(letter.message_id, *line.append(folder, letter.raw)) for letter in letters]

    def find_drafts(self, message_ids: Sequence[str], since: Mark) -> Look:
        """See `Mailbox.find_drafts`."""
        wanted = {bare(message_id): message_id for message_id in message_ids}
        with self._talk() as line:
            opened = line.open(self._drafts(line))
            same = (opened.folder, opened.validity) == (since.folder, since.validity)
            first = since.uidnext if same else 1
            lying = line.envelopes(line.uids(first))
            found = {wanted[e.message_id]: e.uid for e in lying if e.message_id in wanted}
            if len(found) < len(wanted):  # a server that told a UIDNEXT too high put the draft below it
                lower = line.envelopes([uid for uid in newest(line, opened, MOST_LOOKED_AT) if uid < first])
                found |= {wanted[e.message_id]: e.uid for e in lower if e.message_id in wanted}
            gone = self._gone(line, wanted.keys() - map(bare, found))
        end = max([opened.uidnext, *(e.uid + 1 for e in lying)])
        complete = same and len(lying) == end - first
        return Look(found, frozenset(wanted[key] for key in gone), doubtful=not complete)

    def related(
        self, where: Literal["drafts", "sent"], message_ids: Collection[str], since: date | None = None
    ) -> list[Related]:
        """See `Mailbox.related`."""
        wanted = set(map(bare, message_ids)) - {""}
        with self._talk() as line:
            # A server that hides Drafts for once has not deleted what lies in it
            opened, lying = self._lying(line, where, since, self._drafts(line) if where == "drafts" else "")
            hidden = where == "drafts" and opened and len(lying) < len(newest(line, opened, MOST_LOOKED_AT))
            named = {e.uid: e for e in lying if wanted & {e.message_id, *e.names}}
            facts = line.facts(sorted(named)) if named else {}
        if hidden:  # what is listed and not shown may be what is sought: it is not gone
            raise Unreachable(f"The mail server of {self.name} does not show all that lies in Drafts.")
        return related(opened, named, facts) if opened else []

    def withdraw(self, places: Sequence[Place]) -> Removal:
        """See `Mailbox.withdraw`."""
        removed: set[Place] = set()
        unable: set[Place] = set()
        with self._talk() as line:
            trash = self._folder(line, "trash")
            for folder, group in groupby(sorted(places, key=lambda p: p.folder), key=lambda p: p.folder):
                opened = line.open(folder)
                here = {p.uid: p for p in group if p.validity == opened.validity}
                facts = line.facts(sorted(here))
                uids = [uid for uid in sorted(here.keys() & facts.keys()) if is_plain(facts[uid].flags)]
                done = line.remove(opened, uids, trash) if uids else None
                if done is not None:
                    (removed if done else unable).update(here[uid] for uid in uids)
        return Removal(frozenset(removed), frozenset(unable))

    def wait(self, folder: str, after: Cursor, seconds: float, pulse: Callable[[], bool]) -> bool:
        """See `Mailbox.wait`."""
        self._alarms.calm(seconds, pulse)
        with self._talk() as line:
            opened = line.open(folder)
            # Not the cursor alone: a server may have given the UIDs up to UIDNEXT to mails that are gone
            seen = max(self._next_seen.get(folder, 0), after.uid + 1)
            if opened.validity != after.validity or opened.uidnext > seen:
                return self._alarms.sounded()
            return self._alarms.ring(line, seconds, pulse)

    def is_there(self) -> bool:
        """See `Mailbox.is_there`."""
        return self._knock()

    def close(self) -> None:
        """See `Mailbox.close`."""
        if self._line is not None:
            self._line.close()
        self._line = None

    @contextmanager
    def _talk(self) -> Iterator[Line]:
        if self._line is None:
            self._folders = []
            self._line = self._connect()
        try:
            yield self._line
        except Unreachable:
            self._line = None
            raise
        except MissingFolder:
            self._folders = []
            raise

    def _listed(self, line: Line) -> list[Folder]:
        self._folders = self._folders or line.folders()
        return self._folders

    def _drafts(self, line: Line) -> str:
        found = folder_for("drafts", self._listed(line), self._wanted_drafts)
        if found:
            return found
        for name in names_to_create(self._listed(line), self._wanted_drafts):
            if line.create(name):
                self._folders = []
                return name
        raise NoDraftsFolder(
            f"The mailbox {self.name} has no Drafts folder and does not let one be made. "
            "Make one in your mail program, or name the folder to use in the settings."
        )

    def _folder(self, line: Line, purpose: Purpose) -> str | None:
        wanted = self._wanted_drafts if purpose == "drafts" else ""
        found = folder_for(purpose, self._listed(line), wanted)
        if found is None:
            self._folders = []  # a mail program makes Sent with the first mail it sends
        return found or folder_for(purpose, self._listed(line), wanted)

    def _lying(
        self, line: Line, purpose: Purpose, since: date | None, name: str | None = ""
    ) -> tuple[Opened | None, list[Envelope]]:
        """A folder and its newest mails, if there is such a folder."""
        name = name or self._folder(line, purpose)
        if name is None:
            return None, []
        opened = line.open(name)
        uids = line.uids(1, since) if since else newest(line, opened, MOST_LOOKED_AT)
        return opened, line.envelopes(uids[-MOST_LOOKED_AT:])

    def _gone(self, line: Line, wanted: set[str]) -> set[str]:
        if not wanted:
            return set()
        there = {e.message_id for purpose in _OUT for e in self._lying(line, purpose, None)[1]}
        return wanted & there

    def _carry(self, line: Line, opened: Opened, uids: Sequence[int]) -> tuple[list[int], list[Arrival]]:
        """The first of these mails, as many as may be held at once, and their UIDs."""
        places = [Place(opened.folder, opened.validity, uid) for uid in uids]
        try:
            facts = line.facts([p.uid for p in places if self._broke[p] < MOST_BREAKS])
            chosen = within(MOST_BYTES, uids, facts, self._max_size)
            mails = arrivals(line, places[: len(chosen)], facts, self._max_size)
        except Unreachable:
            self._broke.update(places)
            raise
        for place in places[: len(chosen)]:
            if self._broke[place] < MOST_BREAKS:
                del self._broke[place]
        return chosen, mails


_OUT: tuple[Purpose, ...] = ("sent", "trash")
