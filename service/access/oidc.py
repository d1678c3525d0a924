"""A login at a provider of OpenID Connect: the address to send a browser to, and who came back. Only door to Authlib.

The authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0 §3.1, RFC 7636, RFC 9700).
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from indexer.errors import SignpostError
from service.mailbox.account import is_loopback

SECONDS = 10.0
"""The provider's patience with us, and ours with it."""
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
_WELL_KNOWN = "/.well-known/openid-configuration"
_KEPT = 3600.0


class LoginFailed(SignpostError):
    """The provider did not vouch for anybody, as a sentence that may be shown."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Who asks for the login, and what it knows us by. `redirect_uri` is where it sends the browser back to."""

    issuer: str
    client_id: str
    redirect_uri: str
    secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    groups_claim: str = "groups"


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that was begun; all of it but the address has to come back with the same browser."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for."""

    email: str
    name: str
    groups: frozenset[str]


class OpenIdConnect:
    """The logins at one provider. What it says of itself is asked for when it is first needed, and kept an hour."""

    def __init__(self, provider: Provider) -> None:
        """Ask nothing yet."""
        self._provider = provider
        self._lock = Lock()
        self._told: dict[str, tuple[float, Any]] = {}

    def begin(self) -> Begun:
        """A new login. Raises LoginFailed where the provider cannot be asked."""
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        with self._session() as session:
            url, state = session.create_authorization_url(
                self._metadata()["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        return Begun(url, state, nonce, verifier)

    def finish(self, begun: Begun, answer: Mapping[str, str]) -> Vouched:
        """Who came back with these parameters. Raises LoginFailed, as a sentence, for anything that is not in order."""
        if not secrets.compare_digest(answer.get("state", ""), begun.state):
            raise LoginFailed("This login was not begun in this browser, or too long ago. Log in again.")
        if error := answer.get("error"):
            raise LoginFailed(f"The login provider refused: {_plain(answer.get('error_description') or error)}.")
        # RFC 9207: a provider that tells who it is has to be the one that was asked
        if answer.get("iss", self._provider.issuer) != self._provider.issuer:
            raise LoginFailed("The answer came from another login provider than the one that was asked.")
        claims = self._claims(self._exchanged(answer.get("code", ""), begun.verifier), begun.nonce)
        return self._vouched(claims)

    def _exchanged(self, code: str, verifier: str) -> str:
        try:
            with self._session() as session:
                told = session.fetch_token(
                    self._metadata()["token_endpoint"], code=code, code_verifier=verifier, timeout=SECONDS
                )
        except (AuthlibBaseError, requests.RequestException, ValueError) as fault:
            raise LoginFailed(f"The login provider did not accept the login: {_plain(str(fault))}.") from fault
        token = told.get("id_token")
        if not isinstance(token, str):
            raise LoginFailed("The login provider sent no ID token. Its client needs the scope openid.")
        return token

    def _claims(self, token: str, nonce: str) -> CodeIDToken:
        """The claims of a token whose signature, issuer, audience, times and nonce are right (Core §3.1.3.7)."""
        wanted = {
            "iss": {"essential": True, "value": self._provider.issuer},
            "aud": {"essential": True, "value": self._provider.client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        try:
            read = self._decoded(token)
            claims = CodeIDToken(
                read.claims, read.header, wanted, {"nonce": nonce, "client_id": self._provider.client_id}
            )
            claims.validate(leeway=60)
        except (JoseError, AuthlibBaseError, ValueError) as fault:
            raise LoginFailed(f"The login provider's ID token is not in order: {_plain(str(fault))}.") from fault
        return claims

    def _decoded(self, token: str) -> jwt.Token:
        """The token, signed by one of the provider's keys; keys that were exchanged meanwhile are asked for anew."""
        try:
            return jwt.decode(token, self._keys(), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            self._told.pop("keys", None)
            return jwt.decode(token, self._keys(), algorithms=_ALGORITHMS)

    def _vouched(self, claims: Mapping[str, Any]) -> Vouched:
        email = claims.get("email")
        if not isinstance(email, str) or "@" not in email:
            raise LoginFailed("The login provider tells no mail address. Its client needs the scope email.")
        if claims.get("email_verified") in (False, "false"):
            raise LoginFailed(f"The login provider did not verify the address {_plain(email)}.")
        groups, name = claims.get(self._provider.groups_claim), claims.get("name")
        listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        told = frozenset(group for group in listed if isinstance(group, str) and group)
        return Vouched(email.strip().lower(), name if isinstance(name, str) else "", told)

    def _metadata(self) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self._kept("metadata", self._provider.issuer.rstrip("/") + _WELL_KNOWN)
        # Discovery §4.3: what it calls itself has to be what it was asked as
        if told.get("issuer") != self._provider.issuer:
            raise LoginFailed("The login provider calls itself otherwise than the setting issuer does.")
        return told

    def _keys(self) -> KeySet:
        return KeySet.import_key_set(self._kept("keys", self._metadata()["jwks_uri"]))

    def _kept(self, what: str, url: str) -> Any:
        with self._lock:
            at, told = self._told.get(what, (0.0, None))
            if told is None or time.monotonic() - at > _KEPT:
                self._told[what] = (time.monotonic(), told := _asked(url))
            return told

    def _session(self) -> OAuth2Session:
        mine = self._provider
        return OAuth2Session(
            mine.client_id,
            mine.secret or None,
            token_endpoint_auth_method="client_secret_basic" if mine.secret else "none",
            scope=" ".join(mine.scopes),
            redirect_uri=mine.redirect_uri,
            code_challenge_method="S256",
        )


def _asked(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise LoginFailed("The login provider names an address that is not https.")
    try:
        answer = requests.get(url, timeout=SECONDS, allow_redirects=False)
        answer.raise_for_status()
        told = answer.json()
    except (requests.RequestException, ValueError) as fault:
        raise LoginFailed(f"The login provider cannot be asked: {_plain(str(fault))}.") from fault
    if not isinstance(told, dict):
        raise LoginFailed("The login provider answers in a way that cannot be read.")
    return told


def _plain(text: str) -> str:
    """Somebody else's words on one line, without their full stop."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[:300]).split()).rstrip(".")
