"""Names of companies, people and boards, found by how they or their later words begin. Pure."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal, Protocol, runtime_checkable

import numpy as np

from indexer.mapped import Array, Arrays, Column, Keyed, Lazy, Numbers, Texts, keyed, texts
from indexer.names import Entity
from indexer.wording import fold

NameKind = Literal["company", "person", "board"]
KINDS: tuple[NameKind, ...] = ("company", "person", "board")
MOST_SPELLINGS, MOST_WORDS = 6, 5
"""Spellings of a name, and words of one, by which it is found."""
SHOWN_BY = 50
"""Documents of a name that are looked at to tell whether a viewer may still know it."""
SHORT = 3
"""What begins with so few letters is remembered."""
_UMLAUT = re.compile("([aou])e")
_WORD = re.compile(r"\w+")
_LAST = "\U0010ffff"


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

    def __init__(self, held: Sequence[Suggestion], arrays: Mapping[str, Array] | None = None) -> None:
        """Take these names, in the orders that `packed` told of them; else they are sorted when first asked for."""
        self.held = held
        self._arrays = arrays
        self._begun: dict[str, Sequence[Suggestion]] = {}

    @cached_property
    def _bearers(self) -> Keyed:
        return Keyed(self._arrays or _bearers(self.held), "bearing")

    @cached_property
    def _alphabet(self) -> dict[NameKind, tuple[Column, Numbers]]:
        arrays = self._arrays or _alphabet(self.held)
        return {kind: (Texts(arrays, f"alphabet.{kind}"), arrays[f"alphabet.{kind}.numbers"]) for kind in KINDS}

    @cached_property
    def _beginnings(self) -> "_Beginnings":
        return _Beginnings(self._arrays or _beginnings(self.held))

    def called(self, name: str, kind: str) -> Suggestion | None:
        """The one of this very name."""
        bearing = (self.held[number] for number in reversed(self.bearing([name])))
        return next((one for one in bearing if (one.kind, one.name) == (kind, name)), None)

    def bearing(self, names: Iterable[str]) -> list[int]:
        """The places of those who bear one of these names, in upper or lower case."""
        return sorted({number for name in names for number in self._bearers.find(name.casefold())})

    def listed(self, kind: NameKind, prefix: str, after: str) -> Iterator[Suggestion]:
        """All of a kind whose names begin like this, in the order of the alphabet, behind the name `after`."""
        key, (keys, numbers) = plain(prefix), self._alphabet[kind]
        first = max(bisect_left(keys, key), self._behind(kind, after) if after else 0)
        for at in range(first, len(keys)):
            if not keys[at].startswith(key):
                return
            yield self.held[int(numbers[at])]

    def starting(self, key: str) -> Sequence[Suggestion]:
        """Names of which a word begins like this: whole names first, then those with the most documents."""
        told = self._begun.get(key)
        if told is None:
            numbers = self._beginnings.starting(key)
            told = Lazy(len(numbers), lambda at: self.held[int(numbers[at])])
        if len(key) <= SHORT:
            self._begun[key] = told
        return told

    def _behind(self, kind: NameKind, name: str) -> int:
        """Where in the alphabet those stand that come behind a name."""
        key, (keys, numbers) = plain(name), self._alphabet[kind]
        at = bisect_left(keys, key)
        while at < len(keys) and keys[at] == key and self.held[int(numbers[at])].name <= name:
            at += 1
        return at


class _Beginnings:
    """Every beginning of a word of a name, sorted, with the rank of the name: those with most documents come first."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._keys = Texts(arrays, "begins")
        self._ranks, self._whole, self._ranked = (arrays[f"begins.{name}"] for name in ("ranks", "whole", "ranked"))

    def starting(self, key: str) -> Numbers:
        """Numbers of names: whole names first, then those with the most documents."""
        first, last = bisect_left(self._keys, key), bisect_left(self._keys, key + _LAST)
        found, whole = self._ranks[first:last], self._whole[first:last]
        begun = set(found[whole].tolist())
        return self._ranked[[*sorted(begun), *sorted(set(found.tolist()) - begun)]]


@runtime_checkable
class Ordered(Protocol):
    """Companies and people whose names were sorted when they were written down."""

    @property
    def sorted(self) -> Sorted:
        """Their names."""
        ...


def of_entities(entities: Sequence[Entity]) -> Sorted:
    """The names of companies and people."""
    return entities.sorted if isinstance(entities, Ordered) else Sorted([suggestion(one) for one in entities])


def suggestion(entity: Entity) -> Suggestion:
    """A company or person as a name."""
    ids = entity.document_ids
    return Suggestion(entity.name, entity.kind, len(ids), ids[:SHOWN_BY], entity.aliases)


def plain(text: str) -> str:
    """A name as beginnings are compared: folded, blanks single, "ue" as "ü"."""
    return _UMLAUT.sub(r"\1", " ".join(fold(text).split()))


def packed(held: Sequence[Suggestion]) -> Arrays:
    """Names in all their orders."""
    return _bearers(held) | _alphabet(held) | _beginnings(held)


def _bearers(held: Sequence[Suggestion]) -> Arrays:
    bearers: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(held):
        for name in {name.casefold() for name in (one.name, *one.aliases)}:
            bearers[name].append(number)
    return keyed("bearing", bearers)[0]


def _alphabet(held: Sequence[Suggestion]) -> Arrays:
    told = sorted((plain(one.name), one.name, number) for number, one in enumerate(held))
    arrays: Arrays = {}
    for kind in KINDS:
        of_kind = [(key, number) for key, _, number in told if held[number].kind == kind]
        arrays |= texts(f"alphabet.{kind}", (key for key, _ in of_kind))
        arrays[f"alphabet.{kind}.numbers"] = np.array([number for _, number in of_kind], dtype=np.int32)
    return arrays


def _beginnings(held: Sequence[Suggestion]) -> Arrays:
    ranked = sorted(range(len(held)), key=partial(_rank, held))
    begun = [_keys(held[at]) for at in ranked]
    keys = [key for some in begun for key in some]
    ranks = np.repeat(np.arange(len(held), dtype=np.int32), [len(some) for some in begun])
    whole = np.fromiter((is_whole for some in begun for is_whole in some.values()), np.bool_, len(keys))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return {
        **texts("begins", map(keys.__getitem__, order)),
        "begins.ranks": ranks[order],
        "begins.whole": whole[order],
        "begins.ranked": np.array(ranked, dtype=np.int32),
    }


def _rank(held: Sequence[Suggestion], number: int) -> tuple[int, str]:
    return -held[number].documents, held[number].name


def _keys(one: Suggestion) -> dict[str, bool]:
    """Every beginning of a word in the name or another spelling, with what follows; whether it is that of the name."""
    keys: dict[str, bool] = {}
    for spelling in (*one.aliases[:MOST_SPELLINGS], one.name):
        told = plain(spelling[:200])
        starts = [found.start() for found in _WORD.finditer(told)][:MOST_WORDS]
        keys |= {told[start:]: not start and spelling == one.name for start in starts}
    return keys
