"""Exact bounds of shares, and thresholds that keep a promise."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.bounds import clopper_pearson, lower_bound, promise, upper_bound


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"),
    [
        (0, 10, 0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1),
        (2, 190, 0.0013, 0.0375),
    ],
)
def test_intervals_are_those_of_the_tables(hits: int, tries: int, low: float, high: float) -> None:
    assert clopper_pearson(hits, tries) == pytest.approx((low, high), abs=1e-4)


def test_nothing_tried_says_nothing() -> None:
    assert clopper_pearson(0, 0) == (0, 1)
    assert (lower_bound(0, 5), upper_bound(5, 5)) == (0, 1)


@given(st.integers(0, 60), st.integers(1, 60))
def test_a_bound_leaves_just_so_much_probability_beyond_it(hits: int, tries: int) -> None:
    hits = min(hits, tries)
    high = upper_bound(hits, tries, 0.95)
    beyond = math.fsum(math.comb(tries, k) * high**k * (1 - high) ** (tries - k) for k in range(hits + 1))

    assert hits / tries <= high
    assert high == 1 or beyond == pytest.approx(0.05, abs=1e-6)


def test_the_lowest_threshold_that_keeps_the_promise_is_chosen() -> None:
    said = [0.9] * 60 + [0.5] * 40
    right = [True] * 60 + [False] * 40

    told = promise(said, right, most_wrong=0.05)

    assert told is not None
    assert (told.threshold, told.drafts, told.wrong, told.covered) == (0.9, 60, 0, 0.6)
    assert told.bound == pytest.approx(1 - 0.05 ** (1 / 60))


def test_no_threshold_keeps_a_promise_that_so_few_questions_cannot_prove() -> None:
    assert promise([0.9] * 20, [True] * 20, most_wrong=0.02) is None
    assert promise([], [], most_wrong=0.5) is None


def test_a_threshold_of_a_promise_cannot_part_equals() -> None:
    assert promise([0.9] * 100, [True] * 60 + [False] * 40, most_wrong=0.05) is None
