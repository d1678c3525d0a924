"""The words of passages on shelves, one for each visibility, asked together as if there were no other shelves.

How rare a word is tells what it is worth. Were that counted over everything, whoever may ask could learn by the scores
of what they see whether a word stands in what they may not see. So each shelf is an index of its own, and who may see
some of them is told what these come to alone.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from indexer.allowed import Allowed
from indexer.words import Entry, Term, Words, best, build, grow, load, worth

FORMAT = "tantivy-7-2"
NAMES = "shelves.json"
FEW = 4_000
"""A shelf of no more passages than this is made anew where some have left it: until tantivy merges their segment, which
it does of large ones, it counts words of passages that are gone."""
Entries = Iterable[tuple[str, Entry]]
"""Passages with the name of their shelf, those of a shelf side by side."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Passages that are new and those that are gone; `whole` tells all that a shelf holds now."""

    new: Entries
    gone: Sequence[int]
    whole: Callable[[str], Iterable[Entry]]


class Shelved:
    """Passages by their words on shelves. Never changes; `grown` makes another."""

    def __init__(self, shelves: Mapping[str, Words]) -> None:
        """Ask these shelves, by name."""
        self._shelves = {name: words for name, words in sorted(shelves.items()) if len(words)}

    def __len__(self) -> int:
        return sum(map(len, self._shelves.values()))

    def of(self, names: Iterable[str]) -> "Shelved":
        """These shelves alone."""
        wanted = frozenset(names)
        return Shelved({name: words for name, words in self._shelves.items() if name in wanted})

    def best(self, text: str, count: int, allowed: Allowed) -> list[tuple[int, float]]:
        """The `count` best allowed passages with their scores in [0, 1], best first."""
        return best(list(self._shelves.values()), text, count, allowed)

    def worth(self, text: str) -> dict[Term, float]:
        """What the rarest terms of a text are worth here."""
        return worth(list(self._shelves.values()), text)


def built(entries: Entries, folder: Path | None = None) -> Shelved:
    """Shelve passages from nothing: into an empty folder, or in memory."""
    made: dict[str, Words] = {}
    places = _Places(folder) if folder else None
    for name, some in _by_shelf(entries):
        made[name] = build(some, places.add(name) if places else None)
    if places:
        places.keep()
    return Shelved(made)


def grown(base: Path, folder: Path, changes: Changes) -> Shelved:
    """The shelves of folder `base` with more and fewer passages, in the empty `folder`; `base` stays as it is."""
    had, places, made = _named(base), _Places(folder), {}

    def take(name: str, some: Iterable[Entry]) -> None:
        place, there = places.add(name), had.pop(name, "")
        made[name] = _changed(base / there, place, name, some, changes) if there else build(some, place)

    for name, some in _by_shelf(changes.new):
        take(name, some)
    for name in sorted(had):
        take(name, ())
    places.keep()
    return Shelved(made)


def _changed(base: Path, place: Path, name: str, new: Iterable[Entry], changes: Changes) -> Words:
    had = load(base)
    gone = changes.gone if had.holds(changes.gone) else ()
    return build(changes.whole(name), place) if gone and len(had) <= FEW else grow(base, place, new, gone)


def opened(folder: Path) -> Shelved:
    """The shelves in a folder. Check their sums first."""
    return Shelved({name: load(folder / place) for name, place in _named(folder).items()})


def _by_shelf(entries: Entries) -> Iterator[tuple[str, Iterator[Entry]]]:
    for name, some in groupby(entries, key=_shelf):
        yield name, (entry for _, entry in some)


def _shelf(pair: tuple[str, Entry]) -> str:
    return pair[0]


def _named(folder: Path) -> dict[str, str]:
    told: dict[str, str] = json.loads((folder / NAMES).read_text(encoding="utf-8"))
    return told


class _Places:
    """A folder for each shelf, by number: a name may be anything that a source says."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._named: dict[str, str] = {}

    def add(self, name: str) -> Path:
        """An empty folder for this shelf."""
        self._named[name] = f"{len(self._named):04d}"
        place = self._folder / self._named[name]
        place.mkdir()
        return place

    def keep(self) -> None:
        """Write down which folder is whose."""
        (self._folder / NAMES).write_text(json.dumps(self._named), encoding="utf-8")
