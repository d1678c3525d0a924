"""A CRM that is asked over the network: what changed first, everything once a day, deletions surely."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from indexer.documents import Document
from indexer.errors import BadAnswer, Refused, SourceError, Unavailable
from indexer.sources.http import Reply
from indexer.sources.loose import Record
from indexer.sources.marks import Mark, Marks
from indexer.sources.protocol import Census, Delete, Event, Failure, Upsert


@dataclass(frozen=True, slots=True)
class Told:
    """A record as far as every CRM tells it: its id, when it was changed (as written there), whether it is deleted."""

    number: str
    stamp: str
    gone: bool


NEVER = datetime.max.replace(tzinfo=UTC)
"""What a clock says that nobody has looked at."""


def clock_of(reply: Reply, before: datetime) -> datetime:
    """When a service says that it replied; `before` where it does not say."""
    try:
        return parsedate_to_datetime(reply.headers.get("date", "")).astimezone(UTC)
    except ValueError:
        return before


class Service(Protocol):
    """What every CRM can be asked. Its methods raise SourceError; a type that is out of sight answers nothing."""

    @property
    def lacking(self) -> Mapping[str, str]:
        """A sentence for each right that turned out to be missing."""
        ...

    @property
    def closed(self) -> Collection[str]:
        """Types that turned out to be out of sight."""
        ...

    @property
    def clock(self) -> datetime:
        """The service's own clock, as its last reply told it."""
        ...

    def begin(self, everything: bool) -> None:
        """Forget what may have changed since; for a look at `everything`, all of it."""
        ...

    def visit(self, name: str) -> None:
        """See whether a type may be read, so that `lacking` and `closed` know."""
        ...

    def ids(self, name: str, walked: set[str] | None) -> set[str]:
        """The ids of all records of a type; `walked` are those that were told just before, if all of them were."""
        ...


class Lister(Service, Protocol):
    """A CRM that lists what changed of a type."""

    def listed(self, name: str, mark: Mark) -> Iterator[Sequence[Record]]:
        """Pages of what changed of a type since `mark`."""
        ...

    def told(self, name: str, found: Record) -> Told:
        """What a record tells of itself."""
        ...

    def documents(self, name: str, found: Sequence[Record]) -> list[Document]:
        """Documents of records that are not deleted."""
        ...


class LiveCrm(ABC):
    """The part of a source that is the same for CRMs that keep times. `kinds` are its types, in the order to read them.

    One look a day is at everything: a new name of a company changes no date of its deals. Then all ids are counted,
    which finds what no list of deletions tells.
    """

    def __init__(self, name: str, kinds: Mapping[str, str], service: Service, now: Callable[[], datetime]) -> None:
        """Ask nothing yet. `name` is `service:account`."""
        if not name.partition(":")[2].strip() or name.count(":") != 1:
            raise SourceError(f"{name!r} names no source: it needs a short name without a colon behind the first one.")
        self.name, self._kinds, self._service, self._now = name, kinds, service, now
        self._walked: dict[str, set[str]] = {}
        self._counted: Census | None = None

    def check(self) -> list[str]:
        """One sentence for each right that is missing."""
        try:
            self._service.begin(everything=True)
            for name in self._kinds:
                self._service.visit(name)
        except SourceError as problem:
            return [*self._service.lacking.values(), str(problem)]
        return list(self._service.lacking.values())

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """What changed or was deleted since `cursor`, or everything. Raises Refused for a token that is no good."""
        marks, now = Marks.of(cursor), self._now()
        everything = marks.begin(now)
        self._service.begin(everything)
        self._walked, self._counted = {}, Census(frozenset(), complete=False)
        failed: list[str] = []
        try:
            yield from self._look(marks, now, failed)
            if marks.owed and not failed:
                self._counted = self._count(marks)
                marks.owed = False
        except (Unavailable, BadAnswer) as problem:
            yield Failure(str(problem), retryable=True)
        yield from map(Failure, self._service.lacking.values())
        yield marks.checkpoint()

    @abstractmethod
    def _look(self, marks: Marks, now: datetime, failed: list[str]) -> Iterator[Event]:
        """What is to be told now, by `_changed` and by what lists of deletions there are; `failed` are types."""

    def census(self) -> Census:
        """The ids of all documents, if the last pull counted them; complete only then, or when nothing was pulled."""
        if self._counted is not None:
            return self._counted
        try:
            self._service.begin(everything=False)
            return self._count(Marks())
        except SourceError:
            return Census(frozenset(), complete=False)

    def id_of(self, name: str, number: str) -> str:
        """The id of a record's document."""
        return f"{self.name}:{self._kinds[name]}:{number}"

    def _changed(self, name: str, marks: Marks, failed: list[str]) -> Iterator[Event]:
        """What changed of a type; where that fails, the others go on."""
        yield from self._apart(name, self._paged(name, marks), failed)

    def _apart(self, name: str, events: Iterator[Event], failed: list[str]) -> Iterator[Event]:
        """Events of a type; where the service makes no sense of it, or keeps it back, it is noted in `failed`."""
        try:
            yield from events
        except (BadAnswer, Refused) as problem:
            if isinstance(problem, Refused) and problem.status != 403:
                raise
            failed.append(name)
            yield Failure(str(problem), retryable=True)

    @abstractmethod
    def _paged(self, name: str, marks: Marks) -> Iterator[Event]:
        """What changed of a type, and a checkpoint after each page of it."""

    def _count(self, marks: Marks) -> Census:
        """All ids. Not whole where a type is out of sight now that was seen before."""
        ids = set[str]()
        for name in self._kinds:
            walked = self._walked.get(name)
            numbers = self._service.ids(name, walked) | (walked or set())
            ids |= {self.id_of(name, number) for number in numbers}
        return Census(frozenset(ids), complete=not {*self._service.closed} & marks.kinds.keys())


class ListedCrm(LiveCrm):
    """The part that is the same for CRMs that list what changed."""

    newest_first: frozenset[str] = frozenset()
    """Types that come last changed first: only where such a list ends can the next look go on."""

    def __init__(self, name: str, kinds: Mapping[str, str], lister: Lister, now: Callable[[], datetime]) -> None:
        """Ask nothing yet. `name` is `service:account`."""
        super().__init__(name, kinds, lister, now)
        self._lister = lister

    def _paged(self, name: str, marks: Marks) -> Iterator[Event]:
        mark, seen, ids = marks.kinds.get(name, Mark()), list[tuple[str, str]](), set[str]()
        whole, begun = mark.since is None, None
        for page in self._lister.listed(name, mark):
            begun = begun or min(self._now(), self._service.clock)
            marks.kinds[name] = mark
            told = [self._lister.told(name, each) for each in page]
            yield from self._fresh(name, dict(zip(told, page, strict=True)), mark)
            ids |= {each.number for each in told if not each.gone}
            seen += [(each.number, each.stamp) for each in told]
            if name not in self.newest_first:
                mark.move(seen, self._now())
                seen = []
            yield marks.checkpoint()
        mark.move(seen, self._now(), until=begun)
        if whole:
            self._walked[name] = ids

    def _fresh(self, name: str, page: Mapping[Told, Record], mark: Mark) -> Iterator[Event]:
        """What of a page was not told yet."""
        fresh = [each for each in page if each.number and mark.is_new(each.number, each.stamp)]
        gone = (self.id_of(name, each.number) for each in fresh if each.gone)
        yield from (Delete(each, f"{self.name} has deleted it") for each in gone)
        yield from map(Upsert, self._lister.documents(name, [page[each] for each in fresh if not each.gone]))
