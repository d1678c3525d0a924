"""A look at the address books of a CardDAV server, from a checkpoint on: what changed, what is gone, what there is."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from indexer.documents import Document
from indexer.errors import BadAnswer, Refused, SourceError
from indexer.sources.carddav_server import BATCH, AddressServer, Book
from indexer.sources.contents import about_visibility
from indexer.sources.loose import Record, count, record, string
from indexer.sources.protocol import Census, Checkpoint, Delete, Event, Failure, Notice, Upsert
from indexer.sources.vcard import document_of, is_group, name_of
from indexer.sources.vcard_lines import cards_of
from indexer.sources.webdav import Item

_KINDS = {"c": "contact", "o": "company"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What all contacts of a source share; `stated` is the visibility in the settings, if there is one."""

    name: str
    visibility: str
    stated: str | None

    def id_of(self, kind: str, path: str) -> str:
        """The id of the contact or company whose card lies at this path."""
        return f"{self.name}:{kind}:{path}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a card is: a document, or none (it is gone, a group, or without a name), or a failure to read it."""

    document: Document | None = None
    notice: str = ""
    failure: str = ""

    @property
    def mark(self) -> str:
        """One letter for the kind of the document; `-` where there is none."""
        return "-" if self.document is None else "c" if self.document.kind == "contact" else "o"


def told_of(item: Item | None, path: str, frame: Frame) -> Told:
    """What a server says of the card at `path`."""
    if item is None or (item.status not in (404, 410) and not item.text("address-data")):
        how = f"HTTP {item.status}" if item else "no word of it"
        return Told(failure=f"The card {path} of {frame.name} was not given out ({how}). The next update asks again.")
    if item.status in (404, 410):
        return Told()
    cards = cards_of(item.text("address-data").encode(errors="replace"))
    card = next((each for each in cards if not is_group(each)), None)
    if card is None or not name_of(card):
        what = "" if cards and card is None else f"The card {path} of {frame.name} holds no name and was left out."
        return Told(notice=what)
    document = document_of(card, frame.name, frame.visibility)
    changed = document.updated_at or _date(item.text("getlastmodified"))
    return Told(replace(document, id=frame.id_of(document.kind, path), updated_at=changed))


