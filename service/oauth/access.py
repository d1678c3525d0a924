"""A login → access tokens, each fetched when the one before is about to end or was refused."""

import time
from collections.abc import Callable
from threading import Lock

from indexer.errors import LoginRefused
from service.oauth.exchange import AuthorizationServer, Denied, Tokens
from service.oauth.keeping import Login, Logins

EARLY = 120.0
"""Seconds before its end at which a token is renewed: a clock that is off, and a login that takes long."""
_CLIENT = {"invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type"}


class Access:
    """The access tokens of one mailbox. They are kept in memory alone; any thread may ask."""

    def __init__(
        self, name: str, server: AuthorizationServer, logins: Logins, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Ask nothing yet. `clock` counts seconds; what time it is does not matter."""
        self._name = name
        self._server = server
        self._logins = logins
        self._clock = clock
        self._lock = Lock()
        self._token = ""
        self._until = 0.0

    def token(self, refused: str = "") -> str:
        """A token that is good for a while, and another one than `refused`, which the mail server did not take.

        Raises LoginRefused where a person has to log in again, and Unreachable where that is not sure.
        """
        with self._lock:
            if not self._token or self._token == refused or self._clock() >= self._until:
                self._keep(self._renewed())
            return self._token

    def _keep(self, tokens: Tokens) -> None:
        self._token = tokens.access
        self._until = self._clock() + max(tokens.seconds - EARLY, tokens.seconds / 2)

    def _renewed(self) -> Tokens:
        client = self._server.client
        with self._logins.alone(self._name):
            login = self._logins.load(self._name)
            if login is None:
                raise LoginRefused(f"Nobody logged in to {self._name} yet. {self._way_out()}")
            if (login.client_id, login.token_url) != (client.client_id, client.token_url):
                raise LoginRefused(f"The login of {self._name} was made with other settings. {self._way_out()}")
            try:
                tokens = self._server.refresh(login.refresh_token)
            except Denied as denied:
                raise LoginRefused(self._says(denied)) from None
            if tokens.refresh and tokens.refresh != login.refresh_token:
                # Before the token is used: the old refresh token may be of no use any more
                self._logins.save(self._name, Login(login.client_id, login.token_url, tokens.refresh))
        return tokens

    def _says(self, denied: Denied) -> str:
        if denied.code in _CLIENT:
            return (
                f"The login server does not know this client ({denied}). Check oauth of {self._name} in the settings."
            )
        return f"The login of {self._name} is not good any more ({denied}). {self._way_out()}"

    def _way_out(self) -> str:
        return f"Run: signpost login {self._name}"
