"""Document → the passages it is found by. Pure.

A passage is small enough for the model to read whole and large enough to answer: about 140 words. Each carries the
title (and the parent) as context, because a comment rarely repeats what it comments on.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indexer.documents import Document, Passage, Section
from indexer.names import LONGEST_NAME, MOST_NAMED

CUTTING = "2"
"""Names the rules below. When they change so must this, and every document is cut again."""

TARGET = 140
"""Words of a passage: with its context it stays under the 256 tokens that small models read."""
CRUMB = 35
"""A last piece shorter than this stays with the piece before it."""

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Chinese and Japanese write no blanks: each character counts as a word, or a page of it would be one.
WORD = re.compile(rf"[{CJK}]|[^\s{CJK}]+")
STOP = re.compile(r"(?<=[.!?…])[\"”“’')\]]*\s+|[。！？]|\n\s*")
READABLE = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class _Span:
    """Characters `start` to `end` of a text, and how many words they hold."""

    start: int
    end: int
    words: int


def passages(document: Document) -> tuple[Passage, ...]:
    """All passages of a document in reading order: its title, its facts, its sections. Ordinals count from 0."""
    return tuple(
        Passage(document.id, ordinal, piece.text, piece.kind, piece.context, piece.anchor)
        for ordinal, piece in enumerate(_pieces(document))
    )


def pieces(text: str, target: int = TARGET) -> list[str]:
    """Cut a text into verbatim pieces of about `target` words, between sentences where it can; no word is lost."""
    return [text[span.start : span.end] for span in _merged(_sentences(text, target), target)]


def _pieces(document: Document) -> Iterator[Passage]:
    title = _brief(document.title)
    if READABLE.search(title):
        yield Passage(document.id, 0, title, "title")
    context = _context(document)
    for section in (_facts(document), *document.sections):
        for text in pieces(section.text):
            if READABLE.search(text):
                yield Passage(document.id, 0, text, section.kind, context, section.anchor)


def _context(document: Document) -> str:
    title, parent = _brief(document.title), _brief(document.parent)
    if not parent or parent.casefold() in title.casefold():
        return title
    return f"{title} ({parent})" if title else parent


def _brief(name: str) -> str:
    """As much of a name as anybody would read; sources cut titles at the same length."""
    return name.strip()[:LONGEST_NAME].rstrip()


def _facts(document: Document) -> Section:
    """What is known about a document beside its text, a line a fact, so that words find it too."""
    customers, people = document.customers[:MOST_NAMED], document.people[:MOST_NAMED]
    lines = [
        *(f"{name}: {value}" for name, value in document.fields if value.strip()),
        *_listed("Labels", document.labels),
        *(f"Customer: {_named(customer.name, customer.domains)}" for customer in customers),
        *(f"{p.role.capitalize()}: {_named(p.name, [p.email or ''])}" for p in people if p.role != "self"),
        *(_named(p.name, [p.email or ""]) for p in people if p.role == "self"),
    ]
    return Section("\n".join(lines), "field")


def _listed(name: str, values: Iterable[str]) -> list[str]:
    told = ", ".join(_brief(value) for value in values if value.strip())
    return [f"{name}: {told}"] if told else []


def _named(name: str, addresses: Iterable[str]) -> str:
    told = ", ".join(_brief(address) for address in addresses if address)
    return f"{_brief(name)} ({told})" if told else _brief(name)


def _sentences(text: str, target: int) -> Iterator[_Span]:
    """Sentences and lines; one that is longer than a passage is cut between words."""
    start = 0
    for stop in (*(match.end() for match in STOP.finditer(text)), len(text)):
        words = list(WORD.finditer(text, start, stop))
        for first in range(0, len(words), target):
            row = words[first : first + target]
            yield _Span(row[0].start(), row[-1].end(), len(row))
        start = stop


def _merged(spans: Iterable[_Span], target: int) -> list[_Span]:
    """Neighbours together as long as they fit; a crumb at the end joins the piece before it."""
    done: list[_Span] = []
    for span in spans:
        if done and done[-1].words + span.words <= target:
            done[-1] = _joined(done[-1], span)
        else:
            done.append(span)
    if len(done) > 1 and done[-1].words < min(CRUMB, target):
        done[-2:] = [_joined(done[-2], done[-1])]
    return done


def _joined(first: _Span, second: _Span) -> _Span:
    return _Span(first.start, second.end, first.words + second.words)
