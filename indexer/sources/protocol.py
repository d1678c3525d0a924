"""What a source is: something that yields documents as events, resumable at every checkpoint. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from indexer.documents import Document


@dataclass(frozen=True, slots=True)
class Upsert:
    """This document is there, in this state."""

    document: Document


@dataclass(frozen=True, slots=True)
class Delete:
    """The source itself says that this document is gone (a tombstone)."""

    document_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Something could not be read; the rest goes on. `what` is a sentence that names place and remedy."""

    what: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know that is no failure: "40 of 133 comments are not in this file"."""

    text: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All before this is told; after it is in the index, `cursor` may be stored and pulled from."""

    cursor: str


Event = Upsert | Delete | Failure | Notice | Checkpoint


@dataclass(frozen=True, slots=True)
class Census:
    """Ids of all documents a source has. Only a complete one may delete what is not in it.

    One that came `in_pages` without an order may have skipped some: the few it lacks are asked for before they go.
    """

    ids: frozenset[str]
    complete: bool
    in_pages: bool = False


class Source(Protocol):
    """A place that content comes from. `name` is `source:account`, the head of all its documents' ids."""

    @property
    def name(self) -> str:
        """`source:account`, such as `trello:sales`."""
        ...

    def check(self) -> list[str]:
        """One sentence for each thing that is missing or refused; empty when all is well."""
        ...

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """Everything that changed since `cursor`, or everything. Raises SourceError when nothing can be read."""
        ...

    def census(self) -> Census:
        """The ids of all documents that exist now, slim. `complete` is False after any failure."""
        ...

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These documents as they are now: an Upsert or a Delete each."""
        ...
