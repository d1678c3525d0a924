"""What an index is, whatever keeps it: written in batches, asked with many queries at once. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from indexer.asking import Candidate, Filters
from indexer.confirming import Confirmation
from indexer.documents import EVERYONE, Document, Passage
from indexer.embedding.protocol import Vectors
from indexer.tally import Tally


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search may bring up at all: documents of these visibilities that pass the filters."""

    visibilities: frozenset[str] = frozenset({EVERYONE})
    filters: Filters = Filters()


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """One text to look for, and its vector in the space of the index; without one only words count.

    Passages of `documents` are judged too, however far down they rank: somebody named them.
    """

    text: str
    vector: Vectors | None = None
    documents: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Vectors of texts, a row a text, in the space `fingerprint`; `hashes` are hex SHA-256 of the texts."""

    fingerprint: str
    hashes: tuple[str, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes into the index in one transaction, or not at all. `cursor` None leaves the stored one."""

    source: str
    puts: tuple[tuple[Document, tuple[Passage, ...]], ...] = ()
    drops: frozenset[str] = frozenset()
    embedded: Embedded | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an index stands; `confirmed` counts questions that documents answered, `problems` are sentences.

    `copied` tells how a copy of it stands that answers on this machine, where there is one.
    """

    documents: int = 0
    passages: int = 0
    sequence: int = 0
    by_source: tuple[tuple[str, int], ...] = ()
    updated_at: datetime | None = None
    fingerprint: str = ""
    confirmed: int = 0
    problems: tuple[str, ...] = field(default=())
    copied: str = ""


class Index(Protocol):
    """Documents, their passages and vectors, searchable by words and by meaning.

    Any number of threads and processes may ask; one at a time may write, inside `writing()`.
    """

    @property
    def sequence(self) -> int:
        """Grows with every batch that changed something; equal sequences mean equal content."""
        ...

    @property
    def names_sequence(self) -> int:
        """Grows, up to `sequence`, with every batch that may change who is who: names, people, customers, titles."""
        ...

    @property
    def identity(self) -> str:
        """Tells this index from one that was made anew in its place."""
        ...

    @property
    def fingerprint(self) -> str:
        """The vector space that is searched now; empty before the first `adopt`."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """The right to write, kept while inside. Raises BusyIndex when somebody else has it."""
        ...

    def known(self, source: str, ids: Sequence[str] | None = None) -> Mapping[str, str]:
        """Id → content hash of all documents of a source, or of these among them."""
        ...

    def size(self, source: str) -> int:
        """How many documents of a source there are."""
        ...

    def outdated(self, limit: int) -> list[Document]:
        """Documents whose passages were cut by older rules than today's; to be put again."""
        ...

    def cursor(self, source: str) -> str | None:
        """The stored cursor of a source."""
        ...

    def sources(self) -> tuple[str, ...]:
        """Every source with a document or a cursor, sorted by name."""
        ...

    def unembedded(self, fingerprint: str, hashes: Sequence[str]) -> frozenset[str]:
        """Which of these text hashes have no vector in that space, but for texts that nothing could embed."""
        ...

    def vectors(self, fingerprint: str, hashes: Sequence[str]) -> Embedded:
        """The vectors in that space of these text hashes, as far as there are any."""
        ...

    def write(self, batch: Batch, now: datetime) -> None:
        """Take a batch, durably and whole."""
        ...

    def lacking(self, fingerprint: str, limit: int) -> tuple[Sequence[tuple[str, str]], int]:
        """Up to `limit` (text hash, text) without a vector in that space, and how many there are.

        Texts are those of passages and of confirmed questions, but for those that nothing could embed.
        """
        ...

    def embed(self, embedded: Embedded) -> None:
        """Keep vectors of passages that are in the index already."""
        ...

    def adopt(self, fingerprint: str, dimension: int) -> None:
        """Search this space from now on and forget all others."""
        ...

    def forget(self, sources: Sequence[str], now: datetime) -> int:
        """Drop all documents and the cursors of these sources at once, and vectors of texts that no other has.

        Returns how many documents there were; where there is nothing of these sources, nothing changes.
        """
        ...

    def confirm(self, confirmations: Sequence[Confirmation], embedded: Embedded | None) -> int:
        """Let documents be found by questions that they answered, at once, and say how many of these are new.

        `embedded` holds vectors of the questions that have none yet; what comes without one is found once `lacking`
        told of it. Of each document as many stay as `confirming.kept` says; a question goes with its document.
        Needs no `writing()`. Of documents that are not there nothing is kept.
        """
        ...

    def confirmed(self) -> list[Confirmation]:
        """All questions that documents answered."""
        ...

    def unconfirmed(self, confirmations: Sequence[Confirmation]) -> list[Confirmation]:
        """Those of them that are not known yet, of documents that are there."""
        ...

    def refute(self, confirmations: Sequence[Confirmation]) -> int:
        """Take back what was confirmed, whenever and by whomever, and say how many questions that were."""
        ...

    def settle(self) -> None:
        """Make everything written so far searchable quickly: bring the caches up to the sequence."""
        ...

    def search(self, queries: Sequence[Query], scope: Scope) -> list[tuple[Candidate, ...]]:
        """For each query the best passages of each lane, each with the evidence of both.

        Documents that answered questions like it before come with a candidate that tells how like (`before`), and with
        their own best passages.
        """
        ...

    def holds(self, text: str, scope: Scope) -> bool:
        """Whether a passage in scope holds a word of this text, in any ending."""
        ...

    def resembling(self, document_id: str, scope: Scope) -> list[Candidate]:
        """Passages in scope that are nearest to the middle of a document's own, which are left out; nearest first."""
        ...

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """These passages, as far as they still exist."""
        ...

    def documents(self, ids: Sequence[str], scope: Scope) -> list[Document]:
        """These documents in this order, as far as they exist and are in scope."""
        ...

    def with_links(self, links: Sequence[str], scope: Scope) -> list[Document]:
        """The documents in scope that these links lead to (`Document.is_at`), in the order of the links."""
        ...

    def every_document(self, scope: Scope) -> Iterator[Document]:
        """All documents in scope."""
        ...

    def among(self, ids: Sequence[str], scope: Scope) -> frozenset[str]:
        """Which of these documents are in scope."""
        ...

    def newest(self, ids: Sequence[str], limit: int, oldest: bool = False) -> list[str]:
        """As many of these documents as are wanted, the newest or oldest first, those without a date last."""
        ...

    def browse(self, scope: Scope, limit: int, offset: int, oldest: bool = False) -> tuple[list[str], int]:
        """Ids of documents in scope, the newest or oldest first, those without a date last, and how many in all."""
        ...

    def tally(self, visibilities: frozenset[str], ids: Sequence[str] | None = None) -> Tally:
        """What documents of these visibilities have, to be counted under any filters: of all, or of those asked for."""
        ...

    def visibilities(self) -> frozenset[str]:
        """Every visibility that a document has."""
        ...

    def purge(self) -> None:
        """Write every file anew, so that no byte of what was dropped is left. Only inside `writing`."""
        ...

    def standing(self) -> Standing:
        """How the index stands, without reading all of it."""
        ...

    def check(self) -> list[str]:
        """A sentence for everything that is damaged, after reading all of it."""
        ...

    def close(self) -> None:
        """Let go of all files."""
        ...
