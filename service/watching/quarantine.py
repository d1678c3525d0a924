"""Mails that were given up: their bytes, for a while, and which of them are to be tried again. Rows of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.mailbox.protocol import Place
from service.schema import File

MOST_OF_ONE = 5_000_000
MOST_IN_ALL = 50_000_000
KEPT_FOR = timedelta(days=30)
_WAITS = "Somebody asked for another try."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mail to be tried again: what its receipt calls it, and everywhere it was met."""

    identity: str
    places: tuple[Place, ...]


class Quarantine:
    """What stands behind the receipts of the mails that were given up."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def keep(self, mailbox: str, mails: Sequence[tuple[str, bytes]], now: datetime) -> None:
        """Keep the bytes of mails (by identity) that are given up now, so that a fault can be looked into.

        One that is too large is not kept; of all together the oldest go first.
        """
        rows = [(mailbox, key, now.isoformat(), raw) for key, raw in mails if 0 < len(raw) <= MOST_OF_ONE]
        with self._file.writing():
            self._file.put("DELETE FROM quarantine WHERE mailbox = ? AND identity = ?", [row[:2] for row in rows])
            self._file.put("INSERT INTO quarantine (mailbox, identity, at, raw) VALUES (?, ?, ?, ?)", rows)
            self._file.put(_TOO_MUCH, [(MOST_IN_ALL,)] if rows else [])

    def raw(self, mailbox: str, identity: str) -> bytes | None:
        """The bytes of a mail, where they are kept."""
        sql = "SELECT raw FROM quarantine WHERE mailbox = ? AND identity = ?"
        found = self._file.rows(sql, (mailbox, identity))
        return found[0][0] if found else None

    def want(self, mailbox: str, identity: str, now: datetime) -> bool:
        """Have a mail tried again at the next pass, wherever it was met; False where it was never met anywhere.

        Its tries begin anew. Asking twice is asking once.
        """
        places = self._places(mailbox, identity)
        row = (mailbox, identity, now.isoformat())
        with self._file.writing():
            self._file.put(_NOTE, [row])
            sql = "UPDATE quarantine SET wanted = ? WHERE mailbox = ? AND identity = ?"
            self._file.put(sql, [(now.isoformat(), mailbox, identity)] if places else [])
            tries = [(mailbox, p.folder, p.validity, p.uid, 0, _WAITS) for p in places]
            self._file.put(_AGAIN, tries)
        return bool(places)

    def wanted(self, mailbox: str) -> list[Wanted]:
        """The mails that are to be tried again."""
        found = self._file.rows(
            "SELECT identity FROM quarantine WHERE mailbox = ? AND wanted != '' ORDER BY id", (mailbox,)
        )
        return [Wanted(key, tuple(self._places(mailbox, key))) for (key,) in found]

    def release(self, mailbox: str, identities: Sequence[str]) -> None:
        """These mails were tried again and are settled: forget what was known of their failure.

        A draft that the server refused leaves no trace either, so that its mail can get one now.
        """
        keys = [(mailbox, key) for key in identities]
        with self._file.writing():
            for table, which in _TRACES:
                self._file.put(f"DELETE FROM {table} WHERE mailbox = ? AND identity = ? AND {which}", keys)

    def lost(self, mailbox: str, now: datetime) -> list[str]:
        """Mails that were to be tried again and are nowhere any more, by identity; they wait no longer.

        Bytes that were kept for long enough are forgotten here.
        """
        with self._file.writing():
            lost = [(now.isoformat(), mailbox, row[0]) for row in self._file.rows(_LOST, (mailbox,))]
            self._file.put("UPDATE quarantine SET wanted = '', at = ? WHERE mailbox = ? AND identity = ?", lost)
            self._file.put("DELETE FROM quarantine WHERE at < ? AND wanted = ''", [((now - KEPT_FOR).isoformat(),)])
        return [key for _, _, key in lost]

    def _places(self, mailbox: str, identity: str) -> list[Place]:
        sql = (
            "SELECT folder, validity, uid FROM places WHERE mailbox = ? AND identity = ? ORDER BY folder, validity, uid"
        )
        return [Place(*row) for row in self._file.rows(sql, (mailbox, identity))]


_TRACES = (("quarantine", "TRUE"), ("receipts", "outcome = 'quarantine'"), ("drafts", "state = 'dropped'"))
_NOTE = "INSERT INTO quarantine (mailbox, identity, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_AGAIN = """
INSERT INTO tries VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (mailbox, folder, validity, uid) DO UPDATE SET tries = excluded.tries, trouble = excluded.trouble
"""
_LOST = """
SELECT q.identity FROM quarantine q WHERE q.mailbox = ? AND q.wanted != '' AND NOT EXISTS (
  SELECT 1 FROM places p JOIN tries t USING (mailbox, folder, validity, uid)
  WHERE p.mailbox = q.mailbox AND p.identity = q.identity)
"""
_TOO_MUCH = """
UPDATE quarantine SET raw = NULL WHERE id IN (
  SELECT id FROM (
    SELECT id, sum(length(raw)) OVER (ORDER BY id DESC) AS total FROM quarantine WHERE raw IS NOT NULL
  ) AS kept WHERE total > ?)
"""
