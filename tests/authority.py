"""An authorization server on loopback: device flow, code flow with PKCE, refresh tokens that rotate. It checks."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qsl, urlsplit
from urllib.request import urlopen

from service.oauth.clients import OAuthClient

Form = dict[str, str]
SECRET = "CANARY-client-password"


class No(Exception):
    """An error of RFC 6749 5.2 or RFC 8628 3.5."""


class Authority:
    """What the server knows and does. A test changes it while it runs; every token contains CANARY."""

    def __init__(self) -> None:
        self.polls = iter(list[str]())
        """What the next questions for a device's token are answered with; then the person has agreed."""
        self.good: set[str] = set()
        self.access: set[str] = set()
        self.rotates = True
        self.gives_refresh = True
        self.seconds: object = 3600
        self.interval = 5.0
        self.status = 0
        self.says = ""
        self.asked: list[Form] = []
        self.codes: dict[str, Form] = {}
        self.numbers = count(1)
        self.address = ""

    def client(self, **more: str) -> OAuthClient:
        urls = {"token_url": f"{self.address}/token", "device_url": f"{self.address}/device"}
        return OAuthClient("signpost-app", **urls | {"scope": "mail offline_access", "secret": SECRET} | more)

    def agree(self, url: str) -> str:
        """What a person's browser does: open the address, agree, follow the redirect; returns what is shown then."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = f"CANARY-code-{next(self.numbers)}"
        self.codes[code] = asked
        with urlopen(f"{asked['redirect_uri']}/?code={code}&state={asked['state']}") as page:
            return str(page.read().decode())

    def device(self, form: Form) -> dict[str, object]:
        assert form["scope"] == "mail offline_access"
        told = {"device_code": "CANARY-device", "user_code": "WDJB-MJHT", "interval": self.interval, "expires_in": 60}
        return told | {"verification_uri": "https://login.example/device"}

    def token(self, form: Form) -> dict[str, object]:
        self.asked.append(form)
        if form.get("client_secret", SECRET) != SECRET or form.get("client_id") != "signpost-app":
            raise No("invalid_client")
        kind = form["grant_type"].rpartition(":")[2]
        {"device_code": self._poll, "authorization_code": self._code, "refresh_token": self._refresh}[kind](form)
        return self._issue(form.get("refresh_token", ""))

    def _poll(self, form: Form) -> None:
        assert form["device_code"] == "CANARY-device"
        if error := next(self.polls, ""):
            raise No(error)

    def _code(self, form: Form) -> None:
        asked = self.codes.pop(form["code"], None)
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if not asked or (asked["redirect_uri"], asked["code_challenge"]) != (form["redirect_uri"], challenge):
            raise No("invalid_grant")

    def _refresh(self, form: Form) -> None:
        if form["refresh_token"] not in self.good:
            raise No("invalid_grant")

    def _issue(self, present: str) -> dict[str, object]:
        access = f"CANARY-access-{next(self.numbers)}"
        self.access.add(access)
        told: dict[str, object] = {"access_token": access, "token_type": "Bearer", "expires_in": self.seconds}
        if self.gives_refresh and (self.rotates or not present):
            self.good.discard(present)
            told["refresh_token"] = f"CANARY-refresh-{next(self.numbers)}"
            self.good.add(str(told["refresh_token"]))
        return told


@contextmanager
def authority() -> Iterator[Authority]:
    """The server, while the block runs."""
    told = Authority()

    class Visit(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            step: Callable[[Form], dict[str, object]] = {"/token": told.token, "/device": told.device}[self.path]
            try:
                status, said = (told.status, {}) if told.status else (200, step(form))
            except No as error:
                status, said = 400, {"error": str(error), "error_description": f"{told.says} {form}"}
            self.send_response(status)
            self.send_header("Location", f"{told.address}/token")
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_request(self, *told: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Visit) as server:
        told.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield told
        server.shutdown()
        thread.join()
