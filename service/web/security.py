"""What guards every request and answer: which host is asked for, and the headers that keep a browser careful.

In: ASGI messages. Out: the same with headers, or a refusal. Pure.
"""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?")
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-cache",
}


class Guard:
    """Refuses requests for other hosts (a foreign name that resolves to us is DNS rebinding) and adds the headers."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        """Answer to the host of `base_url` and to loopback names, on any port."""
        self._app = app
        self._hosts = LOOPBACK | {urlsplit(base_url).hostname or "localhost"}
        secure = {"Strict-Transport-Security": "max-age=31536000"} if base_url.startswith("https:") else {}
        self._headers = HEADERS | secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an HTTP request on, or refuse it; other traffic goes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        app = self._app if self._knows(Headers(scope=scope).get("host", "")) else self._refusal()
        # Whoever may GET may ask for the head alone; the server leaves the body out.
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        await app(asked, receive, self._with_headers(send))

    def _knows(self, host: str) -> bool:
        name = _HOST.fullmatch(host)
        return name is not None and name[1].strip("[]").lower() in self._hosts

    def _refusal(self) -> ASGIApp:
        names = " or ".join(sorted(self._hosts))
        told = f"Signpost does not answer under this name. Open it as {names}, or set its base URL to this name.\n"
        return PlainTextResponse(told, status_code=421)

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return sending
