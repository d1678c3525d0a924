"""`scripts/torture --leaks N`: so many mails, whose drafts must show nobody what they may not see.

Beside them a tenth as many searches, which must be the same as if what one may not see were not there. Exits 1 on a
leak, and where the cases were not such that a leak could have shown.
"""

import argparse
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import starmap
from multiprocessing import get_context
from typing import TypeVar

from scripts.torturing.leaks_cast import COPIES, HARMLESS_REPLIES, PLAIN, REPLY_TO, SENDERS
from scripts.torturing.leaks_mails import ANSWERED, ASKED, BODIES, DIMENSIONS
from scripts.torturing.leaks_proof import BELIEVED, PROOFS, SETUPS
from scripts.torturing.leaks_run import TOGETHER, Tally, run
from scripts.torturing.leaks_shelf import CUSTOMERS
from scripts.torturing.leaks_views import LOOKS, Views, views
from scripts.torturing.leaks_views import TOGETHER as SEARCHES

FRESH = get_context("spawn")
"""Workers start afresh: one that is forked may wait for ever for a lock that a thread of the model held just then."""
T = TypeVar("T")
EVERY = dict(
    zip(DIMENSIONS, map(tuple, (SENDERS, REPLY_TO, COPIES, PROOFS, SETUPS, BODIES, ASKED, CUSTOMERS)), strict=True)
)
"""All values of each dimension; each has to come."""
DRAFTED = EVERY | {"sender": PLAIN, "Reply-To": HARMLESS_REPLIES, "proof": BELIEVED, "body": ANSWERED}
"""Those that a draft can have; each has to bring one, for a mail that nobody would answer cannot leak."""
MANY = 2_000
"""From so many cases on, each value has to have come."""


def main(arguments: Sequence[str]) -> int:
    """Read the arguments, run and report."""
    parser = argparse.ArgumentParser(prog="scripts/torture --leaks", description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=100_000, help="how many mails (default: %(default)s)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case (default: 0)")
    given = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    began, tally, looks, workers = time.monotonic(), Tally(), Views(), os.cpu_count() or 1
    for some in tallies(given.first, given.number, workers):
        tally.add(some)
    print("\n".join(lines(tally, time.monotonic() - began)), flush=True)
    began = time.monotonic()
    for seen in compared(given.first // 10, -(-given.number // 10), workers):
        looks.add(seen)
    print("\n".join(told(looks, time.monotonic() - began)))
    return 0 if is_good(tally) and is_alike(looks) else 1


def tallies(first: int, count: int, workers: int) -> Iterator[Tally]:
    """What so many cases come to, shelf by shelf."""
    yield from _shared(run, _shares(first, count, TOGETHER), workers)


def compared(first: int, count: int, workers: int) -> Iterator[Views]:
    """What so many searches come to, pair of indexes by pair."""
    yield from _shared(views, _shares(first, count, SEARCHES), workers)


def _shares(first: int, count: int, together: int) -> list[tuple[int, int]]:
    starts = [first, *range(first - first % together + together, first + count, together)]
    return [(start, min(start - start % together + together, first + count) - start) for start in starts]


def _shared(do: Callable[[int, int], T], shares: Sequence[tuple[int, int]], workers: int) -> Iterator[T]:
    if workers == 1:
        yield from starmap(do, shares)
        return
    with ProcessPoolExecutor(workers, FRESH) as pool:
        yield from pool.map(do, *zip(*shares, strict=True))


def never(tally: Tally) -> list[str]:
    """What should have come in so many cases and did not."""
    if tally.number < MANY:
        return []
    came = [f"{d}: {v}" for d, values in EVERY.items() for v in values if not tally.cases[d, v]]
    drafted = [f"a draft with {d}: {v}" for d, values in DRAFTED.items() for v in values if not tally.drafts[d, v]]
    return [*came, *drafted]


def is_good(tally: Tally) -> bool:
    """Whether nothing leaked, and enough was drafted to say so."""
    return not tally.leaks and not never(tally) and 10 * _drafts(tally) >= tally.number


def lines(tally: Tally, seconds: float) -> Iterator[str]:
    """The report."""
    for dimension, values in EVERY.items():
        yield f"{dimension:38}   mails  drafts"
        for value in values:
            yield f"  {value:36}{tally.cases[dimension, value]:8,}{tally.drafts[dimension, value]:8,}"
    yield "no draft: " + ", ".join(f"{why} {n:,}" for why, n in tally.passes.most_common())
    yield "documents shown: " + ", ".join(f"{v or 'none'} {n:,}" for v, n in tally.shown.most_common())
    yield from (f"never: {missing}" for missing in never(tally))
    for leak in tally.leaks[:20]:
        yield f"LEAK {leak.says} (to {', '.join(leak.reached)}); again: scripts/torture --leaks 1 --first {leak.number}"
    yield f"{tally.number:,} mails, {_drafts(tally):,} drafts, {len(tally.leaks):,} leaks"
    yield f"{seconds / 60:.1f} min, {tally.number / max(seconds, 0.1):,.0f} mails/s"


def is_alike(looks: Views) -> bool:
    """Whether nothing differed, and every kind of look found something."""
    return not looks.differences and (looks.number < SEARCHES or all(looks.found[look] for look in LOOKS))


def told(looks: Views, seconds: float) -> Iterator[str]:
    """The report on searches."""
    for look in LOOKS:
        yield f"  {look:36}{looks.looks[look]:8,} compared, {looks.found[look]:8,} found something"
    for one in looks.differences[:20]:
        yield f"DIFFERS {one.look} of {one.asked!r}: {one.says}; again: scripts/torture --leaks 1 --first {one.number}0"
    yield f"{looks.number:,} searches, {looks.looks.total():,} looks, {len(looks.differences):,} differences"
    yield f"{seconds / 60:.1f} min"


def _drafts(tally: Tally) -> int:
    return sum(n for (dimension, _), n in tally.drafts.items() if dimension == "sender")
