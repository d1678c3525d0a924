"""Which passages there are, and who may see each: known as of a sequence, and brought up to date by what changed."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.allowed import Allowed, Ids
from indexer.engines import reading, replay
from indexer.store import Store

FILE = "living.npz"
NOBODY = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Living:
    """The passages of each visibility as of `sequence`, their ids ascending; `last` is the highest ever seen.

    A passage never changes its visibility: it is buried, and another takes its place.
    """

    sequence: int = 0
    last: int = 0
    shelves: Mapping[str, Ids] = field(default_factory=dict)

    def of(self, visibilities: Iterable[str]) -> Allowed:
        """All passages of these visibilities."""
        return Allowed(np.concatenate([NOBODY, *(self.shelves.get(name, NOBODY) for name in set(visibilities))]))

    def all(self) -> Allowed:
        """All passages there are."""
        return self.of(self.shelves)

    def now(self, store: Store) -> "Living":
        """As the store is now: costs as much as was changed since.

        The graves dug since `sequence` must still be there, which `writing.tidy` sees to for all that was published.
        """
        sequence = reading.meta(store).sequence
        if sequence == self.sequence:
            return self
        tail = list(replay.shelved_after(store, self.last))  # before the graves: who dies between the two is in both
        gone = np.array(sorted(replay.graves_after(store, self.sequence)) if self.last else (), dtype=np.int64)
        shelves = {name: left for name, ids in self.shelves.items() if len(left := _without(ids, gone))}
        new: dict[str, list[int]] = defaultdict(list)
        for visibility, passage in tail:
            new[visibility].append(passage)
        for visibility, passages in new.items():
            added = _without(np.array(passages, dtype=np.int64), gone)
            shelves[visibility] = np.concatenate([shelves.get(visibility, NOBODY), added])
        return Living(sequence, max([self.last, *(passages[-1] for passages in new.values())]), shelves)

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        sizes = {name: len(ids) for name, ids in self.shelves.items()}
        told = np.frombuffer(json.dumps([self.sequence, self.last, sizes]).encode(), dtype=np.uint8)
        np.savez(folder / FILE, told=told, ids=np.concatenate([NOBODY, *self.shelves.values()]))

    @classmethod
    def read(cls, folder: Path) -> "Living":
        """What `save` wrote. Check its sums first."""
        with np.load(folder / FILE, allow_pickle=False) as file:
            sequence, last, sizes = json.loads(file["told"].tobytes())
            pieces = np.split(file["ids"], np.cumsum(list(sizes.values())))
            return cls(sequence, last, dict(zip(sizes, pieces, strict=False)))


def _without(ids: Ids, gone: Ids) -> Ids:
    """Ascending ids without those that are gone, which are few and ascend too."""
    if not len(gone) or not len(ids):
        return ids
    place: NDArray[np.int64] = np.searchsorted(ids, gone)
    inside = place < len(ids)
    dead = place[inside][ids[place[inside]] == gone[inside]]
    return np.delete(ids, dead) if len(dead) else ids
