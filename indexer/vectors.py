"""Nearest neighbours of passage vectors, exact, in half precision. The only door to faiss.

A `Neighbours` never changes: growing and thinning make new ones that share what they can, so that threads may go on
searching the old. Passages that were deleted since are kept out by the allowed set, not by changing the index.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import faiss as faiss_
import numpy as np
from numpy.typing import NDArray

from indexer.allowed import Allowed, Ids
from indexer.embedding.protocol import Vectors

# Its annotations are those of the C++ side and wrong for the Python layer over it.
faiss: Any = faiss_

FORMAT = "faiss-sqfp16-1"
FILE, IDS = "vectors.faiss", "ids.npy"
FEW = 4
"""Parts beyond this are merged: each costs every search a little."""
THREADS = os.cpu_count() or 1


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A faiss index without ids of its own, and the passage id of each of its rows, ascending."""

    index: Any
    ids: Ids


class Neighbours:
    """Passage ids and their unit vectors, searchable by cosine."""

    def __init__(self, dimension: int, parts: Sequence[_Part] = ()) -> None:
        """Hold `parts`, whose ids ascend from part to part."""
        self.dimension = dimension
        self._parts = tuple(parts)

    @property
    def ids(self) -> Ids:
        """All passage ids, ascending."""
        return np.concatenate([np.empty(0, np.int64), *(part.ids for part in self._parts)])

    @property
    def last(self) -> int:
        """The highest passage id, 0 when there is none: what has a higher one is not in here yet."""
        return int(self._parts[-1].ids[-1]) if self._parts else 0

    def __len__(self) -> int:
        return sum(len(part.ids) for part in self._parts)

    def grown(self, tail: Iterable[tuple[Ids, Vectors]]) -> "Neighbours":
        """With more passages, piece by piece, whose ids ascend and are all higher than `last`."""
        kept = self._parts if len(self._parts) < FEW else self._parts[:1]
        merged = ((part.ids, self.vectors(part.ids)) for part in self._parts[len(kept) :])
        part = _part(self.dimension, chain(merged, tail))
        return Neighbours(self.dimension, (*kept, part)) if len(part.ids) else self

    def thinned(self, allowed: Allowed) -> "Neighbours":
        """Only the allowed passages, in one part."""
        pieces = (
            (part.ids[here], part.index.reconstruct_batch(np.flatnonzero(here))) for part, here in self._masks(allowed)
        )
        part = _part(self.dimension, pieces)
        return Neighbours(self.dimension, (part,) if len(part.ids) else ())

    def nearest(self, queries: Vectors, count: int, allowed: Allowed) -> list[list[tuple[int, float]]]:
        """For each query the `count` nearest allowed passages with their cosines, nearest first."""
        found: list[list[tuple[int, float]]] = [[] for _ in queries]
        faiss.omp_set_num_threads(1 if len(queries) == 1 else THREADS)
        for part, here in self._masks(allowed):
            for row, pairs in enumerate(_searched(part, queries, count, here)):
                found[row].extend(pairs)
        return [sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:count] for pairs in found]

    def vectors(self, ids: Ids) -> Vectors:
        """The vectors of these passages, a row each; zeros for those that are not here."""
        rows = np.zeros((len(ids), self.dimension), dtype=np.float32)
        for part in self._parts:
            place = np.searchsorted(part.ids, ids)
            here = (place < len(part.ids)) & (part.ids[np.minimum(place, len(part.ids) - 1)] == ids)
            if here.any():
                rows[here] = part.index.reconstruct_batch(place[here])
        return rows

    def save(self, folder: Path) -> None:
        """Write everything into two files of a folder."""
        whole = self._parts[0] if len(self._parts) == 1 else _part(self.dimension, [(self.ids, self.vectors(self.ids))])
        faiss.write_index(whole.index, str(folder / FILE))
        np.save(folder / IDS, whole.ids, allow_pickle=False)

    def _masks(self, allowed: Allowed) -> Iterator[tuple[_Part, NDArray[np.bool_]]]:
        return ((part, here) for part in self._parts if (here := allowed.among(part.ids)).any())


def load(folder: Path) -> Neighbours:
    """What `save` wrote, mapped into memory. Check its sums first: faiss believes damaged files."""
    index = faiss.read_index(str(folder / FILE), faiss.IO_FLAG_MMAP_IFC)
    ids = np.load(folder / IDS, allow_pickle=False)
    return Neighbours(index.d, (_Part(index, ids),) if len(ids) else ())


def _part(dimension: int, pieces: Iterable[tuple[Ids, Vectors]]) -> _Part:
    index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    all_ids = [np.empty(0, np.int64)]
    for ids, vectors in pieces:
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        all_ids.append(ids)
    return _Part(index, np.concatenate(all_ids))


def _searched(part: _Part, queries: Vectors, count: int, here: NDArray[np.bool_]) -> Iterator[list[tuple[int, float]]]:
    scores, rows = part.index.search(queries, count, **_only(here))
    for row, near in zip(rows, scores, strict=True):
        found = row >= 0
        yield list(zip(part.ids[row[found]].tolist(), near[found].tolist(), strict=True))


def _only(mask: NDArray[np.bool_]) -> dict[str, Any]:
    """The parameters that let faiss see only these rows; none when it may see all."""
    if mask.all():
        return {}
    return {"params": faiss.SearchParameters(sel=faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little")))}
