"""A thread that has a copy follow its database: at once when that tells of a change, and every second anyway."""

from contextlib import suppress
from threading import Event, Thread
from time import monotonic

from indexer.engines.following.follower import Follower
from indexer.engines.postgres.server import Server
from indexer.engines.postgres.touched import CHANNEL
from indexer.errors import IndexProblem

EVERY = 1.0
"""Seconds between two looks when nothing is told."""
SLICE = 0.2
"""Seconds until it is noticed that nobody needs the copy any more."""


class Waking:
    """Follows until it is stopped. Trouble is the follower's to tell; here it is tried again."""

    def __init__(self, server: Server, follower: Follower) -> None:
        """Listen to `server`, and have `follower` follow."""
        self._server, self._follower, self._stopped = server, follower, Event()
        self._thread = Thread(target=self._run, name="follower", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, as soon as what was begun is done."""
        self._stopped.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopped.is_set():
            with suppress(IndexProblem):
                self._listen()
            with suppress(IndexProblem):  # a standby lets nobody listen, but may be looked at
                self._follower.follow()
            self._stopped.wait(EVERY)

    def _listen(self) -> None:
        with self._server.listening(CHANNEL) as told:
            while not self._stopped.is_set():
                self._follower.follow()
                until = monotonic() + EVERY
                while not self._stopped.is_set() and (left := until - monotonic()) > 0 and not told(min(SLICE, left)):
                    pass
