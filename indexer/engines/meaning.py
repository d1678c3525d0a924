"""The shelf of vectors: opened from its newest intact generation, grown by the tail, published now and then."""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from indexer.allowed import Allowed
from indexer.engines import generations, reading, replay
from indexer.engines.generations import Facts, Generation
from indexer.store import Store
from indexer.vectors import FORMAT, Neighbours, load

TAIL = 1000
"""A tail of more passages than this, and than a tenth of all, is worth a new generation."""
QUICK = 50_000
"""Vectors that whoever asks may publish; of more it takes seconds, so they wait for whoever writes."""
WASTE = 0.25
"""Share of dead passages at which the vectors are written anew."""


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """Vectors of one space as far as the store held them at one moment, and the generation they began with."""

    neighbours: Neighbours
    fingerprint: str
    generation: Generation | None = None

    @property
    def is_quickly_published(self) -> bool:
        """Whether they are on no shelf yet, and so few that nobody has to wait for them to be put there."""
        return self.generation is None and len(self.neighbours) <= QUICK


class MeaningShelf:
    """The generations of vectors of one store."""

    def __init__(self, store: Store, folder: Path) -> None:
        """Keep generations in `folder`."""
        self._store, self._folder = store, folder
        self._identity = reading.meta(store).identity

    def current(self, had: Meaning | None, fingerprint: str) -> Meaning | None:
        """All vectors of this space, from what was `had` or from disk, with the tail; None where there is none."""
        known = had if had and had.fingerprint == fingerprint else self._opened(fingerprint)
        if known:
            tail = replay.vectors_after(self._store, fingerprint, known.neighbours.last)
            return Meaning(known.neighbours.grown(tail), fingerprint, known.generation)
        return self._anew(fingerprint)

    def publish(self, had: Meaning, live: Allowed) -> Meaning:
        """Write a generation if the last one has fallen far behind; what lacks a living passage is made anew."""
        missing = ~Allowed(had.neighbours.ids).among(live.ids)
        made = (self._anew(had.fingerprint) or had) if missing.any() else had
        if made is had and not _stale(had, live):
            return had
        whole = made.neighbours.thinned(live)
        sequence = reading.meta(self._store).sequence
        facts = Facts(self._identity, sequence, FORMAT, had.fingerprint, len(whole), whole.last)
        generation = generations.publish(self._folder, facts, whole.save)
        return Meaning(load(generation.folder), had.fingerprint, generation)

    def _opened(self, fingerprint: str) -> Meaning | None:
        def fits(facts: Facts) -> bool:
            return (facts.identity, facts.format, facts.fingerprint) == (self._identity, FORMAT, fingerprint)

        found = generations.current(self._folder, fits)
        return Meaning(load(found.folder), fingerprint, found) if found else None

    def _anew(self, fingerprint: str) -> Meaning | None:
        pieces = replay.vectors_after(self._store, fingerprint, 0)
        first = next(pieces, None)
        if first is None:
            return None
        return Meaning(Neighbours(first[1].shape[1]).grown(chain([first], pieces)), fingerprint)


def _stale(had: Meaning, live: Allowed) -> bool:
    if had.generation is None:
        return True
    published, last = had.generation.facts.count, had.generation.facts.last
    tail = int(np.count_nonzero(live.ids > last))
    dead = published - int(np.count_nonzero(live.ids <= last))
    return tail > max(TAIL, published // 10) or dead > WASTE * published
