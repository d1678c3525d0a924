"""What growth is fitted to: a line through what was measured, where the smallest size counts as much as the largest."""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.benchmarks.growth import Scan, Size, fitted, line_through, lines_of
from scripts.benchmarks.plotting import PANELS, drawn, points
from scripts.benchmarks.speed_start import Start


@given(st.floats(0.1, 100), st.floats(0, 50))
def test_a_line_is_found_again(base: float, slope: float) -> None:
    points = [(size, base + slope * size / 1e6) for size in (10_000, 100_000, 1_000_000)]

    assert line_through(points) == pytest.approx((base, slope), rel=1e-6, abs=1e-6)


def test_the_curves_tell_what_ten_and_a_hundred_million_would_take() -> None:
    sizes = [
        Size(
            n, n, 1.0, 100 + n / 1e3, 1.0, [5.0], [5 + 2 * n / 1e6], [Scan(1.0, 1.0, n / 1e6, 1.0)],
            [Start(0.5 + n / 1e6, 100 + n / 1e4, 1.0)],
        )
        for n in (10_000, 100_000, 1_000_000)
    ]  # fmt: skip

    lines = list(fitted(sizes))

    assert lines[0].what == (
        "fitted: a question, processor time, a million passages more (5 for none; 25 at 10 million, 205 at 100 million)"
    )
    assert (round(lines[0].ours, 6), lines[0].verdict) == (2, "ok")
    assert [round(line.ours, 6) for line in lines] == [2, 1, 1, 100, 0, 1000]


def test_what_was_measured_is_drawn_by_size() -> None:
    lines: list[dict[str, Any]] = [
        {"what": "10,000 passages of 3,000 documents, taken in (embedding aside)", "ours": 2, "goal": None},
        {"what": "10,000 passages: a question, p50 by the clock", "ours": 5, "goal": 5},
        {"what": "… p99", "ours": 9, "goal": 15},
        {"what": "100,000 passages: a question, p50 by the clock", "ours": 7, "goal": None},
        {"what": "… p99", "ours": None, "goal": None},
        {"what": "fitted: a question", "ours": 1, "goal": None},
        {"what": "… p99", "ours": 3, "goal": None},
    ]

    told = points(lines)

    assert told == {
        "a question, p50 by the clock": [(10_000, 5, 5), (100_000, 7, None)],
        "a question, p50 by the clock … p99": [(10_000, 9, 15)],
    }
    assert {panel.line for panel in PANELS} >= set(told) - {"a question, p50 by the clock"}
    drawn(lines)


def test_each_panel_is_of_a_line_that_is_measured() -> None:
    size = Size(
        10_000, 3_000, 1.0, 100, 1.0, [5.0, 6.0], [5.0, 6.0], [Scan(1.0, 1.0, 1.0, 1.0)], [Start(0.5, 100, 1.0)]
    )

    told = points([asdict(line) for line in lines_of(size)])

    assert {panel.line for panel in PANELS} <= set(told)
