"""A passage or a question → its terms as numbers, how often each stands there. The same words as on one machine."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from indexer.documents import Passage
from indexer.wording import REMEMBERED
from indexer.words import Entry, Term, read, whole

SPACE = 1_000_000_000
"""As many dimensions as a sparse vector of pgvector has: of a million terms one in a thousand shares its number."""


@dataclass(frozen=True, slots=True)
class Told:
    """The terms of a passage, how often each stands there as a sparse vector, and the words of its longest field."""

    terms: list[int]
    counts: str
    tokens: int


def told(passage: Passage) -> Told:
    """What is kept of the words of a passage."""
    found = Counter(read(whole(Entry(0, passage.context, passage.text))))
    fields: Counter[str] = Counter()
    for (field, _), times in found.items():
        fields[field] += times
    counts = {number(term): times for term, times in found.items()}
    return Told(list(counts), sparse(counts), max(fields.values(), default=0))


def asked(text: str) -> list[int]:
    """What is looked for where a text is asked, each once."""
    return [*dict.fromkeys(number(term) for term in read(text))]


@lru_cache(maxsize=REMEMBERED)
def number(term: Term) -> int:
    """A term as a number from 1 to SPACE."""
    return 1 + int.from_bytes(blake2b("\x00".join(term).encode(errors="replace"), digest_size=8).digest()) % SPACE


def sparse(counts: Mapping[int, int]) -> str:
    """A sparse vector as pgvector reads it."""
    return f"{{{','.join(f'{term}:{times}' for term, times in counts.items())}}}/{SPACE}"
