"""How people log in to the pages: one record for each way. Here are the checks; docs/access.md tells of each."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo

from service.mail.letter import Address
from service.mailbox.account import is_loopback
from service.replies.audience import is_plain
from service.settings_checks import Internal, wrong

Network = IPv4Network | IPv6Network
_HEADER = r"^[A-Za-z0-9-]{1,60}$"


def _email(told: str) -> str:
    email = told.strip().lower()
    if not is_plain(Address(email)):
        raise wrong(f'holds "{told}", which is no mail address')
    return email


def _group(name: str) -> str:
    if not name.strip() or len(name) > 100:
        raise wrong("has to hold names of groups with the addresses of those who belong to each")
    return name.strip()


def _network(told: str) -> str:
    try:
        ip_network(told)
    except ValueError as fault:
        raise wrong(f'holds "{told}", which is no address or network such as 10.0.0.2 or 10.0.0.0/28') from fault
    return told


Email = Annotated[str, AfterValidator(_email)]
Group = Annotated[str, AfterValidator(_group)]


class AccessOptions(BaseModel):
    """What every way has: `groups` tells who belongs to a group, `admins` who sees the receipts of every mailbox."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    login: str = "none"
    groups: dict[Group, tuple[Email, ...]] = {}
    admins: tuple[Email, ...] = ()
    hours: float = Field(default=12.0, gt=0, le=720)

    @property
    def lasts(self) -> timedelta:
        """How long somebody stays logged in at most."""
        return timedelta(hours=self.hours)


class LocalAccess(AccessOptions):
    """People whom `signpost people add` let in, by a password."""

    login: str = "local"


class ProxyAccess(AccessOptions):
    """A web server in front asks for the login and tells in headers who it is; believed only from these addresses."""

    login: str = "proxy"
    proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = Field(min_length=1)
    header: str = Field(default="X-Forwarded-Email", pattern=_HEADER)
    groups_header: str = Field(default="", pattern=r"^[A-Za-z0-9-]{0,60}$")
    domains: tuple[Internal, ...] = ()

    @property
    def networks(self) -> tuple[Network, ...]:
        """Where the proxies are."""
        return tuple(map(ip_network, self.proxies))


class OidcAccess(AccessOptions):
    """A provider of OpenID Connect asks for the login. Only addresses of `domains` are let in."""

    login: str = "oidc"
    issuer: str
    client_id: str = Field(min_length=1)
    client_secret_file: str = ""
    groups_claim: str = "groups"
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    domains: tuple[Internal, ...] = ()


WAYS: dict[str, type[AccessOptions]] = {
    "none": AccessOptions,
    "local": LocalAccess,
    "proxy": ProxyAccess,
    "oidc": OidcAccess,
}


def read_access(told: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
    """The table as it was written, once its own record could be made of it."""
    way = told.get("login", "none")
    if way not in WAYS:
        raise wrong(f'has login = "{way}", which is none of {", ".join(WAYS)}')
    file = str(told.get("client_secret_file", ""))
    folder = (info.context or {}).get("folder")
    here = told | ({"client_secret_file": str(folder / Path(file).expanduser())} if file and folder else {})
    try:
        chosen = WAYS[way].model_validate(here)
    except ValidationError as fault:
        raise wrong(f'with login = "{way}": {"; ".join(_mistakes(way, fault))}') from fault
    if isinstance(chosen, OidcAccess) and not _is_issuer(chosen.issuer):
        raise wrong(f'has issuer = "{chosen.issuer}", which has to be an https address')
    return here


def chosen_access(told: dict[str, Any]) -> AccessOptions:
    """The record of a table that was read."""
    return WAYS[told.get("login", "none")].model_validate(told)


def _is_issuer(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or is_loopback(parts.hostname or ""))


def _mistakes(way: str, fault: ValidationError) -> Iterator[str]:
    known = [name for name in WAYS[way].model_fields if name != "login"]
    for error in fault.errors():
        name = ".".join(map(str, error["loc"]))
        if error["type"] == "extra_forbidden":
            yield f"{name} is no setting of it; there are {', '.join(known)}"
        elif error["type"] == "missing":
            yield f"{name} is missing"
        else:
            yield f"{name} {error['msg'][:1].lower()}{error['msg'][1:]}"


Access = Annotated[dict[str, Any], AfterValidator(read_access)]
