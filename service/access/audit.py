"""What people did here: who, when and what, so that it can be told afterwards. Rows of the ledger."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.schema import File

KEPT = timedelta(days=365)
HERE = "here"
"""Who it was, where nobody has to log in or the command line was used."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody did."""

    at: datetime
    who: str
    what: str
    told: Mapping[str, str]


class Audit:
    """The log; rows are only added, and removed when they are older than a year."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def note(self, who: str, what: str, told: Mapping[str, str], now: datetime) -> None:
        """Write down what somebody did, such as `login` or `mark`, and to what; no secret and no text of a mail."""
        row = (now.isoformat(), who or HERE, what, json.dumps({**told}, ensure_ascii=False))
        with self._file.writing():
            self._file.put("DELETE FROM audit WHERE at < ?", [((now - KEPT).isoformat(),)])
            self._file.put("INSERT INTO audit (at, who, what, told) VALUES (?, ?, ?, ?)", [row])

    def latest(self, number: int = 50, who: str = "", what: str = "") -> list[Entry]:
        """What was done last, the newest first."""
        given = {name: value for name, value in (("who", who), ("what", what)) if value}
        where = " AND ".join(["TRUE", *(f"{name} = ?" for name in given)])
        sql = f"SELECT at, who, what, told FROM audit WHERE {where} ORDER BY id DESC LIMIT ?"
        return self._file.read(_entry, sql, (*given.values(), number))


def _entry(row: tuple[str, ...]) -> Entry:
    return Entry(datetime.fromisoformat(row[0]), row[1], row[2], dict(json.loads(row[3])))
