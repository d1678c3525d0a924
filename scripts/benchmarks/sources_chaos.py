"""Ten thousand random runs in which everything goes wrong at Trello: what is deleted wrongly, what is lost."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple
from functools import partial
from pathlib import Path

from scripts.benchmarks.table import Line
from tests.trello_chaos import Run, Verdict, live

RUNS = 10_000
_SHARE = 100


def lines(data: Path | None, runs: int = RUNS) -> Iterator[Line]:
    """Run them on all processors; `data` is not needed."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        starts = range(0, runs, _SHARE)
        total = Verdict(*map(sum, zip(*pool.map(partial(_some, runs), starts), strict=True)))
    told = f"in {runs:,} chaos runs"
    yield Line(f"documents deleted wrongly {told}", total.wrong_deletes, f"of {total.drops:,}", goal=0, better="lower")
    yield Line(f"documents unlike a fresh load {told}", total.differences, goal=0, better="lower")
    yield Line(f"forged webhooks believed {told}", total.believed_forgeries, goal=0, better="lower")
    yield Line(f"programs killed {told}", total.kills, f"in {total.passes:,} updates")


def _some(runs: int, start: int) -> tuple[int, ...]:
    verdicts = [Run(seed, live).play() for seed in range(start, min(start + _SHARE, runs))]
    return tuple(map(sum, zip(*map(astuple, verdicts), strict=True)))
