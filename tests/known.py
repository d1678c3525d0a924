"""Real knowledge of a few documents, by words alone: nothing of the web, no model."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from indexer.documents import Document
from indexer.knowledge import Knowledge
from indexer.sources.protocol import Census, Checkpoint, Delete, Event, Upsert
from tests.fakes import HashingEmbedder


class Shelf:
    """A source that holds these documents and nothing else."""

    def __init__(self, documents: Sequence[Document], name: str) -> None:
        self.documents = {document.id: document for document in documents}
        self.name = name

    def check(self) -> list[str]:
        return []

    def pull(self, cursor: str | None) -> Iterator[Event]:
        yield from map(Upsert, self.documents.values())
        yield Checkpoint("all")

    def census(self) -> Census:
        return Census(frozenset(self.documents), complete=True)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        for key in ids:
            yield Upsert(self.documents[key]) if key in self.documents else Delete(key, "gone")


def knowing(folder: Path, documents: Iterable[Document]) -> Knowledge:
    """Real knowledge of these documents, in this folder."""
    knowledge = Knowledge.open(folder, HashingEmbedder)
    shelves: dict[str, list[Document]] = {}
    for document in documents:
        shelves.setdefault(document.source, []).append(document)
    if shelves:
        knowledge.update([Shelf(held, name) for name, held in shelves.items()])
    return knowledge
