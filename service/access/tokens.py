"""Tokens of programs that call the API: whose they are, what they may do, until when. Rows of the ledger."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.access.hashes import hash_of, new
from service.access.visitor import SCOPES, Scope
from service.schema import File

PREFIX = "sgn_"
"""What every token begins with, so that scanners for leaked secrets find it."""
_USE_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; itself it is known to whoever has it. `used_at` is None where it never was."""

    id: str
    label: str
    email: str
    scopes: frozenset[Scope]
    at: datetime
    until: datetime
    used_at: datetime | None = None


class Tokens:
    """The tokens, of which only hashes are kept."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def make(self, email: str, label: str, scopes: Collection[Scope], now: datetime, lasts: timedelta) -> str:
        """A new token; it is told this once."""
        token, told = new(PREFIX), " ".join(sorted(scopes))
        row = (secrets.token_hex(4), hash_of(token), label, email, told, now.isoformat(), (now + lasts).isoformat())
        sql = "INSERT INTO tokens (id, hash, label, email, scopes, at, until) VALUES (?, ?, ?, ?, ?, ?, ?)"
        with self._file.writing():
            self._file.put(sql, [row])
        return token

    def of(self, token: str, now: datetime) -> Token | None:
        """What is known of a token; None where it is none, was revoked, or is over."""
        sql = f"SELECT {_COLUMNS} FROM tokens WHERE hash = ?"
        found = self._file.read(_row, sql, (hash_of(token),)) if token.startswith(PREFIX) else []
        if not found or now >= found[0].until:
            return None
        if found[0].used_at is None or now - found[0].used_at > _USE_NOTED_EVERY:
            with self._file.writing():
                self._file.put("UPDATE tokens SET used_at = ? WHERE id = ?", [(now.isoformat(), found[0].id)])
        return found[0]

    def all(self) -> list[Token]:
        """Every token, the newest first."""
        return self._file.read(_row, f"SELECT {_COLUMNS} FROM tokens ORDER BY at DESC, id")

    def revoke(self, id_: str) -> bool:
        """End a token by its id; whether there was one."""
        with self._file.writing():
            return self._file.put("DELETE FROM tokens WHERE id = ?", [(id_,)]) > 0


_COLUMNS = "id, label, email, scopes, at, until, used_at"


def _row(row: tuple[str, ...]) -> Token:
    id_, label, email, scopes, at, until, used_at = row
    may: frozenset[Scope] = frozenset(s for s in SCOPES if s in scopes.split())
    used = datetime.fromisoformat(used_at) if used_at else None
    return Token(id_, label, email, may, datetime.fromisoformat(at), datetime.fromisoformat(until), used)
