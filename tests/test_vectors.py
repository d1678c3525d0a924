"""Nearest neighbours: the same as brute force, however they grew, whoever may see them."""

from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.allowed import Allowed, Ids
from indexer.embedding.protocol import Vectors
from indexer.vectors import TILE, Neighbours, load

DIMENSION = 16


def unit_vectors(count: int, seed: int) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSION))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def pieces(sizes: list[int], seed: int) -> list[tuple[Ids, Vectors]]:
    everything = unit_vectors(sum(sizes), seed)
    cuts = np.cumsum([0, *sizes])
    return [(np.arange(first, last, dtype=np.int64) * 3 + 1, everything[first:last]) for first, last in pairwise(cuts)]


def grown(sizes: list[int], seed: int) -> Neighbours:
    neighbours = Neighbours(DIMENSION)
    for piece in pieces(sizes, seed):
        neighbours = neighbours.grown([piece])
    return neighbours


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 30), max_size=9), st.integers(0, 99), st.integers(1, 20), st.sets(st.integers(0, 300)))
def test_however_it_grew_it_finds_what_brute_force_finds(
    sizes: list[int], seed: int, count: int, ids: set[int]
) -> None:
    neighbours, (query,) = grown(sizes, seed), unit_vectors(1, seed + 1)
    allowed = Allowed(np.array(sorted(ids), dtype=np.int64))

    (told,) = neighbours.nearest(query[None, :], count, allowed)

    cosines = {int(i): float(v @ query) for part, vs in pieces(sizes, seed) for i, v in zip(part, vs, strict=True)}
    exact = sorted((c for i, c in cosines.items() if i in ids), reverse=True)[:count]
    assert np.allclose([cosine for _, cosine in told], exact, atol=2e-3)
    assert all(i in ids and abs(cosines[i] - cosine) < 2e-3 for i, cosine in told)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=8), st.integers(0, 99))
def test_vectors_come_back_by_id_and_strangers_as_zeros(sizes: list[int], seed: int) -> None:
    neighbours = grown(sizes, seed)
    known = np.concatenate([ids for ids, _ in pieces(sizes, seed)])

    told = neighbours.vectors(np.array([*known[::-1], 999_999, 0], dtype=np.int64))

    assert np.allclose(told[:-2], np.concatenate([v for _, v in pieces(sizes, seed)])[::-1], atol=1e-3)
    assert not told[-2:].any()


def test_growing_leaves_the_old_one_as_it_was() -> None:
    old = grown([5], 1)

    new = old.grown([(np.array([100], dtype=np.int64), unit_vectors(1, 2))])

    assert (len(old), old.last, len(new), new.last) == (5, 13, 6, 100)


def test_thinning_keeps_only_what_is_allowed() -> None:
    neighbours = grown([5, 5, 5], 1)
    kept = Allowed(neighbours.ids[::2])

    thin = neighbours.thinned(kept)

    assert thin.ids.tolist() == kept.ids.tolist()
    assert np.array_equal(thin.vectors(kept.ids), neighbours.vectors(kept.ids))


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    for neighbours in (grown([5, 7], 1), grown([6], 1), Neighbours(DIMENSION)):
        neighbours.save(tmp_path)

        again = load(tmp_path)

        assert again.ids.tolist() == neighbours.ids.tolist()
        assert np.array_equal(again.vectors(neighbours.ids), neighbours.vectors(neighbours.ids))


def test_a_loaded_one_can_grow(tmp_path: Path) -> None:
    grown([5], 1).save(tmp_path)

    more = load(tmp_path).grown([(np.array([100], dtype=np.int64), unit_vectors(1, 2))])

    assert more.nearest(unit_vectors(1, 2), 1, Allowed(more.ids))[0][0][0] == 100


def test_the_allowed_answer_for_whole_arrays() -> None:
    allowed = Allowed(np.array([7, 3, 3], dtype=np.int64))

    assert allowed.among(np.array([-1, 0, 3, 7, 8, 99], dtype=np.int64)).tolist() == [
        False,
        False,
        True,
        True,
        False,
        False,
    ]
    assert len(allowed) == 2
    assert not Allowed(np.empty(0, dtype=np.int64)).among(np.array([1], dtype=np.int64)).any()


def test_many_queries_at_once_find_what_each_finds_alone(tmp_path: Path) -> None:
    count = 2 * TILE + 500
    grown([count, 40], 1).save(tmp_path)
    neighbours, queries = load(tmp_path), unit_vectors(4, 2)

    for allowed in (
        Allowed(neighbours.ids),
        Allowed(neighbours.ids[::3]),
        Allowed(neighbours.ids[TILE + 7 : TILE + 9]),
    ):
        alone = [neighbours.nearest(query[None, :], 7, allowed)[0] for query in queries]

        assert neighbours.nearest(queries, 7, allowed) == alone
        assert all(len(told) == min(7, len(allowed)) for told in alone)


def test_few_passages_are_compared_as_they_are_among_all() -> None:
    neighbours, queries = grown([600, 600], 3), unit_vectors(3, 4)
    every = neighbours.nearest(queries, 1200, Allowed(neighbours.ids))
    few = Allowed(neighbours.ids[550:650])

    told = neighbours.nearest(queries, 10, few)

    assert told == [[pair for pair in pairs if few.among(np.array([pair[0]]))[0]][:10] for pairs in every]
