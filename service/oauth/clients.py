"""Who Signpost is to an authorization server, and where that server is asked. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from service.mailbox.account import is_loopback

KEYS = ("provider", "client_id", "tenant", "token_url", "device_url", "authorize_url", "scope")
_GOOGLE = {
    "token_url": "https://oauth2.googleapis.com/token",
    "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
    # Google's device flow refuses this scope (invalid_scope), so a browser has to come back to us (RFC 8252)
    "scope": "https://mail.google.com/",
}
_MICROSOFT = {
    "token_url": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    "device_url": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
    "scope": "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
}
_PROVIDERS: Mapping[str, Mapping[str, str]] = {"google": _GOOGLE, "microsoft": _MICROSOFT, "": {}}


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A client registered with an authorization server. It has a device flow where `device_url` is known."""

    client_id: str
    token_url: str
    device_url: str = ""
    authorize_url: str = ""
    scope: str = ""
    secret: str = field(default="", repr=False)


def client_of(told: Mapping[str, str], secret: str = "") -> OAuthClient:
    """The client that these settings name. Raises ValueError with the end of a sentence that says what is wrong."""
    for key in told:
        if key not in KEYS:
            raise ValueError(f"holds {key}, which is unknown here. There are {', '.join(KEYS)}")
    if told.get("provider", "") not in _PROVIDERS:
        raise ValueError('has to hold provider = "google" or "microsoft", or the addresses of your own server')
    if not told.get("client_id"):
        raise ValueError("has to hold client_id, which the provider gives to an app that is registered there")
    known = _PROVIDERS[told.get("provider", "")]
    tenant = quote(told.get("tenant") or "common", safe="")
    facts = {name: url.replace("{tenant}", tenant) for name, url in known.items()}
    facts |= {name: value for name, value in told.items() if name in KEYS[3:] and value}
    _check_addresses(facts)
    return OAuthClient(told["client_id"], secret=secret, **facts)


def _check_addresses(facts: Mapping[str, str]) -> None:
    for name, url in facts.items():
        if name != "scope" and not is_safe(url):
            raise ValueError(f'holds {name} = "{url}", but tokens go to https addresses only')
    if "token_url" not in facts or not ({"device_url", "authorize_url"} & facts.keys()):
        raise ValueError(
            'has to hold provider = "google" or "microsoft", or token_url with device_url or authorize_url'
        )


def is_safe(url: str) -> bool:
    """Whether nobody on the way can read what is sent there."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
