"""Numbers → documents of an invented organisation, as they are at first and as they are later. Pure.

Every document has a word of its own, so that it can be asked for. Between the two states a fifth are changed, some come
and some go, some are seen by others than before; the same seed brings the same world.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from indexer.documents import EVERYONE, PRIVATE, PUBLIC, Customer, Document, Person, Section

BEGAN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SOURCES = 16
SYLLABLES = (
    "ba",
    "der",
    "fil",
    "gon",
    "hau",
    "jor",
    "kel",
    "lim",
    "mun",
    "nor",
    "pek",
    "ris",
    "sal",
    "tur",
    "vos",
    "zim",
)
SEEN_BY = (EVERYONE,) * 14 + (PRIVATE, PRIVATE, PUBLIC, "group:board", "group:sales", "group:sales")
GONE, NEW, HIDDEN, CHANGED = range(4)
LAST_CHANGED = 6
"""What becomes of a document, told by its number modulo FATES; all others stay as they are."""
FATES = 20
FIRST, LATER = 0, 1
"""The two states of the world."""


@dataclass(frozen=True, slots=True)
class World:
    """So many documents over all sources, drawn with this seed."""

    documents: int
    seed: int = 0

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of all sources."""
        return tuple(f"board:team{number}" for number in range(SOURCES))

    def numbers(self, source: str, state: int) -> list[int]:
        """The numbers of all documents that a source has in a state."""
        first = self.sources.index(source)
        return [n for n in range(first, self.documents, SOURCES) if is_there(n, state)]

    def document(self, number: int, state: int) -> Document:
        """The document of this number as it is in a state."""
        changed = state == LATER and CHANGED <= _fate(number) <= LAST_CHANGED
        dice = Random(self.seed * 1_000_003 + number * 2 + changed)
        words = dice.choices(_words(), k=20)
        source = self.sources[number % SOURCES]
        seen = SEEN_BY[(number // FATES) % len(SEEN_BY)]
        return Document(
            f"{source}:card:{number}",
            "card",
            f"{' '.join(words[:4])} {code(number)}",
            f"https://boards.example/{number}",
            (Section(" ".join(words[4:])),),
            parent=source,
            lane="In talks",
            people=(Person(_called(dice), "owner"),),
            customers=() if seen == PUBLIC else (Customer(f"{dice.choice(_words()[:400]).title()} Logistik"),),
            updated_at=BEGAN + timedelta(minutes=number + changed),
            visibility=PRIVATE if state == LATER and _fate(number) == HIDDEN else seen,
        )

    def is_changed(self, number: int) -> bool:
        """Whether the two states differ in this document."""
        return _fate(number) <= LAST_CHANGED


def code(number: int) -> str:
    """A word that stands in the document of this number alone."""
    return f"zq{number:06d}x"


def is_there(number: int, state: int) -> bool:
    """Whether there is a document of this number in a state."""
    return _fate(number) != (NEW if state == FIRST else GONE)


def _fate(number: int) -> int:
    return number // SOURCES % FATES


def _called(dice: Random) -> str:
    first, last = dice.choice(_words()[:60]), dice.choice(_words()[60:260])
    return f"{first.title()} {last.title()}"


@cache
def _words() -> tuple[str, ...]:
    return tuple(one + two + three for one in SYLLABLES for two in SYLLABLES for three in SYLLABLES[:8])
