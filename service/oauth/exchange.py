"""What is said to an authorization server over HTTPS, and what it answers. The only door to oauthlib and httpx2."""

import json
import ssl
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx2
from oauthlib.oauth2 import DeviceClient, WebApplicationClient

from indexer.errors import Unreachable
from service.oauth.clients import OAuthClient, is_safe

SECONDS = 20.0
WITHOUT_END = 300.0
"""How long a token is believed whose end the server does not tell (RFC 6749 5.1 lets it)."""
_FOR_NOW = {"temporarily_unavailable", "server_error"}
_REFUSALS = range(400, 500)
_HARMLESS = {"client_id", "scope", "grant_type", "redirect_uri"}


class Denied(Exception):
    """The server understood and said no. `code` is the error of RFC 6749 5.2 or RFC 8628 3.5, `says` its words."""

    def __init__(self, code: str, says: str) -> None:
        """Keep both; neither holds a secret."""
        self.code = code
        self.says = says
        super().__init__(f"{code}: {says}" if says else code)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login gives: a token for now, for how many seconds, and what to get the next one with, if anything."""

    access: str = field(repr=False)
    seconds: float
    refresh: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person has to do: open an address and type a code, within so many seconds (RFC 8628 3.2)."""

    url: str
    user_code: str
    seconds: float
    interval: float
    device_code: str = field(repr=False)


class AuthorizationServer:
    """The server that a client is registered with. Every method raises Unreachable when it does not answer."""

    def __init__(self, client: OAuthClient, seconds: float = SECONDS) -> None:
        """Ask nothing yet."""
        self.client = client
        self._seconds = seconds

    def refresh(self, refresh_token: str) -> Tokens:
        """The next tokens; where no refresh token comes with them, the old one stays good. Raises Denied."""
        c = self.client
        said = WebApplicationClient(c.client_id)
        body = said.prepare_refresh_body(refresh_token=refresh_token, client_id=c.client_id, **self._secret())
        return self._tokens(body, refresh_token)

    def start_device(self) -> DeviceCode:
        """Ask for a code that a person types elsewhere. Raises Denied."""
        c = self.client
        told = self._post(c.device_url, urlencode({"client_id": c.client_id, "scope": c.scope, **self._secret()}))
        url = _text(told, "verification_uri", "verification_url")
        if not (url.startswith("https://") or is_safe(url)):
            raise Denied("invalid_response", "the address to open is none")
        seconds, interval = _number(told, "expires_in", 900.0), _number(told, "interval", 5.0)
        return DeviceCode(url, _text(told, "user_code"), seconds, max(1.0, interval), _text(told, "device_code"))

    def redeem_device(self, code: DeviceCode) -> Tokens:
        """The tokens, once the person agreed. Raises Denied, also with `authorization_pending` and `slow_down`."""
        said = DeviceClient(self.client.client_id)
        body = said.prepare_request_body(code.device_code, include_client_id=True, **self._secret())
        return self._tokens(body)

    def invitation(self, redirect: str, state: str, verifier: str, user: str) -> str:
        """The address at which a person agrees in a browser, which then comes back to `redirect` (RFC 8252, 7636)."""
        c = self.client
        challenge = WebApplicationClient(c.client_id).create_code_challenge(verifier, "S256")
        asked = {"response_type": "code", "client_id": c.client_id, "redirect_uri": redirect, "scope": c.scope}
        asked |= {"state": state, "code_challenge": challenge, "code_challenge_method": "S256", "login_hint": user}
        # Google hands out a refresh token only to who asks for it like this; others ignore the words
        asked |= {"access_type": "offline", "prompt": "consent"}
        return f"{c.authorize_url}{'&' if '?' in c.authorize_url else '?'}{urlencode(asked)}"

    def redeem(self, code: str, redirect: str, verifier: str) -> Tokens:
        """The tokens for a code that the browser brought. Raises Denied."""
        said = WebApplicationClient(self.client.client_id)
        body = said.prepare_request_body(code=code, redirect_uri=redirect, code_verifier=verifier)
        return self._tokens("&".join(filter(None, (body, urlencode(self._secret())))))

    def _secret(self) -> dict[str, str]:
        return {"client_secret": self.client.secret} if self.client.secret else {}

    def _tokens(self, body: str, refresh_token: str = "") -> Tokens:
        told = self._post(self.client.token_url, body)
        access = _text(told, "access_token")
        if not (access.isascii() and access.isprintable() and " " not in access):
            raise Denied("invalid_response", "the token holds what no token can")
        renewed = told.get("refresh_token")
        return Tokens(access, _number(told, "expires_in", WITHOUT_END), renewed if isinstance(renewed, str) else "")

    def _post(self, url: str, form: str) -> dict[str, Any]:
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        try:
            # A redirect is not followed: it would carry the token to somewhere else
            answer = httpx2.post(url, content=form, headers=kind, timeout=self._seconds, verify=_trusted())
            told = json.loads(answer.content)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise Unreachable(self._gone(url, type(error).__name__)) from None
        except ValueError:
            raise Unreachable(self._gone(url, f"HTTP {answer.status_code} without JSON")) from None
        if not isinstance(told, dict):
            raise Unreachable(self._gone(url, "its answer is no JSON object"))
        return self._answer(answer, told, form)

    def _answer(self, answer: httpx2.Response, told: dict[str, Any], form: str) -> dict[str, Any]:
        error, status = told.get("error"), answer.status_code
        if isinstance(error, str) and status in _REFUSALS and status != 429 and error not in _FOR_NOW:
            says = str(told.get("error_description") or "").partition("\n")[0]
            raise Denied(_plain(error, form), _plain(says, form))
        if status != 200:
            raise Unreachable(self._gone(str(answer.url), f"HTTP {status}"))
        return told

    @staticmethod
    def _gone(url: str, why: str) -> str:
        server = url.partition("?")[0]
        return f"The login server {server} does not answer as it should ({why}); watching asks it again by itself."


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that this machine trusts; to load them takes longer than a login."""
    return ssl.create_default_context()


def _plain(said: str, form: str) -> str:
    """What the server said, one short line, without what it was sent: it may repeat a token."""
    for name, value in parse_qsl(form):
        if name not in _HARMLESS:
            said = said.replace(value, "…")
    words = "".join(c if c.isprintable() else " " for c in said).split()
    return " ".join(word if len(word) < 60 else "…" for word in words)[:300]


def _text(told: dict[str, Any], *names: str) -> str:
    found = next((told[name] for name in names if isinstance(told.get(name), str) and told[name]), None)
    if found is None:
        raise Denied("invalid_response", f"there is no {names[0]} in it")
    return str(found)


def _number(told: dict[str, Any], name: str, otherwise: float) -> float:
    """A number of seconds; some servers write it as a text."""
    try:
        number = float(told.get(name, otherwise))
    except (TypeError, ValueError):
        return otherwise
    return number if 0 < number < 10**9 else otherwise
