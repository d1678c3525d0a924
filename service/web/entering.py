"""What logins share while they happen: how often somebody tried, and which were begun at a provider."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from fastapi import Request

from service.access.hashes import hash_of, new
from service.access.oidc import Begun, LoginFailed, OpenIdConnect
from service.web.limits import Buckets

TRIES, AGAIN = 8, 120.0
"""Tries at an account from one address at once, then one in so many seconds."""
MOST_BEGUN, SECONDS = 1_000, 600.0


@dataclass(slots=True)
class Entering:
    """Tries and begun logins of one process. They are forgotten with it: then one logs in once more."""

    provider: OpenIdConnect | None = None
    clock: Callable[[], float] = time.monotonic
    _few: Buckets = field(default_factory=lambda: Buckets(1 / AGAIN, TRIES))
    _many: Buckets = field(default_factory=lambda: Buckets(10 / AGAIN, 10 * TRIES))
    _begun: OrderedDict[str, tuple[float, Begun, str]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def tries(self, email: str, client: str) -> float:
        """Count a try. 0, or the seconds to wait where there were too many: from this address, or at this account.

        From one address an account is tried seldom; from all together ten times as often, so that no stranger
        elsewhere easily keeps somebody out.
        """
        now = self.clock()
        with self._lock:
            return (
                self._many.take(f"from {client}", now)
                or self._few.take(hash_of(f"{email} {client}"), now)
                or self._many.take(hash_of(email), now)
            )

    def well(self, email: str, client: str) -> None:
        """The password was right: earlier tries at this account from this address count no more."""
        with self._lock:
            self._few.forget(hash_of(f"{email} {client}"))

    def keep(self, begun: Begun, to: str) -> str:
        """Remember a begun login and where to go on after it; what comes back with this key belongs to it."""
        key = new()
        with self._lock:
            self._begun[hash_of(key)] = self.clock(), begun, to
            if len(self._begun) > MOST_BEGUN:
                self._begun.popitem(last=False)
        return key

    def taken(self, key: str) -> tuple[Begun, str]:
        """The begun login of a key, which counts once. Raises LoginFailed."""
        with self._lock:
            at, begun, to = self._begun.pop(hash_of(key), (0.0, None, ""))
        if begun is None or self.clock() - at > SECONDS:
            raise LoginFailed("This login was not begun in this browser, or too long ago. Log in again.")
        return begun, to


def entering_of(request: Request) -> Entering:
    """What the logins of this application share."""
    shared: Entering = request.app.state.entering
    return shared
