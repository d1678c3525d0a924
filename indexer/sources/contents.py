"""What a source's files told, and the events it makes: shared by all sources that read whole files."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from indexer.documents import PRIVATE, Document
from indexer.errors import SourceError, UnknownExport, UnreadableFile
from indexer.sources.files import state_of
from indexer.sources.protocol import Census, Checkpoint, Delete, Event, Failure, Notice, Upsert

BATCH = 500
"""Documents between two checkpoints."""

T = TypeVar("T")


@dataclass(frozen=True)
class Contents:
    """All documents that the files hold, with distinct ids, and what is to be said about the files.

    Without slots, so that what takes long to find out is found out once: an unchanged file is looked at every minute.
    """

    documents: tuple[Document, ...]
    failures: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    """What is being written just now and was left for the next look; until then nothing is missed."""

    @property
    def is_whole(self) -> bool:
        """Whether everything could be read, so that what is not here is nowhere."""
        return not self.failures and not self.waiting

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all documents."""
        return frozenset(document.id for document in self.documents)

    @cached_property
    def fingerprint(self) -> str:
        """Equal for equal documents in equal order: what a checkpoint is good for."""
        told = hashlib.sha256()
        for document in self.documents:
            told.update(repr(document).encode())
        return told.hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Placed:
    """A document and the place it was read from, such as `deals.csv, row 12`."""

    document: Document
    place: str


class FileSource(ABC):
    """A source that reads its files anew whenever they changed, so that it never tells an old state."""

    def __init__(self, kind: str, account: str, paths: Sequence[Path]) -> None:
        """Be called `kind:account` and look at `paths`. Raises SourceError where the account cannot be in an id."""
        if not account.strip() or ":" in account:
            raise SourceError(f"The {kind} source needs a short name without a colon; {account!r} is none.")
        self.name = f"{kind}:{account}"
        self.paths = tuple(paths)
        self._held: tuple[object, Contents] | None = None

    @abstractmethod
    def load(self) -> Contents:
        """Read everything. Raises SourceError when nothing can be read."""

    def contents(self) -> Contents:
        """What the files hold now: read again only after one of them changed. Raises like `load`."""
        state = state_of(self.paths)
        if state is None or self._held is None or self._held[0] != state or self._held[1].waiting:
            self._held = None
            self._held = (state, self.load())
        return self._held[1]

    def check(self) -> list[str]:
        """One sentence for each file that cannot be read."""
        try:
            return list(self.contents().failures)
        except SourceError as problem:
            return [str(problem)]

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """What is wrong, what is to be known, then every document; from `cursor` on where nothing changed since.

        The cursor is a fingerprint of all documents and how many of them are told.
        """
        contents = self.contents()
        yield from map(Failure, contents.failures)
        yield from map(Notice, (*contents.waiting, *contents.notices))
        told, mark = _told(cursor, contents), contents.fingerprint
        for start in range(told, len(contents.documents), BATCH):
            batch = contents.documents[start : start + BATCH]
            yield from map(Upsert, batch)
            yield Checkpoint(f"{mark}@{start + len(batch)}")
        if told == len(contents.documents):
            yield Checkpoint(f"{mark}@{told}")

    def census(self) -> Census:
        """The ids of all documents; complete only when every file and every row could be read."""
        try:
            contents = self.contents()
        except SourceError:
            return Census(frozenset(), complete=False)
        return Census(contents.ids, complete=contents.is_whole)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These documents as the files have them now. A missing one is deleted only when all could be read."""
        try:
            contents = self.contents()
        except SourceError as problem:
            yield Failure(str(problem), retryable=True)
            return
        here = {d.id: d for d in contents.documents}
        for each in ids:
            if each in here:
                yield Upsert(here[each])
            elif not contents.is_whole:
                why = (*contents.failures, *contents.waiting)[0]
                yield Failure(f"Whether {each} still exists cannot be told: {why}", retryable=True)
            else:
                yield Delete(each, f"it is no longer in the files of {self.name}")


def _told(cursor: str | None, contents: Contents) -> int:
    """How many documents were told before `cursor`; none where the files changed since."""
    mark, _, count = (cursor or "").partition("@")
    if not count.isdecimal() or mark != contents.fingerprint:
        return 0
    return min(int(count), len(contents.documents))


def read_each(paths: Sequence[Path], read: Callable[[Path], T]) -> tuple[list[T], tuple[str, ...]]:
    """What each file gave, and a sentence for each that gave nothing. Raises when not one could be read."""
    results: list[T] = []
    problems: list[SourceError] = []
    for path in paths:
        try:
            results.append(read(path))
        except SourceError as problem:
            problems.append(problem)
    if len(problems) == 1 and not results:
        raise problems[0]
    if problems and not results:
        alike = UnreadableFile if any(isinstance(p, UnreadableFile) for p in problems) else UnknownExport
        raise alike("\n".join(map(with_preview, problems)))
    return results, tuple(map(with_preview, problems))


def with_preview(problem: SourceError) -> str:
    """The sentence, and the head of a table that nobody recognised."""
    preview = problem.preview if isinstance(problem, UnknownExport) else ""
    return f"{problem}\nIt begins:\n{preview}" if preview else str(problem)


def settle(placed: Iterable[Placed]) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    """One document an id, the last one; and a sentence that names the places of those that occur twice."""
    kept: dict[str, Placed] = {}
    twice: list[str] = []
    for item in placed:
        if before := kept.pop(item.document.id, None):
            twice.append(f"{item.document.title!r} ({before.place} and {item.place})")
        kept[item.document.id] = item
    documents = tuple(item.document for item in kept.values())
    if not twice:
        return documents, ()
    more = f" and {len(twice) - 3} more" if len(twice) > 3 else ""
    return documents, (f"The same id occurs twice, the later one counts: {'; '.join(twice[:3])}{more}.",)


def about_visibility(documents: Sequence[Document], name: str, stated: str | None) -> tuple[str, ...]:
    """A sentence when documents are private because nobody stated otherwise: nobody is shown them."""
    private = sum(d.visibility == PRIVATE for d in documents)
    if not private or stated not in (None, PRIVATE):
        return ()
    which = "All" if private == len(documents) else f"{private} of {len(documents)}"
    return (
        f"{which} documents of {name} are private, so nobody is shown them. "
        f'If the whole team may read them, set visibility = "everyone" for {name}.',
    )
