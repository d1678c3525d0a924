"""Pymap with as many users as are wanted, kept in memory: a server without SPECIAL-USE, CONDSTORE and keywords."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.torturing.crowd import COPY, DROP
from scripts.torturing.servers import free_port, running
from scripts.torturing.state import folders_of, people_at


class Pymap:
    """See `Host`."""

    def __init__(self, port: int) -> None:
        """It listens there."""
        self.port = port

    def copy(self, pattern: str, user: str) -> None:
        """See `Host.copy`."""
        with people_at(self.port, f"{COPY}{pattern}>{user}"):
            pass

    def remove(self, user: str) -> None:
        """See `Host.remove`."""
        with people_at(self.port, f"{DROP}{user}"):
            pass

    def trace(self, user: str) -> object:
        """See `Host.trace`."""
        return folders_of(self.port, user)


@contextmanager
def pymap() -> Iterator[Pymap]:
    """A pymap of its own until the block ends."""
    port = free_port()
    with running([sys.executable, "-W", "ignore", "-m", "scripts.torturing.crowd", str(port)], port):
        yield Pymap(port)
