"""The index of one machine: SQLite as the truth, faiss and tantivy as caches, one folder, any number of readers."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Lock

from indexer.allowed import Allowed
from indexer.asking import Candidate
from indexer.confirming import Confirmation
from indexer.documents import Document, Passage
from indexer.engines import confirmed, generations, reading, replay, tallying, writing
from indexer.engines.lock import held
from indexer.engines.meaning import MeaningShelf
from indexer.engines.protocol import Batch, Embedded, Query, Scope, Standing
from indexer.engines.resembling import resembling
from indexer.engines.searching import Held, searched
from indexer.engines.state import State
from indexer.engines.terms import TermShelf
from indexer.errors import IndexProblem
from indexer.store import Store
from indexer.tally import Tally

PATIENCE = 3.0
"""Seconds to wait for the right to write: longer than it takes a reader to repair the caches of a small index."""


class EmbeddedIndex:
    """An `Index` in a folder: `index.db`, `vectors/`, `words/` and a lock file."""

    def __init__(self, folder: Path, store: Store) -> None:
        """Prefer `EmbeddedIndex.open`."""
        self._folder, self._store = folder, store
        self._meaning = MeaningShelf(store, folder / "vectors")
        self._terms = TermShelf(store, folder / "words")
        self._state: State | None = None
        self._counted = Standing()
        self._lock, self._turn = Lock(), Lock()

    @classmethod
    def open(cls, folder: Path, create: bool = False) -> "EmbeddedIndex":
        """The index in a folder. Raises NoIndex when there is none and none is to be created."""
        return cls(folder, Store.open(folder / "index.db", create))

    @property
    def sequence(self) -> int:
        """Grows with every batch that changed something."""
        return reading.meta(self._store).sequence

    @property
    def names_sequence(self) -> int:
        """Grows with every batch that may change who is who."""
        return reading.meta(self._store).names_sequence

    @property
    def identity(self) -> str:
        """Tells this index from one that was made anew in its place."""
        return reading.meta(self._store).identity

    @property
    def fingerprint(self) -> str:
        """The vector space that is searched now."""
        return reading.meta(self._store).fingerprint

    @contextmanager
    def writing(self, patience: float = PATIENCE) -> Iterator[None]:
        """The right to write, kept while inside. Raises BusyIndex when somebody else has it for too long."""
        with held(self._folder / "writer.lock", patience):
            yield

    def known(self, source: str, ids: Sequence[str] | None = None) -> Mapping[str, str]:
        """Id → content hash of all documents of a source, or of these among them."""
        return reading.known(self._store, source, ids)

    def size(self, source: str) -> int:
        """How many documents of a source there are."""
        return reading.size(self._store, source)

    def outdated(self, limit: int) -> list[Document]:
        """Documents whose passages were cut by older rules than today's."""
        return reading.outdated(self._store, limit)

    def cursor(self, source: str) -> str | None:
        """The stored cursor of a source."""
        return reading.cursor(self._store, source)

    def sources(self) -> tuple[str, ...]:
        """Every source with a document or a cursor, sorted by name."""
        return reading.sources(self._store)

    def unembedded(self, fingerprint: str, hashes: Sequence[str]) -> frozenset[str]:
        """Which of these text hashes have no vector in that space."""
        return reading.unembedded(self._store, fingerprint, hashes)

    def lacking(self, fingerprint: str, limit: int) -> tuple[Sequence[tuple[str, str]], int]:
        """Up to `limit` (text hash, text) without a vector in that space, and how many there are."""
        return reading.lacking(self._store, fingerprint, limit)

    def vectors(self, fingerprint: str, hashes: Sequence[str]) -> Embedded:
        """The vectors in that space of these text hashes, as far as there are any."""
        return replay.vectors_of(self._store, fingerprint, hashes)

    def write(self, batch: Batch, now: datetime) -> None:
        """Take a batch, durably and whole; after many, words are published, so that none has to be read again."""
        with self._turn:
            with self._store.transaction() as transaction:
                writing.write(transaction, batch, now)
            self._terms.keep_up(sum(len(passages) for _, passages in batch.puts))

    def embed(self, embedded: Embedded) -> None:
        """Keep vectors of passages that are in the index already."""
        with self._store.transaction() as transaction:
            writing.embed(transaction, embedded)

    def adopt(self, fingerprint: str, dimension: int) -> None:
        """Search this space from now on and forget all others."""
        with self._store.transaction() as transaction:
            writing.adopt(transaction, fingerprint, dimension)

    def forget(self, sources: Sequence[str], now: datetime) -> int:
        """Drop all that is known from these sources, durably and whole."""
        with self._store.transaction() as transaction:
            return writing.forget(transaction, sources, now)

    def confirm(self, confirmations: Sequence[Confirmation], embedded: Embedded | None) -> int:
        """Let documents be found by questions that they answered; how many are new."""
        with self._store.transaction() as transaction:
            return confirmed.confirm(transaction, confirmations, embedded)

    def confirmed(self) -> list[Confirmation]:
        """All questions that documents answered."""
        return confirmed.every(self._store)

    def unconfirmed(self, confirmations: Sequence[Confirmation]) -> list[Confirmation]:
        """Those of them that are not known yet, of documents that are there."""
        return confirmed.unknown(self._store, confirmations)

    def refute(self, confirmations: Sequence[Confirmation]) -> int:
        """Take back what was confirmed; how many questions that were."""
        with self._store.transaction() as transaction:
            return confirmed.refute(transaction, confirmations)

    def settle(self) -> None:
        """Publish the caches at the present sequence and clear away what nothing needs any more."""
        with self._turn:  # nothing is written meanwhile, or the caches would not hold what they say
            state = self._loaded()
            self._state = state if state.settled else self._settled(state)
            generations.weed(*(g for g in self._state.shelved if g))

    def purge(self) -> None:
        """Write every file anew, so that no byte of what was dropped is left. Only inside `writing`."""
        self._store.compact()
        generations.clear(self._folder / "vectors", self._folder / "words", self._folder / "names")
        self._state = None
        self.settle()

    def search(self, queries: Sequence[Query], scope: Scope) -> list[tuple[Candidate, ...]]:
        """For each query the best passages of each lane, each with the evidence of both."""
        state = self._current()
        held = Held(state.meaning, state.terms.words.of(scope.visibilities), state.confirmed)
        return searched(self._store, held, queries, *state.allowed(self._store, scope))

    def holds(self, text: str, scope: Scope) -> bool:
        """Whether a passage in scope holds a word of this text, in any ending."""
        state = self._current()
        return bool(state.terms.words.of(scope.visibilities).best(text, 1, state.allowed(self._store, scope)[0]))

    def resembling(self, document_id: str, scope: Scope) -> list[Candidate]:
        """The passages in scope that are nearest to a document's own."""
        state = self._current()
        if state.meaning is None:
            return []
        return resembling(self._store, state.meaning.neighbours, document_id, state.allowed(self._store, scope)[0])

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """These passages, as far as they still exist."""
        return reading.passages(self._store, ids)

    def documents(self, ids: Sequence[str], scope: Scope) -> list[Document]:
        """These documents in this order, as far as they exist and are in scope."""
        return reading.documents(self._store, ids, scope)

    def with_links(self, links: Sequence[str], scope: Scope) -> list[Document]:
        """The documents in scope that these links lead to, in the order of the links."""
        return reading.with_links(self._store, links, scope)

    def every_document(self, scope: Scope) -> Iterator[Document]:
        """All documents in scope."""
        return reading.every_document(self._store, scope)

    def among(self, ids: Sequence[str], scope: Scope) -> frozenset[str]:
        """Which of these documents are in scope."""
        return reading.among(self._store, ids, scope)

    def newest(self, ids: Sequence[str], limit: int, oldest: bool = False) -> list[str]:
        """As many of these documents as are wanted, by their last change."""
        return reading.newest(self._store, ids, limit, oldest)

    def browse(self, scope: Scope, limit: int, offset: int, oldest: bool = False) -> tuple[list[str], int]:
        """Ids of documents in scope by their last change, and how many there are in all."""
        return reading.browse(self._store, scope, limit, offset, oldest)

    def tally(self, visibilities: frozenset[str], ids: Sequence[str] | None = None) -> Tally:
        """What documents of these visibilities have, all of them or those asked for."""
        return tallying.tally(self._store, visibilities, ids)

    def visibilities(self) -> frozenset[str]:
        """Every visibility that a document has."""
        return frozenset(row[0] for row in self._store.rows("SELECT DISTINCT visibility FROM documents"))

    def standing(self) -> Standing:
        """How the index stands, without reading all of it."""
        told, counted = reading.meta(self._store), self._counted
        if counted.sequence != told.sequence or not told.sequence:
            self._counted = counted = replace(reading.counted(self._store), sequence=told.sequence)
        confirmed = reading.confirmed(self._store)
        return replace(counted, updated_at=told.updated_at, fingerprint=told.fingerprint, confirmed=confirmed)

    def check(self) -> list[str]:
        """A sentence for everything that is damaged, after reading all of it."""
        return [*self._store.check(), *generations.problems(self._folder / "vectors", self._folder / "words")]

    def close(self) -> None:
        """Let go of all files."""
        self._store.close()
        self._state = None

    def _current(self) -> State:
        """The state of the present sequence; repairs the caches if it may, serves what there is if it may not."""
        state, sequence = self._state, self.sequence
        if state and state.sequence == sequence and not self._terms.lags(state.terms):
            return state
        with self._lock:
            if self._state is state:
                self._state = self._repaired(self._loaded())
            return self._state or self._repaired(self._loaded())

    def _loaded(self) -> State:
        told, had = reading.meta(self._store), self._state
        meaning = self._meaning.current(had.meaning if had else None, told.fingerprint)
        terms = self._terms.current(had.terms if had else None)
        before = confirmed.current(self._store, had.confirmed if had else None, told.fingerprint)
        return State(told.sequence, told.fingerprint, meaning, terms, before, self._terms.living(terms))

    def _repaired(self, state: State) -> State:
        unpublished = state.meaning is not None and state.meaning.is_quickly_published
        if not unpublished and not self._terms.lags(state.terms):
            return state
        try:
            with self.writing(patience=0):
                return self._published(state, unpublished)
        except IndexProblem:
            return replace(state, terms=self._terms.unpublished(state.terms))

    def _settled(self, state: State) -> State:
        published = self._published(state)
        with self._store.transaction() as transaction:
            writing.discard(transaction, self._unsound(published))
            writing.tidy(transaction, self._terms.replayed())
        return published

    def _published(self, state: State, vectors: bool = True) -> State:
        living = self._terms.living(state.terms)
        meaning = self._meaning.publish(state.meaning, living.all()) if state.meaning and vectors else state.meaning
        return replace(state, meaning=meaning, terms=self._terms.publish(living), living=living)

    def _unsound(self, state: State) -> list[bytes]:
        """Texts whose vectors are damaged, looked for only where vectors are missing; they are to be embedded anew."""
        live = state.living.all().ids
        had = Allowed(state.meaning.neighbours.ids) if state.meaning else Allowed(live[:0])
        whole = had.among(live).all() and not confirmed.lacks(self._store, state.confirmed)
        return [] if whole else replay.unsound(self._store, state.fingerprint)
