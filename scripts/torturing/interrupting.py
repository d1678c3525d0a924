"""`scripts/torture --points N`: interrupt a real watcher so often, print the table, exit 1 when anything is wrong."""

import argparse
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from scripts.torturing.patterns import Prepared
from scripts.torturing.points import Point, point, spread
from scripts.torturing.pymap_host import pymap
from scripts.torturing.report import Tally, failure, summary, table
from scripts.torturing.runs import prepare
from scripts.torturing.scenes import SCENES
from scripts.torturing.servers import MEMORY, Host, dovecot, missing_tools
from scripts.torturing.workers import as_many_as_cores, run_all

PROGRESS_SECONDS = 60.0
MOST_SHOWN = 20


def main(arguments: Sequence[str]) -> int:
    """Read the arguments, interrupt and report."""
    told = _arguments(arguments)
    logging.disable()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and not without taking the servers along
    # Nothing here speaks TLS, and reading all authorities at each connection takes most of its time
    os.environ.update(SSL_CERT_FILE=os.devnull, SSL_CERT_DIR=os.devnull)
    if told.server == "dovecot" and (missing := missing_tools()):
        print(f"skipped: {' and '.join(missing)} not installed (Debian: apt-get install dovecot-imapd)")
        return 0
    with server(told.server) as host, tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        scenes = [scene for scene in SCENES if scene.name in _wanted(told)]
        prepared = {scene.name: prepare(host, scene, Path(folder)) for scene in scenes}
        points = (
            [told.only] if told.only else spread({n: p.extent for n, p in prepared.items()}, told.points, told.seed)
        )
        print(
            f"{told.server}: {len(scenes)} scenes, {_possible(prepared):,} points, {len(points):,} chosen", flush=True
        )
        return _report(host, prepared, points, told)


def server(name: str) -> AbstractContextManager[Host]:
    """The server of this name, running until the block ends."""
    return dovecot() if name == "dovecot" else pymap()


def _report(host: Host, prepared: dict[str, Prepared], points: Sequence[Point], told: argparse.Namespace) -> int:
    began = shown = time.monotonic()
    tally = Tally()
    for one in run_all(host, prepared, points, told.workers):
        tally.add(one)
        if one.wrong and len(tally.failures) <= MOST_SHOWN:
            print(failure(one, told.server), flush=True)
        if time.monotonic() - began > told.minutes * 60:
            print(f"stopped after {told.minutes:g} minutes, with {len(points) - tally.seen:,} points still to come")
            break
        if time.monotonic() - shown > PROGRESS_SECONDS:
            shown = time.monotonic()
            print(f"… {tally.total:,} points, {len(tally.failures)} wrong", file=sys.stderr, flush=True)
    print(table(tally, list(prepared)))
    print(summary(tally, time.monotonic() - began), flush=True)
    return 0 if tally.is_good() else 1


def _wanted(told: argparse.Namespace) -> Collection[str]:
    return [told.only.scene] if told.only else told.scene or [scene.name for scene in SCENES]


def _possible(prepared: dict[str, Prepared]) -> int:
    extents = [p.extent for p in prepared.values()]
    return sum(2 * e.steps + 5 * e.up + 4 * e.down for e in extents)


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/torture", description=__doc__)
    parser.add_argument("--points", type=int, default=500, help="how many points, evenly over all there are")
    parser.add_argument("--server", choices=("dovecot", "pymap"), default="dovecot")
    parser.add_argument("--workers", type=int, default=as_many_as_cores())
    parser.add_argument("--seed", type=int, default=0, help="where the even choice begins, and what moments are drawn")
    parser.add_argument("--scene", action="append", choices=[scene.name for scene in SCENES], help="only this one")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long, wherever it is")
    parser.add_argument("--only", type=point, help="one point, as it is printed: SCENE:KIND:POSITION")
    return parser.parse_args(arguments)
