"""Points → what each came to, by several processes at once that share one server."""

import gc
import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping, Sequence

from scripts.torturing.patterns import Prepared
from scripts.torturing.points import Point
from scripts.torturing.runs import Told, run
from scripts.torturing.servers import Host


def run_all(host: Host, prepared: Mapping[str, Prepared], points: Sequence[Point], workers: int) -> Iterator[Told]:
    """Run every point; what is told comes in the order in which it ends."""
    _Work.host, _Work.prepared = host, prepared
    gc.collect()
    gc.freeze()  # pages that no collection writes to are shared by all that is forked
    with multiprocessing.get_context("fork").Pool(workers, _end_at_once) as pool:
        yield from pool.imap_unordered(_Work.one, enumerate(points, 1), chunksize=4)
        # Told to end, each comes to it by itself; one that is ended from outside may hold what another waits for
        pool.close()
        pool.join()


def _end_at_once() -> None:
    """A worker ends when it is told to; what its parent does at that signal would leave it waiting."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


class _Work:
    """What the workers share since they were forked."""

    host: Host
    prepared: Mapping[str, Prepared]

    @classmethod
    def one(cls, numbered: tuple[int, Point]) -> Told:
        number, point = numbered
        return run(cls.host, cls.prepared[point.scene], point, number)


def as_many_as_cores() -> int:
    """Workers that keep every core busy while some of them wait for a silent line."""
    return 2 * len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 4
