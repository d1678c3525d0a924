"""The index that a database keeps and a copy on this machine answers from: many machines answer as fast as one.

What is written goes to the database, and is in this copy when it is acknowledged. A question is answered from the copy
as long as that was seen to be what the database is, `follower.BOUND` seconds ago at most; else the database answers
itself, as it does while everything is copied for the first time. Where that cannot be reached, nobody answers.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from indexer.asking import Candidate
from indexer.confirming import Confirmation
from indexer.documents import Document, Passage
from indexer.engines.following.follower import BOUND, Follower
from indexer.engines.following.telling import Lag, sentence, trouble
from indexer.engines.following.waking import Waking
from indexer.engines.milvus.behind import Behind
from indexer.engines.postgres.index import PostgresIndex
from indexer.engines.protocol import Batch, Embedded, Index, Query, Scope, Standing
from indexer.errors import DamagedIndex, IndexProblem
from indexer.tally import Tally

FIRST = 2.0
"""Seconds that the first question waits until it is known whether there is a copy."""
SHELF = 1 << 40
"""Numbers of passages are those of the first copy opened; each later one has others, and the database those below 0."""
Told = TypeVar("Told")


class FollowingIndex(Behind):
    """An `Index` of which every machine has a copy."""

    def __init__(self, database: PostgresIndex, follower: Follower, waking: Waking) -> None:
        """Write to `database`, and answer from what `follower` brings here when `waking` tells it to."""
        super().__init__(database)
        self._database, self._follower, self._waking = database, follower, waking
        self.queue = database.queue
        waking.start()

    @property
    def sequence(self) -> int:
        """Grows with every batch that changed something."""
        return self._told(lambda index: index.sequence)

    @property
    def names_sequence(self) -> int:
        """Grows with every batch that may change who is who."""
        return self._told(lambda index: index.names_sequence)

    @property
    def fingerprint(self) -> str:
        """The vector space that is searched now."""
        return self._told(lambda index: index.fingerprint)

    def write(self, batch: Batch, now: datetime) -> None:
        """Take a batch, durably and whole."""
        self._database.write(batch, now)
        self._catch_up()

    def embed(self, embedded: Embedded) -> None:
        """Keep vectors of passages that are in the index already."""
        self._database.embed(embedded)
        self._catch_up()

    def adopt(self, fingerprint: str, dimension: int) -> None:
        """Search this space from now on and forget all others."""
        self._database.adopt(fingerprint, dimension)
        self._catch_up()

    def forget(self, sources: Sequence[str], now: datetime) -> int:
        """Drop all that is known from these sources, durably and whole."""
        return self._caught_up(self._database.forget(sources, now))

    def confirm(self, confirmations: Sequence[Confirmation], embedded: Embedded | None) -> int:
        """Let documents be found by questions that they answered; how many are new."""
        return self._caught_up(self._database.confirm(confirmations, embedded))

    def refute(self, confirmations: Sequence[Confirmation]) -> int:
        """Take back what was confirmed; how many questions that were."""
        return self._caught_up(self._database.refute(confirmations))

    def settle(self) -> None:
        """Clear away what nothing needs any more."""
        self._database.settle()
        self._catch_up()

    def purge(self) -> None:
        """Write everything anew, so that nothing of what was dropped is left. Every copy is thrown away."""
        self._database.purge()
        self._catch_up()

    def search(self, queries: Sequence[Query], scope: Scope) -> list[tuple[Candidate, ...]]:
        """For each query the best passages of each lane, each with the evidence of both."""
        shelf, told = self._asked(lambda index: index.search(queries, scope))
        return [_shelved(shelf, one) for one in told] if shelf else told

    def holds(self, text: str, scope: Scope) -> bool:
        """Whether a passage in scope holds a word of this text, in any ending."""
        return self._asked(lambda index: index.holds(text, scope))[1]

    def resembling(self, document_id: str, scope: Scope) -> list[Candidate]:
        """The passages in scope that are nearest to a document's own."""
        shelf, told = self._asked(lambda index: index.resembling(document_id, scope))
        return list(_shelved(shelf, told))

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """These passages, as far as they still exist."""
        held = self._follower.held()
        theirs = self._database.passages([-one for one in ids if one < 0]) if min(ids, default=0) < 0 else {}
        found = {-one: passage for one, passage in theirs.items()}
        if held:
            first = held[1] * SHELF
            ours = held[0].index.passages([one - first for one in ids if first < one < first + SHELF])
            found |= {one + first: passage for one, passage in ours.items()}
        return found

    def documents(self, ids: Sequence[str], scope: Scope) -> list[Document]:
        """These documents in this order, as far as they exist and are in scope."""
        return self._told(lambda index: index.documents(ids, scope))

    def with_links(self, links: Sequence[str], scope: Scope) -> list[Document]:
        """The documents in scope that these links lead to, in the order of the links."""
        return self._told(lambda index: index.with_links(links, scope))

    def every_document(self, scope: Scope) -> Iterator[Document]:
        """All documents in scope."""
        return self._told(lambda index: index.every_document(scope))

    def among(self, ids: Sequence[str], scope: Scope) -> frozenset[str]:
        """Which of these documents are in scope."""
        return self._told(lambda index: index.among(ids, scope))

    def newest(self, ids: Sequence[str], limit: int, oldest: bool = False) -> list[str]:
        """As many of these documents as are wanted, by their last change."""
        return self._told(lambda index: index.newest(ids, limit, oldest))

    def browse(self, scope: Scope, limit: int, offset: int, oldest: bool = False) -> tuple[list[str], int]:
        """Ids of documents in scope by their last change, and how many there are in all."""
        return self._told(lambda index: index.browse(scope, limit, offset, oldest))

    def tally(self, visibilities: frozenset[str], ids: Sequence[str] | None = None) -> Tally:
        """What documents of these visibilities have, all of them or those asked for."""
        return self._told(lambda index: index.tally(visibilities, ids))

    def visibilities(self) -> frozenset[str]:
        """Every visibility that a document has."""
        return self._told(lambda index: index.visibilities())

    def standing(self) -> Standing:
        """How the index stands, without reading all of it; `problems` tell where the copy is no more followed."""
        told, lag = self._told(lambda index: index.standing()), self._follower.lag()
        return replace(told, problems=(*told.problems, *trouble(lag, BOUND)), copied=sentence(lag))

    def lag(self) -> Lag:
        """How far the copy is behind the database."""
        return self._follower.lag()

    def check(self) -> list[str]:
        """A sentence for everything that is damaged, after reading all of it."""
        fresh = self._follower.fresh()
        return [*self._database.check(), *(fresh[0].index.check() if fresh else ())]

    def close(self) -> None:
        """Let go of all files and connections."""
        self._waking.stop()
        self._follower.close()
        self._database.close()

    def _told(self, ask: Callable[[Index], Told]) -> Told:
        return self._asked(ask)[1]

    def _asked(self, ask: Callable[[Index], Told]) -> tuple[int, Told]:
        """What the copy says, if it is known to be what the database is, or the database; and on which shelf."""
        if not self._follower.looked.is_set():
            self._follower.looked.wait(FIRST)
        fresh = self._follower.fresh()
        if fresh:
            try:
                return fresh[1], ask(fresh[0].index)
            except DamagedIndex:
                self._follower.distrust()
            except IndexProblem:  # another has just taken its place
                pass
        return -1, ask(self._database)

    def _caught_up(self, done: int) -> int:
        if done:
            self._catch_up()
        return done

    def _catch_up(self) -> None:
        """Have what was written; as long as that cannot be, the database answers itself."""
        self._follower.expire()
        with suppress(IndexProblem):
            self._follower.follow()


def _shelved(shelf: int, told: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Candidates with numbers of passages that tell where they are from."""
    if not shelf:
        return tuple(told)
    first, sign = max(0, shelf) * SHELF, 1 if shelf > 0 else -1
    return tuple(replace(c, passage_id=sign * c.passage_id + first) if c.passage_id else c for c in told)
