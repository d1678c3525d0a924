"""Nearest neighbours of passage vectors, in half precision: exact, and of many after a first look. A door to faiss.

A `Neighbours` never changes: growing and thinning make new ones that share what they can, so that threads may go on
searching the old. Passages that were deleted since are kept out by the allowed set, not by changing the index.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import faiss as faiss_
import numpy as np
from numpy.typing import NDArray

from indexer import coarse
from indexer.allowed import Allowed, Ids, Mask
from indexer.embedding.protocol import Vectors

# Its annotations are those of the C++ side and wrong for the Python layer over it.
faiss: Any = faiss_

FORMAT = "faiss-sqfp16-4"
FILE, IDS = "vectors.faiss", "ids.npy"
FEW = 4
"""Parts beyond this are merged: each costs every search a little."""
THREADS = os.cpu_count() or 1


Found = tuple[Vectors, Ids]
TILE = 8192
"""Rows that all queries are compared with before the next rows: 6 MB, which stay in the processor's cache meanwhile.
Where each query reads everything, it all comes from memory each time, and that takes twice as long."""
FEW_ROWS = 2048
"""So many allowed passages, if under a quarter of all, are taken out and searched alone."""
ENOUGH = 1 / 8
"""Share of the vectors that has to be allowed for a first look at all: of fewer, each is compared."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A faiss index without ids of its own, and the passage id of each of its rows, ascending.

    `tiles` are indexes over the same memory, TILE rows each; `look` is for a first look at all of it.
    """

    index: Any
    ids: Ids
    tiles: tuple[Any, ...] = ()
    look: coarse.Look | None = None
    _seen: WeakKeyDictionary[Allowed, Mask] = field(default_factory=WeakKeyDictionary, repr=False)

    def allowing(self, allowed: Allowed) -> Mask:
        """Which rows are allowed; kept as long as the set is, for every question of its scope asks for it."""
        mask = self._seen.get(allowed)
        if mask is None:
            mask = self._seen[allowed] = allowed.among(self.ids)
        return mask

    def at(self, ids: Ids) -> tuple[Ids, Mask]:
        """Which of these ids are here, and the rows of those."""
        place = np.searchsorted(self.ids, ids)
        here = (place < len(self.ids)) & (self.ids[np.minimum(place, len(self.ids) - 1)] == ids)
        return place[here], here

    def searches(self, queries: Vectors, count: int, allowed: Mask) -> Iterator[Callable[[], Found]]:
        """What is to be searched, tile by tile, each for scores and ids, a row a query; the id -1 stands for none."""
        first, share = 0, float(np.count_nonzero(allowed)) / max(len(allowed), 1)
        if self.look is not None and share >= ENOUGH:
            yield partial(
                self._looked, queries, count, allowed, int(max(count, coarse.NEAREST) * self.look.wider / share)
            )
            return
        for index in self.tiles if len(queries) > 1 else (self.index,):
            here = allowed[first : first + index.ntotal]
            if here.any():
                yield partial(_searched, index, self.ids[first : first + index.ntotal], queries, count, here)
            first += index.ntotal

    def _looked(self, queries: Vectors, count: int, allowed: Mask, wider: int) -> Found:
        """What a first look brings up, compared for real; where too little of that is allowed, everything is."""
        assert self.look is not None
        least = max(count, coarse.NEAREST) * self.look.wider // 2
        told = [
            self._compared(query, rows, count, allowed, least)
            for query, rows in zip(queries, self.look.rows(queries, wider), strict=True)
        ]
        scores, ids = zip(*told, strict=True)
        return np.stack(scores), np.stack(ids)

    def _compared(self, query: Vectors, brought: Ids, count: int, allowed: Mask, least: int) -> tuple[Vectors, Ids]:
        rows = np.sort(brought[brought >= 0])
        rows = rows[allowed[rows]]
        if len(rows) < least:
            scores, ids = _searched(self.index, self.ids, query[np.newaxis], count, allowed)
            return scores[0], ids[0]
        codes = _codes(self.index)[rows]
        near = _over(self.index, codes)
        scores, ids = _searched(near, self.ids[rows], query[np.newaxis], count, np.ones(len(rows), dtype=np.bool_))
        return scores[0], ids[0]


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
        if len(self._parts) == 1 and self._parts[0].allowing(allowed).all():
            return self
        pieces = (
            (part.ids[here], part.index.reconstruct_batch(np.flatnonzero(here))) for part, here in self._masks(allowed)
        )
        part = _part(self.dimension, pieces)
        return Neighbours(self.dimension, (part,) if len(part.ids) else ())

    def nearest(self, queries: Vectors, count: int, allowed: Allowed) -> list[list[tuple[int, float]]]:
        """For each query the `count` nearest allowed passages with their cosines, nearest first."""
        alone = self._alone(allowed)
        parts = [(alone, np.ones(len(alone.ids), dtype=np.bool_))] if alone else self._masks(allowed)
        found = _together([search for part, here in parts for search in part.searches(queries, count, here)])
        if not found:
            return [[] for _ in queries]
        scores, ids = (np.concatenate(told, axis=1) for told in zip(*found, strict=True))
        return [_first(*told, count) for told in zip(scores, ids, strict=True)]

    def vectors(self, ids: Ids) -> Vectors:
        """The vectors of these passages, a row each; zeros for those that are not here."""
        rows = np.zeros((len(ids), self.dimension), dtype=np.float32)
        for part in self._parts:
            place, here = part.at(ids)
            if len(place):
                rows[here] = part.index.reconstruct_batch(place)
        return rows

    def save(self, folder: Path) -> None:
        """Write everything into files of a folder; for many vectors also what a first look needs."""
        whole = self._parts[0] if len(self._parts) == 1 else _part(self.dimension, [(self.ids, self.vectors(self.ids))])
        faiss.write_index(whole.index, str(folder / FILE))
        np.save(folder / IDS, whole.ids, allow_pickle=False)
        if look := coarse.look(self.dimension, len(whole.ids), whole.index.reconstruct_batch):
            look.save(folder)

    def _alone(self, allowed: Allowed) -> _Part | None:
        """Few allowed passages as a part of their own; None where they are none, or not few beside all."""
        if len(allowed) > min(FEW_ROWS, len(self) // 4):
            return None
        placed = [(part, *part.at(allowed.ids)) for part in self._parts]
        pieces = [
            (allowed.ids[here], part.index.reconstruct_batch(place)) for part, place, here in placed if len(place)
        ]
        return _part(self.dimension, pieces) if pieces else None

    def _masks(self, allowed: Allowed) -> Iterator[tuple[_Part, Mask]]:
        return ((part, here) for part in self._parts if (here := part.allowing(allowed)).any())


def load(folder: Path) -> Neighbours:
    """What `save` wrote, mapped into memory. Check its sums first: faiss believes damaged files."""
    index = faiss.read_index(str(folder / FILE), faiss.IO_FLAG_MMAP_IFC)
    ids = np.load(folder / IDS, allow_pickle=False)
    return Neighbours(index.d, (_Part(index, ids, _tiles(index), coarse.opened(folder)),) if len(ids) else ())


def _empty(dimension: int) -> Any:
    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def _part(dimension: int, pieces: Iterable[tuple[Ids, Vectors]]) -> _Part:
    index = _empty(dimension)
    all_ids = [np.empty(0, np.int64)]
    for ids, vectors in pieces:
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        all_ids.append(ids)
    return _Part(index, np.concatenate(all_ids), _tiles(index))


def _tiles(index: Any) -> tuple[Any, ...]:
    """Indexes over the memory of this one, which must be kept and never be added to."""
    if index.ntotal <= TILE:
        return (index,)
    codes = _codes(index)
    return tuple(_over(index, codes[first : first + TILE]) for first in range(0, index.ntotal, TILE))


def _codes(index: Any) -> NDArray[np.uint8]:
    """The vectors of an index as it holds them, a row each, in its own memory."""
    codes = faiss.rev_swig_ptr(index.codes.data(), index.codes.size())
    return np.asarray(codes, dtype=np.uint8).reshape(index.ntotal, index.code_size)


def _over(index: Any, codes: NDArray[np.uint8]) -> Any:
    """An index over these codes of `index`, which must be kept as long as it."""
    over = _empty(index.d)
    over.ntotal = len(codes)
    over.codes = type(index.codes).create_view(faiss.swig_ptr(codes), codes.size, index.codes.owner)
    return over


def _together(searches: Sequence[Callable[[], Found]]) -> list[Found]:
    """What all of them find, each processor at a share of them, so that none waits before the end."""
    shares = [searches[first::THREADS] for first in range(min(THREADS, len(searches)))]
    told = map(_one_by_one, shares) if len(shares) < 2 else _processors().map(_one_by_one, shares)
    return [found for some in told for found in some]


def _one_by_one(searches: Sequence[Callable[[], Found]]) -> list[Found]:
    faiss.omp_set_num_threads(1)
    return [search() for search in searches]


@cache
def _processors() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "vectors")


def _searched(index: Any, ids: Ids, queries: Vectors, count: int, here: Mask) -> Found:
    scores, rows = index.search(queries, count, **_only(here))
    return scores, np.where(rows < 0, -1, ids[rows])


def _first(scores: Vectors, ids: Ids, count: int) -> list[tuple[int, float]]:
    """The best `count` pairs of one query, best first; of equal ones the lower id."""
    order = [n for n in np.lexsort((ids, -scores))[:count] if ids[n] >= 0]
    return list(zip(ids[order].tolist(), scores[order].tolist(), strict=True))


def _only(mask: Mask) -> dict[str, Any]:
    """The parameters that let faiss see only these rows; none when it may see all."""
    if mask.all():
        return {}
    return {"params": faiss.SearchParameters(sel=faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little")))}
