"""`scripts/sim`: run seeds, print what happened and what broke; exit 1 when anything did."""

import argparse
import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from scripts.simulation.bugs import BUGS
from scripts.simulation.disk import Disk
from scripts.simulation.plan import KINDS, plan
from scripts.simulation.runs import MANY, Tally, hunt, never_met, run, run_seeds, shrink

CHUNK = 250
SHOWN = 3
TOLD_EVERY = 100_000
CHECKED = {
    "lost": ("lost", "stuck", "invented", "ending", "durable"),
    "doubled": ("doubled", "stray", "made again", "hasty", "thread"),
    "touched": ("touched", "hands off", "paused"),
    "answered twice": ("answered", "useless", "old mail"),
    "held up": ("hostage", "restless", "escaped"),
}
"""The lines of the summary and the checkers that each of them counts."""


def tallies(first: int, count: int, workers: int) -> Iterator[Tally]:
    """The runs of so many seeds, a chunk at a time, in this process or in several."""
    chunks = [(at, min(CHUNK, first + count - at)) for at in range(first, first + count, CHUNK)]
    if workers == 1:
        disk = Disk()
        yield from (run_seeds(at, size, disk) for at, size in chunks)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(run_seeds, *zip(*chunks, strict=True))


def lines(tally: Tally, seconds: float) -> Iterator[str]:
    """The summary of many runs."""
    counts = tally.counts
    rate, each = tally.seeds / seconds, tally.seeds / tally.seconds
    yield f"{tally.seeds:,} seeds in {seconds:.0f} s: {rate:,.0f} seeds/s, {each:,.0f} a second of one core"
    yield f"{counts['mails']:,} mails, {counts['passes']:,} passes, {counts['appends']:,} drafts handed over"
    yield f"{sum(counts[kind] for kind in KINDS):,} faults:"
    yield from (f"  {counts[kind]:>10,}  {kind}" for kind in KINDS)
    people = sorted(what for what in counts if what.startswith("people: "))
    yield f"{sum(counts[what] for what in people):,} acts of people:"
    yield from (f"  {counts[what]:>10,}  {what.removeprefix('people: ')}" for what in people)
    broken = [failure.violations[0].checker for failure in tally.failures]
    yield ", ".join(f"{sum(map(broken.count, names)):,} {word}" for word, names in CHECKED.items())


def run_many(first: int, count: int, workers: int) -> int:
    """Run many seeds, print the summary and the first failures; the exit code."""
    begun, tally = time.monotonic(), Tally()
    for some in tallies(first, count, workers):
        tally.add(some)
        for failure in some.failures:
            print(f"seed {failure.seed}: {failure.violations[0].checker}: {failure.violations[0].says}", flush=True)
        if tally.seeds % TOLD_EVERY == 0 and tally.seeds < count:
            seconds = time.monotonic() - begun
            print(f"{tally.seeds:,} seeds, {len(tally.failures)} failed, {seconds:.0f} s", flush=True)
    print("\n".join(lines(tally, time.monotonic() - begun)))
    for failure in tally.failures[:SHOWN]:
        print(f"\nseed {failure.seed}, the smallest part of it that still fails:")
        run(shrink(plan(failure.seed), Disk()), Disk(), print)
    missing = never_met(tally)
    if missing:
        print(f"never met: {', '.join(missing)}")
    return int(bool(tally.failures or missing))


def run_one(seed: int, trace: bool) -> int:
    """Run one seed, telling everything where asked; the exit code."""
    world = run(plan(seed), Disk(), print if trace else None)
    for broken in world.violations:
        print(f"{broken.checker}: {broken.says}")
    if not world.violations:
        print(f"seed {seed} keeps every promise")
    return int(bool(world.violations))


def run_bugs() -> int:
    """Plant every bug and look for the first seed that catches it; the exit code."""
    disk, survivors = Disk(), 0
    for name in BUGS:
        caught = hunt(name, MANY, disk)
        survivors += caught is None
        by = f"seed {caught.seed:>4}, {caught.violations[0].checker}" if caught else f"NOT CAUGHT by {MANY:,} seeds"
        print(f"{name:<52} {by}", flush=True)
    print(f"{len(BUGS)} planted bugs, {survivors} survived")
    return int(survivors > 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, run and report."""
    parser = argparse.ArgumentParser(prog="scripts/sim", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many seeds to run (default: 1000)")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first seed (default: 1)")
    parser.add_argument("--workers", type=int, default=1, help="processes to spread them over (default: 1)")
    parser.add_argument("--bugs", action="store_true", help="plant each known bug and say which seed catches it")
    parser.add_argument("--seed", type=int, help="run this seed alone")
    parser.add_argument("--trace", action="store_true", help="tell everything that happens in it")
    told = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    try:
        if told.bugs:
            return run_bugs()
        if told.seed is not None:
            return run_one(told.seed, told.trace)
        return run_many(told.first, told.seeds, told.workers)
    finally:
        logging.disable(logging.NOTSET)


if __name__ == "__main__":
    raise SystemExit(main())
