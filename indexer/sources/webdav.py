"""The XML of WebDAV (RFC 4918, 6578) and its kin: what to ask for, and what a multistatus answers. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from indexer.sources.files import decode

_SPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav" xmlns:S="http://calendarserver.org/ns/"'
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'
# What may stand before the first element. Nothing else may, above all no DOCTYPE: only there can entities be declared.
_PROLOG = re.compile(r"(?>\s+|<\?.*?\?>|<!--.*?-->)*+<[^\W\d]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Item:
    """What a multistatus says of one resource: its status (200 where only its properties have one) and properties."""

    path: str
    status: int
    properties: Mapping[str, Element]

    def text(self, name: str) -> str:
        """The text of a property, or nothing."""
        found = self.properties.get(name)
        return "" if found is None else "".join(found.itertext())

    def hrefs(self, name: str) -> tuple[str, ...]:
        """The addresses that a property holds."""
        found = self.properties.get(name)
        return () if found is None else tuple(h for e in found.iter("{DAV:}href") if (h := (e.text or "").strip()))

    def holds(self, name: str, part: str) -> bool:
        """Whether a property has an element of this name somewhere inside."""
        found = self.properties.get(name)
        return found is not None and any(_local(each) == part for each in found.iter())


@dataclass(frozen=True, slots=True)
class Multistatus:
    """All items of an answer, and the sync-token that a sync-collection ends with."""

    items: tuple[Item, ...]
    token: str = ""


def propfind(*names: str) -> bytes:
    """Ask for properties, such as `displayname` or `C:addressbook-home-set`."""
    return body("propfind", names)


def sync_collection(token: str) -> bytes:
    """Ask what changed since a token; for everything where it is empty (RFC 6578 section 3.2)."""
    since = f"<sync-token>{escape(token)}</sync-token><sync-level>1</sync-level>"
    return body("sync-collection", ["getetag"], since)


def body(name: str, properties: Iterable[str], before: str = "", paths: Iterable[str] = ()) -> bytes:
    """A request of this name: what stands `before` the properties asked for, and whose they are."""
    asked = "".join(f"<{each}/>" for each in properties)
    hrefs = "".join(f"<href>{escape(path)}</href>" for path in paths)
    return f"{_HEAD}<{name} {_SPACES}>{before}<prop>{asked}</prop>{hrefs}</{name}>".encode()


def multistatus(told: bytes, base: str) -> Multistatus | None:
    """What an answer to a call of the URL `base` says; None where it is no multistatus.

    XML with a DOCTYPE is not read: what declares entities can make a gigabyte of a line, or open files.
    """
    text = decode(told)
    if not _PROLOG.match(text):
        return None
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return None
    if root.tag != "{DAV:}multistatus":
        return None
    return Multistatus(tuple(_items(root, base)), root.findtext("{DAV:}sync-token", "").strip())


def path_of(href: str, base: str) -> str:
    """Where an href leads: a path in one spelling where that is on the host of `base`, else a URL."""
    try:
        joined = urljoin(base, href.strip())
        parts, home = urlsplit(joined), urlsplit(base)
        if parts.hostname != home.hostname:
            return joined
    except ValueError:
        return ""
    return "/".join(quote(unquote(each), safe="@:!$&'()*+,;=~") for each in (parts.path or "/").split("/"))


def _items(root: Element, base: str) -> Iterator[Item]:
    for response in root.findall("{DAV:}response"):
        found = {_local(e): e for stat in response.findall("{DAV:}propstat") if _is_fine(stat) for e in _inside(stat)}
        states = [_status(stat) for stat in response.findall("{DAV:}propstat")]
        status = _status(response) or (200 if found or not states else states[0])
        for href in response.findall("{DAV:}href"):
            if path := path_of(href.text or "", base):
                yield Item(path, status, found)


def _inside(propstat: Element) -> list[Element]:
    properties = propstat.find("{DAV:}prop")
    return [] if properties is None else list(properties)


def _is_fine(propstat: Element) -> bool:
    return 200 <= _status(propstat) < 300


def _status(told: Element) -> int:
    """The number in `HTTP/1.1 404 Not Found`, or 0."""
    match = re.match(r"\s*HTTP/\S+\s+(\d{3})\b", told.findtext("{DAV:}status", ""), re.ASCII)
    return int(match[1]) if match else 0


def _local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]
