"""The sources that the settings name: read or kept up with, how each stands, and what only the index still holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from indexer.errors import SettingsError, SignpostError
from indexer.knowledge import Knowledge, Report, UpdateOptions
from service.connecting import AT_ONCE, Connected, connected
from service.freshness import Freshness, Looked
from service.rechecking import Rechecking
from service.settings import Settings
from service.syncing import Syncing

NO_SOURCES = (
    "There are no [[sources]] in the settings. Name one in signpost.toml; `signpost init` writes one to start from."
)
LATE = 3
"""So many turns late a source is behind."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands. `indexed` documents of it are in the index, `listed` in the source by its last whole census.

    `late` is by how many seconds the last look that went well lies further back than it should.
    """

    source: str
    state: str
    done_at: datetime | None
    tried_at: datetime | None
    late: float
    indexed: int
    listed: int | None
    calls: int
    remaining: int | None
    lacking: tuple[str, ...]
    notices: tuple[str, ...] = ()


class Sourcing:
    """All sources of the settings together."""

    def __init__(self, settings: Settings, knowledge: Knowledge, freshness: Freshness) -> None:
        """Connect to nothing yet. Raises SettingsError where a service has no token."""
        self._settings, self._knowledge, self._freshness = settings, knowledge, freshness
        self.sources = _all(settings)
        self.syncing = Syncing(knowledge, freshness, self.sources)

    def named(self, names: Sequence[str]) -> list[Connected]:
        """Those of these names, with or without their kind; all where none is named. Raises SignpostError."""
        if not self.sources:
            raise SettingsError([NO_SOURCES])
        return [source_named(name, self.sources) for name in names] or list(self.sources)

    def look(self, names: Sequence[str], options: UpdateOptions) -> Report:
        """Bring the index up to these sources. Raises SignpostError, also for an unknown name."""
        return self.syncing.look(self.named(names), options)

    def asked(self, name: str) -> str:
        """How many requests a service was asked so far, and how many more it allows at the moment."""
        line = next((source.line for source in self.sources if source.name == name), None)
        if line is None:
            return ""
        left = "" if line.remaining is None else f", {line.remaining:,} more allowed now"
        return f"{line.calls:,} requests{left}"

    def left_over(self) -> tuple[str, ...]:
        """Indexed sources that the settings no longer name. What they told stays findable until it is forgotten."""
        named = {source.name for source in self.sources}
        return tuple(name for name in self._knowledge.sources() if name not in named)

    def standing(self, now: datetime, check: bool = False) -> list[Standing]:
        """How each stands; with `check` it is also asked what rights are missing."""
        known, counts = self._freshness.all(), dict(self._knowledge.status().by_source)
        return [standing(s, known.get(s.name), counts.get(s.name, 0), now, check) for s in self.sources]

    def check(self) -> list[str]:
        """A sentence for each right that is missing and each file that cannot be read."""
        return [says for source in self.sources for says in source.source.check()]

    def troubles(self) -> list[str]:
        """A sentence for each source that failed the last time."""
        known = self._freshness.all()
        states = [known[source.name] for source in self.sources if source.name in known]
        return [_of(state.source, says) for state in states for says in state.failures]

    def rung(self, name: str, headers: Mapping[str, str], raw: bytes) -> bool | None:
        """Take a webhook's message: True if the source proved it, False if not, None where no such source rings."""
        source = next((s for s in self.sources if s.name == name), None)
        if source is None or source.heard is None:
            return None
        ids = source.heard(headers, raw)
        if ids is None:
            return False
        self.syncing.ring(name, ids)
        return True

    @cached_property
    def rechecking(self) -> Rechecking:
        """What asks services, at once, whether a document is still there."""
        live = [connected(told, politeness=AT_ONCE) for told in self._settings.sources if told.is_service]
        return Rechecking(live, self.syncing.ring)

    def close(self) -> None:
        """Hang up on all services."""
        asked = self.__dict__.pop("rechecking", None)
        for source in (*self.sources, *(asked.sources if asked else ())):
            source.close()


def source_named(name: str, sources: Sequence[Connected]) -> Connected:
    """The one of this name, with or without its kind. Raises SignpostError where there is none."""
    found = next((source for source in sources if name in (source.name, source.name.partition(":")[2])), None)
    if found is None:
        raise SignpostError(f"There is no source {name}; there are {', '.join(source.name for source in sources)}.")
    return found


def standing(source: Connected, last: Looked | None, indexed: int, now: datetime, check: bool = False) -> Standing:
    """How a source stands, by the last look at it; with `check` it is asked what it lacks."""
    lacking = tuple(source.source.check()) if check else last.failures if last else ()
    done = last and last.done_at
    late = max(0.0, (now - done).total_seconds() - LATE * source.every) if done else 0.0
    state = "never read" if last is None else "in trouble" if lacking else "behind" if late else "fine"
    return Standing(
        source.name,
        state,
        done or None,
        last.tried_at if last else None,
        late,
        indexed,
        last.listed if last else None,
        last.calls if last else 0,
        last.remaining if last else None,
        lacking,
        last.notices if last else (),
    )


def _of(source: str, says: str) -> str:
    """The sentence, which names its source: most do so by themselves."""
    return says if source in says else f"{source}: {says}"


def _all(settings: Settings) -> tuple[Connected, ...]:
    """Every source, or every missing token at once."""
    found, problems = list[Connected](), list[str]()
    for told in settings.sources:
        try:
            found.append(connected(told, settings.web.base_url))
        except SettingsError as error:
            problems += error.problems
    if problems:
        raise SettingsError(problems)
    return tuple(found)
