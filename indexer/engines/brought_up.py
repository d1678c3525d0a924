"""What the lanes of any engine bring up for queries → candidates, the same everywhere. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from indexer.asking import Before, Candidate
from indexer.engines.protocol import Query

DEPTH = 50
"""Passages each lane brings up for a query."""
NAMED = 100
"""Passages of documents that a query names, nearest first."""
RESEMBLING = 200
"""Passages that are brought up for a document."""
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Fact:
    """Where a passage stands, whether it is the title, and its length in words."""

    document: str
    ordinal: int
    is_title: bool
    length: int

    @property
    def place(self) -> tuple[str, int]:
        """What tells passages apart that are worth the same, whatever came into an index first."""
        return self.document, self.ordinal

    def candidate(self, passage: int, cosine: float, words: float = 0.0) -> Candidate:
        """The passage with the evidence of both lanes."""
        return Candidate(passage, self.document, _cosine(cosine), words, self.is_title, self.length)


def candidates(
    near: Mapping[int, float], worded: Mapping[int, float], facts: Mapping[int, Fact]
) -> Iterator[Candidate]:
    """The passages of both lanes that are known, in the order of their places."""
    for passage in sorted((near.keys() | worded.keys()) & facts.keys(), key=lambda passage: facts[passage].place):
        yield facts[passage].candidate(passage, near.get(passage, 0.0), worded.get(passage, 0.0))


def answered(before: Mapping[str, Before]) -> list[Candidate]:
    """The documents that answered questions like the one asked."""
    return [Candidate(0, document, _cosine(told.nearest), before=told) for document, told in before.items()]


def together(queries: Sequence[Query], of: Callable[[Query], Key]) -> dict[Key, list[int]]:
    """The places of the queries that are alike in this."""
    rows: dict[Key, list[int]] = defaultdict(list)
    for row, query in enumerate(queries):
        rows[of(query)].append(row)
    return rows


def look(query: Query) -> tuple[str, bytes]:
    """What both lanes look for: equal for queries for which they bring up the same."""
    return query.text, b"" if query.vector is None else query.vector.tobytes()


def _cosine(value: float) -> float:
    """Half precision goes a little beyond."""
    return value if -1.0 <= value <= 1.0 else max(-1.0, min(1.0, value))
