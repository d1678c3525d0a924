"""Who may log in here by a password. Rows of the ledger."""

from dataclasses import dataclass
from datetime import datetime

from service.schema import File


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in by a password."""

    email: str
    name: str
    at: datetime


class People:
    """The people and what is kept of their passwords."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def put(self, email: str, name: str, password: str, now: datetime) -> None:
        """Let somebody in from now on, or give them another password; `password` is its hash.

        Whoever is logged in as them is logged out.
        """
        with self._file.writing():
            self._file.put("DELETE FROM sessions WHERE email = ?", [(email,)])
            self._file.put(
                "INSERT INTO people (email, name, password, at) VALUES (?, ?, ?, ?) ON CONFLICT (email) "
                "DO UPDATE SET name = excluded.name, password = excluded.password, at = excluded.at",
                [(email, name, password, now.isoformat())],
            )

    def remove(self, email: str) -> bool:
        """Let somebody in no more, neither by password, nor where they are logged in, nor by a token of theirs."""
        with self._file.writing():
            for table in ("sessions", "tokens"):
                self._file.put(f"DELETE FROM {table} WHERE email = ?", [(email,)])
            return self._file.put("DELETE FROM people WHERE email = ?", [(email,)]) > 0

    def all(self) -> list[Account]:
        """Everybody, by address."""
        sql = "SELECT email, name, at FROM people ORDER BY email"
        return self._file.read(lambda r: Account(r[0], r[1], datetime.fromisoformat(r[2])), sql)

    def kept(self, email: str) -> tuple[str, str]:
        """The name of somebody and the hash of their password; both empty for somebody unknown."""
        found = self._file.rows("SELECT name, password FROM people WHERE email = ?", (email,))
        return (found[0][0], found[0][1]) if found else ("", "")
