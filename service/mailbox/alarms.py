"""How far a server's bell is trusted: one that breaks the line, or rings for nothing, is given a rest."""

import time
from collections.abc import Callable

from indexer.errors import Unreachable
from service.mailbox.idle import pause
from service.mailbox.line import Line

MOST_BREAKS = 3
REST = 3600.0
"""Seconds for which a bell that breaks the line each time is left alone; the mailbox is polled meanwhile."""
MOST_FALSE = 3
LONGEST_CALM = 4.0


class Alarms:
    """The bell of one mailbox and what became of it so far."""

    def __init__(self) -> None:
        """Trust it."""
        self._breaks = 0
        self._false = 0
        self._rest_until = 0.0

    def was_right(self) -> None:
        """There was a mail behind the last alarm."""
        self._false = 0

    def sounded(self) -> bool:
        """Note an alarm; always True."""
        self._false += 1
        return True

    def calm(self, seconds: float, pulse: Callable[[], bool]) -> None:
        """Wait a while where one alarm after the other was false: a pass for each would be all that is ever done."""
        if self._false > MOST_FALSE:
            pause(min(seconds, 2.0 ** (self._false - MOST_FALSE), LONGEST_CALM), pulse)

    def ring(self, line: Line, seconds: float, pulse: Callable[[], bool]) -> bool:
        """Wait for the bell of the folder opened last, or, without a bell, for the time to be over."""
        if time.monotonic() < self._rest_until:
            return pause(seconds, pulse)
        try:
            rang = line.ring(seconds, pulse)
        except Unreachable:
            self._breaks += 1
            if self._breaks >= MOST_BREAKS:
                self._breaks, self._rest_until = 0, time.monotonic() + REST
            raise
        self._breaks = 0
        if rang:
            return self.sounded()
        self._false = 0
        return pause(seconds, pulse) if rang is None else False
