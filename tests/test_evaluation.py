"""Labelled questions and answers become figures with intervals."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking import Question
from indexer.evaluation import (
    Judged,
    Labelled,
    auroc,
    calibration_error,
    drafted,
    hit_at,
    kept_at,
    precision_at,
    reciprocal_rank,
)


def judged(right_at: int | None, said: float = 0.5, answerable: bool = True) -> Judged:
    """A question whose answer stands at this rank (from 1), or was not found."""
    found = tuple("right" if rank == right_at else f"wrong{rank}" for rank in range(1, 11))
    return Judged(Labelled(Question("?"), frozenset({"right"} if answerable else ())), found, said)


def test_hits_count_over_the_answerable_questions_only() -> None:
    seen = [judged(1), judged(3), judged(None), judged(None, answerable=False)]

    assert hit_at(seen, 1).value == pytest.approx(1 / 3)
    assert hit_at(seen, 3).value == pytest.approx(2 / 3)
    assert hit_at(seen, 3).count == 3
    assert reciprocal_rank(seen).value == pytest.approx((1 + 1 / 3 + 0) / 3)


def test_a_perfect_judge_has_an_auroc_of_one_and_a_coin_of_a_half() -> None:
    perfect = [judged(1, 0.9), judged(1, 0.8), judged(None, 0.1), judged(None, 0.2)]
    coin = [judged(1, 0.5), judged(None, 0.5)]

    assert auroc(perfect).value == 1
    assert auroc(coin).value == 0.5
    assert math.isnan(auroc([judged(1, 0.4)]).value)


def test_what_is_kept_at_a_precision_stops_before_too_many_are_wrong() -> None:
    seen = [judged(1, 0.9), judged(1, 0.8), judged(None, 0.7), judged(1, 0.6)]

    assert kept_at(seen, 1.0).value == 0.5
    assert kept_at(seen, 0.75).value == 0.75


def test_a_threshold_cannot_part_equals() -> None:
    assert kept_at([judged(1, 0.9), judged(None, 0.9)], 1.0).value == 0


def test_drafts_are_counted_at_the_threshold() -> None:
    seen = [judged(1, 0.9), judged(2, 0.8), judged(None, 0.1, answerable=False)]

    assert drafted(seen, 0.8).value == pytest.approx(2 / 3)
    assert precision_at(seen, 0.8).value == 0.5


def test_an_answer_among_those_shown_can_count_as_right() -> None:
    seen = [judged(3, 0.9), judged(1, 0.8), judged(4, 0.7), judged(None, 0.1, answerable=False)]

    assert [auroc(seen, depth).value for depth in (1, 3)] == pytest.approx([2 / 3, 1])
    assert [precision_at(seen, 0.8, depth).value for depth in (1, 3)] == pytest.approx([0.5, 1])
    assert [kept_at(seen, 1.0, depth).value for depth in (1, 3)] == pytest.approx([0, 2 / 3])
    assert calibration_error(seen[:1], depth=3) == pytest.approx(0.1)


def test_saying_nine_in_ten_and_being_right_nine_times_in_ten_is_calibrated() -> None:
    honest = [judged(1 if n else None, 0.9) for n in range(10)]

    assert calibration_error(honest, bins=1) == pytest.approx(0)
    assert calibration_error([judged(None, 0.9)] * 10) == pytest.approx(0.9)


def test_no_questions_give_no_figure() -> None:
    figures = [hit_at([], 1), auroc([]), kept_at([], 0.95), drafted([], 0.5), precision_at([judged(1, 0.1)], 0.5)]

    assert all(math.isnan(figure.value) and figure.count == 0 for figure in figures)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=30))
def test_every_figure_lies_in_its_interval(rows: list[tuple[bool, float]]) -> None:
    seen = [judged(1 if right else None, said) for right, said in rows]
    figure = hit_at(seen, 1)

    assert 0 <= figure.low <= figure.value <= figure.high <= 1
    assert 0 <= kept_at(seen, 0.9).value <= 1
    assert figure == hit_at(seen, 1)
