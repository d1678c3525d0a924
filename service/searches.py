"""Searches that somebody keeps, and who may read one as a feed. Rows of the ledger."""

from dataclasses import dataclass
from datetime import datetime

from service.access.hashes import hash_of, new
from service.schema import File

MOST = 50
"""Searches of one person."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search as it stands in the address (`q=rail&kind=note`), whose it is, and whether there is a feed of it."""

    id: str
    email: str
    name: str
    query: str
    at: datetime
    has_feed: bool = False


class Searches:
    """What each person saved. Of the address of a feed only a hash is kept."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def of(self, email: str) -> list[SavedSearch]:
        """Their searches, the newest first."""
        return self._file.read(_saved, f"{_READ} WHERE email = ? ORDER BY at DESC, id", (email,))

    def keep(self, email: str, name: str, query: str, now: datetime) -> None:
        """Save a search; the same one, saved again, takes the new name. Beyond the most of one person the oldest go."""
        with self._file.writing():
            if not self._file.put("UPDATE searches SET name = ? WHERE email = ? AND query = ?", [(name, email, query)]):
                row = (new()[:16], email, name, query, now.isoformat())
                self._file.put("INSERT INTO searches (id, email, name, query, at) VALUES (?, ?, ?, ?, ?)", [row])
            self._file.put("DELETE FROM searches WHERE id = ?", [(one.id,) for one in self.of(email)[MOST:]])

    def drop(self, email: str, id_: str) -> bool:
        """Forget a search of this person, and its feed; whether there was one."""
        with self._file.writing():
            return bool(self._file.put("DELETE FROM searches WHERE email = ? AND id = ?", [(email, id_)]))

    def share(self, email: str, id_: str) -> str:
        """A new secret by which a search of this person is read as a feed, the old one is void; empty without one."""
        secret = new()
        with self._file.writing():
            row = (hash_of(secret), email, id_)
            return secret if self._file.put("UPDATE searches SET feed = ? WHERE email = ? AND id = ?", [row]) else ""

    def unshare(self, email: str, id_: str) -> None:
        """End the feed of a search of this person."""
        with self._file.writing():
            self._file.put("UPDATE searches SET feed = '' WHERE email = ? AND id = ?", [(email, id_)])

    def fed_by(self, secret: str) -> SavedSearch | None:
        """The search that this secret opens."""
        found = self._file.read(_saved, f"{_READ} WHERE feed = ?", (hash_of(secret),)) if secret else []
        return found[0] if found else None


_READ = "SELECT id, email, name, query, at, feed FROM searches"


def _saved(row: tuple[str, ...]) -> SavedSearch:
    id_, email, name, query, at, feed = row
    return SavedSearch(id_, email, name, query, datetime.fromisoformat(at), bool(feed))
