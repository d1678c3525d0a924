"""A passage or a question → its terms as numbers, how often each stands there. The same words as on one machine."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from indexer.documents import Passage
from indexer.words import Entry, Term, read, whole

MOST = 32_767
"""As often as a column can count."""


@dataclass(frozen=True, slots=True)
class Told:
    """The terms of a passage with how often each stands there, and the words of its longest field."""

    terms: list[int]
    counts: list[int]
    tokens: int


def told(passage: Passage) -> Told:
    """What is kept of the words of a passage."""
    found = Counter(read(whole(Entry(0, passage.context, passage.text))))
    fields: Counter[str] = Counter()
    for (field, _), times in found.items():
        fields[field] += times
    counts = [min(times, MOST) for times in found.values()]
    return Told([number(term) for term in found], counts, max(fields.values(), default=0))


def asked(text: str) -> list[int]:
    """What is looked for where a text is asked, each once."""
    return _numbers(dict.fromkeys(read(text)))


def number(term: Term) -> int:
    """A term as 64 bits: of a million terms two are the same once in tens of millions of indexes."""
    return int.from_bytes(blake2b("\x00".join(term).encode(errors="replace"), digest_size=8).digest(), signed=True)


def _numbers(terms: Iterable[Term]) -> list[int]:
    return [number(term) for term in terms]
