"""Other libraries beside ours: an environment of their own, made once, and their figures in our lines.

`.venv-peers` is never part of Signpost: nothing of it is imported here, and no test needs it.
"""

import json
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scripts.benchmarks.table import Line

ROOT = Path(__file__).parents[1]
PLACE = ROOT / ".venv-peers"
PINNED = (
    "email-reply-parser==0.5.12",
    "mail-parser==4.8.0",
    "mail-parser-reply==1.36",
    "quotequail==0.5.4",
    "scikit-learn==1.9.1",
    "talon==1.4.4",
)
Figures = dict[str, tuple[float, str]]


def environment() -> Path:
    """The Python of the environment; made, or made anew, where it does not hold what is pinned."""
    python, mark = PLACE / "bin" / "python", PLACE / "pinned.txt"
    wanted = "\n".join(PINNED)
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        print(f"Installing into {PLACE.name}: {', '.join(PINNED)}", file=sys.stderr)
        venv.create(PLACE, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PINNED], check=True)
        mark.write_text(wanted, encoding="utf-8")
    return python


def outputs(data: Path, mails: Sequence[Path]) -> dict[str, Any]:
    """What the libraries make of these mails and of the collections in `data`."""
    done = subprocess.run(
        [environment(), "-m", "scripts.mail_peers", data.absolute()],
        input="\n".join(str(file.absolute()) for file in mails),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"The other libraries could not be run:\n{done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def best(figures: Mapping[str, float], *, least: bool = False) -> tuple[float, str]:
    """The best figure, and whose it is."""
    name = (min if least else max)(figures, key=lambda one: figures[one])
    return figures[name], name


def beside(lines: Iterator[Line], figures: Figures) -> Iterator[Line]:
    """The lines, with the figure that was measured in this run where there is one; the name is how a line begins."""
    for line in lines:
        found = next((figure for start, figure in figures.items() if line.what.startswith(start)), None)
        yield replace(line, other=found[0], other_name=found[1], recorded=False) if found else line
