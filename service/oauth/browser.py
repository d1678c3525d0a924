"""Logging in with a browser that comes back to this machine: loopback redirect, PKCE and state (RFC 8252, 7636)."""

import secrets
import time
from collections.abc import Callable
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

from indexer.errors import LoginRefused
from service.oauth.exchange import AuthorizationServer, Denied, Tokens

PATIENCE = 600.0
_DONE = "Signpost is logged in. You can close this window."
_DECLINED = "The login was declined. You can close this window."
_STRANGE = "This is not the answer that Signpost waits for."


def by_browser(
    server: AuthorizationServer, show: Callable[[str, int], None], user: str, patience: float = PATIENCE
) -> Tokens:
    """The tokens that a person agreed to in a browser. `show` gets the address to open, and our port.

    Raises LoginRefused with a sentence when nobody agrees within `patience` seconds or somebody says no.
    """
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    with _Waiting(state) as waiting:
        redirect = f"http://127.0.0.1:{waiting.server_port}"
        show(server.invitation(redirect, state, verifier, user), waiting.server_port)
        told = waiting.answer(patience)
    if "code" not in told:
        raise LoginRefused(f"The login was declined in the browser ({told.get('error', '')[:60]}).")
    try:
        return server.redeem(told["code"], redirect, verifier)
    except Denied as denied:
        raise LoginRefused(f"The login server ended the login ({denied}). Check oauth in the settings.") from None


class _Waiting(HTTPServer):
    """Listens on loopback until a browser brings an answer with our state; other visitors change nothing."""

    def __init__(self, state: str) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.state = state
        self.told: dict[str, str] = {}

    def answer(self, patience: float) -> dict[str, str]:
        until = time.monotonic() + patience
        while not self.told:
            self.timeout = until - time.monotonic()
            if self.timeout <= 0:
                raise LoginRefused("Nobody agreed in a browser in time. Run signpost login once more.")
            self.handle_request()
        return self.told


class _Visit(BaseHTTPRequestHandler):
    """One request of a browser."""

    server: _Waiting
    timeout = 10

    def do_GET(self) -> None:
        """Take the answer, and thank for it."""
        parts = urlsplit(self.path)
        told = dict(parse_qsl(parts.query))
        if parts.path != "/" or not compare_digest(told.get("state", "").encode(), self.server.state.encode()):
            self._say(400, _STRANGE)
            return
        self._say(200, _DONE if "code" in told else _DECLINED)
        self.server.told = told

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Keep no log: what the browser brings is a secret."""

    def log_error(self, *told: object) -> None:
        """Nor of what it does wrong."""

    def _say(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(text.encode())
