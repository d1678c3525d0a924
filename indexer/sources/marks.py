"""How far a service that keeps times is told, kind by kind: what to ask for next, and what of it is new. Pure."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from indexer.sources.dates import when
from indexer.sources.loose import flag, number, record, string
from indexer.sources.protocol import Checkpoint

OVERLAP = timedelta(minutes=5)
"""How far back of what was told to ask again: a change may become visible later than its time says."""
_DAY = 86_400
_MOST = 500


@dataclass(slots=True)
class Mark:
    """All of a kind that changed before `at` (epoch seconds of the service's clock) is told.

    `told` are ids and times of what the next look will find once more. `after` is where to go on in a list that is not
    in the order of times; only at its end all is told.
    """

    at: float = 0.0
    told: dict[str, str] = field(default_factory=dict)
    after: str = ""

    @property
    def since(self) -> datetime | None:
        """From when on to ask, None for everything."""
        return datetime.fromtimestamp(self.at, UTC) - OVERLAP if self.at and not self.after else None

    def is_new(self, key: str, stamp: str) -> bool:
        """Whether this state of a record was not told yet; `stamp` is its time as the service wrote it."""
        return not stamp or self.told.get(key) != stamp

    def move(self, seen: Iterable[tuple[str, str]], now: datetime, until: datetime | None = None) -> None:
        """Remember ids and times that were told. A time in the future moves nothing: it would hide what comes.

        All that changed before `until` is told, where that is given.
        """
        told = self.told | dict(seen)
        times = {key: moment(stamp) for key, stamp in told.items()}
        last = until.timestamp() if until else 0.0
        self.at = max([self.at, last, *(at for at in times.values() if at <= now.timestamp())])
        edge = self.at - OVERLAP.total_seconds()
        kept = sorted((at, key) for key, at in times.items() if at >= edge)[-_MOST:]
        self.told = {key: told[key] for _, key in kept}


@dataclass(slots=True)
class Marks:
    """What a cursor holds. At `due` (epoch seconds of our clock) everything is to be told again, and counted where
    `owed`; `swept` is until when the service was asked what it had deleted, `rest` until when not to ask again."""

    due: float = 0.0
    swept: float = 0.0
    owed: bool = False
    rest: float = 0.0
    kinds: dict[str, Mark] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: str | None) -> "Marks":
        """What a cursor holds; nothing where it is none of ours."""
        try:
            told = record(json.loads(cursor or "{}"))
        except (ValueError, RecursionError):
            return cls()
        kinds = {
            name: Mark(number(each.get("at")), {key: string(at) for key, at in record(each.get("told")).items()}, after)
            for name, each in record(told.get("kinds")).items()
            if isinstance(each, dict)
            for after in [string(each.get("after"))]
        }
        due, swept, rest = (number(told.get(name)) for name in ("due", "swept", "rest"))
        return cls(due, swept, flag(told.get("owed")), rest, kinds)

    def kind(self, name: str) -> Mark:
        """The mark of a kind."""
        return self.kinds.setdefault(name, Mark())

    def begin(self, now: datetime) -> bool:
        """Whether everything is due; how far each kind was told is then forgotten."""
        if now.timestamp() < self.due <= now.timestamp() + _DAY:  # a later day comes from a clock that was wrong
            return False
        self.due, self.owed = now.timestamp() + _DAY, True
        self.swept = self.swept or now.timestamp()
        self.kinds = {name: Mark() for name in self.kinds}
        return True

    def checkpoint(self) -> Checkpoint:
        """All this, to go on from."""
        return Checkpoint(json.dumps(asdict(self), separators=(",", ":")))


def moment(stamp: str) -> float:
    """Epoch seconds of a time as a service writes it; 0 where it is none."""
    at = when(stamp)
    return at.timestamp() if at else 0.0
