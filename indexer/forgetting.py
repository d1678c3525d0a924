"""Names and addresses that must not be kept, known by hashes alone: a text or document → the same without. Pure."""

import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from indexer.documents import Customer, Document, Person, Section

FORGOTTEN = "(forgotten)"
_ADDRESS = re.compile(r"""[^\s<>()\[\],;:"'|\\/?=&]+@[\w.-]*\w""")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_GAP = re.compile(r"[\s,.]{1,4}")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Who is forgotten. `hashes` are keyed ones of addresses and of names as words; `longest` counts a name's words.

    A hash tells nobody who it was, but lets the next text that names them be recognised.
    """

    key: bytes = b""
    hashes: frozenset[str] = frozenset()
    longest: int = 0

    def __bool__(self) -> bool:
        """Whether anybody is."""
        return bool(self.hashes)

    def text(self, told: str) -> str:
        """The text with `(forgotten)` wherever one of them is named; all else as it was."""
        if not self.hashes:
            return told
        plain = _ADDRESS.sub(lambda found: FORGOTTEN if self._is(found.group()) else found.group(), told)
        return _cut(plain, self._named(plain))

    def document(self, told: Document) -> Document | None:
        """The document without them; None for a record of such a person, of whom nothing is left to say."""
        if not self.hashes:
            return told
        struck = replace(
            told,
            title=self.text(told.title),
            url=told.url if self.text(told.url) == told.url else "",
            parent=self.text(told.parent),
            labels=tuple(map(self.text, told.labels)),
            fields=tuple((name, self.text(value)) for name, value in told.fields),
            sections=tuple(map(self._section, told.sections)),
            people=tuple(p for p in told.people if self._keeps(p)),
            customers=tuple(replace(c, name=self.text(c.name)) for c in told.customers if self._knows(c)),
        )
        is_theirs = told.kind == "contact" and (
            struck.title == FORGOTTEN or any(p.role == "self" for p in _gone(told, struck))
        )
        return None if is_theirs or self.text(told.id) != told.id else struck

    def _section(self, told: Section) -> Section:
        author = told.author and self.text(told.author)
        anchor = told.anchor if not told.anchor or self.text(told.anchor) == told.anchor else None
        return replace(told, text=self.text(told.text), author=author, anchor=anchor)

    def _keeps(self, person: Person) -> bool:
        return self.text(person.name) == person.name and not (person.email and self._is(person.email))

    def _knows(self, customer: Customer) -> bool:
        return self.text(customer.name) != FORGOTTEN

    def _is(self, address: str) -> bool:
        return hash_of(self.key, (address,)) in self.hashes

    def _named(self, told: str) -> Iterator[tuple[int, int]]:
        words = list(_WORD.finditer(told))
        at = 0
        while at < len(words):
            most = min(self.longest, len(words) - at)
            count = next((n for n in range(most, 0, -1) if self._are(told, words[at : at + n])), 0)
            if count:
                yield words[at].start(), words[at + count - 1].end()
            at += count or 1

    def _are(self, told: str, words: list[re.Match[str]]) -> bool:
        near = all(_GAP.fullmatch(told, a.end(), b.start()) for a, b in pairwise(words))
        return near and hash_of(self.key, tuple(w.group() for w in words)) in self.hashes


def hash_of(key: bytes, words: Iterable[str]) -> str:
    """What an address, or a name as its words, is known by: HMAC-SHA-256 (hex) of it, however it is capitalised."""
    folded = "\0".join(unicodedata.normalize("NFKC", word).casefold() for word in words)
    return hmac.digest(key, folded.encode("utf-8", "replace"), "sha256").hex()


def ways_to_write(name: str) -> set[tuple[str, ...]]:
    """A name as words, the family name last or first. One word alone is no name of somebody: too many share it."""
    words = tuple(found.group() for found in _WORD.finditer(name))
    return {words, (words[-1], *words[:-1])} if len(words) > 1 else set()


def _gone(told: Document, struck: Document) -> list[Person]:
    return [person for person in told.people if person not in struck.people]


def _cut(told: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces, done = list[str](), 0
    for start, end in spans:
        pieces += (told[done:start], FORGOTTEN)
        done = end
    return "".join([*pieces, told[done:]])
