"""The table that benchmarks print: what is undefined is neither reached nor in the way of the rest."""

import json
import math
from pathlib import Path

import pytest

from scripts.benchmarks.table import Line, number, report


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
