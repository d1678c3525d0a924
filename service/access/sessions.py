"""Who is logged in, until when. Rows of the ledger."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.access.hashes import hash_of, new
from service.schema import File

IDLE = timedelta(hours=4)
"""A session that was not used for so long is over, whatever time is left of it."""
_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who proved who they are, `how`: by password or by OIDC. `groups` are those the login told."""

    email: str
    name: str
    how: str
    groups: frozenset[str] = frozenset()


class Sessions:
    """The sessions; a cookie's value opens one, and only its hash is kept."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def begin(self, login: Login, now: datetime, lasts: timedelta) -> str:
        """Begin a session and return the value for its cookie. Sessions that are over are swept away with this."""
        cookie = new()
        groups, times = json.dumps(sorted(login.groups)), (now.isoformat(), now.isoformat(), (now + lasts).isoformat())
        with self._file.writing():
            gone = (now.isoformat(), (now - IDLE).isoformat())
            self._file.put("DELETE FROM sessions WHERE until < ? OR seen_at < ?", [gone])
            row = (hash_of(cookie), login.email, login.name, login.how, groups, *times)
            self._file.put("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [row])
        return cookie

    def of(self, cookie: str, now: datetime) -> Login | None:
        """Whose session this cookie opens; None where there is none, or it is over."""
        sql = "SELECT email, name, how, groups, seen_at, until FROM sessions WHERE hash = ?"
        found = self._file.read(_row, sql, (hash_of(cookie),)) if cookie else []
        if not found:
            return None
        login, seen_at, until = found[0]
        if now >= until or now - seen_at > IDLE:
            return None
        if now - seen_at > _NOTED_EVERY:
            with self._file.writing():
                self._file.put("UPDATE sessions SET seen_at = ? WHERE hash = ?", [(now.isoformat(), hash_of(cookie))])
        return login

    def end(self, cookie: str) -> None:
        """End one session."""
        with self._file.writing():
            self._file.put("DELETE FROM sessions WHERE hash = ?", [(hash_of(cookie),)])

    def end_all(self, emails: Collection[str]) -> int:
        """End all sessions of these people; how many there were."""
        with self._file.writing():
            return self._file.put("DELETE FROM sessions WHERE email = ?", [(email,) for email in emails])


def _row(row: tuple[str, ...]) -> tuple[Login, datetime, datetime]:
    email, name, how, groups, seen_at, until = row
    login = Login(email, name, how, frozenset(json.loads(groups)))
    return login, datetime.fromisoformat(seen_at), datetime.fromisoformat(until)
