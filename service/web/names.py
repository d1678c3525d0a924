"""All names that one viewer may know: those of companies and people, and those of boards. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from indexer.beginnings import KINDS, NameKind, Sorted, Suggestion, of_entities, plain

__all__ = ["KINDS", "NameKind", "Names", "Sorted", "Suggestion", "of_boards", "of_entities", "plain"]


class Names:
    """All names that one viewer may know."""

    def __init__(self, entities: Sorted, boards: Sorted) -> None:
        """Companies and people, which are many and change seldom, and boards, which are few and change often."""
        self._parts = entities, boards

    def called(self, name: str, kind: str) -> Suggestion | None:
        """The one of this very name."""
        return next(filter(None, (part.called(name, kind) for part in self._parts)), None)

    def starting(self, text: str, kinds: Sequence[NameKind] = KINDS) -> Iterator[Suggestion]:
        """Names of which a word begins like this: companies and people, then boards."""
        key = plain(text)
        return (one for part in self._parts if key for one in part.starting(key) if one.kind in kinds)

    def listed(self, kind: NameKind, prefix: str = "", after: str = "") -> Iterator[Suggestion]:
        """All names of a kind that begin like this, in the order of the alphabet, behind the name `after`."""
        return chain.from_iterable(part.listed(kind, prefix, after) for part in self._parts)


def of_boards(boards: Iterable[tuple[str, int]]) -> Sorted:
    """The names of boards, with how many documents they have."""
    return Sorted([Suggestion(name, "board", count) for name, count in boards])
