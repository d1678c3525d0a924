"""An invented world as sources tell it: half of them by cursor and tombstone, half all over again each time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from indexer.embedding.protocol import Vectors
from indexer.sources.protocol import Census, Checkpoint, Delete, Event, Upsert
from scripts.torturing.index_world import FIRST, LATER, World
from tests.fakes import HashingEmbedder

STEP = 500
"""Documents between two checkpoints."""


@dataclass(frozen=True)
class WorldSource:
    """One source of a world in one of its states; every second one can tell only all that it has."""

    world: World
    name: str
    state: int

    def check(self) -> list[str]:
        """Nothing is ever missing."""
        return []

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """Everything from the cursor on; where all of the first state is told, what has changed since."""
        state, _, place = (cursor or "0:0").partition(":")
        begin = int(place) if cursor and self._goes_on and int(state) == self.state else 0
        for place, number in list(enumerate(self._numbers(cursor)))[begin:]:
            yield self._event(number)
            if (place + 1) % STEP == 0:
                yield Checkpoint(f"{self.state}:{place + 1}")
        yield Checkpoint(f"{self.state}:{len(self._numbers(cursor))}")

    def census(self) -> Census:
        """All ids of this state."""
        return Census(frozenset(map(self._id, self._here)), complete=True)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These documents as they are."""
        return (self._event(int(key.rpartition(":")[2])) for key in ids)

    @property
    def _goes_on(self) -> bool:
        return self.world.sources.index(self.name) % 2 == 0

    @cached_property
    def _here(self) -> frozenset[int]:
        return frozenset(self.world.numbers(self.name, self.state))

    def _numbers(self, cursor: str | None) -> list[int]:
        if self.state == FIRST or not (cursor and self._goes_on):
            return self.world.numbers(self.name, self.state)
        both = (self.world.numbers(self.name, state) for state in (FIRST, LATER))
        return sorted(number for number in set().union(*both) if self.world.is_changed(number))

    def _event(self, number: int) -> Event:
        if number in self._here:
            return Upsert(self.world.document(number, self.state))
        return Delete(self._id(number), "it was archived")

    def _id(self, number: int) -> str:
        return f"{self.name}:card:{number}"


class QuickEmbedder(HashingEmbedder):
    """The same vectors, each word's direction thought up only once; words of one document share some."""

    def __init__(self) -> None:
        """Know no word yet."""
        super().__init__()
        self._known: dict[str, Vectors] = {}

    def _direction(self, word: str) -> Vectors:
        key = word if not word.startswith("zq") else word[:2] + word[-4:]
        if key not in self._known:
            self._known[key] = super()._direction(key)
        return self._known[key]
