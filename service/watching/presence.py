"""Who this process is among those that may watch a mailbox, whether another one still lives, and the time."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

LEASE = timedelta(seconds=60)
"""So long nothing may be heard of who watches a mailbox before another process of this machine may."""


def wall_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def this_process() -> str:
    """A name for this process that its host and the others on it understand."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_free(holder: str, expires: datetime) -> bool:
    """Whether a lease may be taken over: its time is up, or its holder was a process of this host that is gone."""
    host, _, number = holder.rpartition(":")
    if is_over(expires, wall_clock()):
        return True
    return host == socket.gethostname() and number.isdigit() and not _lives(int(number))


def is_over(expires: datetime, now: datetime) -> bool:
    """Whether a lease's time is up; or further off than a lease lasts, because the clock was set back since."""
    return not now <= expires <= now + LEASE


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass(frozen=True, slots=True)
class Presence:
    """A watcher's name, its clock, and how it judges another holder's lease (given the holder and the lease's end)."""

    holder: str = field(default_factory=this_process)
    clock: Callable[[], datetime] = wall_clock
    free: Callable[[str, datetime], bool] = is_free
