"""A first look at many vectors loses next to nothing of what is nearest, whoever may see how much."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer import coarse
from indexer.allowed import Allowed, Mask
from indexer.embedding.protocol import Vectors
from indexer.vectors import Neighbours, load

DIMENSION, ROWS, TOPICS, COUNT = 128, 60_000, 300, 10


def unit(rows: NDArray[Any]) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def about(topics: NDArray[Any], count: int, seed: int) -> Vectors:
    """So many vectors, each near one of these topics."""
    draw = np.random.default_rng(seed)
    return unit(topics[draw.integers(0, len(topics), count)] + 0.5 * draw.standard_normal((count, DIMENSION)))


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return about(np.random.default_rng(0).standard_normal((TOPICS, DIMENSION)), ROWS, 1)


@pytest.fixture(scope="module")
def questions() -> Vectors:
    return about(np.random.default_rng(0).standard_normal((TOPICS, DIMENSION)), 40, 2)


@pytest.fixture(scope="module")
def neighbours(vectors: Vectors, tmp_path_factory: pytest.TempPathFactory) -> Neighbours:
    """Opened from disk with a first look, and grown by a tail without one."""
    folder = tmp_path_factory.mktemp("vectors")
    ids = np.arange(ROWS, dtype=np.int64) * 2 + 1
    Neighbours(DIMENSION).grown([(ids[:-100], vectors[:-100])]).save(folder)
    assert coarse.opened(folder)
    return load(folder).grown([(ids[-100:], vectors[-100:])])


def recall(neighbours: Neighbours, vectors: Vectors, questions: Vectors, allowed: Mask) -> float:
    """Share of the nearest allowed ones, by comparing with all, that were told."""
    rows = np.flatnonzero(allowed)
    told = neighbours.nearest(questions, COUNT, Allowed(rows * 2 + 1))
    found = 0
    for question, pairs in zip(questions, told, strict=True):
        cosines = vectors[rows] @ question
        assert all(abs(float(vectors[(id_ - 1) // 2] @ question) - cosine) < 2e-3 for id_, cosine in pairs)
        assert all(allowed[(id_ - 1) // 2] for id_, _ in pairs)
        best = np.sort(cosines)[-COUNT:][0] - 1e-3  # half precision tells no closer ones apart
        found += sum(float(vectors[(id_ - 1) // 2] @ question) >= best for id_, _ in pairs)
    return found / (COUNT * len(questions))


@pytest.mark.parametrize("share", [1.0, 0.7, 0.3, 0.13, 0.05, 0.001])
def test_whatever_share_may_be_seen_what_is_nearest_is_found(
    neighbours: Neighbours, vectors: Vectors, questions: Vectors, share: float
) -> None:
    allowed = np.random.default_rng(3).random(ROWS) < share
    assert recall(neighbours, vectors, questions, allowed) >= 0.99


@pytest.mark.parametrize("count", [1, 3, 50, 400])
def test_however_few_are_wanted_they_are_the_nearest(neighbours: Neighbours, vectors: Vectors, count: int) -> None:
    asked = unit(vectors[::997] + vectors[1::997])
    told = neighbours.nearest(asked, count, Allowed(neighbours.ids))
    best = [np.sort(vectors @ question)[-count:] for question in asked]
    found = sum(cosine >= least[0] - 1e-3 for pairs, least in zip(told, best, strict=True) for _, cosine in pairs)
    assert found >= 0.99 * count * len(asked)


def test_where_all_that_is_near_may_not_be_seen_what_is_left_is_compared(
    neighbours: Neighbours, vectors: Vectors, questions: Vectors
) -> None:
    near = vectors @ questions[0]
    allowed = near < np.quantile(near, 0.97)
    assert recall(neighbours, vectors, questions[:1], allowed) == 1.0


def test_vectors_that_it_would_not_find_again_are_all_compared(tmp_path: Path) -> None:
    noise = unit(np.random.default_rng(4).standard_normal((ROWS, 16)))
    Neighbours(16).grown([(np.arange(ROWS, dtype=np.int64), noise)]).save(tmp_path)
    assert coarse.opened(tmp_path) is None


def test_few_vectors_need_none(tmp_path: Path, vectors: Vectors) -> None:
    assert coarse.look(DIMENSION, coarse.MANY - 1, lambda rows: vectors[rows]) is None
    assert coarse.look(127, ROWS, lambda rows: vectors[rows, :127]) is None
