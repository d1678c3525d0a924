"""Logging in on another device: a person types a code into a page there, and we ask until they did (RFC 8628)."""

from collections.abc import Callable

from indexer.errors import LoginRefused, Unreachable
from service.oauth.exchange import AuthorizationServer, Denied, DeviceCode, Tokens

SLOWER = 5.0
LONGEST = 60.0


def by_device(
    server: AuthorizationServer, show: Callable[[DeviceCode], None], wait: Callable[[float], object]
) -> Tokens:
    """The tokens that a person agreed to. `show` tells that person what to do, `wait` waits so many seconds.

    Raises LoginRefused with a sentence when nobody agrees in time or somebody says no.
    """
    try:
        code = server.start_device()
    except Denied as denied:
        raise LoginRefused(f"The login server gave no code ({denied}). Check oauth in the settings.") from None
    show(code)
    interval, left = code.interval, code.seconds
    while left > 0:
        wait(interval)
        left -= interval
        try:
            return server.redeem_device(code)
        except Unreachable:
            # RFC 8628 3.5: the pauses grow while the server does not answer
            interval = min(2 * interval, LONGEST)
        except Denied as denied:
            interval = _slower(denied, interval)
    raise LoginRefused(_TOO_LATE)


_TOO_LATE = "Nobody typed the code in time. Run signpost login once more."


def _slower(denied: Denied, interval: float) -> float:
    """The seconds until the next question. Raises LoginRefused where there is none to ask any more."""
    match denied.code:
        case "authorization_pending":
            return interval
        case "slow_down":
            return interval + SLOWER
        case "expired_token":
            raise LoginRefused(_TOO_LATE)
        case "access_denied" | "authorization_declined":
            raise LoginRefused("The login was declined in the browser. Run signpost login to try again.")
    raise LoginRefused(f"The login server ended the login ({denied}). Check oauth in the settings.")
