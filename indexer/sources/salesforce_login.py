"""Tokens for Salesforce by the OAuth client-credentials flow (RFC 6749 4.4), remembered until one is refused."""

import threading
from collections.abc import Mapping

from indexer.errors import BadAnswer, Refused
from indexer.sources.http import Line
from indexer.sources.loose import record, string

PATH = "/services/oauth2/token"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_WAY = "Turn on its client credentials flow with a user to run as, and put its key and secret into the settings."


class Login:
    """What a line's headers need to call Salesforce as the user for whom an app may act."""

    def __init__(self, line: Line) -> None:
        """Ask nothing yet. The headers of `line` hold key and secret of the app, as basic authentication wants them;
        it leads to the org itself."""
        self._line = line
        self._who = f"{line.place.service} ({line.place.source})"
        self._token, self._lock = "", threading.Lock()

    def headers(self) -> Mapping[str, str]:
        """The headers of a call. Raises SourceError where no token is to be had."""
        with self._lock:
            self._token = self._token or self._fresh()
            return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> None:
        """Forget the token: Salesforce has refused it."""
        with self._lock:
            self._token = ""

    def _fresh(self) -> str:
        try:
            reply = self._line.call("POST", PATH, body=b"grant_type=client_credentials", headers=_FORM)
        except (BadAnswer, Refused) as problem:
            raise Refused(f"{self._who} gives the app no token. {_WAY} {problem}") from None
        if not (token := string(record(reply.json()).get("access_token"))):
            raise Refused(f"{self._who} answered without a token: its origin may be wrong. {_WAY}")
        return token
