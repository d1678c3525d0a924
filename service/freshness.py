"""How each source stands: when it was last read, how far behind it is, what stands in the way. Rows of the ledger."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from indexer.updating import SourceReport
from service.schema import File

LONGEST = 3_600.0
"""Seconds between two looks at a source that fails again and again."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The last look at a source. `done_at` is the last one without a failure, `failed` how many failed in a row since.

    `listed` is how many documents it had by its own last whole census; `calls` the requests of the last look, and
    `remaining` how many more the service lets us make, where it tells.
    """

    source: str
    tried_at: datetime
    done_at: datetime | None = None
    failed: int = 0
    listed: int | None = None
    failures: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    seconds: float = 0.0
    calls: int = 0
    remaining: int | None = None


def looked(before: Looked | None, report: SourceReport, now: datetime) -> Looked:
    """What is known of a source after a look at it, by what was known before. Pure."""
    before, well = before or Looked(report.source, now), not report.failures
    return Looked(
        report.source,
        now,
        now if well else before.done_at,
        0 if well else 1 + before.failed,
        before.listed if report.listed is None else report.listed,
        report.failures,
        report.notices,
        report.seconds,
    )


def next_look(last: Looked | None, every: float, now: datetime) -> datetime:
    """When a source is to be looked at again: every so many seconds, and less and less often while it fails. Pure."""
    if last is None or last.tried_at > now:
        return now
    return last.tried_at + timedelta(seconds=min(max(every, LONGEST), every * 2 ** min(last.failed, 12)))


class Freshness:
    """The last look at every source."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def keep(self, states: Iterable[Looked]) -> None:
        """Write what is known now."""
        with self._file.writing():
            self._file.put(_KEEP, [(s.source, s.tried_at.isoformat(), _iso(s.done_at), _told(s)) for s in states])

    def all(self) -> dict[str, Looked]:
        """What is known of every source that was ever looked at, by its name."""
        found = self._file.read(_looked, "SELECT name, tried_at, done_at, told FROM sources ORDER BY name")
        return {state.source: state for state in found}

    def forget(self, names: Iterable[str]) -> None:
        """Drop what is known of these."""
        with self._file.writing():
            self._file.put("DELETE FROM sources WHERE name = ?", [(name,) for name in names])


_KEEP = (
    "INSERT INTO sources VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
    "tried_at = excluded.tried_at, done_at = excluded.done_at, told = excluded.told"
)
_FIELDS = ("failed", "listed", "failures", "notices", "seconds", "calls", "remaining")


def _told(state: Looked) -> str:
    return json.dumps({name: getattr(state, name) for name in _FIELDS}, ensure_ascii=False)


def _looked(row: tuple[Any, ...]) -> Looked:
    name, tried_at, done_at, told = row
    read = json.loads(told)
    texts = {each: tuple(read[each]) for each in ("failures", "notices")}
    done = datetime.fromisoformat(done_at) if done_at else None
    return Looked(name, datetime.fromisoformat(tried_at), done, **{**read, **texts})


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
