"""A whole document as its page shows it: parts with author and time, people, fields, links. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from indexer.documents import Document, Person, Section
from service.web import links
from service.web.links import Named
from service.web.results import Card, Moment, card, moment
from service.web.wording import Piece, linked

PAGE_BYTES = 24_000
"""How much text one page carries, as it weighs in HTML."""

_HEADINGS = {"body": "", "comment": "Comment", "checklist": "Checklist", "field": "Field"}
_ROLES = {"owner": "Owner", "assignee": "Assigned", "author": "Author", "contact": "Contact", "self": "Person"}


@dataclass(frozen=True, slots=True)
class Part:
    """One section: what it is, who wrote it when, its text with links, and where it opens."""

    heading: str
    author: Named | None
    at: Moment | None
    text: tuple[Piece, ...]
    out: str


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of the document, with the role."""

    name: str
    href: str
    role: str
    email: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page of a document shows. `next_part` is the number of the first section left out, 0 for none."""

    card: Card
    url: str
    parts: tuple[Part, ...]
    people: tuple[Somebody, ...]
    fields: tuple[tuple[str, tuple[Piece, ...]], ...]
    labels: tuple[str, ...]
    created: Moment | None
    first_part: int
    next_part: int


def sheet(document: Document, first: int, now: datetime) -> Sheet:
    """The document from its section number `first` on, as much as fits a page."""
    sections = [s for s in document.sections if s.text.strip()]
    last = _fitting(sections, first)
    return Sheet(
        card=card(document, now),
        url=document.url,
        parts=tuple(_part(s, now) for s in sections[first:last]),
        people=tuple(_somebody(p) for p in document.people if p.name)[:60],
        fields=tuple((name, linked(value[:500])) for name, value in document.fields[:60] if value),
        labels=document.labels[:30],
        created=moment(document.created_at, now),
        first_part=first,
        next_part=last if last < len(sections) else 0,
    )


def _fitting(sections: Sequence[Section], first: int) -> int:
    """The number of the first section that no longer fits; one section always does."""
    room, last = PAGE_BYTES, first
    while last < len(sections):
        room -= len(escape(sections[last].text).encode()) + 400
        if room < 0 and last > first:
            break
        last += 1
    return last


def _part(section: Section, now: datetime) -> Part:
    author = Named(section.author, links.person(section.author)) if section.author else None
    text = linked(_cut(section.text.strip()))
    return Part(_HEADINGS[section.kind], author, moment(section.at, now), text, links.safe(section.anchor or ""))


def _cut(text: str) -> str:
    """A text that alone is too heavy for a page, cut; the original is one click away."""
    if len(escape(text).encode()) <= PAGE_BYTES:
        return text
    kept = text.encode()[: PAGE_BYTES // 2].decode(errors="ignore")
    return f"{kept.rpartition(' ')[0] or kept} …"


def _somebody(person: Person) -> Somebody:
    return Somebody(person.name, links.person(person.name), _ROLES[person.role], person.email or "")
