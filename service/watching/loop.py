"""Passes without end: wait for the bell, back off when something fails, stop when asked; a thread for each mailbox."""

import logging
import random
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Protocol

from indexer.errors import LoginRefused, SignpostError
from service.receipts import Receipt
from service.watching.attempt import Failed, attempt

LONGEST_PAUSE = 300.0
LOGIN_PAUSE = 60.0
MOST_REFUSALS = 3
KNOCK_PAUSE = 2.0
LOOK_PAUSE = 10.0
RECHECK_PAUSE = 3_600.0
GAVE_UP = "It is tried again when the password or login changes, or else in an hour."
log = logging.getLogger(__name__)


class Watching(Protocol):
    """What the loop needs of a watcher."""

    @property
    def name(self) -> str:
        """The mailbox's name."""
        ...

    def one_pass(self) -> list[Receipt]:
        """See `Watcher.one_pass`."""
        ...

    def wait(self, stop: threading.Event) -> None:
        """See `Watcher.wait`."""
        ...

    def is_there(self) -> bool:
        """See `Watcher.is_there`."""
        ...

    def report(self, trouble: str) -> None:
        """See `Watcher.report`."""
        ...

    def login_mark(self) -> str:
        """See `Watcher.login_mark`."""
        ...

    def close(self) -> None:
        """See `Watcher.close`."""
        ...


class Loop:
    """One mailbox, watched until told to stop."""

    def __init__(self, watcher: Watching, stop: threading.Event, rng: random.Random) -> None:
        """Start with no failures."""
        self._watcher = watcher
        self._stop = stop
        self._rng = rng
        self._failures = 0
        self._refusals = 0

    def run(self) -> None:
        """Pass and wait, until `stop` is set.

        After three refused logins in a row the server is left in peace until the password or login changes: more of
        them may lock the account. Once an hour one more is made, for servers that refuse what is right.
        """
        while not self._stop.is_set():
            # Read before the last try, so that no change goes unseen; not each time, for a keyring may ask its owner
            mark = self._mark() if self._refusals >= MOST_REFUSALS - 1 else ""
            trouble = self._round()
            if trouble:
                gave_up = self._refusals >= MOST_REFUSALS
                trouble = f"{trouble} {GAVE_UP}" if gave_up else trouble
                log.error("%s: %s", self._watcher.name, trouble)
                attempt("reporting", partial(self._watcher.report, trouble))
                self._rest_until_changed(mark) if gave_up else self._rest(self._pause())
        attempt("closing", self._watcher.close)

    def _round(self) -> str:
        """One pass and the wait after it; returns what went wrong."""
        try:
            outcome = attempt("watching", self._pass_and_wait, through=(SignpostError,))
        except LoginRefused as error:
            self._refusals += 1
            return str(error)
        except SignpostError as error:
            self._failures += 1
            return str(error)
        if isinstance(outcome, Failed):
            self._failures += 1
            return f"An error that nobody foresaw; the log has it in full. {outcome.says}"
        return ""

    def _pass_and_wait(self) -> None:
        for told in self._watcher.one_pass():
            log.info("%s: %s %s (%s)", told.mailbox, told.outcome, told.message_id or told.uid, told.reason)
        self._failures = self._refusals = 0
        self._watcher.wait(self._stop)

    def _rest_until_changed(self, mark: str | Failed) -> None:
        """Wait until there is something else to log in with; that gets three tries again, the hour's end one."""
        left = RECHECK_PAUSE
        while left > 0 and not self._stop.wait(LOOK_PAUSE):
            left -= LOOK_PAUSE
            if self._mark() != mark:
                self._refusals = 0
                return

    def _mark(self) -> str | Failed:
        return attempt("reading the login", self._watcher.login_mark)

    def _rest(self, seconds: float) -> None:
        """Wait, but no longer than a server that was gone is: it is knocked at, without a login, every few seconds."""
        left = seconds
        was_gone = not self._watcher.is_there()
        while was_gone and left > KNOCK_PAUSE and not self._stop.wait(KNOCK_PAUSE):
            left -= KNOCK_PAUSE
            if self._watcher.is_there():
                # Not all at once: others knock at the same server
                left = min(left, self._rng.uniform(0.0, KNOCK_PAUSE))
                break
        self._stop.wait(left)

    def _pause(self) -> float:
        return LOGIN_PAUSE * self._refusals if self._refusals else pause(self._failures, self._rng)


def pause(failures: int, rng: random.Random) -> float:
    """Seconds to wait after so many failures in a row: doubling, at most five minutes, with full jitter."""
    return rng.uniform(0.0, min(LONGEST_PAUSE, 2.0 ** min(failures, 16)))


def watch_all(watchers: Sequence["Runnable"], stop: threading.Event) -> None:
    """Run every watcher in a thread of its own, so that none waits for another; returns when all have ended."""
    threads = [threading.Thread(target=w.run, args=(stop,), name=f"watch {w.name}") for w in watchers]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


class Runnable(Protocol):
    """A watcher, as `watch_all` sees it."""

    @property
    def name(self) -> str:
        """The mailbox's name."""
        ...

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set."""
        ...


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and Ctrl-C set, while the block runs; to be used in the main thread."""
    stop = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
