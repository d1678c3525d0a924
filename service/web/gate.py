"""What a request has to be before anybody looks at it: not forged by another site, not too large, not too frequent."""

import time
from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.limits import Buckets

READING = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_BYTES = 1_000_000
LONGEST_ADDRESS = 16_000
RATE, BURST = 20.0, 120.0
OF_ONE_ADDRESS = 10
"""So many people may sit behind one address."""
_UNLIMITED = ("/static/", "/hooks/")


class Gate:
    """Refuses with 403, 413, 414 or 429, as a sentence, and lets all else through."""

    def __init__(self, app: ASGIApp, origin: str, limited: bool, clock: Callable[[], float] = time.monotonic) -> None:
        """`origin` is where people reach the pages; `limited` is set where others than this machine's own get in."""
        self._app, self._limited, self._clock = app, limited, clock
        parts = urlsplit(origin)
        self._origin = f"{parts.scheme}://{parts.netloc}".lower()
        self._buckets, self._crowds = Buckets(RATE, BURST), Buckets(RATE * OF_ONE_ADDRESS, BURST * OF_ONE_ADDRESS)
        self._lock = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an HTTP request on, or refuse it; other traffic goes through."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal(scope, receive, send) if refusal else self._app(scope, _capped(scope, receive), send))

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        if len(scope["path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
            return _refused(414, f"An address may have {LONGEST_ADDRESS:,} characters at most. Ask a shorter question.")
        if _length(headers) > MOST_BYTES:
            return _refused(413, f"A request may have {MOST_BYTES:,} bytes at most.")
        if scope["method"] not in READING and self._is_foreign(scope, headers):
            return _refused(403, "This was sent from another site than Signpost's own, so nothing was done.")
        return self._too_often(scope, headers)

    def _is_foreign(self, scope: Scope, headers: Headers) -> bool:
        """Whether a browser says that another site has it ask. Programs, which are no browsers, say nothing of it.

        As Go's http.CrossOriginProtection does: Sec-Fetch-Site first, which pages cannot forge, else Origin.
        """
        if scope["path"].startswith("/hooks/"):
            return False  # services prove themselves by a signature over what they send
        if site := headers.get("sec-fetch-site"):
            return site not in ("same-origin", "none")
        origin = headers.get("origin")
        return origin is not None and origin.lower() not in (self._origin, f"http://{headers.get('host', '')}".lower())

    def _too_often(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        if not self._limited or scope["path"].startswith(_UNLIMITED):
            return None
        address = scope["client"][0] if scope.get("client") else ""
        told = headers.get("authorization", "") or headers.get("cookie", "")
        with self._lock:
            wait = self._crowds.take(address, self._clock())
            wait = wait or self._buckets.take(sha256(f"{address} {told}".encode()).hexdigest(), self._clock())
        if not wait:
            return None
        return _refused(429, "Too many requests. Wait a moment.", {"Retry-After": str(max(1, round(wait)))})


def _length(headers: Headers) -> int:
    told = headers.get("content-length", "0")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 16 else MOST_BYTES + 1


def _capped(scope: Scope, receive: Receive) -> Receive:
    """What arrives, up to the limit: a body without a length may be longer than it should be."""
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= MOST_BYTES else {"type": "http.disconnect"}

    return receiving if scope["type"] == "http" else receive


def _refused(status: int, says: str, headers: dict[str, str] | None = None) -> ASGIApp:
    return PlainTextResponse(f"{says}\n", status_code=status, headers=headers)
