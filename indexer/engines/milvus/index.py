"""The index whose lanes of search are on Milvus: a folder or a database keeps everything, Milvus follows it."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from indexer.asking import Candidate
from indexer.engines.milvus.behind import Behind
from indexer.engines.milvus.expressing import expression
from indexer.engines.milvus.following import Following, Mark, collection, mark
from indexer.engines.milvus.searching import Lanes
from indexer.engines.milvus.server import Server
from indexer.engines.milvus.truth import Stand, Truth
from indexer.engines.protocol import Query, Scope, Standing
from indexer.errors import BusyIndex, IndexProblem

AGAIN = 1.0
"""Seconds until it is looked again whether what was behind has caught up, while somebody else writes."""
LITTLE = 1_000
"""Documents that are brought up while somebody waits for an answer."""


@dataclass(frozen=True, slots=True)
class _State:
    """How far the truth was and the collection is, the sources there are, and when that was looked at."""

    stand: Stand
    mark: Mark | None
    sources: tuple[str, ...]
    looked: float

    def holds(self, stand: Stand, now: float) -> bool:
        """Whether searches may go on by it."""
        if (self.stand.identity, self.stand.fingerprint) != (stand.identity, stand.fingerprint):
            return False
        if self.mark and self.mark.sequence == self.stand.sequence:
            return self.stand.sequence == stand.sequence
        return now < self.looked + AGAIN


class MilvusIndex(Behind):
    """An `Index` of which Milvus carries the search."""

    def __init__(self, truth: Truth, server: Server) -> None:
        """Let `server` follow `truth`, and be searched in its place."""
        super().__init__(truth.index)
        self._truth, self._server = truth, server
        self._state: _State | None = None
        self._lock = Lock()

    def settle(self) -> None:
        """Settle what is behind, and bring Milvus up to it."""
        self._index.settle()
        self._state = self._followed(self._truth.stand())  # not under the lock: others search meanwhile

    def search(self, queries: Sequence[Query], scope: Scope) -> list[tuple[Candidate, ...]]:
        """For each query the best passages of each lane, each with the evidence of both."""
        lanes = self._lanes(scope)
        return lanes.candidates(queries) if lanes else self._index.search(queries, scope)

    def holds(self, text: str, scope: Scope) -> bool:
        """Whether a passage in scope holds a word of this text, in any ending."""
        return bool(self.search([Query(text)], scope)[0])

    def resembling(self, document_id: str, scope: Scope) -> list[Candidate]:
        """The passages in scope that are nearest to a document's own."""
        lanes = self._lanes(scope)
        return lanes.resembling(document_id) if lanes else self._index.resembling(document_id, scope)

    def purge(self) -> None:
        """Write everything anew, so that nothing of what was dropped is left. Only inside `writing`."""
        self._index.purge()
        stand = self._truth.stand()
        if mark(self._server, stand):
            self._server.drop(collection(stand))
        self.settle()

    def standing(self) -> Standing:
        """How the index stands, and what keeps Milvus from being searched."""
        told = super().standing()
        return replace(told, problems=(*told.problems, *self._troubles()))

    def check(self) -> list[str]:
        """A sentence for everything that is damaged, after reading all of it."""
        stand, problems = self._truth.stand(), self._index.check()
        told = mark(self._server, stand) if stand.dimension else None
        there, wanted = self._server.count(collection(stand)) if told else 0, self._index.standing().passages
        if told and told.sequence == stand.sequence and there != wanted:
            problems.append(
                f"{self._server.name} has {there:,} passages, and there are {wanted:,}. Drop its collection "
                f"{collection(stand)}; the next `signpost reindex` fills it anew without embedding anything."
            )
        return problems

    def close(self) -> None:
        """Let go of all files and connections."""
        self._server.close()
        self._index.close()

    def _troubles(self) -> Iterator[str]:
        try:
            stand = self._truth.stand()
            if stand.dimension:
                mark(self._server, stand)
        except IndexProblem as error:
            yield str(error)

    def _lanes(self, scope: Scope) -> Lanes | None:
        """The lanes, if they are there; while they are filled for the first time, what is behind searches itself."""
        state = self._current()
        if state.mark is None or not scope.visibilities:
            return None
        where = expression(scope, state.sources)
        return Lanes(self._server, self._truth, collection(state.stand), scope, where)

    def _current(self) -> _State:
        """The state of now; brings Milvus up to the truth if nobody writes, and serves what there is if somebody does.

        What is told is checked with the truth anyway.
        """
        stand, state = self._truth.stand(), self._state
        if state and state.holds(stand, time.monotonic()):
            return state
        with self._lock:
            if self._state is None or not self._state.holds(stand, time.monotonic()):
                self._state = self._repaired(stand)
            return self._state

    def _repaired(self, stand: Stand) -> _State:
        told = mark(self._server, stand) if stand.dimension else None
        behind = stand.dimension and (told is None or told.sequence != stand.sequence)
        if behind and self._is_little(told):
            try:
                with self._index.writing(0):
                    return self._followed(self._truth.stand())
            except BusyIndex:
                pass
        return self._seen(stand, told)

    def _is_little(self, told: Mark | None) -> bool:
        """Whether so little has to be written that who asks can wait for it; else `settle` will."""
        changed = self._truth.changed(told.sequence) if told else None
        return (len(changed) if changed is not None else self._index.standing().documents) <= LITTLE

    def _followed(self, stand: Stand) -> _State:
        told = Following(self._server, self._truth, stand).follow() if stand.dimension else None
        return self._seen(stand, told)

    def _seen(self, stand: Stand, told: Mark | None) -> _State:
        return _State(stand, told, self._index.sources(), time.monotonic())
