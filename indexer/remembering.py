"""What is worth remembering between questions: vectors of texts asked before, and who is known to each viewer."""

import gc
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Lock, Thread

import numpy as np

from indexer.asking import EVERYBODY, Filters
from indexer.bearers import Told
from indexer.embedding.protocol import Embedder, Vectors
from indexer.engines.narrowing import compared
from indexer.engines.protocol import Index, Scope
from indexer.enrolled import Enrolled
from indexer.entities import Directory, Entity, entities_of
from indexer.roll import Roll
from indexer.tally import Choices, Tally

TEXTS = 4096
"""Texts whose vectors are kept: about 6 MB."""
VIEWERS = 16
COSTLY, PAUSE = 0.5, 10
"""Names that took longer than this (seconds) to read are read again after ten times as long, not at every change."""
LATE = 20
"""Those that are older than so many times as long are told no more: whoever asks first after a quiet night waits."""


class RememberedVectors:
    """An embedder that embeds no text twice. Threads may share one."""

    def __init__(self, embedder: Callable[[], Embedder]) -> None:
        """Make the embedder when the first text needs it."""
        self._make = embedder
        self._embedder: Embedder | None = None
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    @property
    def embedder(self) -> Embedder:
        """The embedder itself, made now if it was not."""
        with self._lock:
            if self._embedder is None:
                self._embedder = self._make()
            return self._embedder

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """The vectors of these texts in their order; only unknown ones are embedded, in one call."""
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
        new = tuple(dict.fromkeys(text for text in texts if text not in found))
        if new:
            found |= zip(new, self.embedder.embed(new), strict=True)
            self._keep(found)
        return np.stack([found[text] for text in texts])

    def _keep(self, found: dict[str, Vectors]) -> None:
        with self._lock:
            for text, vector in found.items():
                self._kept[text] = vector
                self._kept.move_to_end(text)
            while len(self._kept) > TEXTS:
                self._kept.popitem(last=False)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Who is known to one viewer as of `sequence`, since `at` (monotonic).

    `seconds` is what it takes to read them from the documents, whether that was done or they were written down.
    """

    sequence: int
    entities: Sequence[Entity]
    directory: Directory
    at: float = 0.0
    seconds: float = 0.0


class RememberedNames:
    """The directory of each viewer, made anew when who is who has changed.

    What everybody may know is written down and used where it lies. Those who may see more have theirs made in memory
    from the documents that they may see: of 100,000 that takes half a minute, once after each change of names, and
    250 MB for each set of groups. Writing these down too would take as long for every set there is; and to join what is
    known of each group would name people whom only documents together tell apart.
    """

    def __init__(self, index: Index, roll: Roll) -> None:
        """Read names from `index`, or from the roll where it holds them."""
        self._index, self._roll = index, roll
        self._known: OrderedDict[frozenset[str], Known] = OrderedDict()
        self._reading: dict[frozenset[str], _Reading] = {}
        self._lock, self._keeping = Lock(), Lock()

    def of(self, visibilities: frozenset[str]) -> Known:
        """Everybody that documents of these visibilities speak of, up to the last change."""
        sequence = self._index.names_sequence
        known = self._known.get(visibilities)
        if known and known.sequence == sequence:
            return known
        with self._lock:
            known = self._known.get(visibilities)
            if known is None or known.sequence != sequence:
                known = self._enrolled(sequence, visibilities) or self._read(sequence, visibilities)
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
        if written := self._enrolled(sequence, visibilities):
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
        everybody = EVERYBODY.visibilities
        known = self.of(everybody)
        if self._roll.enrolled(known.sequence) is None:
            told = known.directory.bearers
            self._roll.keep(known.sequence, told if isinstance(told, Told) else Told(known.entities), known.seconds)
            if written := self._enrolled(known.sequence, everybody):
                self._keep(everybody, written)

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

    def _enrolled(self, sequence: int, visibilities: frozenset[str]) -> Known | None:
        """Who was written down as known to these; only what everybody may know is."""
        told = self._roll.enrolled(sequence) if visibilities == EVERYBODY.visibilities else None
        if told is None:
            return None
        directory = Directory(told, Vocabulary(self._index, Scope(visibilities)))
        return Known(sequence, told, directory, time.monotonic(), told.seconds)

    def _read(self, sequence: int, visibilities: frozenset[str]) -> Known:
        began, scope = time.monotonic(), Scope(visibilities)
        with _uncollected():
            entities = entities_of(self._index.every_document(scope))
            directory = Directory(entities, Vocabulary(self._index, scope))
        seconds = time.monotonic() - began
        if seconds > COSTLY:
            # What stays for long is not looked through for garbage each time: that would halt every request
            gc.unfreeze()
            gc.collect()
            gc.freeze()
        return Known(sequence, entities, directory, time.monotonic(), seconds)


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


class RememberedChoices:
    """What there is to choose from for each viewer, read anew when the index has changed."""

    def __init__(self, index: Index) -> None:
        """Count in `index`."""
        self._index = index
        self._kept: dict[frozenset[str], _Counted] = {}
        self._lock = Lock()

    def of(self, visibilities: frozenset[str]) -> Choices:
        """For each filter its values in documents of these visibilities, with their numbers."""
        return self._counted(visibilities).choices

    def under(self, visibilities: frozenset[str], filters: Filters) -> Choices:
        """The same, each value counted among the documents that all other filters let through."""
        return self._counted(visibilities).tally.counts(filters, compared(filters))

    def _counted(self, visibilities: frozenset[str]) -> "_Counted":
        with self._lock:
            sequence, kept = self._index.sequence, self._kept.get(visibilities)
            if kept is None or kept.sequence != sequence:
                tally = self._index.tally(visibilities)
                if len(self._kept) >= VIEWERS:
                    self._kept.clear()
                self._kept[visibilities] = kept = _Counted(sequence, tally, tally.counts())
            return kept


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """What one viewer may choose from, as of `sequence`."""

    sequence: int
    tally: Tally
    choices: Choices


class Vocabulary:
    """The words of all documents in a scope, as a container that looks them up."""

    def __init__(self, index: Index, scope: Scope) -> None:
        """Look words up in `index` within `scope`."""
        self._index, self._scope = index, scope

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self._index.holds(word, self._scope)
