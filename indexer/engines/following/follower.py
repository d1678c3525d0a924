"""Brings the copy on this machine to the sequence of its database, and says whether it may be answered from.

Safe to repeat, and to kill anywhere. Many processes may share a copy: one at a time brings it up, the others see that
it is there.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Lock

from indexer.engines.following import origin
from indexer.engines.following.copied import Copy, Mark, throw_away
from indexer.engines.following.origin import Stand
from indexer.engines.following.telling import Lag
from indexer.engines.lock import held
from indexer.engines.postgres.server import Server, Transaction
from indexer.errors import BusyIndex, DamagedIndex, IndexProblem

BOUND = 30.0
"""Seconds after which a copy that has not been seen to be what the database is answers nobody any more."""
PATIENCE = 3.0
"""Seconds that whoever wrote waits until what they wrote is in the copy; the database answers meanwhile."""
DOCUMENTS, VECTORS = 500, 5_000
"""How many are copied at once."""


class _Lost(IndexProblem):
    """The copy is not part of the database's past, or too far back in it."""

    def __init__(self) -> None:
        """Say so, where even a new one is not."""
        super().__init__("The database keeps no log of what changed. Start signpost anew on a machine that may write.")


class Follower:
    """A copy in a folder and the database that it follows. Threads may share one."""

    def __init__(self, server: Server, folder: Path) -> None:
        """Keep a copy in a folder of its own below `folder`."""
        self._server, self._parent, self._folder = server, folder, folder / "copy"
        self._held: tuple[Copy, int] | None = None
        self._number = -1
        self._turn = Lock()
        self._of, self._last, self._trouble = 0, 0.0, ""
        self._seen = self._written = float("-inf")
        self._is_whole = self._is_unfit = False
        self.looked = Event()
        """Set once it is known whether there is a copy to answer from."""

    def fresh(self) -> tuple[Copy, int] | None:
        """The copy, and how many were opened before it, if it was what the database is a moment ago."""
        held, seen = self._held, self._seen
        is_known = seen >= self._written and time.monotonic() - seen <= BOUND
        return held if is_known and self._is_whole and not self._is_unfit else None

    def held(self) -> tuple[Copy, int] | None:
        """The copy, however old, and how many were opened before it."""
        return self._held

    def expire(self) -> None:
        """From now on answer from nothing older than now: something was written."""
        self._written = time.monotonic()

    def distrust(self) -> None:
        """Answer from this copy no more: it is damaged, and the next look makes it anew."""
        self._is_unfit = True

    def lag(self) -> Lag:
        """How far the copy is."""
        mark = self._held[0].mark() if self._held else None
        ago = time.monotonic() - self._seen
        return Lag(mark.sequence if mark else 0, self._of, self._is_whole, ago, self._last, self._trouble)

    def follow(self) -> None:
        """Bring the copy to what the database is now. Raises IndexProblem where that cannot be."""
        try:
            with self._alone():
                if not self._is_there():
                    with held(self._parent / "copy.lock", PATIENCE):
                        self._bring_up()
            self._trouble = ""
        except IndexProblem as error:
            self._trouble = str(error)
            raise
        except OSError as error:
            self._trouble = f"{self._folder} cannot be used ({error.strerror}). Check its permissions and its disk."
            raise IndexProblem(self._trouble) from error
        finally:
            self.looked.set()

    def close(self) -> None:
        """Let go of all files."""
        with self._turn:
            self._let_go()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=PATIENCE):
            raise BusyIndex("The copy of the index on this machine is being brought up. Try again in a moment.")
        try:
            yield
        finally:
            self._turn.release()

    def _is_there(self) -> bool:
        """Whether the copy is where the database is, by this process's doing or another's."""
        copy = self._held[0] if self._held else None
        if copy is None or self._is_unfit or copy.is_replaced:
            return False
        began = time.monotonic()
        with self._server.reading() as transaction:
            stand = origin.stand(transaction)
        mark, self._of = copy.mark(), stand.sequence
        if mark != Mark(stand.identity, stand.sequence, stand.token, None) or copy.awaits("", 1):
            return False
        self._seen = began
        return True

    def _bring_up(self) -> None:
        """Bring up the copy that is there, or one made anew where that is damaged or another database's."""
        try:
            self._brought_up(self._opened())
        except (_Lost, DamagedIndex):
            self._let_go()
            throw_away(self._folder)
            self._brought_up(self._opened())

    def _opened(self) -> Copy:
        """The copy in the folder, opened again if another process has put another there."""
        if self._held and not self._held[0].is_replaced:
            if self._is_unfit:
                raise _Lost
            return self._held[0]
        self._let_go()
        copy = Copy(self._folder)
        self._number += 1
        self._held = copy, self._number
        return copy

    def _let_go(self) -> None:
        held, self._held = self._held, None
        self._is_whole = self._is_unfit = False
        if held:
            held[0].close()

    def _brought_up(self, copy: Copy) -> None:
        if copy.is_foreign:
            raise _Lost
        with copy.index.writing(PATIENCE):  # nobody else publishes what is half of two sequences
            mark = copy.mark() or self._begun(copy)
            if mark.position is not None:
                self.looked.set()
                mark = self._filled(copy, mark)
            began = time.monotonic()
            with self._server.streaming() as transaction:
                stand = origin.stand(transaction)
                if mark.identity != stand.identity or not origin.goes_on(transaction, mark.sequence, mark.token):
                    raise _Lost
                age = origin.age(transaction, mark.sequence).total_seconds()
                self._take(transaction, copy, mark, stand)
            copy.index.settle()
        if age:
            self._last = age + time.monotonic() - began
        self._of, self._seen, self._is_whole = stand.sequence, began, True

    def _begun(self, copy: Copy) -> Mark:
        with self._server.reading() as transaction:
            return copy.begin(origin.stand(transaction))

    def _filled(self, copy: Copy, mark: Mark) -> Mark:
        """Copy page by page what there is; what changes meanwhile comes after."""
        while True:
            with self._server.reading() as transaction:
                ids, position = origin.page(transaction, mark.position or 0, DOCUMENTS)
                if not ids:
                    return mark
                fingerprint = origin.stand(transaction).fingerprint
                piece = origin.piece(transaction, ids, fingerprint, partial(copy.lacking, fingerprint))
            mark = copy.fill(piece, mark, position)

    def _take(self, transaction: Transaction, copy: Copy, mark: Mark, stand: Stand) -> None:
        """Take what changed; vectors of another space first, so that the step into it is one."""
        if stand.fingerprint and stand.fingerprint != copy.index.fingerprint:
            copy.await_all(stand.fingerprint)
        self._embed(transaction, copy, stand.fingerprint)
        if mark.position is None and mark.sequence == stand.sequence:
            return
        ids = origin.changed(transaction, mark.sequence)
        lacking = partial(copy.lacking, stand.fingerprint)
        pieces = (origin.piece(transaction, some, stand.fingerprint, lacking) for some in _some(ids))
        copy.take(pieces, stand)

    def _embed(self, transaction: Transaction, copy: Copy, fingerprint: str) -> None:
        """Take the vectors that are awaited, as far as there are any by now."""
        after = ""
        while hashes := copy.awaits(after, VECTORS):
            embedded = origin.told_vectors(transaction, fingerprint, hashes)
            if embedded:
                copy.embed(embedded)
            after = hashes[-1]
        if after:
            copy.stop_awaiting()


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[first : first + DOCUMENTS] for first in range(0, len(ids), DOCUMENTS))
