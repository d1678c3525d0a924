"""What the sources say of a person, as the page shows it: each value with where it comes from. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import quote

from indexer.rolodex import Entry, Fact, FactKind, PersonCard, Told
from service.web import links
from service.web.facets import label
from service.web.results import Card, Moment, called, card, moment
from service.web.wording import short

MOST_VALUES, MOST_SOURCES, MOST_RECORDS = 12, 3, 12
_LABELS: Mapping[FactKind, str] = {
    "name": "Name",
    "job": "Job title",
    "department": "Department",
    "company": "Company",
    "email": "E-mail",
    "phone": "Phone",
    "address": "Address",
    "owner": "Owner",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A document that tells a value: its source, our page of it, and as of when."""

    name: str
    page: str
    at: Moment | None


@dataclass(frozen=True, slots=True)
class Value:
    """A value, where it leads to, and its newest sources; `more` counts those left out.

    `shared`: a mail address that others use, too.
    """

    text: str
    href: str
    shared: bool
    sources: tuple[Source, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Line:
    """The values of one kind, the one told last first; `disputed` where the records disagree, `more` were left out."""

    label: str
    values: tuple[Value, ...]
    more: int
    disputed: bool


@dataclass(frozen=True, slots=True)
class ContactCard:
    """What is known of a person. `disputed` lists what the records disagree about; `more` of them were left out."""

    lines: tuple[Line, ...]
    disputed: str
    records: tuple[Card, ...]
    more: int


def contact_card(known: PersonCard, now: datetime) -> ContactCard | None:
    """The card for the page; None where nobody keeps anything of this person."""
    # a name that all sources share is the heading of the page already
    told = [entry for entry in known.entries if entry.kind != "name" or len(entry.values) > 1]
    lines = tuple(_line(entry, now) for entry in told)
    disputed = _listed([line.label.lower() for line in lines if line.disputed])
    records = tuple(card(record, now) for record in known.records[:MOST_RECORDS])
    return ContactCard(lines, disputed, records, len(known.records) - len(records)) if lines or records else None


def _listed(words: Sequence[str]) -> str:
    """ "name, job title and company" """
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _line(entry: Entry, now: datetime) -> Line:
    values = tuple(_value(entry.kind, told, now) for told in entry.values[:MOST_VALUES])
    return Line(_LABELS[entry.kind], values, len(entry.values) - len(values), entry.disputed)


def _value(kind: FactKind, told: Told, now: datetime) -> Value:
    by_document = {fact.document.id: fact for fact in told.facts}
    sources = tuple(_source(fact, now) for fact in islice(by_document.values(), MOST_SOURCES))
    return Value(short(told.value, 200), _href(kind, told.value), told.shared, sources, len(by_document) - len(sources))


def _source(fact: Fact, now: datetime) -> Source:
    document = fact.document
    return Source(short(label("source", document.source), 60), links.document(document.id), moment(fact.at, now))


def _href(kind: FactKind, value: str) -> str:
    if kind == "email":
        return f"mailto:{quote(value, safe='@+')}"
    if kind in ("company", "owner") and "@" not in value:
        return called(value, "company" if kind == "company" else "person").href
    return ""
