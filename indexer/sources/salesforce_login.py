"""Tokens for Salesforce by the OAuth client-credentials flow (RFC 6749 4.4), remembered until one is refused."""

import base64
import threading
from collections.abc import Mapping

from indexer.errors import BadAnswer, Refused
from indexer.sources.http import Line, Place, Politeness
from indexer.sources.loose import record, string


class Login:
    """What a line's headers need to call Salesforce as the user for whom an app may act."""

    def __init__(self, place: Place, client_id: str, client_secret: str, politeness: Politeness | None = None) -> None:
        """Ask nothing yet. `place` is the org's own: tokens come from where they are used."""
        secret = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._line = Line(place, lambda: {"Authorization": f"Basic {secret}"}, politeness)
        self._who = f"{place.service} ({place.source})"
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

    def close(self) -> None:
        """End all connections."""
        self._line.close()

    def _fresh(self) -> str:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        way = "Turn on its client credentials flow with a user to run as, and put its key and secret into the settings."
        try:
            reply = self._line.call(
                "POST", "/services/oauth2/token", body=b"grant_type=client_credentials", headers=form
            )
        except (BadAnswer, Refused) as problem:
            raise Refused(f"{self._who} gives the app no token. {way} {problem}") from None
        if not (token := string(record(reply.json()).get("access_token"))):
            raise Refused(f"{self._who} answered without a token: its origin may be wrong. {way}")
        return token
