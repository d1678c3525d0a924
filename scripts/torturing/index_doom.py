"""Kills the process it is in: before a step on files, some microseconds after a batch, or at a moment."""

import os
import sys
from collections.abc import Sequence
from threading import Timer

from scripts.torturing.children import kill_this_process
from scripts.torturing.index_points import LONGEST, Point

STEPS = {"open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "shutil.copyfile"}
"""What Python tells an audit hook of before it is done."""


class Doom:
    """Counts what happens until the point has come. Steps on files of `folder` count from the beginning."""

    def __init__(self, point: Point, folder: str) -> None:
        """Watch the files from now on."""
        self._point, self._folder = point, folder
        self._files = self._batches = 0
        self._steps = {"os.rename"} if point.kind == "publish" else STEPS
        if point.kind in ("file", "publish"):
            sys.addaudithook(self._audited)

    def begin(self) -> None:
        """From now on batches may come, and the clock runs."""
        if self._point.kind == "moment" or (self._point.kind == "batch" and not self._point.count):
            _soon(self._point.micros)

    def batch(self) -> None:
        """A batch was acknowledged."""
        self._batches += 1
        if self._point.kind == "batch" and self._batches == self._point.count:
            _soon(self._point.micros)
        elif self._point.kind in ("file", "publish", "moment") and self._batches == self._point.batches + 1:
            _soon(self._point.micros % LONGEST)

    def _audited(self, event: str, told: Sequence[object]) -> None:
        if event in self._steps and any(isinstance(one, str | os.PathLike) and self._is_mine(one) for one in told[:2]):
            self._files += 1
            if self._files == self._point.count:
                kill_this_process()

    def _is_mine(self, path: "str | os.PathLike[str]") -> bool:
        return os.fspath(path).startswith(self._folder)


def _soon(micros: int) -> None:
    if not micros:
        kill_this_process()
    timer = Timer(micros / 1e6, kill_this_process)
    timer.daemon = True
    timer.start()
