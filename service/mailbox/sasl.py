"""How an access token is shown to a mail server: OAUTHBEARER (RFC 7628) or XOAUTH2, whichever it takes. Pure."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from indexer.errors import LoginRefused
from service.mailbox.account import ImapAccount


@dataclass(slots=True)
class Bearer:
    """A SASL exchange: `first` is what is said at first, `last` what a server is told that explains its refusal."""

    mechanism: str
    first: bytes = field(repr=False)
    last: bytes
    _asked: int = 0

    def __call__(self, challenge: bytes) -> bytes | None:
        """The response to the server's next challenge; None ends the exchange."""
        self._asked += 1
        # RFC 7628 3.2.3: after the error challenge the client says a dummy, and only then does the server say NO
        return {1: self.first, 2: self.last}.get(self._asked)


def bearer(able: Collection[str], account: ImapAccount, token: str) -> Bearer:
    """The exchange that this server knows. Raises LoginRefused where it takes no tokens."""
    offered = {name.upper() for name in able}
    if "AUTH=OAUTHBEARER" in offered:
        name = account.user.replace("=", "=3D").replace(",", "=2C")
        facts = f"host={account.host}\x01port={account.port_or_usual}\x01auth=Bearer {token}\x01\x01"
        return Bearer("OAUTHBEARER", f"n,a={name},\x01{facts}".encode(), b"\x01")
    if "AUTH=XOAUTH2" in offered:
        return Bearer("XOAUTH2", f"user={account.user}\x01auth=Bearer {token}\x01\x01".encode(), b"")
    raise LoginRefused(
        f"{account.server} takes no OAuth 2.0 tokens (neither OAUTHBEARER nor XOAUTH2). "
        'Set auth = "password" in the settings.'
    )


def with_token(show: Callable[[str], None], token_of: Callable[[str], str]) -> None:
    """Show a token, and once more a fresh one where it is refused: it may have been taken back before its end."""
    token = token_of("")
    try:
        show(token)
    except LoginRefused:
        fresh = token_of(token)
        if fresh == token:
            raise
        show(fresh)


def without(said: str, secret: str) -> str:
    """The text without a secret that a server repeats, plain or within base64."""
    told = said.replace(secret, "…") if secret else said
    return re.sub(r"[A-Za-z0-9+/=]{16,}", lambda found: "…" if _holds(found[0], secret) else found[0], told)


def _holds(text: str, secret: str) -> bool:
    try:
        return bool(secret) and secret.encode() in b64decode(text + "=" * (-len(text) % 4))
    except Error:
        return False
