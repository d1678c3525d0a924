"""Measured lines → one table, a JSON file, an exit code. Pure but for printing."""

import json
import math
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

WORSE = 0.1
SHOWN = ("faiss-cpu", "openvino", "sentence-transformers", "tantivy", "torch")


@dataclass(frozen=True, slots=True)
class Line:
    """One measured thing beside what it is compared with.

    `other` is the best other system of the same run, or a recorded figure (then `recorded` is True and it is shown
    with an asterisk). `goal` is None where a line only informs.
    """

    what: str
    ours: float
    unit: str = ""
    other: float | None = None
    other_name: str = ""
    recorded: bool = False
    goal: float | None = None
    better: Literal["higher", "lower"] = "higher"

    @property
    def verdict(self) -> str:
        """`ok`, `short`, or nothing where there is no goal."""
        if self.goal is None:
            return ""
        reached = self.ours >= self.goal if self.better == "higher" else self.ours <= self.goal
        return "ok" if reached else "short"


def row(line: Line) -> tuple[str, ...]:
    """The cells of one line, as they are printed."""
    sign = "≥" if line.better == "higher" else "≤"
    other = (
        "" if line.other is None else f"{number(line.other)}{'*' if line.recorded else ''} {line.other_name}".strip()
    )
    goal = "" if line.goal is None else f"{sign} {number(line.goal)}"
    return (line.what, f"{number(line.ours)} {line.unit}".strip(), other, goal, line.verdict)


def number(value: float) -> str:
    """Short and readable: whole numbers from 1000 on, three significant digits below; a dash for what is undefined."""
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"


def printed(lines: Sequence[Line]) -> str:
    """The whole table as text; its last line says how many lines are ok."""
    rows = [("what", "ours", "best other", "goal", ""), *map(row, lines)]
    widths = [max(len(cells[i]) for cells in rows) for i in range(5)]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() for cells in rows]
    text.insert(1, "  ".join("-" * width for width in widths))
    with_goal = [line for line in lines if line.verdict]
    if any(line.recorded for line in lines):
        text.append("* recorded elsewhere, not in this run")
    text.append(f"{sum(line.verdict == 'ok' for line in with_goal)} of {len(with_goal)} lines ok")
    return "\n".join(text)


def _told(line: Line) -> dict[str, Any]:
    """A line as JSON has it, which knows no NaN."""
    told = {name: None if isinstance(v, float) and math.isnan(v) else v for name, v in asdict(line).items()}
    return told | {"verdict": line.verdict}


def machine() -> dict[str, str]:
    """What it was measured on: processor, system, Python, commit and library versions."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    cpu = Path("/proc/cpuinfo")
    model = next((x.split(":")[1].strip() for x in cpu.read_text().splitlines() if x.startswith("model name")), "")
    facts = {"cpu": model, "system": platform.platform(), "python": platform.python_version()}
    return facts | {"commit": commit.stdout.strip()} | {name: version(name) for name in SHOWN}


def worse(lines: Iterable[Line], before: Iterable[dict[str, Any]]) -> list[str]:
    """A sentence for each line that is over a tenth worse than the line of the same name in an earlier run's JSON.

    Figures in parentheses, such as the least of a run, do not belong to a name.
    """
    earlier = list(before)
    had = dict(zip(_names([line["what"] for line in earlier]), [line["ours"] for line in earlier], strict=True))
    now = list(lines)
    told = []
    for name, line in zip(_names([line.what for line in now]), now, strict=True):
        then = had.get(name)
        if not then or math.isnan(line.ours):
            continue
        change = line.ours / then - 1 if line.better == "lower" else 1 - line.ours / then
        if change > WORSE:
            told.append(f"{name}: {number(line.ours)} {line.unit}, {number(then)} before")
    return told


def _names(whats: Sequence[str]) -> Iterator[str]:
    """What each line is of; one that begins with "…" goes on from the last that does not."""
    head = ""
    for what in whats:
        name = re.sub(r" \([^)]*\)", "", what)
        head = head if name.startswith("…") else name
        yield f"{head} {name}" if name.startswith("…") else name


def _as_measured(lines: Iterable[Line]) -> Iterator[Line]:
    """Tell on standard error what a long run has so far, for whoever watches it or has to break it off."""
    for line in lines:
        print(f"measured: {line.what}: {number(line.ours)} {line.unit}".rstrip(), file=sys.stderr, flush=True)
        yield line


def report(lines: Iterable[Line], strict: bool, json_file: Path | None, against: Path | None = None) -> int:
    """Print the table, write the JSON file, and return the exit code.

    1 when strict and a line is short, or when a line is over a tenth worse than in `against`, an earlier JSON file.
    """
    measured = list(_as_measured(lines))
    print(printed(measured))
    worsened = worse(measured, json.loads(against.read_text(encoding="utf-8"))["lines"]) if against else []
    for one in worsened:
        print(f"worse than before: {one}")
    if json_file:
        told = {"machine": machine(), "lines": [_told(line) for line in measured]}
        json_file.write_text(json.dumps(told, indent=1), encoding="utf-8")
    sys.stdout.flush()
    return int(bool(worsened) or (strict and any(line.verdict == "short" for line in measured)))
