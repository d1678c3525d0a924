"""Where a service may be called, and what of its words may be repeated. Pure."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urlencode, urljoin, urlsplit

_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")
_METADATA = frozenset({ip_address("169.254.169.254"), ip_address("fd00:ec2::254")})
"""Where clouds tell a machine its own secrets: no service of anybody's lives there."""
_PORTS = {"http": 80, "https": 443}


def address(origin: str, path: str, params: Mapping[str, str] | None) -> str | None:
    """The URL to call: a path below `origin`, or a whole URL of the same origin; None where it leads elsewhere."""
    try:
        url = urljoin(f"{origin.rstrip('/')}/", path)
        if "\\" in path or not path.isprintable() or _origin(url) != _origin(origin) or _origin(origin) is None:
            return None
    except ValueError:
        return None
    url = quote(url.partition("#")[0], safe="/:?&=%+,;@[]!$'()*~")
    if not params:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params, quote_via=quote)}"


def _origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None where there is none or a login is in it. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def host_of(url: str) -> str:
    """The host of a URL, for people to read."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return "".join(c for c in host if c.isprintable())[:80] or "no place at all"


def is_callable(told: str, public: bool) -> bool:
    """Whether what a name resolved to may be called: a `public` place must not lead into a private network."""
    at = _unwrapped(ip_address(told.partition("%")[0]))
    if at in _METADATA:
        return False
    return not public or (at.is_global and not at.is_multicast and not at.is_reserved)


def _unwrapped(at: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that stands in an IPv6 one, by whichever of the ways to do so."""
    if isinstance(at, IPv4Address):
        return at
    if at in _NAT64 or (at in _COMPATIBLE and int(at) > 1):
        return IPv4Address(int(at) & 0xFFFFFFFF)
    return at.ipv4_mapped or at.sixtofour or (at.teredo[1] if at.teredo else at)


def secrets_in(headers: Mapping[str, str]) -> frozenset[str]:
    """Everything in these headers that may be a secret, in every form in which it might come back."""
    told = {piece for value in headers.values() for piece in (value, *re.split(r"[\s\"'=,;]+", value))}
    told |= {part for piece in tuple(told) for part in _basic(piece)}
    told |= {quote(piece, safe="") for piece in told}
    return frozenset(piece for piece in told if len(piece) >= 6)


def _basic(piece: str) -> tuple[str, ...]:
    """User and password of RFC 7617; the padding was split off."""
    try:
        user, colon, password = base64.b64decode(piece + "=" * (-len(piece) % 4), validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        return ()
    return (user, password) if colon else ()


def plain(said: str, secrets: Iterable[str]) -> str:
    """What a service said in one short line, without any of the secrets."""
    for secret in sorted(secrets, key=len, reverse=True):
        said = said.replace(secret, "…")
    words = "".join(c if c.isprintable() else " " for c in said).split()
    return " ".join(word if len(word) < 60 else "…" for word in words)[:200]
