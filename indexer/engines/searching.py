"""Many queries → the best passages of both lanes, each with the evidence of both."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import numpy as np

from indexer.allowed import Allowed
from indexer.asking import Before, Candidate
from indexer.embedding.protocol import Vectors
from indexer.engines import confirmed, reading
from indexer.engines.confirmed import Confirmed
from indexer.engines.meaning import Meaning
from indexer.engines.protocol import Query
from indexer.shelved import Shelved
from indexer.store import Store
from indexer.vectors import Neighbours

Key = TypeVar("Key", bound=Hashable)
DEPTH = 50
"""Passages each lane brings up for a query."""
NAMED = 100
"""Passages of documents that a query names, nearest first."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What is searched: both lanes, and the questions that documents answered."""

    meaning: Meaning | None
    words: Shelved
    confirmed: Confirmed | None = None


def candidates(
    store: Store, held: Held, queries: Sequence[Query], allowed: Allowed, asked_before: Allowed
) -> list[tuple[Candidate, ...]]:
    """For each query the candidates of both lanes and of the documents it names or that answered one like it.

    Only `allowed` passages, and among confirmed questions only those of `asked_before`.
    """
    neighbours, words = held.meaning.neighbours if held.meaning else None, held.words
    before = confirmed.nearest(store, held.confirmed, [query.vector for query in queries], asked_before)
    near, worded = _brought_up(neighbours, words, queries, allowed)
    for documents, rows in _together(queries, lambda query: query.documents).items():
        named = _named(store, documents, allowed)
        for row, found in zip(rows, _closest(neighbours, [queries[row] for row in rows], named), strict=True):
            near[row].update(found)
            worded[row].update(words.best(queries[row].text, NAMED, named))
    for row, answered in enumerate(before):
        # Their own passages too, for a question is no evidence that anybody could read
        if answered:
            near[row].update(_closest(neighbours, [queries[row]], _named(store, frozenset(answered), allowed))[0])
    _complete(neighbours, queries, near, worded)
    told = _told(store, near, worded)
    return [(*one, *_answered(found)) for one, found in zip(told, before, strict=True)]


def _together(queries: Sequence[Query], of: Callable[[Query], Key]) -> dict[Key, list[int]]:
    """The places of the queries that are alike in this."""
    rows: dict[Key, list[int]] = defaultdict(list)
    for row, query in enumerate(queries):
        rows[of(query)].append(row)
    return rows


def _brought_up(
    neighbours: Neighbours | None, words: Shelved, queries: Sequence[Query], allowed: Allowed
) -> tuple[list[dict[int, float]], list[dict[int, float]]]:
    """What each lane brings up for each query; a text that several questions have in common is looked for once."""
    near: list[dict[int, float]] = [{} for _ in queries]
    worded: list[dict[int, float]] = [{} for _ in queries]
    alike = list(_together(queries, _look).values())
    firsts = [queries[rows[0]] for rows in alike]
    for rows, found, query in zip(alike, _nearest(neighbours, firsts, allowed), firsts, strict=True):
        best = words.best(query.text, DEPTH, allowed)
        for row in rows:
            near[row], worded[row] = dict(found), dict(best)
    return near, worded


def _look(query: Query) -> tuple[str, bytes]:
    return query.text, b"" if query.vector is None else query.vector.tobytes()


def _nearest(
    neighbours: Neighbours | None, queries: Sequence[Query], allowed: Allowed, count: int = DEPTH
) -> list[dict[int, float]]:
    found: list[dict[int, float]] = [{} for _ in queries]
    rows = [row for row, query in enumerate(queries) if query.vector is not None]
    if neighbours and rows and len(allowed):
        vectors = np.stack([query.vector for query in queries if query.vector is not None])
        for row, pairs in zip(rows, neighbours.nearest(vectors, count, allowed), strict=True):
            found[row] = dict(pairs)
    return found


def _named(store: Store, documents: frozenset[str], allowed: Allowed) -> Allowed:
    ids = np.array(reading.passages_of(store, sorted(documents)) if documents else (), dtype=np.int64)
    return Allowed(ids[allowed.among(ids)])


def _closest(neighbours: Neighbours | None, queries: Sequence[Query], named: Allowed) -> list[dict[int, float]]:
    """For each query the nearest passages of named documents; without vectors simply the first."""
    found = _nearest(neighbours, queries, named, NAMED)
    first = dict.fromkeys(named.ids[:NAMED].tolist(), 0.0)
    blind = (neighbours is None or query.vector is None for query in queries)
    return [dict(first) if is_blind else near for is_blind, near in zip(blind, found, strict=True)]


def _answered(before: Mapping[str, Before]) -> list[Candidate]:
    return [Candidate(0, document, _cosine(told.nearest), before=told) for document, told in before.items()]


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
    return [tuple(_candidates(*lanes, facts)) for lanes in zip(near, worded, strict=True)]


def _candidates(
    near: Mapping[int, float], worded: Mapping[int, float], facts: Mapping[int, tuple[str, bool, int]]
) -> Iterator[Candidate]:
    for passage in sorted({*near, *worded}):
        told = facts.get(passage)
        if told:
            document, is_title, length = told
            cosine = _cosine(near.get(passage, 0.0))
            yield Candidate(passage, document, cosine, worded.get(passage, 0.0), is_title, length)


def _cosine(value: float) -> float:
    return value if -1.0 <= value <= 1.0 else max(-1.0, min(1.0, value))
