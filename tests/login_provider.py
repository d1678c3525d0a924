"""A small provider of OpenID Connect for tests, on loopback: it vouches for whom it is told to, and lies when told."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "signpost", "a very secret one"


@dataclass
class LoginProvider:
    """Who logs in next, and what is wrong with the answer. `claims` and `header` replace those of the token."""

    issuer: str
    email: str = "anna@ours.example"
    groups: tuple[str, ...] = ("board",)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signs_with: RSAKey | None = None
    issued: dict[str, dict[str, str]] = field(default_factory=dict)

    def come_back(self, url: str) -> str:
        """What a browser that opens `url` and logs in is sent to."""
        asked = dict(parse_qsl(urlsplit(url).query))
        code = f"code-{len(self.issued)}"
        self.issued[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def metadata(self) -> dict[str, Any]:
        """What it says of itself (OpenID Connect Discovery §3)."""
        places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return {"issuer": self.issuer, **{name: self.issuer + path for name, path in places.items()}}

    def tokens(self, sent: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The answer to a code, once; the verifier and the client's secret have to be right."""
        asked = self.issued.pop(sent.get("code", ""), None)
        right = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".replace(" ", "+").encode()).decode()
        plain = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        if not asked or authorization not in (right, plain):
            return 400, {"error": "invalid_grant"}
        if asked["code_challenge"] != challenge.decode().rstrip("="):
            return 400, {"error": "invalid_grant", "error_description": "wrong verifier"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        claims |= {"email": self.email, "email_verified": True, "name": "Anna Weber", "groups": list(self.groups)}
        header = {"alg": "RS256", "kid": "one"} | self.header
        told = {name: value for name, value in (claims | self.claims).items() if value is not None}
        signed = jwt.encode(header, told, self.signs_with or self.key)
        return 200, {"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": signed}


@contextmanager
def login_provider() -> Iterator[LoginProvider]:
    """A provider that answers over HTTP while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            keys: dict[str, Any] = dict(KeySet([provider.key]).as_dict(private=False))
            known = {"/.well-known/openid-configuration": provider.metadata(), "/keys": keys}
            self._answer(200 if self.path in known else 404, known.get(self.path, {}))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"])).decode()
            sent = {name: values[0] for name, values in parse_qs(raw).items()}
            self._answer(*provider.tokens(sent, self.headers.get("authorization", "")))

        def _answer(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = LoginProvider(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
