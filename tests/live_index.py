"""What an update keeps of a live source, and a line to it whose waits take no time: for tests of such sources."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.documents import Document
from indexer.errors import SourceError
from indexer.sources.http import Politeness
from indexer.sources.protocol import Checkpoint, Delete, Event, Failure, Source, Upsert
from tests.contracts_source import upserts


def politeness() -> Politeness:
    """A clock that only waiting moves."""
    at = [0.0]

    def sleep(seconds: float) -> None:
        at[0] += seconds

    return Politeness(lambda: at[0], sleep, random.Random(1))


@dataclass
class Index:
    """What an update keeps of a source: its documents and its cursor."""

    documents: dict[str, Document] = field(default_factory=dict)
    cursor: str | None = None

    def update(self, source: Source, most: int = 10**9) -> list[Event]:
        """Pull and bury; die after so many events."""
        events: list[Event] = []
        told = set()
        try:
            for event in source.pull(self.cursor):
                if len(events) == most:
                    return events
                events.append(event)
                self._take(event)
                told |= {event.document.id} if isinstance(event, Upsert) else set()
        except SourceError as error:
            return [*events, Failure(str(error))]
        census = source.census()
        if census.complete:
            self.documents = {key: d for key, d in self.documents.items() if key in census.ids | told}
        return events

    def _take(self, event: Event) -> None:
        match event:
            case Upsert(document):
                self.documents[document.id] = document
            case Delete(key):
                self.documents.pop(key, None)
            case Checkpoint(cursor):
                self.cursor = cursor


def titled(events: Sequence[Event], title: str) -> Document:
    return next(document for document in upserts(list(events)) if document.title == title)


def failures(events: Sequence[Event]) -> list[str]:
    return [event.what for event in events if isinstance(event, Failure)]
