"""A quick first look at many vectors, each squeezed into 4 bits for every 4 of its numbers; what is near is then
compared for real.

Scanned in full, product quantisation with fast scan needs no graph: a million vectors take 48 MB and 3 ms, where the
exact scan takes 60 ms (`scripts/bench million`). André, Kermarrec, Le Scouarnec, "Cache locality is not enough:
high-performance nearest neighbor search with product quantization fast scan" (VLDB 2015). With `vectors` the only door
to faiss.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss as faiss_
import numpy as np
from numpy.typing import NDArray

from indexer.embedding.protocol import Vectors

# Its annotations are those of the C++ side and wrong for the Python layer over it.
faiss: Any = faiss_

MANY = 50_000
"""Below so many vectors, comparing with each takes 2 ms: nothing is gained."""
NUMBERS = 4
"""Numbers of a vector that share a code of 4 bits."""
TAUGHT = 50_000
PIECE = 65_536
WIDER = (16, 32, 64, 128)
"""Vectors that may be compared for real for each one that is wanted."""
MOST = 1 / 16
"""Share of all vectors that a look may bring up: more, and little is gained."""
TRIED, NEAREST, MIXED = 32, 50, 8
FAITHFUL = 0.99
"""Share of the nearest that a look must bring up of what it was tried on, or it has to look wider, or is not taken."""
NAME = "coarse-{}.faiss"
Rows = NDArray[np.int64]
Get = Callable[[Rows], Vectors]
"""Row numbers → those vectors, a row each."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """Squeezed vectors, and how many of them are to be compared for real for each one that is wanted."""

    index: Any
    wider: int

    def rows(self, asked: Vectors, count: int) -> Rows:
        """For each vector that is asked the rows that seem nearest; -1 where there are no more."""
        _, rows = self.index.search(asked, min(count, self.index.ntotal))
        return np.asarray(rows, dtype=np.int64)

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        faiss.write_index(self.index, str(folder / NAME.format(self.wider)))


def look(dimension: int, rows: int, get: Get) -> Look | None:
    """A first look at so many vectors; None where they are few, or would not be found again by it.

    How vectors lie depends on the model that made them; so the look is tried on some before it is trusted.
    """
    if rows < MANY or dimension % NUMBERS:
        return None
    index = faiss.index_factory(dimension, f"PQ{dimension // NUMBERS}x4fs", faiss.METRIC_INNER_PRODUCT)
    index.train(get(np.linspace(0, rows - 1, min(TAUGHT, rows)).astype(np.int64)))
    for first in range(0, rows, PIECE):
        index.add(get(np.arange(first, min(rows, first + PIECE))))
    asked = _between(rows, get)
    nearest = _nearest(asked, rows, get)
    worthwhile = (Look(index, wider) for wider in WIDER if NEAREST * wider <= MOST * rows)
    return next((one for one in worthwhile if _is_faithful(one, asked, nearest)), None)


def opened(folder: Path) -> Look | None:
    """The look that was saved in a folder, mapped into memory; None where there is none."""
    for wider in WIDER:
        path = folder / NAME.format(wider)
        if path.exists():
            return Look(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC), wider)
    return None


def _between(rows: int, get: Get) -> Vectors:
    """Points in the middle of some vectors, as questions are: of eight, about as far from what is nearest to them.

    Of a million drawn around real ones, 100 real questions found .924, .975 and .993 of the fifty nearest among 16, 32
    and 64 times as many; points between eight .934, .979 and .994, but points between two .999 already among 16.
    """
    between = np.sum([get(some) for some in np.random.default_rng(0).integers(0, rows, (MIXED, TRIED))], axis=0)
    return np.asarray(between / np.maximum(np.linalg.norm(between, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _is_faithful(one: Look, asked: Vectors, nearest: Rows) -> bool:
    brought = one.rows(asked, NEAREST * one.wider)
    found = [len(np.intersect1d(some, best)) for some, best in zip(brought, nearest, strict=True)]
    return sum(found) >= FAITHFUL * nearest.size


def _nearest(asked: Vectors, rows: int, get: Get) -> Rows:
    """The rows nearest to each, by comparing with all."""
    best = np.full((len(asked), NEAREST), -2.0, dtype=np.float32)
    at = np.zeros((len(asked), NEAREST), dtype=np.int64)
    for first in range(0, rows, PIECE):
        piece = np.arange(first, min(rows, first + PIECE))
        scores = np.concatenate([best, asked @ get(piece).T], axis=1)
        where = np.concatenate([at, np.broadcast_to(piece, (len(asked), len(piece)))], axis=1)
        order = np.argpartition(-scores, NEAREST, axis=1)[:, :NEAREST]
        best, at = np.take_along_axis(scores, order, axis=1), np.take_along_axis(where, order, axis=1)
    return at
