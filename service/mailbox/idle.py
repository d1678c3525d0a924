"""IDLE as a bell: waits until the server says that something came, and never trusts a silent line."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

LONGEST_IDLE = 9 * 60.0
"""Servers end IDLE after 30 minutes (RFC 2177), middle boxes and some servers after ten."""
_SLICE = 1.0
_DEAD = 3


class Idling(Protocol):
    """The part of an IMAP client that idles."""

    def idle(self) -> None:
        """Enter IDLE."""
        ...

    def idle_check(self, timeout: float) -> Sequence[Any]:
        """What the server said within `timeout` seconds."""
        ...

    def idle_done(self) -> tuple[Any, Sequence[Any]]:
        """Leave IDLE; what the server said since the last check."""
        ...


def ring(client: Idling, seconds: float, pulse: Callable[[], bool]) -> bool:
    """Idle until a mail came (True), the time is over or `pulse` is False. Raises OSError when the line is dead."""
    client.idle()
    rang = _listen(client, time.monotonic() + min(seconds, LONGEST_IDLE), pulse)
    _, said = client.idle_done()
    return rang or _is_news(said)


def _listen(client: Idling, until: float, pulse: Callable[[], bool]) -> bool:
    at_once = 0
    while (left := until - time.monotonic()) > 0 and pulse():
        began = time.monotonic()
        said = client.idle_check(timeout=min(_SLICE, left))
        if _is_news(said):
            return True
        if any(isinstance(line, tuple) and line[:1] == (b"BYE",) for line in said):
            raise ConnectionResetError("the server said BYE")
        # A closed socket is always readable and never says anything; so do the first look and a TLS record, but once
        silent = not said and time.monotonic() - began < min(_SLICE, left) / 2
        at_once = at_once + 1 if silent else 0
        if at_once >= _DEAD:
            raise ConnectionResetError("the server closed the connection")
    return False


def _is_news(said: Sequence[Any]) -> bool:
    return any(isinstance(line, tuple) and line[1:2] == (b"EXISTS",) for line in said)


def pause(seconds: float, pulse: Callable[[], bool]) -> bool:
    """Wait without a bell, as long as `pulse` says so; always False, for nothing rang."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and pulse():
        time.sleep(min(1.0, left))
    return False
