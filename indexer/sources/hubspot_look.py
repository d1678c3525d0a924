"""A look at a HubSpot portal, from a checkpoint on: what changed since, now and then everything, and what is gone."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from indexer.documents import PRIVATE, Document
from indexer.errors import BadAnswer, Refused, Unavailable
from indexer.sources.dates import when
from indexer.sources.hubspot_portal import LINKED, Portal
from indexer.sources.hubspot_shapes import SHAPES, Shape
from indexer.sources.loose import Record, flag, record, string
from indexer.sources.protocol import Checkpoint, Delete, Event, Failure, Notice, Upsert

OVERLAP = 300_000
"""Milliseconds that a search looks back beyond what was told: HubSpot takes a while to find what has changed."""
_DAY, _HOUR = 86_400, 3600
_REST = 7
"""Seconds to leave the archive alone for each of its pages: what is deleted stays in it for 90 days."""
_MOST_TOLD = 200


@dataclass(slots=True)
class State:
    """How far a portal is told, by type of object; `due` and `rest` in seconds of our clock, else ms of HubSpot's.

    All that changed before `since` and all that was deleted before `swept` is told. Types in `after` are being looked
    through, from there on. `told` is what the next search will find once more. `owed` says that the ids are to be
    counted when all is looked through.
    """

    due: int = 0
    rest: int = 0
    owed: bool = False
    since: dict[str, int] = field(default_factory=dict)
    swept: dict[str, int] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    told: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: str | None) -> "State":
        """What a checkpoint holds; a fresh state where that is none of ours."""
        try:
            return cls(**json.loads(cursor or "{}"))
        except (ValueError, TypeError):
            return cls()

    def checkpoint(self) -> Checkpoint:
        """The state to go on from."""
        return Checkpoint(json.dumps(asdict(self), separators=(",", ":")))


class Look:
    """One pull. Afterwards `ids` are those of all documents there are, or None where nobody counted them."""

    def __init__(self, portal: Portal, source: str, cursor: str | None, now: int) -> None:
        """Go on from `cursor`; `now` is our clock in epoch seconds."""
        self._portal, self._source, self._now, self._state = portal, source, now, State.of(cursor)
        self._seen: dict[str, set[str]] = {}
        self.is_first = not self._state.since
        self.ids: frozenset[str] | None = None

    def events(self) -> Iterator[Event]:
        """Everything there is to tell. Raises Refused for a token that is no good."""
        state = self._state
        if not self._now < state.due <= self._now + _DAY:  # also where our clock was wrong before
            state.due, state.owed, state.after = self._now + _DAY, True, dict.fromkeys(SHAPES, "")
        try:
            for name in SHAPES:
                yield from self._careful(self._walk(name) if name in state.after else self._search(name), name)
            if not self._now < state.rest <= self._now + _DAY:
                state.rest = self._now
                for name in state.since:
                    yield from self._careful(self._sweep(name), name)
            if state.owed and not state.after:
                yield from self._careful(self._owed())
        except Unavailable as problem:
            yield Failure(str(problem), retryable=True)
        yield from map(Failure, self._portal.lacking.values())
        yield state.checkpoint()

    def _careful(self, events: Iterator[Event], name: str = "") -> Iterator[Event]:
        """The events. Where HubSpot makes no sense of one type or keeps it back, the others go on."""
        try:
            yield from events
        except BadAnswer as problem:
            yield Failure(str(problem), retryable=True)
        except Refused as problem:
            if problem.status != 403 or not name:
                raise
            self._portal.lack(SHAPES[name].scope, problem)
            if name not in self._state.since:  # never read, so nothing of it can be gone: the others may be counted
                self._state.after.pop(name, None)

    def _walk(self, name: str) -> Iterator[Event]:
        """All objects of a type, from where the last look at them stopped."""
        state, ids = self._state, set[str]()
        whole = not state.after[name]
        for page in self._portal.pages(name, state.after[name]):
            if not state.after[name]:
                state.since[name] = self._portal.clock
            documents = self._portal.documents(name, page.records)
            ids |= {document.id for document in documents}
            state.after[name] = page.after
            yield from self._fresh(name, documents, again=True)
            if not page.after:
                del state.after[name]
            yield state.checkpoint()
        self._seen |= {name: ids} if whole else {}

    def _search(self, name: str) -> Iterator[Event]:
        """What changed of a type.

        Each page is a search of its own from where the last one ended: results that change while they are read move
        to the end, and all behind them move up, so that some would slip through. Besides, only what changed within
        one second can be more than the 10,000 results that a search gives.
        """
        state, since, offset, clock = self._state, self._state.since.get(name, OVERLAP) - OVERLAP, 0, 0
        seen: set[tuple[str, int]] = set()
        while True:
            try:
                page = self._portal.changed(name, since, offset)
            except BadAnswer:
                if not offset:
                    raise
                yield Notice(f"Too many {name} of {self._source} changed within one second; all are read again.")
                state.after[name] = ""
                return (yield from self._walk(name))
            clock = clock or self._portal.clock
            keys = [(string(each.get("id")), _stamp(SHAPES[name], each)) for each in page.records]
            numbers = list(dict.fromkeys(number for number, at in keys if (number, at) not in seen))
            yield from self._reread(name, numbers, {name: set(numbers)})
            if not page.after or not keys:
                break
            seen.update(keys)
            since, offset = max(since, keys[-1][1]), 0 if keys[-1][1] > since else offset + len(keys)
            state.since[name] = max(since, state.since.get(name, 0))
            yield state.checkpoint()
        state.since[name] = clock

    def _reread(self, name: str, numbers: Sequence[str], passed: dict[str, set[str]]) -> Iterator[Event]:
        """These objects as they are now, and up to a limit what stands beside one that became private.

        What is private is to be in no answer. All else that records tell of each other may wait for the daily look.
        """
        events = list(self._fresh(name, self._portal.documents(name, self._portal.read(name, numbers))))
        yield from events
        hidden = [e.document.id.rpartition(":")[2] for e in events if isinstance(e, Upsert) and self._is_hidden(e)]
        for other in (shape.name for shape in SHAPES.values() if hidden and name in shape.beside):
            if not self._portal.is_open(other):
                continue
            done = passed.setdefault(other, set())
            beside = sorted(set().union(*self._portal.linked(name, other, hidden).values()) - done)[:LINKED]
            done.update(beside)
            yield from self._reread(other, beside, passed)

    def _is_hidden(self, event: Upsert) -> bool:
        return event.document.visibility == PRIVATE != self._portal.visibility

    def _fresh(self, name: str, documents: Sequence[Document], again: bool = False) -> Iterator[Event]:
        """The documents, without those that were told so already. What the next search will find is remembered."""
        told = self._state.told.get(name, {})
        for document in documents:
            at = int(document.updated_at.timestamp() * 1000) if document.updated_at else 0
            mark = f"{at} {document.content_hash[:16]}"
            if told.pop(document.id, "") != mark or again:
                yield Upsert(document)
            told[document.id] = mark
        low = self._state.since.get(name, 0) - OVERLAP
        kept = [(key, mark) for key, mark in told.items() if int(mark.partition(" ")[0]) >= low]
        self._state.told[name] = dict(kept[-_MOST_TOLD:])

    def _sweep(self, name: str) -> Iterator[Event]:
        """What was deleted of a type since the last sweep; the larger the archive, the longer it is left alone then."""
        state, clock = self._state, self._portal.clock
        low = state.swept.get(name, state.since[name]) - OVERLAP
        for page in self._portal.pages(name, archived=True, slim=True):
            state.rest += _REST
            for each in (found for found in page.records if flag(found.get("archived"))):
                at = when(string(each.get("archivedAt")))
                if at is None or at.timestamp() * 1000 >= low:
                    yield Delete(self._key(name, each), "it was deleted in HubSpot")
        state.swept[name] = clock

    def _owed(self) -> Iterator[Event]:
        """Count all ids once everything was looked through; where that fails, look again in an hour."""
        self._state.owed, self._state.due = False, self._now + _HOUR
        if doubt := self.count():
            yield Failure(doubt, retryable=True)
        else:
            self._state.due = self._now + _DAY

    def count(self) -> str:
        """Learn the ids of all documents, or why they are not to be believed: a page may be missing."""
        ids: set[str] = set()
        for name in self._state.since or SHAPES:
            if name not in self._seen:
                listed = (each for page in self._portal.pages(name, slim=True) for each in page.records)
                self._seen[name] = {self._key(name, each) for each in listed}
            here = self._seen[name]
            if len(here) < (total := self._portal.total(name)):
                told = f"HubSpot ({self._source}) lists {len(here)} {name}, but says that it has {total}."
                return f"{told} Nothing is deleted because of that; all is read again in an hour."
            ids |= here
        self.ids = frozenset(ids)
        return ""

    def _key(self, name: str, found: Record) -> str:
        return f"{self._source}:{SHAPES[name].key(string(found.get('id')))}"


def _stamp(shape: Shape, found: Record) -> int:
    """When an object was changed, in whole seconds as milliseconds."""
    at = when(string(record(found.get("properties")).get(shape.changed)) or string(found.get("updatedAt")))
    return int(at.timestamp() * 1000) if at else 0
