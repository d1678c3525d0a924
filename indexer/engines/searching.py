"""Many queries → the best passages of both lanes, each with the evidence of both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

import numpy as np

from indexer.allowed import Allowed
from indexer.asking import Candidate
from indexer.embedding.protocol import Vectors
from indexer.engines import confirmed, reading
from indexer.engines.brought_up import DEPTH, NAMED, answered, candidates, look, together
from indexer.engines.confirmed import Confirmed
from indexer.engines.cutting import Places, Scored, firsts
from indexer.engines.meaning import Meaning
from indexer.engines.protocol import Query
from indexer.shelved import Shelved
from indexer.store import Store
from indexer.vectors import Neighbours

MORE = 3
"""So many times as many passages as are wanted are asked for by words: the last wanted one is often worth the same as
others, and to ask again takes longer than to ask for more."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What is searched: both lanes, and the questions that documents answered."""

    meaning: Meaning | None
    words: Shelved
    confirmed: Confirmed | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Lanes:
    """Both lanes within what is allowed."""

    neighbours: Neighbours | None
    words: Shelved
    allowed: Allowed
    places: Places

    def nearest(self, queries: Sequence[Query], count: int) -> list[dict[int, float]]:
        """For each query the `count` passages nearest in meaning, with their cosines; none without a vector."""
        found: list[dict[int, float]] = [{} for _ in queries]
        rows = [row for row, query in enumerate(queries) if query.vector is not None]
        if self.neighbours is None or not rows or not len(self.allowed):
            return found
        vectors = np.stack([query.vector for query in queries if query.vector is not None])
        nearest = partial(self.neighbours.nearest, allowed=self.allowed)
        for n, pairs in enumerate(nearest(vectors, count + 1)):
            again = partial(_only_one, nearest, vectors[n : n + 1])
            found[rows[n]] = dict(firsts(pairs, count, again, self.places))
        return found

    def worded(self, text: str, count: int) -> dict[int, float]:
        """The `count` passages best by words."""
        again = partial(self.words.best, text, allowed=self.allowed)
        return dict(firsts(again(MORE * count), count, again, self.places))


def _only_one(nearest: Callable[[Vectors, int], list[Scored]], vector: Vectors, count: int) -> Scored:
    return nearest(vector, count)[0]


def searched(
    store: Store, held: Held, queries: Sequence[Query], allowed: Allowed, asked_before: Allowed
) -> list[tuple[Candidate, ...]]:
    """For each query the candidates of both lanes and of the documents it names or that answered one like it.

    Only `allowed` passages, and among confirmed questions only those of `asked_before`.
    """
    neighbours, words = held.meaning.neighbours if held.meaning else None, held.words
    places = partial(_places, store)
    before = confirmed.nearest(store, held.confirmed, [query.vector for query in queries], asked_before)
    near, worded = _brought_up(_Lanes(neighbours, words, allowed, places), queries)
    for documents, rows in together(queries, lambda query: query.documents).items():
        lanes = _Lanes(neighbours, words, _named(store, documents, allowed), places)
        for row, found in zip(rows, _closest(lanes, [queries[row] for row in rows]), strict=True):
            near[row].update(found)
            worded[row].update(lanes.worded(queries[row].text, NAMED))
    for row, documents_before in enumerate(before):
        # Their own passages too, for a question is no evidence that anybody could read
        if documents_before:
            lanes = _Lanes(neighbours, words, _named(store, frozenset(documents_before), allowed), places)
            near[row].update(_closest(lanes, [queries[row]])[0])
    _complete(neighbours, queries, near, worded)
    told = _told(store, near, worded)
    return [(*one, *answered(found)) for one, found in zip(told, before, strict=True)]


def _places(store: Store, passages: Sequence[int]) -> dict[int, tuple[str, int]]:
    return {passage: fact.place for passage, fact in reading.facts(store, passages).items()}


def _brought_up(lanes: _Lanes, queries: Sequence[Query]) -> tuple[list[dict[int, float]], list[dict[int, float]]]:
    """What each lane brings up for each query; a text that several questions have in common is looked for once."""
    near: list[dict[int, float]] = [{} for _ in queries]
    worded: list[dict[int, float]] = [{} for _ in queries]
    alike = list(together(queries, look).values())
    asked = [queries[rows[0]] for rows in alike]
    for rows, found, query in zip(alike, lanes.nearest(asked, DEPTH), asked, strict=True):
        best = lanes.worded(query.text, DEPTH)
        for row in rows:
            near[row], worded[row] = dict(found), dict(best)
    return near, worded


def _named(store: Store, documents: frozenset[str], allowed: Allowed) -> Allowed:
    ids = np.array(reading.passages_of(store, sorted(documents)) if documents else (), dtype=np.int64)
    return Allowed(ids[allowed.among(ids)])


def _closest(lanes: _Lanes, queries: Sequence[Query]) -> list[dict[int, float]]:
    """For each query the nearest passages of named documents; without vectors simply the first."""
    first = dict.fromkeys(lanes.allowed.ids[:NAMED].tolist(), 0.0)
    blind = (lanes.neighbours is None or query.vector is None for query in queries)
    return [
        dict(first) if is_blind else near for is_blind, near in zip(blind, lanes.nearest(queries, NAMED), strict=True)
    ]


def _complete(
    neighbours: Neighbours | None,
    queries: Sequence[Query],
    near: Sequence[dict[int, float]],
    worded: Sequence[Mapping[int, float]],
) -> None:
    """Give what only words brought up its exact cosine."""
    if neighbours is None:
        return
    lacking = [[passage for passage in found if passage not in had] for had, found in zip(near, worded, strict=True)]
    place = {passage: n for n, passage in enumerate(sorted({*chain.from_iterable(lacking)}))}
    vectors: Vectors = neighbours.vectors(np.array(list(place), dtype=np.int64))
    for query, had, only in zip(queries, near, lacking, strict=True):
        if query.vector is not None and only:
            cosines = vectors[[place[passage] for passage in only]] @ query.vector
            had.update(zip(only, cosines.tolist(), strict=True))


def _told(
    store: Store, near: Sequence[Mapping[int, float]], worded: Sequence[Mapping[int, float]]
) -> list[tuple[Candidate, ...]]:
    facts = reading.facts(store, sorted({passage for lane in (*near, *worded) for passage in lane}))
    return [tuple(candidates(*lanes, facts)) for lanes in zip(near, worded, strict=True)]
