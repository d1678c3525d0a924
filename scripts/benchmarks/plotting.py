"""`python -m scripts.benchmarks.plotting FILE.json docs/images/growth.svg`: draws how everything grows with size.

What it draws is what `scripts/bench growth --json FILE.json` measured: a panel a figure, passages from left to right on
a logarithmic scale, the goal as a line where there is one.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.benchmarks.table import number

INK, FAINT, BAR = "#334155", "#94a3b8", "#0f766e"
SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "signpost", "font.family": "sans-serif", "font.size": 9}


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure: the line of the table that tells it, and what stands above it."""

    line: str
    title: str


PANELS = (
    Panel("a question, p50 by the clock … processor time, p50", "a question, processor ms (p50)"),
    Panel("a question, p50 by the clock … p99", "a question by the clock, ms (p99)"),
    Panel("a process to its first result", "a new process to its first result, s"),
    Panel("a process to its first result … its memory at most", "its memory at most, MB"),
    Panel("caches made anew", "caches made anew from what is stored, s"),
    Panel("all files", "all files, MB"),
)
Point = tuple[int, float, float | None]
"""Passages, the figure, its goal."""


def points(lines: Sequence[Mapping[str, Any]]) -> dict[str, list[Point]]:
    """Name of a line without its size → a point for each size that was measured."""
    told: dict[str, list[Point]] = {}
    size, head = 0, ""
    for line in lines:
        what = str(line["what"])
        if found := re.match(r"([\d,]+) passages: (.*)", what):
            size, head = int(found[1].replace(",", "")), found[2]
        elif not what.startswith("…"):
            head = ""
        name = f"{head} {what}" if what.startswith("…") else head
        if head and line["ours"] is not None:
            told.setdefault(name, []).append((size, line["ours"], line["goal"]))
    return told


def drawn(lines: Sequence[Mapping[str, Any]]) -> Figure:
    """All panels in one drawing."""
    measured = points(lines)
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(9, 5.2), layout="constrained", facecolor="white")
        for axes, panel in zip(figure.subplots(2, 3).flat, PANELS, strict=True):
            _panel(axes, panel, measured.get(panel.line, []))
    return figure


def _panel(axes: Axes, panel: Panel, told: Sequence[Point]) -> None:
    axes.set_title(panel.title, loc="left", color=INK, fontsize=9, pad=8)
    axes.set_xscale("log")
    axes.plot([n for n, _, _ in told], [figure for _, figure, _ in told], color=BAR, marker="o", linewidth=1.5)
    for n, figure, goal in told:
        axes.annotate(number(figure), (n, figure), (0, 6), textcoords="offset points", ha="center", color=INK)
        if goal:
            axes.plot([n / 1.8, n * 1.8], [goal, goal], color=FAINT, linewidth=2)
            axes.annotate(f"goal {goal:g}", (n, goal), (0, -11), textcoords="offset points", ha="center", color=FAINT)
    axes.margins(x=0.25)
    axes.set_ylim(0, 1.3 * max((max(figure, goal or 0) for _, figure, goal in told), default=1))
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK)
    axes.set_xlabel("passages", color=INK)


def main() -> None:
    """Read the measured lines and write the drawing."""
    source, target = map(Path, sys.argv[1:3])
    figure = drawn(json.loads(source.read_text(encoding="utf-8"))["lines"])
    with mpl.rc_context(SETTINGS):
        figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main()
