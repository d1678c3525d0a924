"""How far each folder was read, which mails are in work, and what stands in the way: rows of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.mailbox.protocol import Cursor, Place
from service.schema import File


@dataclass(frozen=True, slots=True)
class Watched:
    """A folder that is watched: how far it was read, since when it is watched, and how far it is read anew.

    Mails up to `again_until` were numbered anew by the server: what is not known among them may be old.
    """

    mailbox: str
    folder: str
    cursor: Cursor
    since: datetime
    again_until: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """When a mailbox was last looked into, and what stands in the way, as a sentence."""

    mailbox: str
    looked_at: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """A mail that made a step fail and will be tried again."""

    place: Place
    tries: int
    trouble: str


class Progress:
    """The rows that let a watcher go on where the last one stopped."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def watched(self, mailbox: str, folder: str) -> Watched | None:
        """How far a folder was read; None before first contact."""
        sql = "SELECT validity, uid, since, again_until FROM folders WHERE mailbox = ? AND folder = ?"

        def watched(row: Sequence[Any]) -> Watched:
            validity, uid, since, again = row
            return Watched(mailbox, folder, Cursor(validity, uid), datetime.fromisoformat(since), again)

        return next(iter(self._file.read(watched, sql, (mailbox, folder))), None)

    def advance(self, to: Watched) -> None:
        """Remember how far a folder was read."""
        values = (to.mailbox, to.folder, to.cursor.validity, to.cursor.uid, to.since.isoformat(), to.again_until)
        with self._file.writing():
            self._file.put(_ADVANCE, [values])

    def met(self, mailbox: str, places: Sequence[tuple[Place, str]]) -> None:
        """Remember at which places which mails (by identity) were met."""
        rows = [(mailbox, p.folder, p.validity, p.uid, identity) for p, identity in places]
        with self._file.writing():
            self._file.put(_MET, rows)

    def begin(self, mailbox: str, places: Sequence[Place]) -> dict[Place, Stuck]:
        """Count one more try for each mail, durably and before it is touched, and return the counts."""
        insert = "INSERT INTO tries VALUES (?, ?, ?, ?, 0, '') ON CONFLICT DO NOTHING"
        with self._file.writing():
            self._file.put(insert, _keys(mailbox, places))
            self._file.put(f"UPDATE tries SET tries = tries + 1 WHERE {_KEY}", _keys(mailbox, places))
            found = {stuck.place: stuck for stuck in self.stuck(mailbox)}
        return {place: found[place] for place in places}

    def let_go(self, mailbox: str, places: Sequence[Place]) -> None:
        """Take the last try back: something else failed than the mails."""
        with self._file.writing():
            self._file.put(f"UPDATE tries SET tries = tries - 1 WHERE {_KEY}", _keys(mailbox, places))
            self._file.put(f"DELETE FROM tries WHERE {_KEY} AND tries <= 0 AND trouble = ''", _keys(mailbox, places))

    def finish(self, mailbox: str, places: Sequence[Place]) -> None:
        """These mails are settled."""
        if not places:
            return
        with self._file.writing():
            self._file.put(f"DELETE FROM tries WHERE {_KEY}", _keys(mailbox, places))

    def failed(self, mailbox: str, troubles: Sequence[tuple[Place, str]]) -> None:
        """Note what went wrong with mails that will be tried again."""
        rows = [(trouble, mailbox, p.folder, p.validity, p.uid) for p, trouble in troubles]
        with self._file.writing():
            self._file.put(f"UPDATE tries SET trouble = ? WHERE {_KEY}", rows)

    def stuck(self, mailbox: str) -> list[Stuck]:
        """Mails in work, and mails that failed and wait for another try; oldest place first."""
        sql = f"SELECT {_PLACE}, tries, trouble FROM tries WHERE mailbox = ? ORDER BY {_PLACE}"
        return [Stuck(Place(*row[:3]), *row[3:]) for row in self._file.rows(sql, (mailbox,))]

    def looked(self, mailbox: str, at: datetime | None, trouble: str = "") -> None:
        """Remember that a mailbox was looked into, or (`at` is None) what stands in the way."""
        with self._file.writing():
            self._file.put("INSERT INTO accounts (mailbox) VALUES (?) ON CONFLICT DO NOTHING", [(mailbox,)])
            if at:
                row = (at.isoformat(), trouble, mailbox)
                self._file.put("UPDATE accounts SET looked_at = ?, trouble = ? WHERE mailbox = ?", [row])
            else:
                self._file.put("UPDATE accounts SET trouble = ? WHERE mailbox = ?", [(trouble, mailbox)])

    def accounts(self) -> list[Account]:
        """Every mailbox that was ever watched, for pages and health checks."""
        return self._file.read(_account, "SELECT mailbox, looked_at, trouble FROM accounts ORDER BY mailbox")


_KEY = "mailbox = ? AND folder = ? AND validity = ? AND uid = ?"
_PLACE = "folder, validity, uid"
_ADVANCE = """
INSERT INTO folders (mailbox, folder, validity, uid, since, again_until) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (mailbox, folder) DO UPDATE SET
  validity = excluded.validity, uid = excluded.uid, since = excluded.since, again_until = excluded.again_until
"""
_MET = """
INSERT INTO places (mailbox, folder, validity, uid, identity) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (mailbox, folder, validity, uid) DO UPDATE SET identity = excluded.identity
"""


def _account(row: Sequence[Any]) -> Account:
    name, at, trouble = row
    return Account(name, datetime.fromisoformat(at) if at else None, trouble)


def _keys(mailbox: str, places: Sequence[Place]) -> list[tuple[str, str, int, int]]:
    return [(mailbox, p.folder, p.validity, p.uid) for p in places]
