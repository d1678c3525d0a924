"""IDLE as a bell: waits until the server says that something came, and never trusts a silent line."""

import re
import time
from collections.abc import Callable, Sequence
from typing import Protocol

LONGEST_IDLE = 9 * 60.0
"""Servers end IDLE after 30 minutes (RFC 2177), middle boxes and some servers after ten."""
_SLICE = 1.0
_DEAD = 3
_NEWS = re.compile(rb"\* \d+ EXISTS\s*", re.IGNORECASE)
_BYE = re.compile(rb"\* BYE\b", re.IGNORECASE)


class Bell(Protocol):
    """The part of an IMAP connection that idles."""

    def start_idle(self) -> bool:
        """Enter IDLE; False where the server does not let us."""
        ...

    def hear(self, seconds: float) -> Sequence[bytes]:
        """The lines that the server says within so many seconds, at once when there are some."""
        ...

    def end_idle(self) -> Sequence[bytes]:
        """Leave IDLE; the lines that the server said meanwhile."""
        ...


def ring(bell: Bell, seconds: float, pulse: Callable[[], bool]) -> bool | None:
    """Idle until a mail came (True), the time is over or `pulse` is False; None where the server does not idle.

    Raises OSError when the line is dead.
    """
    if not bell.start_idle():
        return None
    rang = _listen(bell, time.monotonic() + min(seconds, LONGEST_IDLE), pulse)
    return _is_news(bell.end_idle()) or rang


def _listen(bell: Bell, until: float, pulse: Callable[[], bool]) -> bool:
    at_once = 0
    while (left := until - time.monotonic()) > 0 and pulse():
        began = time.monotonic()
        said = bell.hear(min(_SLICE, left))
        if _is_news(said):
            return True
        if any(_BYE.match(line) for line in said):
            raise ConnectionResetError("the server said BYE")
        # A closed socket is always readable and never says anything; so does a TLS record that holds no text, but once
        silent = not said and time.monotonic() - began < min(_SLICE, left) / 2
        at_once = at_once + 1 if silent else 0
        if at_once >= _DEAD:
            raise ConnectionResetError("the server closed the connection")
    return False


def _is_news(said: Sequence[bytes]) -> bool:
    return any(_NEWS.fullmatch(line) for line in said)


def pause(seconds: float, pulse: Callable[[], bool]) -> bool:
    """Wait without a bell, as long as `pulse` says so; always False, for nothing rang."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and pulse():
        time.sleep(min(1.0, left))
    return False
