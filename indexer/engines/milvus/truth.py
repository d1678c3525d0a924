"""What the lanes on Milvus need of the index that keeps documents, vectors and questions: of the truth. Pure."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from indexer.asking import Before
from indexer.embedding.protocol import Vectors
from indexer.engines.brought_up import Fact
from indexer.engines.protocol import Index, Scope


@dataclass(frozen=True, slots=True)
class Stand:
    """How far the truth is, which space it searches, and what tells it from one made anew in its place."""

    sequence: int
    identity: str
    fingerprint: str
    dimension: int


@dataclass(frozen=True, slots=True)
class Worth:
    """What the terms of a text are worth to who may see some visibilities, and the most that a passage can reach."""

    terms: Mapping[int, float]
    most: float


class Trusted(Index, Protocol):
    """An index of which one may say how long to wait for the right to write."""

    def writing(self, patience: float = ...) -> AbstractContextManager[None]:
        """The right to write, kept while inside. Raises BusyIndex when somebody else has it for too long."""
        ...


class Truth(Protocol):
    """An index, and what the lanes have to know of it beside the protocol."""

    @property
    def index(self) -> Trusted:
        """The index itself."""
        ...

    def stand(self) -> Stand:
        """How far it is; dimension 0 where no space is searched yet."""
        ...

    def changed(self, since: int) -> list[str] | None:
        """Documents that were put or dropped after that sequence; None where it is not remembered so far back."""
        ...

    def followed(self, sequence: int) -> None:
        """Forget what changed up to that sequence."""
        ...

    def passages_of(self, documents: Sequence[str]) -> list[int]:
        """All passages of these documents."""
        ...

    def facts(self, passages: Sequence[int]) -> dict[int, Fact]:
        """What is known of these passages, as far as they still exist."""
        ...

    def worth(self, texts: Sequence[str], visibilities: Sequence[str]) -> list[Worth]:
        """For each text what its terms are worth, counted over nothing but these visibilities."""
        ...

    def before(self, vectors: Sequence[Vectors | None], scope: Scope) -> Sequence[Mapping[str, Before]]:
        """For each vector the documents in scope that answered questions like it."""
        ...
