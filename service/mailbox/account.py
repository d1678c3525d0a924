"""How to reach a mail account over IMAP. Pure."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from indexer.errors import SettingsError

Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """A mail account: server, login, and how patient to be (seconds) and how much to take (bytes).

    `user` is the login name, and the account's address too where `address` is empty. `port` 0 is the usual one.
    `drafts` names the Drafts folder where it is not to be found out. `deadline` ends a single exchange that makes
    no end, however busily the server talks. Without TLS only a server on this machine is spoken to, unless
    `plaintext` allows others. `password_now` tells the password as it stands now, where it may change meanwhile.
    `token` stands in for a password: called with the access token that was refused, or "", it returns one to show.
    """

    host: str
    user: str
    password: str = field(default="", repr=False)
    address: str = ""
    port: int = 0
    security: Security = "tls"
    ca_file: str = ""
    drafts: str = ""
    plaintext: bool = False
    timeout: float = 30.0
    deadline: float = 300.0
    max_size: int = 25_000_000
    password_now: Callable[[], str] | None = field(default=None, repr=False, compare=False)
    token: Callable[[str], str] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse to send a password in the clear over a network. Raises SettingsError."""
        if self.security == "none" and not (self.plaintext or is_loopback(self.host)):
            says = (
                f"The password for {self.user} would go to {self.host} in the clear. "
                "Set tls = 'tls' or 'starttls' in the settings."
            )
            raise SettingsError([says])

    @property
    def name(self) -> str:
        """The account's address."""
        return self.address or self.user

    @property
    def port_or_usual(self) -> int:
        """The port that is spoken to."""
        return self.port or (993 if self.security == "tls" else 143)

    @property
    def server(self) -> str:
        """Host and port, as they are shown."""
        return f"{self.host}:{self.port_or_usual}"


def is_loopback(host: str) -> bool:
    """Whether a host name means this very machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
