"""A source that tells what a test puts into it."""

from collections.abc import Iterator, Mapping, Sequence
from threading import Event as Signal

from indexer.documents import Document
from indexer.errors import SourceError
from indexer.sources.protocol import Census, Checkpoint, Delete, Event, Upsert


class Told:
    """A source that tells its documents, waiting before each for `go`."""

    def __init__(self, name: str, *documents: Document, go: Signal | None = None) -> None:
        self.name, self.documents, self.go = name, list(documents), go
        self.asked: list[str] = []
        self.pulls = 0
        self.breaks = ""

    def check(self) -> list[str]:
        return [self.breaks] if self.breaks else []

    def pull(self, cursor: str | None) -> Iterator[Event]:
        self.pulls += 1
        if self.breaks:
            raise SourceError(self.breaks)
        for document in self.documents:
            assert self.go is None or self.go.wait(20)
            yield Upsert(document)
            yield Checkpoint(document.id)

    def census(self) -> Census:
        return Census(frozenset(d.id for d in self.documents), complete=True)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        if self.breaks:
            raise SourceError(self.breaks)
        self.asked += ids
        here = {d.id: d for d in self.documents}
        yield from (Upsert(here[i]) if i in here else Delete(i, "gone") for i in ids)

    def rung(self, headers: Mapping[str, str], raw: bytes) -> tuple[str, ...] | None:
        return tuple(raw.decode().split()) if headers.get("x-signed") == "yes" else None
