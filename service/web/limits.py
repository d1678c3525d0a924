"""How often somebody may ask: a bucket of tokens for each, refilled steadily. Time is passed in. Pure."""

from collections import OrderedDict
from dataclasses import dataclass, field

MOST_KEPT = 10_000
"""Buckets that are remembered; the one that was longest untouched goes first."""


@dataclass(slots=True)
class Buckets:
    """A bucket for each key: `burst` at once, then `rate` a second."""

    rate: float
    burst: float
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, key: str, now: float) -> float:
        """Take one. 0 when there was one, else the seconds until there is; `now` counts seconds from anywhere."""
        left, at = self._left.pop(key, (self.burst, now))
        left = min(self.burst, left + max(0.0, now - at) * self.rate)
        self._left[key] = (left - 1 if left >= 1 else left), now
        if len(self._left) > MOST_KEPT:
            self._left.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) / self.rate

    def forget(self, key: str) -> None:
        """Fill a bucket up again."""
        self._left.pop(key, None)
