"""A quick first look at many vectors, each squeezed into 4 bits for every 4 of its numbers; what is near is then
compared for real.

Scanned in full, product quantisation with fast scan needs no graph: a million vectors take 48 MB and 3 ms, where the
exact scan takes 60 ms (`scripts/bench speed_million`). André, Kermarrec, Le Scouarnec, "Cache locality is not enough:
high-performance nearest neighbor search with product quantization fast scan" (VLDB 2015). With `vectors` the only door
to faiss.
"""

from collections.abc import Callable
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
WIDER = 16
"""Vectors that are compared for real for each one that is wanted: then 995 of 1,000 of the fifty nearest are found."""
TRIED, NEAREST = 32, 50
FAITHFUL = 0.98
"""Share of the nearest that the look must bring up of what it was tried on, or it is not taken at all."""
Rows = NDArray[np.int64]
Get = Callable[[Rows], Vectors]
"""Row numbers → those vectors, a row each."""


def squeezed(dimension: int, rows: int, get: Get) -> Any | None:
    """The index of a first look; None where there are few vectors, or where they would not be found again by it.

    How vectors lie depends on the model that made them; so the look is tried on some before it is trusted.
    """
    if rows < MANY or dimension % NUMBERS:
        return None
    index = faiss.index_factory(dimension, f"PQ{dimension // NUMBERS}x4fs", faiss.METRIC_INNER_PRODUCT)
    index.train(get(np.linspace(0, rows - 1, min(TAUGHT, rows)).astype(np.int64)))
    for first in range(0, rows, PIECE):
        index.add(get(np.arange(first, min(rows, first + PIECE))))
    return index if _is_faithful(index, rows, get) else None


def loaded(path: Path) -> Any | None:
    """What was written to this file, mapped into memory; None where there is none."""
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC) if path.exists() else None


def _is_faithful(index: Any, rows: int, get: Get) -> bool:
    """Whether it brings up what is nearest to points between two vectors, as questions are."""
    one, other = np.random.default_rng(0).integers(0, rows, (2, TRIED))
    between = get(one) + get(other)
    asked = between / np.maximum(np.linalg.norm(between, axis=1, keepdims=True), 1e-9)
    _, brought = index.search(asked.astype(np.float32), NEAREST * WIDER)
    nearest = _nearest(asked, rows, get)
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
