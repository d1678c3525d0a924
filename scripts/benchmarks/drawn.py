"""As many documents as wanted: those of `scripts/world` again and again, with vectors that are drawn, not embedded."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from zlib import crc32

import numpy as np

from indexer.documents import Document
from indexer.embedding.protocol import Embedder, Vectors
from indexer.passages import passages
from indexer.sources.protocol import Census, Checkpoint, Event, Upsert


class Drawn:
    """Vectors in the reader's space: for each text one between and around three that were made for real."""

    def __init__(self, reader: Embedder, texts: Sequence[str]) -> None:
        """Embed these texts for real."""
        self.fingerprint, self.dimension = reader.fingerprint, reader.dimension
        self._made = reader.embed(texts)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row a text; the same text has the same."""
        drawn = [np.random.default_rng(crc32(text.encode())).integers(0, len(self._made), 3) for text in texts]
        one, other, third = (self._made[[three[n] for three in drawn]] for n in range(3))
        rows = one + 0.5 * (other - third)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


class Again:
    """A source that tells the same documents again under other numbers, until there are enough passages."""

    name = "crm:known"

    def __init__(self, documents: Sequence[Document], wanted: int) -> None:
        """Tell documents until their passages are that many."""
        self._documents = [(document, len(passages(document))) for document in documents]
        self._wanted = wanted

    def check(self) -> list[str]:
        """Nothing is missing."""
        return []

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """Everything, then a checkpoint."""
        told = 0
        for turn in count():
            for document, cut in self._documents:
                if told >= self._wanted:
                    yield Checkpoint("all")
                    return
                told += cut
                yield Upsert(replace(document, id=f"{document.id}-{turn}", title=f"{document.title} ({turn})"))

    def census(self) -> Census:
        """Nothing is known to be gone."""
        return Census(frozenset(), complete=False)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """Nothing is fetched one by one."""
        return iter(())
