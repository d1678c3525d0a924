"""`scripts/bench [AREA]`: measure, print the table, exit 1 under --strict when a line is short."""

import argparse
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

from scripts.benchmarks.table import Line, report

HERE = Path(__file__).parent
AREAS = sorted(path.stem for path in HERE.glob("*.py") if "\ndef lines(data" in path.read_text(encoding="utf-8"))


def lines(areas: list[str], data: Path | None, peers: bool = False) -> Iterator[Line]:
    """The lines of every asked area, one area after the other; `peers` is for areas that know others to run."""
    for area in areas:
        measure = importlib.import_module(f"scripts.benchmarks.{area}").lines
        knows_peers = peers and "peers" in inspect.signature(measure).parameters
        yield from measure(data, peers=True) if knows_peers else measure(data)


def main() -> int:
    """Read the arguments, measure and report."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("area", nargs="*", help=f"what to measure: {', '.join(AREAS)} (default: speed)")
    parser.add_argument("--data", type=Path, help="a folder of real data to measure on")
    parser.add_argument("--peers", action="store_true", help="install other libraries apart and measure them too")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a line is short of its goal")
    parser.add_argument("--json", type=Path, help="write everything, with machine and versions, to this file")
    parser.add_argument("--against", type=Path, help="exit 1 when a line is over a tenth worse than in this JSON file")
    told = parser.parse_args()
    told.area = [area.replace("-", "_") for area in told.area]
    unknown = sorted(set(told.area) - set(AREAS))
    if unknown:
        parser.error(f"unknown area {', '.join(unknown)}; there are {', '.join(AREAS)}")
    return report(lines(told.area or ["speed"], told.data, told.peers), told.strict, told.json, told.against)


if __name__ == "__main__":
    raise SystemExit(main())
