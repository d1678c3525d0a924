"""The address books of a CardDAV server, live: contacts as documents, changes first, deletions surely (RFC 6578)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from indexer.documents import PRIVATE
from indexer.errors import SourceError
from indexer.sources.carddav_look import Frame, Look, Told, told_of
from indexer.sources.carddav_server import AddressServer, Book
from indexer.sources.http import Line
from indexer.sources.protocol import Census, Delete, Event, Failure, Upsert
from indexer.sources.webdav import Item


class CardDav:
    """The contacts of a user's address books. They have no link of their own.

    Books that keep a sync-token tell what changed and what is gone; of others the etags are compared. Once a day,
    and whenever a token is no longer good, all that is there is counted.
    """

    def __init__(
        self,
        line: Line,
        account: str,
        collections: Sequence[str] = (),
        visibility: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Be called `carddav:account` and ask nothing yet. `collections` are names or paths of books; all without."""
        if not account.strip() or ":" in account:
            raise SourceError(f"The CardDAV source needs a short name without a colon; {account!r} is none.")
        self.name = f"carddav:{account}"
        self._server, self._chosen = AddressServer(line), tuple(collections)
        self._frame, self._now = Frame(self.name, visibility or PRIVATE, visibility), now
        self._learnt: Census | None = None

    def check(self) -> list[str]:
        """One sentence for what is refused, and for each chosen book that is not there."""
        try:
            books, missing = self._server.books(self._chosen)
        except SourceError as problem:
            return [str(problem)]
        return missing or ([] if books else [f"{self.name} has no address book. Make one, or share one with its user."])

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """What changed since `cursor`, or everything. Raises SourceError where no address book can be reached."""
        self._learnt = Census(frozenset(), complete=False)
        books, missing = self._server.books(self._chosen)
        look = Look(self._server, self._frame, cursor, int(self._now().timestamp() // 86_400))
        yield from look.events(books, missing)
        self._learnt = look.census

    def census(self) -> Census:
        """The ids that the pull before this counted; incomplete where it had no need to. Without a pull, all are read:
        only a card tells whether it is one of a person."""
        if self._learnt is None:
            for _ in self.pull(None):
                pass
        learnt, self._learnt = self._learnt, None
        return learnt or Census(frozenset(), complete=False)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These contacts as they are now. One is deleted only where its address book answers without it."""
        try:
            books, missing = self._server.books(self._chosen)
            places = {each: (each.split(":", 3) + [""] * 4)[3] for each in ids}
            folders = {each: _folder_of(path, books) for each, path in places.items()}
            cards = {folder: self._cards(folder, places, folders) for folder in set(folders.values()) if folder}
        except SourceError as problem:
            yield Failure(str(problem), retryable=True)
            return
        for each, path in places.items():
            if folder := folders[each]:
                yield from self._events(each, told_of(cards[folder].get(path), path, self._frame))
            elif missing:
                yield Failure(f"Whether {each} still exists cannot be told: {missing[0]}", retryable=True)
            else:
                yield Delete(each, f"it is in no address book of {self.name}")

    def _cards(self, folder: str, places: Mapping[str, str], folders: Mapping[str, str]) -> dict[str, Item]:
        return self._server.cards(folder, [path for each, path in places.items() if folders[each] == folder])

    def _events(self, each: str, told: Told) -> Iterator[Event]:
        if told.failure:
            yield Failure(told.failure, retryable=True)
        elif told.document is None or told.document.id != each:
            yield Delete(each, f"its card is no longer in the address books of {self.name}")
        if told.document:
            yield Upsert(told.document)


def _folder_of(path: str, books: Sequence[Book]) -> str:
    """The path of the address book that a card lies in, or nothing."""
    return next((book.path for book in books if path.startswith(book.path)), "")
