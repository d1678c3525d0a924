"""An index that leaves everything but searching to another one behind it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from indexer.confirming import Confirmation
from indexer.documents import Document, Passage
from indexer.engines.milvus.truth import Trusted
from indexer.engines.protocol import Batch, Embedded, Scope, Standing
from indexer.tally import Tally

PATIENCE = 3.0
"""Seconds to wait for the right to write."""


class Behind:
    """All of an `Index` that `index` does; see there and in the protocol what each call promises."""

    def __init__(self, index: Trusted) -> None:
        """Ask `index`."""
        self._index = index

    @property
    def sequence(self) -> int:
        """Grows with every batch that changed something."""
        return self._index.sequence

    @property
    def names_sequence(self) -> int:
        """Grows with every batch that may change who is who."""
        return self._index.names_sequence

    @property
    def identity(self) -> str:
        """Tells this index from one that was made anew in its place."""
        return self._index.identity

    @property
    def fingerprint(self) -> str:
        """The vector space that is searched now."""
        return self._index.fingerprint

    def writing(self, patience: float = PATIENCE) -> AbstractContextManager[None]:
        """The right to write, kept while inside. Raises BusyIndex when somebody else has it for too long."""
        return self._index.writing(patience)

    def known(self, source: str, ids: Sequence[str] | None = None) -> Mapping[str, str]:
        """Id → content hash of all documents of a source, or of these among them."""
        return self._index.known(source, ids)

    def size(self, source: str) -> int:
        """How many documents of a source there are."""
        return self._index.size(source)

    def outdated(self, limit: int) -> list[Document]:
        """Documents whose passages were cut by older rules than today's."""
        return self._index.outdated(limit)

    def cursor(self, source: str) -> str | None:
        """The stored cursor of a source."""
        return self._index.cursor(source)

    def sources(self) -> tuple[str, ...]:
        """Every source with a document or a cursor, sorted by name."""
        return self._index.sources()

    def unembedded(self, fingerprint: str, hashes: Sequence[str]) -> frozenset[str]:
        """Which of these text hashes have no vector in that space."""
        return self._index.unembedded(fingerprint, hashes)

    def vectors(self, fingerprint: str, hashes: Sequence[str]) -> Embedded:
        """The vectors in that space of these text hashes, as far as there are any."""
        return self._index.vectors(fingerprint, hashes)

    def write(self, batch: Batch, now: datetime) -> None:
        """Take a batch, durably and whole."""
        self._index.write(batch, now)

    def lacking(self, fingerprint: str, limit: int) -> tuple[Sequence[tuple[str, str]], int]:
        """Up to `limit` (text hash, text) without a vector in that space, and how many there are."""
        return self._index.lacking(fingerprint, limit)

    def embed(self, embedded: Embedded) -> None:
        """Keep vectors of passages that are in the index already."""
        self._index.embed(embedded)

    def adopt(self, fingerprint: str, dimension: int) -> None:
        """Search this space from now on and forget all others."""
        self._index.adopt(fingerprint, dimension)

    def forget(self, sources: Sequence[str], now: datetime) -> int:
        """Drop all that is known from these sources, durably and whole."""
        return self._index.forget(sources, now)

    def confirm(self, confirmations: Sequence[Confirmation], embedded: Embedded | None) -> int:
        """Let documents be found by questions that they answered; how many are new."""
        return self._index.confirm(confirmations, embedded)

    def confirmed(self) -> list[Confirmation]:
        """All questions that documents answered."""
        return self._index.confirmed()

    def unconfirmed(self, confirmations: Sequence[Confirmation]) -> list[Confirmation]:
        """Those of them that are not known yet, of documents that are there."""
        return self._index.unconfirmed(confirmations)

    def refute(self, confirmations: Sequence[Confirmation]) -> int:
        """Take back what was confirmed; how many questions that were."""
        return self._index.refute(confirmations)

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """These passages, as far as they still exist."""
        return self._index.passages(ids)

    def documents(self, ids: Sequence[str], scope: Scope) -> list[Document]:
        """These documents in this order, as far as they exist and are in scope."""
        return self._index.documents(ids, scope)

    def with_links(self, links: Sequence[str], scope: Scope) -> list[Document]:
        """The documents in scope that these links lead to, in the order of the links."""
        return self._index.with_links(links, scope)

    def every_document(self, scope: Scope) -> Iterator[Document]:
        """All documents in scope."""
        return self._index.every_document(scope)

    def among(self, ids: Sequence[str], scope: Scope) -> frozenset[str]:
        """Which of these documents are in scope."""
        return self._index.among(ids, scope)

    def newest(self, ids: Sequence[str], limit: int, oldest: bool = False) -> list[str]:
        """As many of these documents as are wanted, by their last change."""
        return self._index.newest(ids, limit, oldest)

    def browse(self, scope: Scope, limit: int, offset: int, oldest: bool = False) -> tuple[list[str], int]:
        """Ids of documents in scope by their last change, and how many there are in all."""
        return self._index.browse(scope, limit, offset, oldest)

    def tally(self, visibilities: frozenset[str], ids: Sequence[str] | None = None) -> Tally:
        """What documents of these visibilities have, all of them or those asked for."""
        return self._index.tally(visibilities, ids)

    def visibilities(self) -> frozenset[str]:
        """Every visibility that a document has."""
        return self._index.visibilities()

    def standing(self) -> Standing:
        """How the index stands, without reading all of it."""
        return self._index.standing()
