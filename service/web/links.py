"""Addresses: which outside URL may be linked, and where our own pages stand. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

LONGEST = 2_000
"""Characters of the longest address that is linked."""
SCHEMES = frozenset({"http", "https", "mailto"})
_NEVER_IN_URLS = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Named:
    """A name that leads somewhere; `href` is empty where it does not."""

    name: str
    href: str


def safe(url: str) -> str:
    """The URL when a page may link to it, else an empty string: then it is shown as text.

    Only http, https and mailto are followed; browsers skip control characters inside a scheme, so a URL that
    holds one is never linked.
    """
    if len(url) > LONGEST or _NEVER_IN_URLS.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in SCHEMES or (parts.scheme != "mailto" and not parts.netloc):
        return ""
    return url


def host(url: str) -> str:
    """The site a link leads to, for a reader: `trello.com`."""
    return urlsplit(url).netloc.rpartition("@")[2].removeprefix("www.") if safe(url) else ""


def document(document_id: str) -> str:
    """The page of one document."""
    return f"/documents/{_segment(document_id)}"


def company(name: str) -> str:
    """The page of one company."""
    return f"/companies/{_segment(name)}"


def person(name: str) -> str:
    """The page of one person."""
    return f"/people/{_segment(name)}"


def receipt(identity: str) -> str:
    """The page of one mail's receipt."""
    return f"/receipts/{_segment(identity)}"


def search(pairs: Iterable[tuple[str, str]]) -> str:
    """The search page with these parameters, in their order."""
    query = urlencode(list(pairs))
    return f"/?{query}" if query else "/"


def _segment(text: str) -> str:
    # A lone dot segment would be folded away by the browser before it asks us.
    return text.replace(".", "%2E") if text in {".", ".."} else quote(text, safe=":@,")
