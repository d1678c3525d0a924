"""`scripts/torture --index`: kills a reindex at so many points, and damages so many files of an index's caches.

A reindex takes a world of documents in as it is at first, and then as it is later: a quarter changed, gone or new. It
runs in chains (`index_run`): each process opens what the killed one before it left, is timed, checked and killed in its
turn, and the end is compared with that of a reindex that nobody disturbed. Damage is done to a small index
(`index_damage`). Exits 1 on any loss, and where reopening took longer than it may.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from scripts.torturing.index_damage import SHELVES, Damage, Original, damages, original
from scripts.torturing.index_harm import HARMS
from scripts.torturing.index_points import KINDS, point, points
from scripts.torturing.index_run import Told, chains
from scripts.torturing.index_world import World

MEMORY = Path("/dev/shm")
LONGEST = 2.0
"""Seconds within which the first hits have to come after a kill."""
MOST_SHOWN, PROGRESS_SECONDS = 20, 60.0
TOGETHER = 50
"""Damages that are done by one process before it takes the next ones."""
UNHARMED = ("not detected", "not told", "no old generation", "not served", "answers differ", "not mended")
NOTHING_LOST = ("lost", "strange", "not found", "not gone", "no generation", "stuck", "crashed", "different")


def main(arguments: Sequence[str]) -> int:
    """Read the arguments, kill, damage and report."""
    given = _arguments(arguments)
    with tempfile.TemporaryDirectory(prefix="signpost-torture-", dir=_place()) as folder:
        world = World(given.documents, given.seed)
        chosen = [given.only] if given.only else list(points(given.points, given.documents, given.seed))
        good = _killed(chains(Path(folder), world, chosen), world) if chosen else True
        return 0 if _damaged(given, Path(folder)) and good else 1


def _killed(told: Iterable[Told], world: World) -> bool:
    began = shown = time.monotonic()
    every = list[Told]()
    for one in told:
        every.append(one)
        if time.monotonic() - shown > PROGRESS_SECONDS:
            shown = time.monotonic()
            print(f"… {len(every)} points after {shown - began:.0f} s", file=sys.stderr, flush=True)
        for kind, says in one.wrong[:MOST_SHOWN]:
            print(f"point {len(every)} {one.point}: {kind}: {says[:600]}", flush=True)
    print("\n".join(lines(every, world, time.monotonic() - began)), flush=True)
    return is_good(every)


def is_good(told: Sequence[Told]) -> bool:
    """Whether nothing was lost, every kill but the last of a chain hit, and all was reopened in time."""
    return not any(one.wrong or one.found > LONGEST for one in told) and any(one.killed for one in told)


def lines(told: Sequence[Told], world: World, seconds: float) -> Iterator[str]:
    """The report on kills."""
    killed, wrong = [one for one in told if one.killed], Counter(kind for one in told for kind, _ in one.wrong)
    for kind in KINDS:
        yield f"  {kind:10}{sum(one.point.kind == kind for one in killed):6,} kills"
    opened = [one for one in told if one.found]
    for name in ("found", "answered", "processor"):
        took = sorted(getattr(one, name) for one in opened) or [0.0]
        says = {"found": "first hits", "answered": "first whole answer", "processor": "of the processor"}[name]
        yield f"reopened, {says}: {took[len(took) // 2]:.2f} s in the middle, {took[-1]:.2f} s at most"
    late = sum(one.found > LONGEST for one in opened)
    yield f"later than {LONGEST:g} s: {late}; " + ", ".join(f"{kind} {wrong[kind]}" for kind in NOTHING_LOST)
    ends = sum(not one.killed for one in told)
    yield f"{world.documents:,} documents, {len(killed):,} kills, {ends} times to the end, {seconds / 60:.1f} min"


def _damaged(given: argparse.Namespace, folder: Path) -> bool:
    if not given.corrupt:
        return True
    began, every, workers = time.monotonic(), list[Damage](), os.cpu_count() or 1
    had = original(folder / "original", given.seed)
    shares = [range(n, min(n + TOGETHER, given.corrupt)) for n in range(0, given.corrupt, TOGETHER)]
    places = [folder / f"damaged-{number}" for number in range(len(shares))]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        for some in pool.map(_some, places, [had] * len(shares), shares):
            every += some
            for one in some:
                _show(one)
    print("\n".join(damage_lines(every, time.monotonic() - began)), flush=True)
    return not any(one.wrong for one in every)


def _some(place: Path, had: Original, numbers: range) -> list[Damage]:
    return list(damages(place, had, numbers))


def _show(one: Damage) -> None:
    for kind, says in one.wrong:
        print(f"damage {one.number} ({one.file} of {one.shelf}, {one.harm}): {kind}: {says[:600]}", flush=True)


def damage_lines(every: Sequence[Damage], seconds: float) -> Iterator[str]:
    """The report on damages."""
    for shelf in SHELVES:
        harms = Counter(one.harm for one in every if one.shelf == shelf)
        yield f"  {shelf:10}" + ", ".join(f"{harm} {harms[harm]}" for harm in HARMS)
    yield "answered from: " + ", ".join(f"{n} {c:,}" for n, c in Counter(one.served for one in every).most_common())
    wrong = Counter(kind for one in every for kind, _ in one.wrong)
    yield f"{len(every):,} damaged files, " + ", ".join(f"{kind} {wrong[kind]}" for kind in UNHARMED)
    yield f"{seconds / 60:.1f} min"


def _place() -> Path | None:
    return MEMORY if os.access(MEMORY, os.W_OK) else None


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/torture --index", description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000, help="in the reindex (default: %(default)s)")
    parser.add_argument("--points", type=int, default=200, help="where it is killed (default: %(default)s)")
    parser.add_argument("--corrupt", type=int, default=2_000, help="files that are damaged (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the world, the points and the damages")
    parser.add_argument("--only", type=point, help="one point, as it is printed: KIND:COUNT:MICROSECONDS:BATCHES")
    return parser.parse_args(arguments)
