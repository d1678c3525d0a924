"""Names of companies, people and boards, found by how they or their later words begin. Pure."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, compress, islice, takewhile
from typing import Literal

from indexer.entities import Entity
from indexer.wording import fold

NameKind = Literal["company", "person", "board"]
KINDS: tuple[NameKind, ...] = ("company", "person", "board")
MOST_SPELLINGS, MOST_WORDS = 6, 5
"""Spellings of a name, and words of one, by which it is found."""
SHOWN_BY = 50
"""Documents of a name that are looked at to tell whether a viewer may still know it."""
_UMLAUT = re.compile("([aou])e")
_WORD = re.compile(r"\w+")
_LAST = "\U0010ffff"
SHORT = 3
"""What begins with so few letters is remembered."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name with the number of its documents, the first of these, and what it is called besides."""

    name: str
    kind: NameKind
    documents: int
    ids: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class Sorted:
    """Names sorted by the beginnings of their words; looking one up takes no walk over all."""

    def __init__(self, names: Iterable[Suggestion]) -> None:
        """Take these names."""
        self.held = tuple(names)
        self._begun: dict[str, Sequence[Suggestion]] = {}
        self._bearers: dict[str, list[int]] = {}
        for number, one in enumerate(self.held):
            for name in {name.casefold() for name in (one.name, *one.aliases)}:
                self._bearers.setdefault(name, []).append(number)

    @cached_property
    def _alphabet(self) -> dict[NameKind, list[tuple[str, str, int]]]:
        """The names of each kind in their order, sorted when first asked for."""
        every = [(plain(one.name), one.name, number) for number, one in enumerate(self.held)]
        return {kind: sorted(told for told in every if self.held[told[2]].kind == kind) for kind in KINDS}

    @cached_property
    def _beginnings(self) -> "_Beginnings":
        return _Beginnings(self.held)

    def listed(self, kind: NameKind, prefix: str, after: str) -> Iterator[Suggestion]:
        """All of a kind whose names begin like this, in the order of the alphabet, behind the name `after`."""
        key, whole = plain(prefix), self._alphabet[kind]
        first = bisect_left(whole, (key,))
        if after:
            first = max(first, bisect_right(whole, (plain(after), after, len(self.held))))
        return (
            self.held[number]
            for told, _, number in takewhile(lambda one: one[0].startswith(key), islice(whole, first, None))
        )

    def bearing(self, names: Iterable[str]) -> list[int]:
        """The places of those who bear one of these names, in upper or lower case."""
        return sorted({number for name in names for number in self._bearers.get(name.casefold(), ())})

    def starting(self, key: str) -> Sequence[Suggestion]:
        """Names of which a word begins like this: whole names first, then those with the most documents."""
        told = self._begun.get(key)
        if told is None:
            told = self._beginnings.starting(key)
        if len(key) <= SHORT:
            self._begun[key] = told
        return told


class _Beginnings:
    """Every beginning of a word of a name, sorted, with the rank of the name: those with most documents come first."""

    def __init__(self, names: Iterable[Suggestion]) -> None:
        self._ranked = sorted(names, key=lambda one: (-one.documents, one.name))
        keys = sorted((key, rank, whole) for rank, one in enumerate(self._ranked) for key, whole in _keys(one).items())
        self._keys, self._ranks = [key for key, _, _ in keys], [rank for _, rank, _ in keys]
        self._are_whole = [whole for _, _, whole in keys]

    def starting(self, key: str) -> Sequence[Suggestion]:
        first, last = bisect_left(self._keys, key), bisect_left(self._keys, key + _LAST)
        found = self._ranks[first:last]
        whole = set(compress(found, self._are_whole[first:last]))
        return [self._ranked[rank] for rank in (*sorted(whole), *sorted(set(found) - whole))]


class Names:
    """All names that one viewer may know."""

    def __init__(self, entities: Sorted, boards: Sorted) -> None:
        """Companies and people, which are many and change seldom, and boards, which are few and change often."""
        self._parts = entities, boards
        self._by_name = {(one.kind, one.name): one for part in self._parts for one in part.held}

    def called(self, name: str, kind: str) -> Suggestion | None:
        """The one of this very name."""
        return next((one for k in KINDS if k == kind and (one := self._by_name.get((k, name)))), None)

    def starting(self, text: str, kinds: Sequence[NameKind] = KINDS) -> Iterator[Suggestion]:
        """Names of which a word begins like this: companies and people, then boards."""
        key = plain(text)
        return (one for part in self._parts if key for one in part.starting(key) if one.kind in kinds)

    def listed(self, kind: NameKind, prefix: str = "", after: str = "") -> Iterator[Suggestion]:
        """All names of a kind that begin like this, in the order of the alphabet, behind the name `after`."""
        return chain.from_iterable(part.listed(kind, prefix, after) for part in self._parts)


def of_entities(entities: Iterable[Entity]) -> Sorted:
    """The names of companies and people."""
    return Sorted(_suggestion(entity) for entity in entities)


def of_boards(boards: Iterable[tuple[str, int]]) -> Sorted:
    """The names of boards, with how many documents they have."""
    return Sorted(Suggestion(name, "board", count) for name, count in boards)


def plain(text: str) -> str:
    """A name as beginnings are compared: folded, blanks single, "ue" as "ü"."""
    return _UMLAUT.sub(r"\1", " ".join(fold(text).split()))


def _suggestion(entity: Entity) -> Suggestion:
    ids = entity.document_ids
    return Suggestion(entity.name, entity.kind, len(ids), ids[:SHOWN_BY], entity.aliases)


def _keys(one: Suggestion) -> dict[str, bool]:
    """Every beginning of a word in the name or another spelling, with what follows; whether it is that of the name."""
    keys: dict[str, bool] = {}
    for spelling in (*one.aliases[:MOST_SPELLINGS], one.name):
        told = plain(spelling[:200])
        starts = [found.start() for found in _WORD.finditer(told)][:MOST_WORDS]
        keys |= {told[start:]: not start and spelling == one.name for start in starts}
    return keys
