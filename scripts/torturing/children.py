"""Processes forked off one that has everything loaded: a new one costs milliseconds, and may be killed anywhere."""

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: what its action returned, or the traceback it died of, or nothing: it was killed."""

    result: object = None
    trouble: str = ""
    killed: bool = False


class Child:
    """One process that does one thing. `pipe` can be read once it has ended, however it did."""

    def __init__(self, action: Callable[[], object]) -> None:
        """Fork and begin."""
        sys.stdout.flush()
        self.pipe, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.pipe)
            _perform(action, writing)
        os.close(writing)

    def kill(self) -> None:
        """End it as a power cut would."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def join(self) -> Ended:
        """Wait for its end."""
        with open(self.pipe, "rb") as pipe:
            said = pipe.read()
        _, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status):
            return Ended(killed=os.WTERMSIG(status) == signal.SIGKILL, trouble=_signal(os.WTERMSIG(status)))
        result, trouble = pickle.loads(said)
        return Ended(result, trouble)


def in_child(action: Callable[[], object]) -> Ended:
    """Do it in a process of its own and wait."""
    return Child(action).join()


def kill_this_process() -> None:
    """The end, without a good-bye."""
    os.kill(os.getpid(), signal.SIGKILL)


def _signal(number: int) -> str:
    return "" if number == signal.SIGKILL else f"it died of {signal.Signals(number).name}"


def _perform(action: Callable[[], object], writing: int) -> None:
    """Never returns: the child must not go on with what its parent was at."""
    try:
        try:
            said: tuple[object, str] = (action(), "")
        except BaseException:
            said = (None, traceback.format_exc())
        with open(writing, "wb") as pipe:
            pickle.dump(said, pipe)
    finally:
        os._exit(0)
