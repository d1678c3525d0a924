"""Checks of single settings: what a value has to be, and the words for what it is instead."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from service.mail.letter import Address
from service.oauth.clients import client_of
from service.replies.audience import ascii_domain, is_plain
from service.replies.links import web_link

_OPEN_TO_ALL = {
    *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com"),
    *("aol.com", "icloud.com", "me.com", "proton.me", "protonmail.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch"),
    *("web.de", "t-online.de", "freenet.de", "mail.com", "mail.ru", "qq.com", "163.com", "orange.fr", "free.fr"),
}


def wrong(says: str) -> PydanticCustomError:
    """A mistake in a setting, as the end of a sentence that begins with the setting's name."""
    return PydanticCustomError("signpost", "{says}", {"says": says})


def _absolute(path: Path, info: ValidationInfo) -> Path:
    """Relative to the folder of the settings file, which the one who reads it gives as context."""
    folder = (info.context or {}).get("folder")
    return folder / path.expanduser() if folder else path.expanduser()


def _blank_is_none(told: Any) -> Any:
    return None if told == "" else told


def _account(name: str) -> str:
    if not name.strip() or any(c in ":/\\" or not c.isprintable() for c in name):
        raise wrong("has to be a short name without colon and slashes")
    return name.strip()


def _folder_or_name(told: str, info: ValidationInfo) -> str:
    return str(_absolute(Path(told), info)) if told.startswith((".", "~", "/")) else told


def _internal(written: str) -> str:
    told = written.strip().lower().removeprefix("@").replace("*.", ".", 1)
    if "@" in told and is_plain(Address(told)):
        return told
    domain = ascii_domain(told.removeprefix("."))
    if domain in _OPEN_TO_ALL:
        raise wrong(f'holds "{told}", where anybody can have an address. Name persons instead, as in "jo@{domain}"')
    if "." not in domain and domain != "localhost":
        raise wrong(f'has to hold mail domains such as "example.com", "{told}" is none')
    return told


def _host(host: str) -> str:
    if not host.strip() or any(c.isspace() or c in "/@" for c in host):
        raise wrong(f'has to be an address to listen on, such as 127.0.0.1 or 0.0.0.0; "{host}" is none')
    return host.strip()


def _web_address(url: str) -> str:
    if url and not web_link(url):
        raise wrong(f'has to be a web address such as "https://signpost.example.com", "{url}" is none')
    return web_link(url).rstrip("/")


def _client(told: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    """What `client_of` can make a client of, where the account logs in with one."""
    by_token = info.data.get("auth") == "oauth2"
    if told and not by_token:
        raise wrong('is given, but auth is not "oauth2"')
    try:
        client_of(told) if by_token else None
    except ValueError as fault:
        raise wrong(str(fault)) from fault
    return told


FilePath = Annotated[Path, AfterValidator(_absolute)]
MaybePath = Annotated[FilePath | None, BeforeValidator(_blank_is_none)]
Name = Annotated[str, AfterValidator(_account)]
Model = Annotated[str, AfterValidator(_folder_or_name)]
Internal = Annotated[str, AfterValidator(_internal)]
Host = Annotated[str, AfterValidator(_host)]
OAuth = Annotated[dict[str, str], AfterValidator(_client)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
