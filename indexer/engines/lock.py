"""The right to write an index: one process, one thread at a time. The kernel takes it back from the dead."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import BusyIndex, IndexProblem

PAUSE = 0.05


@contextmanager
def held(path: Path, patience: float) -> Iterator[None]:
    """Hold the lock file while inside. Raises BusyIndex when somebody else keeps it longer than `patience` seconds."""
    handle = _opened(path)
    try:
        _take(handle, path, time.monotonic() + patience)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise IndexProblem(f"{path.parent} cannot be written ({error.strerror}). Check its permissions.") from error


def _take(handle: int, path: Path, until: float) -> None:
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise BusyIndex(_sentence(handle, path)) from None
        time.sleep(PAUSE)


def _sentence(handle: int, path: Path) -> str:
    who = os.pread(handle, 20, 0).decode(errors="replace") or "unknown"
    return (
        f"The index {path.parent} is being updated by another process (number {who}). "
        "Wait until it has finished, or stop it, and try again."
    )
