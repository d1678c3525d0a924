"""A whole document as its page shows it: parts with author and time, people, fields, links. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from indexer.documents import Document, Person, Section
from service.web import links
from service.web.links import Named
from service.web.results import Card, Moment, called, card, moment
from service.web.wording import Piece, linked, short, weight

PAGE_BYTES = 20_000
"""How much text one page carries, as it weighs in HTML."""
FIELD_BYTES = 6_000
MOST_PARTS = 60
PORTION = 4_000

_TICKED = re.compile(r"^\[x\] ", re.MULTILINE)
_UNTICKED = re.compile(r"^\[ \] ", re.MULTILINE)
_HEADINGS = {"body": "", "comment": "Comment", "checklist": "Checklist", "field": "Field"}
_ROLES = {"owner": "Owner", "assignee": "Assigned", "author": "Author", "contact": "Contact", "self": "Person"}


@dataclass(frozen=True, slots=True)
class Part:
    """A section, or a portion of a long one: what it is, who wrote it when, its text, and where it opens."""

    heading: str
    author: Named | None
    at: Moment | None
    text: tuple[Piece, ...]
    out: str


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of the document, with all their roles."""

    name: Named
    roles: str
    email: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page of a document shows. `next_part` is the number of the first part left out, 0 for none."""

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
    """The document from its part number `first` on, as much as fits a page."""
    pieces = [(section, text) for section in document.sections for text in _portions(_text(section))]
    parts = _fitting([_part(section, text, now) for section, text in pieces[first : first + MOST_PARTS]])
    last = first + len(parts)
    return Sheet(
        card=card(document, now),
        url=short(document.url, 500),
        parts=parts,
        people=_people(document),
        fields=_fields(document),
        labels=tuple(short(label, 40) for label in document.labels[:20]),
        created=moment(document.created_at, now),
        first_part=first,
        next_part=last if last < len(pieces) else 0,
    )


def _portions(text: str) -> Iterator[str]:
    """A long text in portions that fit a page, cut between words where there are any."""
    while len(text) > PORTION:
        end = max(text.rfind(" ", 0, PORTION), text.rfind("\n", 0, PORTION)) + 1 or PORTION
        yield text[:end]
        text = text[end:]
    if text:
        yield text


def _fitting(parts: Sequence[Part]) -> tuple[Part, ...]:
    """As many of the first parts as fit a page; one always does."""
    room, fit = PAGE_BYTES, 0
    for part in parts:
        room -= weight(part.text) + 500
        if room < 0:
            break
        fit += 1
    return tuple(parts[: max(1, fit)])


def _fields(document: Document) -> tuple[tuple[str, tuple[Piece, ...]], ...]:
    """The fields with something in them, as far as a page carries them."""
    room, shown = FIELD_BYTES, []
    for name, value in document.fields:
        told = short(name, 60), linked(short(value, 300))
        room -= weight(told[1]) + 120
        if room < 0:
            break
        shown += [told] if value.strip() else []
    return tuple(shown)


def _part(section: Section, text: str, now: datetime) -> Part:
    author = called(section.author, "person") if section.author else None
    out = links.safe(section.anchor or "")
    return Part(_HEADINGS[section.kind], author, moment(section.at, now), linked(text), out)


def _text(section: Section) -> str:
    """What the section says, its checklist as boxes."""
    text = section.text.strip()
    if section.kind != "checklist":
        return text
    return _TICKED.sub("☑ ", _UNTICKED.sub("☐ ", text))


def _people(document: Document) -> tuple[Somebody, ...]:
    """Everybody named, once, with all their roles."""
    named: dict[str, list[Person]] = {}
    for person in document.people:
        named.setdefault(person.name, []).append(person)
    return tuple(_somebody(same) for name, same in list(named.items())[:30] if name)


def _somebody(same: Sequence[Person]) -> Somebody:
    roles = dict.fromkeys(_ROLES[p.role] for p in same)
    email = next((p.email for p in same if p.email), "")
    return Somebody(called(same[0].name, "person"), ", ".join(roles), short(email, 120))
