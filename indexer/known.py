"""Who is known to each viewer: written down for everybody, else read from the documents, and remembered."""

import gc
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock, Thread

from indexer.asking import EVERYBODY
from indexer.bearers import Bearers, Told
from indexer.engines.protocol import Index, Scope
from indexer.enrolled import Enrolled
from indexer.entities import Directory, told_of
from indexer.roll import Roll

VIEWERS = 16
COSTLY, PAUSE = 0.5, 10
"""Names that took longer than this (seconds) to read are read again after ten times as long, not at every change."""
LATE = 20
"""Those that are older than so many times as long are told no more: whoever asks first after a quiet night waits."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Who is known to one viewer as of `sequence`, since `at` (monotonic).

    `seconds` is what it takes to read them from the documents, whether that was done or they were written down.
    """

    sequence: int
    entities: Bearers
    directory: Directory
    at: float = 0.0
    seconds: float = 0.0


class RememberedNames:
    """The directory of each viewer, made anew when who is who has changed.

    What everybody may know is written down and used where it lies, also by those who see no other documents than
    everybody. Those who see more, as some do for their groups, have theirs made in memory from the documents that they
    may see: of 100,000 that takes ten seconds of a processor after each change of names, and 350 to 450 MB for each set
    of groups. What each group knows cannot be put together instead: who is one person, and which domain is whose, all
    documents tell together, and a file of everything would let what is hidden change what is found.
    """

    def __init__(self, index: Index, roll: Roll) -> None:
        """Read names from `index`, or from the roll where it holds them."""
        self._index, self._roll = index, roll
        self._known: OrderedDict[frozenset[str], Known] = OrderedDict()
        self._reading: dict[frozenset[str], _Reading] = {}
        self._present = -1, frozenset[str]()
        self._lock, self._keeping = Lock(), Lock()

    @classmethod
    def in_folder(cls, folder: Path, index: Index) -> "RememberedNames":
        """Those of an index, written down in a folder."""
        return cls(index, Roll(folder, index.identity))

    def of(self, visibilities: frozenset[str]) -> Known:
        """Everybody that documents of these visibilities speak of, up to the last change."""
        sequence = self._index.names_sequence
        known = self._known.get(visibilities)
        if known and known.sequence == sequence:
            return known
        with self._lock:
            known = self._known.get(visibilities)
            if known is None or known.sequence != sequence:
                known = self._written(sequence, visibilities) or self._read(sequence, visibilities)
            return self._keep(visibilities, known)

    def lately(self, visibilities: frozenset[str]) -> Known:
        """The same, at once: names of a large index that have changed are read beside, and those known before must do.

        Raises what reading them raised, once, to whoever asks next.
        """
        known, reading = self._known.get(visibilities), self._reading.get(visibilities)
        age = time.monotonic() - known.at if known else 0.0
        if known is None or known.seconds <= COSTLY or age > LATE * known.seconds or (reading and reading.has_failed):
            self._reading.pop(visibilities, None)
            return self.of(visibilities)
        sequence = self._index.names_sequence
        if known.sequence == sequence:
            return known
        if written := self._written(sequence, visibilities):
            return self._keep(visibilities, written)
        if age >= PAUSE * known.seconds and not (reading and reading.is_alive()):
            self._reading[visibilities] = _Reading(partial(self.of, visibilities))
            self._reading[visibilities].start()
        return known

    def settle(self, anew: bool = False) -> None:
        """Write down who is known to everybody, for processes that start later; `anew` leaves nothing of who was known.

        Only for whoever may write.
        """
        if anew:
            self._roll.clear()
            with self._keeping:
                self._known.clear()
        known = self.of(EVERYBODY.visibilities)
        if self._roll.enrolled(known.sequence) is None:
            told = known.entities if isinstance(known.entities, Told) else Told(known.entities)
            self._roll.keep(known.sequence, told, known.seconds)
            written = self._roll.enrolled(known.sequence)
            if written is not None:
                self._keep(EVERYBODY.visibilities, self._as_written(known.sequence, EVERYBODY.visibilities, written))

    def _keep(self, visibilities: frozenset[str], known: Known) -> Known:
        with self._keeping:
            had = self._known.get(visibilities)
            if had and had.sequence == known.sequence and isinstance(had.entities, Enrolled):
                known = had
            self._known[visibilities] = known
            self._known.move_to_end(visibilities)
            while len(self._known) > VIEWERS:
                self._known.popitem(last=False)
            return known

    def _written(self, sequence: int, visibilities: frozenset[str]) -> Known | None:
        """Who is known to these, where that is whom everybody knows and somebody wrote it down."""
        if not self._see_what_everybody_sees(sequence, visibilities):
            return None
        had = self._known.get(EVERYBODY.visibilities)
        if had and had.sequence == sequence and isinstance(had.entities, Enrolled):
            return self._as_written(sequence, visibilities, had.entities)
        told = self._roll.enrolled(sequence)
        return None if told is None else self._as_written(sequence, visibilities, told)

    def _as_written(self, sequence: int, visibilities: frozenset[str], told: Enrolled) -> Known:
        directory = Directory(told, Vocabulary(self._index, Scope(visibilities)))
        return Known(sequence, told, directory, time.monotonic(), told.seconds)

    def _see_what_everybody_sees(self, sequence: int, visibilities: frozenset[str]) -> bool:
        """Whether these see the same documents as everybody, going by the visibilities that there are."""
        everybody = EVERYBODY.visibilities
        if visibilities == everybody:
            return True
        present = self._present
        if present[0] != sequence:
            self._present = present = sequence, self._index.visibilities()
        return visibilities & present[1] == everybody & present[1]

    def _read(self, sequence: int, visibilities: frozenset[str]) -> Known:
        began, scope = time.monotonic(), Scope(visibilities)
        with _uncollected():
            told = told_of(self._index.every_document(scope))
            directory = Directory(told, Vocabulary(self._index, scope))
        seconds = time.monotonic() - began
        if seconds > COSTLY:
            # What stays for long is not looked through for garbage each time: that would halt every request
            gc.unfreeze()
            gc.collect()
            gc.freeze()
        return Known(sequence, told, directory, time.monotonic(), seconds)


class _Reading(Thread):
    """Names that are read beside what goes on."""

    def __init__(self, read: Callable[[], object]) -> None:
        super().__init__(name="names", daemon=True)
        self._read, self.has_failed = read, False

    def run(self) -> None:
        """Read; whoever asks next is told what failed, by reading again."""
        try:
            self._read()
        except Exception:
            self.has_failed = True


@contextmanager
def _uncollected() -> Iterator[None]:
    """While hundreds of thousands of records are made, looking for garbage takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Vocabulary:
    """The words of all documents in a scope, as a container that looks them up."""

    def __init__(self, index: Index, scope: Scope) -> None:
        """Look words up in `index` within `scope`."""
        self._index, self._scope = index, scope

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self._index.holds(word, self._scope)
