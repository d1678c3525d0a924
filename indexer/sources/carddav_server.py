"""A CardDAV server (RFC 6352): where its address books are, what changed in them, and their cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from indexer.errors import BadAnswer, Refused, SourceError
from indexer.sources.http import Line
from indexer.sources.text import one_line
from indexer.sources.webdav import Item, Multistatus, body, multistatus, path_of, propfind, sync_collection

BATCH = 100
"""Cards asked for at once."""
_HOMES = "C:addressbook-home-set"
_MISSING = frozenset({404, 410})
_BOOK = ("resourcetype", "displayname", "sync-token", "supported-report-set")
_XML = {"Content-Type": "application/xml; charset=utf-8", "Accept": "application/xml, text/xml"}


@dataclass(frozen=True, slots=True)
class Book:
    """An address book: its path and name, whether it can say what changed, and the token of how it is now."""

    path: str
    name: str
    syncs: bool
    token: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of what changed in a book: paths of cards that are new or different, paths of cards that are gone."""

    changed: tuple[str, ...]
    gone: tuple[str, ...]
    token: str
    more: bool


class AddressServer:
    """The calls to a server. All raise SourceError: Refused, Unavailable, or BadAnswer where it makes no sense."""

    def __init__(self, line: Line) -> None:
        """Ask nothing yet."""
        self._line = line
        self._who = f"{line.place.service} ({line.place.source})"
        self._homes: tuple[str, ...] = ()

    def books(self, chosen: Sequence[str]) -> tuple[list[Book], list[str]]:
        """The books that are `chosen` by name or path, or all of the user; and a sentence for each that is missing."""
        paths = [_folder(path_of(each, self._line.place.origin)) for each in chosen if "/" in each]
        names = [each for each in chosen if "/" not in each]
        found = {book.path: book for path in paths for book in self._at(path)}
        mine = self._mine() if names or not chosen else []
        lost = [path for path in paths if path not in found]
        lost += [name for name in names if not any(_is_named(book, [name]) for book in mine)]
        found |= {book.path: book for book in mine if not chosen or _is_named(book, names)}
        return [found[path] for path in sorted(found)], [self._has_none(each, mine) for each in lost]

    def _has_none(self, wanted: str, mine: Sequence[Book]) -> str:
        """The sentence for a book that is missing, with the first of those that are there."""
        there = f" It has {', '.join(sorted(repr(book.name) for book in mine)[:12])}." if mine else ""
        return f"{self._who} has no address book {wanted!r}.{there} Correct the settings."

    def changes(self, book: Book, token: str) -> Page:
        """What changed since a token, or a first part of it; everything where the token is empty (RFC 6578)."""
        told = self._ask("REPORT", book.path, sync_collection(token), "0")
        cards = [item for item in told.items if item.path != book.path and not item.path.endswith("/")]
        gone = {item.path for item in cards if item.status in _MISSING}
        changed = {item.path for item in cards} - gone
        if not told.token:
            raise BadAnswer(f"{self._who} answers for {book.path} without a sync-token. The next update asks again.")
        return Page(tuple(sorted(changed)), tuple(sorted(gone)), told.token, _is_cut(told, book))

    def listing(self, book: Book) -> dict[str, str]:
        """The paths of all cards of a book, each with its etag."""
        told = self._inside(book.path, "resourcetype", "getetag")
        if _is_cut(told, book):
            raise BadAnswer(f"{self._who} lists only a part of {book.path}. Raise the limit of the server.")
        cards = (item for item in told.items if item.path != book.path and item.status < 300)
        listed = (item for item in cards if not item.holds("resourcetype", "collection"))
        return {item.path: item.text("getetag").strip() for item in listed}

    def cards(self, folder: str, paths: Sequence[str]) -> dict[str, Item]:
        """These cards of a book, under their paths; one that the server does not speak of is missing."""
        found: dict[str, Item] = {}
        for start in range(0, len(paths), BATCH):
            some = paths[start : start + BATCH]
            asked = body("C:addressbook-multiget", ["getetag", "getlastmodified", "C:address-data"], paths=some)
            found |= {item.path: item for item in self._ask("REPORT", folder, asked, "0").items}
        return found

    def _at(self, path: str) -> list[Book]:
        """The address book at this path, if it is one."""
        return _books(self._asked("PROPFIND", path, propfind(*_BOOK), "0") or Multistatus(()))

    def _mine(self) -> list[Book]:
        """All address books in the homes of the user."""
        homes, self._homes = self._homes or self._found_homes(), ()
        books = [book for home in homes for book in _books(self._inside(home, *_BOOK))]
        self._homes = homes
        return books

    def _found_homes(self) -> tuple[str, ...]:
        """From the well-known address, or that in the settings, to the user and its homes (RFC 6764 section 6)."""
        base = urlsplit(self._line.place.origin).path.strip("/")
        problem: SourceError | None = None
        for start in [f"/{base}/"] if base else ["/.well-known/carddav", "/"]:
            try:
                if homes := self._homes_from(start):
                    return homes
            except (BadAnswer, Refused) as trouble:
                problem = trouble
                if isinstance(trouble, Refused) and trouble.status != 403:
                    raise
        raise problem or BadAnswer(
            f"{self._who} does not say where the address books of this user are. Name them in the settings by their "
            "paths, such as /addressbooks/anna/contacts/."
        )

    def _homes_from(self, start: str) -> tuple[str, ...]:
        told = self._asked("PROPFIND", start, propfind("current-user-principal", _HOMES), "0") or Multistatus(())
        for principal in self._paths(told, "current-user-principal"):
            told = self._ask("PROPFIND", principal, propfind(_HOMES), "0")
        return self._paths(told, "addressbook-home-set")

    def _inside(self, path: str, *names: str) -> Multistatus:
        """A folder and what lies in it, with these properties."""
        told = self._ask("PROPFIND", path, propfind(*names), "1")
        if not told.items:
            raise BadAnswer(
                f"{self._who} says nothing of {path}, not even that it is empty. The next update asks again."
            )
        return told

    def _paths(self, told: Multistatus, name: str) -> tuple[str, ...]:
        """The folders that a property names."""
        hrefs = (href for item in told.items for href in item.hrefs(name))
        return tuple(dict.fromkeys(_folder(path_of(href, self._line.place.origin)) for href in hrefs))

    def _ask(self, method: str, path: str, content: bytes, depth: str) -> Multistatus:
        """An answer about something that has to be there."""
        if told := self._asked(method, path, content, depth):
            return told
        raise BadAnswer(f"{self._who} has nothing at {path} any more. The next update looks where it is.")

    def _asked(self, method: str, path: str, content: bytes, depth: str) -> Multistatus | None:
        """An answer; None where there is nothing at that path."""
        reply = self._line.call(method, path, body=content, headers={**_XML, "Depth": depth})
        if reply.status in _MISSING:
            return None
        told = multistatus(reply.body, urljoin(self._line.place.origin, path))
        if told is None:
            raise BadAnswer(
                f"{self._who}, asked “{method} {path}”, answered what is no WebDAV (HTTP {reply.status}). Check the "
                "address in the settings: it is that of the CardDAV server, not of its web pages."
            )
        return told


def _folder(path: str) -> str:
    return path if path.endswith("/") else f"{path}/"


def _books(told: Multistatus) -> list[Book]:
    return [_book(item) for item in told.items if item.status < 300 and item.holds("resourcetype", "addressbook")]


def _book(item: Item) -> Book:
    token = item.text("sync-token").strip()
    last = item.path.rstrip("/").rpartition("/")[2]
    syncs = bool(token) or item.holds("supported-report-set", "sync-collection")
    return Book(_folder(item.path), one_line(item.text("displayname"), 200) or last, syncs, token)


def _is_named(book: Book, names: Sequence[str]) -> bool:
    own = {book.name.casefold(), book.path.rstrip("/").rpartition("/")[2].casefold()}
    return any(name.casefold() in own for name in names)


def _is_cut(told: Multistatus, book: Book) -> bool:
    """Whether the server says that it did not tell all (RFC 6578 section 3.6)."""
    return any(item.status == 507 and _folder(item.path) == book.path for item in told.items)
