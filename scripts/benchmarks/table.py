"""Measured lines → one table, a JSON file, an exit code. Pure but for printing."""

import json
import math
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

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


def report(lines: Iterable[Line], strict: bool, json_file: Path | None) -> int:
    """Print the table, write the JSON file, and return the exit code: 1 when strict and a line is short."""
    measured = list(lines)
    print(printed(measured))
    if json_file:
        told = {"machine": machine(), "lines": [_told(line) for line in measured]}
        json_file.write_text(json.dumps(told, indent=1), encoding="utf-8")
    sys.stdout.flush()
    return int(strict and any(line.verdict == "short" for line in measured))
