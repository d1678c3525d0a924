"""The index on a PostgreSQL server: any number of processes on any number of machines ask it, one at a time writes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from indexer.asking import Candidate
from indexer.confirming import Confirmation
from indexer.documents import Document, Passage
from indexer.engines.postgres import confirmed, reading, searching, tables, tallying, vectors, writing
from indexer.engines.postgres.counting import Lane, statistics, terms_of
from indexer.engines.postgres.meaning import Meaning, is_much
from indexer.engines.postgres.narrowing import condition
from indexer.engines.postgres.queue import Queue
from indexer.engines.postgres.server import Server, Transaction
from indexer.engines.protocol import Batch, Embedded, Query, Scope, Standing
from indexer.tally import Tally

PATIENCE = 3.0
"""Seconds to wait for the right to write."""
SCOPES = 64
"""Scopes of which it is remembered, until the index changes, whether they hold much."""


class PostgresIndex:
    """An `Index` in the schema `signpost` of a database."""

    def __init__(self, server: Server) -> None:
        """Prefer `PostgresIndex.open`."""
        self._server = server
        self.queue = Queue(server)
        self._counted = Standing()
        self._much: tuple[int, dict[Scope, bool]] = (-1, {})

    @classmethod
    def open(cls, url: str, create: bool = False) -> "PostgresIndex":
        """The index in the database of a URL. Raises NoIndex when there is none and none is to be created."""
        server = Server(url)
        try:
            tables.open_tables(server, create)
        except BaseException:
            server.close()
            raise
        return cls(server)

    @property
    def sequence(self) -> int:
        """Grows with every batch that changed something."""
        return self._meta().sequence

    @property
    def names_sequence(self) -> int:
        """Grows with every batch that may change who is who."""
        return self._meta().names_sequence

    @property
    def identity(self) -> str:
        """Tells this index from one that was made anew in its place."""
        return self._meta().identity

    @property
    def fingerprint(self) -> str:
        """The vector space that is searched now."""
        return self._meta().fingerprint

    @contextmanager
    def writing(self, patience: float = PATIENCE) -> Iterator[None]:
        """The right to write, kept while inside. Raises BusyIndex when somebody else has it for too long."""
        with self._server.right(patience):
            yield

    def known(self, source: str, ids: Sequence[str] | None = None) -> Mapping[str, str]:
        """Id → content hash of all documents of a source, or of these among them."""
        with self._server.reading() as transaction:
            return reading.known(transaction, source, ids)

    def size(self, source: str) -> int:
        """How many documents of a source there are."""
        with self._server.reading() as transaction:
            return reading.size(transaction, source)

    def outdated(self, limit: int) -> list[Document]:
        """Documents whose passages were cut by older rules than today's."""
        with self._server.reading() as transaction:
            return reading.outdated(transaction, limit)

    def cursor(self, source: str) -> str | None:
        """The stored cursor of a source."""
        with self._server.reading() as transaction:
            return reading.cursor(transaction, source)

    def sources(self) -> tuple[str, ...]:
        """Every source with a document or a cursor, sorted by name."""
        with self._server.reading() as transaction:
            return reading.sources(transaction)

    def unembedded(self, fingerprint: str, hashes: Sequence[str]) -> frozenset[str]:
        """Which of these text hashes have no vector in that space."""
        with self._server.reading() as transaction:
            return reading.unembedded(transaction, fingerprint, hashes)

    def lacking(self, fingerprint: str, limit: int) -> tuple[Sequence[tuple[str, str]], int]:
        """Up to `limit` (text hash, text) without a vector in that space, and how many there are."""
        with self._server.reading() as transaction:
            return reading.lacking(transaction, fingerprint, limit)

    def vectors(self, fingerprint: str, hashes: Sequence[str]) -> Embedded:
        """The vectors in that space of these text hashes, as far as there are any."""
        with self._server.reading() as transaction:
            return vectors.told(transaction, fingerprint, hashes)

    def write(self, batch: Batch, now: datetime) -> None:
        """Take a batch, durably and whole."""
        with self._server.writing() as transaction:
            writing.write(transaction, batch, now)

    def embed(self, embedded: Embedded) -> None:
        """Keep vectors of passages that are in the index already."""
        with self._server.writing() as transaction:
            writing.lock(transaction)
            vectors.embed(transaction, embedded)

    def adopt(self, fingerprint: str, dimension: int) -> None:
        """Search this space from now on and forget all others."""
        with self._server.writing() as transaction:
            writing.lock(transaction)
            vectors.adopt(transaction, fingerprint, dimension)

    def forget(self, sources: Sequence[str], now: datetime) -> int:
        """Drop all that is known from these sources, durably and whole."""
        with self._server.writing() as transaction:
            return writing.forget(transaction, sources, now)

    def confirm(self, confirmations: Sequence[Confirmation], embedded: Embedded | None) -> int:
        """Let documents be found by questions that they answered; how many are new."""
        with self._server.writing() as transaction:
            return confirmed.confirm(transaction, confirmations, embedded)

    def confirmed(self) -> list[Confirmation]:
        """All questions that documents answered."""
        with self._server.reading() as transaction:
            return confirmed.every(transaction)

    def unconfirmed(self, confirmations: Sequence[Confirmation]) -> list[Confirmation]:
        """Those of them that are not known yet, of documents that are there."""
        with self._server.reading() as transaction:
            return confirmed.unknown(transaction, confirmations)

    def refute(self, confirmations: Sequence[Confirmation]) -> int:
        """Take back what was confirmed; how many questions that were."""
        with self._server.writing() as transaction:
            return confirmed.refute(transaction, confirmations)

    def settle(self) -> None:
        """Clear away what nothing needs any more; all is searchable since it was written."""
        with self._server.writing() as transaction:
            writing.lock(transaction)
            tables.settle(transaction)

    def purge(self) -> None:
        """Write every table anew, so that nothing of what was dropped is left in one. Only inside `writing`."""
        tables.purge(self._server)

    def search(self, queries: Sequence[Query], scope: Scope) -> list[tuple[Candidate, ...]]:
        """For each query the best passages of each lane, each with the evidence of both."""
        with self._server.reading() as transaction:
            where = condition(scope)
            terms = terms_of([query.text for query in queries])
            every = sorted({term for told in terms.values() for term in told})
            known = statistics(transaction, sorted(scope.visibilities), every)
            lanes = searching.Lanes(
                transaction, Lane(transaction, where, known, terms), self._meaning(transaction, scope)
            )
            return lanes.candidates(queries)

    def holds(self, text: str, scope: Scope) -> bool:
        """Whether a passage in scope holds a word of this text, in any ending."""
        return bool(self.search([Query(text)], scope)[0])

    def resembling(self, document_id: str, scope: Scope) -> list[Candidate]:
        """The passages in scope that are nearest to a document's own."""
        with self._server.reading() as transaction:
            meaning = self._meaning(transaction, scope)
            return searching.resembling(transaction, meaning, document_id) if meaning else []

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """These passages, as far as they still exist."""
        with self._server.reading() as transaction:
            return reading.passages(transaction, ids)

    def documents(self, ids: Sequence[str], scope: Scope) -> list[Document]:
        """These documents in this order, as far as they exist and are in scope."""
        with self._server.reading() as transaction:
            return reading.documents(transaction, ids, scope)

    def with_links(self, links: Sequence[str], scope: Scope) -> list[Document]:
        """The documents in scope that these links lead to, in the order of the links."""
        with self._server.reading() as transaction:
            return reading.with_links(transaction, links, scope)

    def every_document(self, scope: Scope) -> Iterator[Document]:
        """All documents in scope."""
        with self._server.streaming() as transaction:
            yield from reading.every_document(transaction, scope)

    def among(self, ids: Sequence[str], scope: Scope) -> frozenset[str]:
        """Which of these documents are in scope."""
        with self._server.reading() as transaction:
            return reading.among(transaction, ids, scope)

    def newest(self, ids: Sequence[str], limit: int, oldest: bool = False) -> list[str]:
        """As many of these documents as are wanted, by their last change."""
        with self._server.reading() as transaction:
            return reading.newest(transaction, ids, limit, oldest)

    def browse(self, scope: Scope, limit: int, offset: int, oldest: bool = False) -> tuple[list[str], int]:
        """Ids of documents in scope by their last change, and how many there are in all."""
        with self._server.reading() as transaction:
            return reading.browse(transaction, scope, limit, offset, oldest)

    def tally(self, visibilities: frozenset[str], ids: Sequence[str] | None = None) -> Tally:
        """What documents of these visibilities have, all of them or those asked for."""
        with self._server.reading() as transaction:
            return tallying.tally(transaction, visibilities, ids)

    def visibilities(self) -> frozenset[str]:
        """Every visibility that a document has."""
        with self._server.reading() as transaction:
            return frozenset(row[0] for row in transaction.run("SELECT DISTINCT visibility FROM documents"))

    def standing(self) -> Standing:
        """How the index stands, without reading all of it."""
        with self._server.reading() as transaction:
            told = reading.meta(transaction)
            if self._counted.sequence != told.sequence or not told.sequence:
                self._counted = replace(reading.counted(transaction), sequence=told.sequence)
            questions = transaction.run("SELECT count(*) FROM questions")[0][0]
        stands = replace(self._counted, updated_at=told.updated_at, fingerprint=told.fingerprint)
        return replace(stands, confirmed=questions)

    def check(self) -> list[str]:
        """A sentence for everything that is damaged, after reading all of it."""
        with self._server.reading() as transaction:
            return tables.check(transaction)

    def close(self) -> None:
        """Let go of all connections."""
        self._server.close()

    def _meta(self) -> reading.Meta:
        with self._server.reading() as transaction:
            return reading.meta(transaction)

    def _meaning(self, transaction: Transaction, scope: Scope) -> Meaning | None:
        space = reading.space(transaction)
        if space is None:
            return None
        where = condition(scope)
        return Meaning(transaction, space, where, self._is_much(transaction, scope))

    def _is_much(self, transaction: Transaction, scope: Scope) -> bool:
        """Whether a scope holds so much that the index on vectors is walked; remembered until something changes."""
        sequence, known = reading.meta(transaction).sequence, self._much
        if known[0] != sequence:
            self._much = known = (sequence, {})
        if scope not in known[1] and len(known[1]) < SCOPES:
            known[1][scope] = is_much(transaction, condition(scope))
        return known[1][scope] if scope in known[1] else is_much(transaction, condition(scope))