def _date(told: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(told)
    except (ValueError, IndexError, OverflowError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


@dataclass(slots=True)
class State:
    """How far the books are told. `day` is that of the last count, in days since 1970.

    A book has a `token`, or where its server keeps none, what was `seen`: for each card a letter (as in
    `Told.mark`) and a digest of its etag.
    """

    day: int = 0
    books: dict[str, Record] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: str | None) -> "State":
        """What a checkpoint holds; a fresh state where that is none of ours."""
        try:
            told = record(json.loads(cursor or "{}"))
        except (ValueError, RecursionError):
            return cls()
        return cls(count(told.get("day")), {path: record(book) for path, book in record(told.get("books")).items()})

    def checkpoint(self) -> Checkpoint:
        """The state to go on from."""
        told = {"day": self.day, "books": self.books}
        return Checkpoint(json.dumps(told, separators=(",", ":"), sort_keys=True, ensure_ascii=False))


class Look:
    """One pull. Afterwards `census` is complete if all was counted in it."""

    def __init__(self, server: AddressServer, frame: Frame, cursor: str | None, today: int) -> None:
        """Go on from `cursor`; `today` is our day since 1970."""
        self._server, self._frame, self._today, self._state = server, frame, today, State.of(cursor)
        self._ids: dict[str, set[str]] = {}
        self._troubled, self._shown = False, False
        self.census = Census(frozenset(), complete=False)

    def events(self, books: Sequence[Book], missing: Sequence[str]) -> Iterator[Event]:
        """Everything there is to tell of these books. Raises Refused where nobody is let in any more."""
        state, here = self._state, {book.path for book in books}
        for sentence in missing:
            yield self._fail(sentence)
        if not missing and state.books.keys() != here:
            state.day, state.books = 0, {path: told for path, told in state.books.items() if path in here}
        for book in books:
            yield from self._careful(self._read(book))
        if state.day != self._today and not self._troubled:
            yield from self._careful(self._count(books))
        yield state.checkpoint()

    def _careful(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events; where one book fails, the others are read."""
        try:
            yield from events
        except SourceError as problem:
            if isinstance(problem, Refused) and problem.status != 403:
                raise
            yield self._fail(str(problem))

    def _fail(self, sentence: str) -> Failure:
        self._troubled = True
        return Failure(sentence, retryable=True)

    def _read(self, book: Book) -> Iterator[Event]:
        """What changed in a book since it was told last, or all of it."""
        if not book.syncs:
            yield from self._compare(book)
            return
        token = string(self._state.books.get(book.path, {}).get("token"))
        if token and token == book.token:
            return
        try:
            yield from self._sync(book, token)
        except (Refused, BadAnswer) as problem:  # the token may be too old: RFC 6578 section 3.8, valid-sync-token
            if not token or (isinstance(problem, Refused) and problem.status != 403):
                raise
            self._state.day = 0
            self._state.books.pop(book.path, None)
            yield from self._sync(book, "")

    def _sync(self, book: Book, token: str) -> Iterator[Event]:
        """All changes since a token, page by page. The token stays behind a card that could not be read."""
        whole, ids, passed = not token, set[str](), {token}
        while True:
            page = self._server.changes(book, token)
            for path in page.gone:
                yield from self._gone(path)
            fine = True
            for start in range(0, len(page.changed), BATCH):
                for path, told in self._asked(book, page.changed[start : start + BATCH]):
                    fine = fine and not told.failure
                    ids |= {told.document.id} if told.document else set()
                    yield from self._events(path, told, whole)
                yield self._state.checkpoint()
            if not fine:
                return
            self._state.books[book.path] = {"token": page.token}
            yield self._state.checkpoint()
            if not page.more:
                break
            if page.token in passed:
                raise BadAnswer(
                    f"The changes of {book.path} ({self._frame.name}) never end. The next update asks again."
                )
            passed.add(token := page.token)
        if whole:
            self._ids[book.path] = ids

    def _compare(self, book: Book) -> Iterator[Event]:
        """What changed in a book that keeps no token, by the etags of its cards."""
        told = record(self._state.books.get(book.path, {}).get("seen"))
        seen = {path: string(mark) for path, mark in told.items()}
        listed = self._server.listing(book)
        for path in seen.keys() - listed.keys():
            yield from self._gone(path)
        seen = {path: mark for path, mark in seen.items() if path in listed}
        changed = [path for path, etag in listed.items() if not etag or seen.get(path, "")[1:] != _digest(etag)]
        for start in range(0, len(changed), BATCH):
            for path, card in self._asked(book, changed[start : start + BATCH]):
                yield from self._events(path, card, whole=not told)
                seen |= {} if card.failure else {path: card.mark + _digest(listed[path])}
            self._state.books[book.path] = {"seen": seen}
            yield self._state.checkpoint()
        self._state.books[book.path] = {"seen": seen}
        self._ids[book.path] = {
            self._frame.id_of(_KINDS[mark[0]], path) for path, mark in seen.items() if mark[:1] in _KINDS
        }

    def _asked(self, book: Book, paths: Sequence[str]) -> Iterator[tuple[str, Told]]:
        cards = self._server.cards(book.path, paths)
        yield from ((path, told_of(cards.get(path), path, self._frame)) for path in paths)

    def _events(self, path: str, told: Told, whole: bool) -> Iterator[Event]:
        """The events of a card. Where not all is counted anyway, what it is not any more has to be told as well."""
        if told.failure:
            yield self._fail(told.failure)
            return
        if told.notice:
            yield Notice(told.notice)
        if not whole:
            yield from (gone for gone in self._gone(path) if not told.document or gone.document_id != told.document.id)
        if told.document:
            if not self._shown:
                yield from map(Notice, about_visibility([told.document], self._frame.name, self._frame.stated))
            self._shown = True
            yield Upsert(told.document)

    def _gone(self, path: str) -> Iterator[Delete]:
        """The documents that the card at a path may have been; only the card itself could tell which."""
        why = f"its card is no longer in the address books of {self._frame.name}"
        yield from (Delete(self._frame.id_of(kind, path), why) for kind in _KINDS.values())

    def _count(self, books: Sequence[Book]) -> Iterator[Event]:
        """All ids there are. Of books that told only changes, each card counts as person and as company."""
        counted = set[str]()
        for book in books:
            ids = self._ids.get(book.path)
            paths = self._server.listing(book) if ids is None else ()
            counted |= ids or {self._frame.id_of(kind, path) for path in paths for kind in _KINDS.values()}
        self.census, self._state.day = Census(frozenset(counted), complete=True), self._today
        yield self._state.checkpoint()


def _digest(etag: str) -> str:
    return hashlib.sha256(etag.encode()).hexdigest()[:10]
