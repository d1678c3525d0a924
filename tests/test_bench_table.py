"""The table that benchmarks print: what is undefined is neither reached nor in the way of the rest."""

import json
import math
from pathlib import Path

import pytest

from scripts.benchmarks.table import Line, number, report, worse


@pytest.mark.parametrize(
    ("value", "shown"), [(0.25, "0.25"), (12345.6, "12,346"), (3.0, "3"), (0.12345, "0.123"), (math.nan, "–")]
)
def test_a_number_is_short_and_readable(value: float, shown: str) -> None:
    assert number(value) == shown


def test_an_undefined_figure_is_short_of_its_goal_and_no_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [Line("undefined", math.nan, goal=0.9), Line("told", 0.95, goal=0.9)]

    assert report(lines, strict=True, json_file=tmp_path / "told.json") == 1

    assert "1 of 2 lines ok" in capsys.readouterr().out
    told = json.loads((tmp_path / "told.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert [line["ours"] for line in told["lines"]] == [None, 0.95]


def test_what_is_over_a_tenth_worse_than_before_is_told_and_ends_in_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tmp_path / "before.json"
    lines = [
        Line("query (least 3.1)", 10, "ms", better="lower"),
        Line("… p99", 40, "ms", better="lower"),
        Line("start", 1, "s", better="lower"),
        Line("… p99", 2, "s", better="lower"),
        Line("mails", 30, "/s"),
    ]
    assert report(lines, strict=False, json_file=before) == 0
    assert report(lines, strict=False, json_file=None, against=before) == 0
    capsys.readouterr()
    now = [
        Line("query (least 2.9)", 11.5, "ms", better="lower"),
        Line("… p99", 41, "ms", better="lower"),
        Line("start", 0.5, "s", better="lower"),
        Line("… p99", 2.5, "s", better="lower"),
        Line("mails", 26, "/s"),
        Line("new", 1),
    ]

    assert report(now, strict=False, json_file=None, against=before) == 1

    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("worse")]
    assert told == [
        "worse than before: query: 11.5 ms, 10 before",
        "worse than before: start … p99: 2.5 s, 2 before",
        "worse than before: mails: 26 /s, 30 before",
    ]


def test_an_undefined_figure_of_before_is_no_measure() -> None:
    assert worse([Line("a", 1)], [{"what": "a", "ours": None}]) == []
