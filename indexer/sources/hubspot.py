"""A HubSpot portal, live: its records and what was logged on them → documents."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from indexer.documents import PRIVATE, Document
from indexer.errors import BadAnswer, Refused, SourceError
from indexer.sources.contents import about_visibility
from indexer.sources.crm_live import NEVER, LiveCrm
from indexer.sources.http import Line
from indexer.sources.hubspot_bell import Bell
from indexer.sources.hubspot_portal import LINKED, Portal
from indexer.sources.hubspot_shapes import SHAPES, changed_at
from indexer.sources.loose import flag, string
from indexer.sources.marks import OVERLAP, Mark, Marks, moment
from indexer.sources.protocol import Census, Delete, Event, Failure, Notice, Upsert

_BACK = OVERLAP.total_seconds()
_DAY, _HOUR = 86_400, 3600
_REST = 7
"""Seconds to leave the archive alone for each of its pages: what is deleted stays in it for 90 days."""
_MOST_TOLD = 200


class HubSpot(LiveCrm):
    """Contacts, companies and deals, and the notes, calls, meetings, emails and tasks logged on them.

    A pull searches for what changed since the last one. Once a day it walks through everything, for what no search
    tells: associations that changed while the record did not, and records that were purged.
    """

    def __init__(
        self,
        line: Line,
        account: str,
        visibility: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        bell: Bell | None = None,
    ) -> None:
        """Be called `hubspot:account` and ask nothing yet.

        HubSpot does not tell who may read what, so all is private where `visibility` is not stated.
        """
        name = f"hubspot:{account}"
        self._portal, self._visibility, self._bell = Portal(line, name, visibility or PRIVATE), visibility, bell
        super().__init__(name, {each: shape.kind for each, shape in SHAPES.items()}, self._portal, now)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These documents as they are now. One that was merged into another is gone."""
        self._portal.begin(everything=False)
        found = dict[str, Event]()
        for name in SHAPES:
            head = self.id_of(name, "")
            told = {each: each.removeprefix(head) for each in ids if each.startswith(head)}
            keys = {each: number for each, number in told.items() if number.isdecimal()}
            found |= {key: Delete(key, "it is no longer in HubSpot") for key in keys}
            try:
                documents = self._portal.documents(name, self._portal.read(name, list(keys.values())))
                found |= {document.id: Upsert(document) for document in documents}
            except SourceError as problem:
                found |= {key: Failure(f"Whether {key} still exists cannot be told: {problem}", True) for key in keys}
        for each in ids:
            yield found.get(each) or Delete(each, f"{self.name} has nothing of that kind")

    def rung(self, headers: Mapping[str, str], raw: bytes) -> tuple[str, ...] | None:
        """Ids of documents that HubSpot's webhook says to read again, none for a full look; None for a forged call."""
        return self._bell.rung(headers, raw, self._now(), self.name) if self._bell else None

    def id_of(self, name: str, number: str) -> str:
        """The id of an object's document."""
        return f"{self.name}:{SHAPES[name].key(number)}"

    def _look(self, marks: Marks, now: datetime, failed: list[str]) -> Iterator[Event]:
        first, sample = not marks.kinds, list[Document]()
        for event in (event for name in SHAPES for event in self._changed(name, marks, failed)):
            yield event
            sample = [event.document] if isinstance(event, Upsert) and first else sample
        yield from map(Notice, about_visibility(sample, self.name, self._visibility))
        if not now.timestamp() < marks.rest <= now.timestamp() + _DAY:
            marks.rest = now.timestamp()
            yield from self._swept(marks)

    def _paged(self, name: str, marks: Marks) -> Iterator[Event]:
        mark = marks.kinds.get(name, Mark())
        try:
            yield from self._search(name, mark, marks) if mark.since else self._walk(name, mark, marks)
        except Refused as problem:
            self._portal.close(name, problem)

    def _walk(self, name: str, mark: Mark, marks: Marks) -> Iterator[Event]:
        """All objects of a type, from where the last look at them stopped."""
        whole, ids = not mark.after, set[str]()
        for page in self._portal.pages(name, mark.after):
            mark.at = mark.at if mark.after else self._clock()
            documents = self._portal.documents(name, page.records)
            ids |= {string(each.get("id")) for each in page.records}
            mark.after = page.after
            marks.kinds[name] = mark
            yield from self._fresh(documents, mark, again=True)
            yield marks.checkpoint()
        if whole:
            self._walked[name] = ids

    def _search(self, name: str, mark: Mark, marks: Marks) -> Iterator[Event]:
        """What changed of a type.

        Each page is a search of its own from where the last one ended: results that change while they are read move
        to the end, and all behind them move up, so that some would slip through. Besides, only what changed within
        one second can be more than the 10,000 results that a search gives.
        """
        since, offset, clock, seen = mark.at - _BACK, 0, 0.0, set[tuple[str, float]]()
        while True:
            try:
                page = self._portal.changed(name, since, offset)
            except BadAnswer:
                if not offset:
                    raise
                yield Notice(f"Too many {name} of {self.name} changed within one second; all are read again.")
                return (yield from self._walk(name, mark, marks))
            clock = clock or self._clock()
            keys = [(string(each.get("id")), changed_at(name, each)) for each in page.records]
            numbers = dict.fromkeys(number for number, at in keys if (number, at) not in seen)
            yield from self._reread(name, list(numbers), marks, {name: set(numbers)})
            if not page.after or not keys:
                break
            seen.update(keys)
            since, offset = max(since, keys[-1][1]), 0 if keys[-1][1] > since else offset + len(keys)
            mark.at = max(since, mark.at)
            yield marks.checkpoint()
        mark.at = clock

    def _reread(self, name: str, numbers: Sequence[str], marks: Marks, passed: dict[str, set[str]]) -> Iterator[Event]:
        """These objects as they are now, and up to a limit what stands beside one that became private.

        What is private is to be in no answer. All else that records tell of each other may wait for the daily look.
        """
        documents = self._portal.documents(name, self._portal.read(name, numbers))
        events = list(self._fresh(documents, marks.kinds.get(name, Mark())))
        yield from events
        shown = self._portal.visibility
        hidden = [e.document.id.rpartition(":")[2] for e in events if e.document.visibility != shown]
        for other in (shape.name for shape in SHAPES.values() if hidden and name in shape.beside):
            if self._portal.is_open(other):
                done = passed.setdefault(other, set())
                beside = sorted(set().union(*self._portal.linked(name, other, hidden).values()) - done)[:LINKED]
                done.update(beside)
                yield from self._reread(other, beside, marks, passed)

    def _fresh(self, documents: Sequence[Document], mark: Mark, again: bool = False) -> Iterator[Upsert]:
        """The documents, without those that were told so already. What the next search will find is remembered."""
        for document in documents:
            at = document.updated_at.timestamp() if document.updated_at else 0
            told = f"{at} {document.content_hash[:16]}"
            if mark.told.pop(document.id, "") != told or again:
                yield Upsert(document)
            mark.told[document.id] = told
        kept = [(key, told) for key, told in mark.told.items() if float(told.partition(" ")[0]) >= mark.at - _BACK]
        mark.told = dict(kept[-_MOST_TOLD:])

    def _swept(self, marks: Marks) -> Iterator[Event]:
        """What was deleted since the last sweep; the larger the archive, the longer it is left alone then."""
        clock, trouble = self._clock(), list[str]()
        for name in (each for each in marks.kinds if each not in self._portal.closed):
            low = min(marks.swept, marks.kinds[name].at) - _BACK
            yield from self._apart(name, self._archived(name, low, marks), trouble)
        marks.swept = marks.swept if trouble else clock

    def _archived(self, name: str, low: float, marks: Marks) -> Iterator[Event]:
        for page in self._portal.pages(name, archived=True, slim=True):
            marks.rest += _REST
            for each in (found for found in page.records if flag(found.get("archived"))):
                if not 0 < moment(string(each.get("archivedAt"))) < low:
                    yield Delete(self.id_of(name, string(each.get("id"))), "it was deleted in HubSpot")

    def _count(self, marks: Marks) -> Census:
        """All ids; where they are not to be believed, all is read again in an hour."""
        try:
            return super()._count(marks)
        except BadAnswer:
            marks.due, marks.owed = self._now().timestamp() + _HOUR, False
            raise

    def _clock(self) -> float:
        """What HubSpot's own clock said last, ours where it says nothing."""
        return (self._now() if self._portal.clock == NEVER else self._portal.clock).timestamp()
