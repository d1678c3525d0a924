"""Hits and documents as the pages show them: one card each, with where it stands and why it is there. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from indexer.asking import Answer, Hit, Mention, Near
from indexer.documents import Document
from service.web import links
from service.web.facets import label
from service.web.links import Named
from service.web.wording import Piece, ago, counted, day, excerpt, flowing, percent, short

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time: for machines, as a date, and how long ago."""

    iso: str
    day: str
    ago: str


@dataclass(frozen=True, slots=True)
class Card:
    """What identifies a document at a glance. `out` leads to where it stands, `page` to our own page of it."""

    title: str
    out: str
    page: str
    like: str
    host: str
    kind: str
    kind_label: str
    source: str
    where: tuple[str, ...]
    companies: tuple[Named, ...]
    owner: Named | None
    status: str
    changed: Moment | None
    read: Moment | None = None
    """When its source was last read, where that is known."""


@dataclass(frozen=True, slots=True)
class Result:
    """A hit: its card, the passage with the evidence marked, and the reasons why it is there."""

    card: Card
    passage: tuple[Piece, ...]
    why: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """A company or person that the question was understood to name. `written` is set where it was spelled otherwise."""

    name: str
    kind: str
    href: str
    written: str
    also: tuple[str, ...]
    others: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that nobody in the index bears, and the known ones near it."""

    name: str
    near: tuple[Named, ...]


def when(at: datetime, now: datetime) -> Moment:
    """A time for the page."""
    return Moment(at.isoformat(timespec="minutes"), day(at), ago(at, now))


def moment(at: datetime | None, now: datetime) -> Moment | None:
    """A time for the page, or None where there is none."""
    return when(at, now) if at else None


def card(document: Document, now: datetime, out: str = "") -> Card:
    """The card of a document; `out` may be a more exact link than the document's own."""
    href = links.safe(out) or links.safe(document.url)
    return Card(
        title=short(document.title, 300) or "(no title)",
        out=href,
        page=links.document(document.id),
        like=links.search([("like", document.id)]),
        host=links.host(href),
        kind=document.kind,
        kind_label=label("kind", document.kind),
        source=label("source", document.source),
        where=tuple(short(place, 80) for place in (document.parent, document.lane) if place),
        companies=tuple(called(c.name, "company") for c in document.customers[:3] if c.name),
        owner=_owner(document),
        status=_status(document),
        changed=moment(document.updated_at or document.created_at, now),
    )


def called(name: str, kind: str) -> Named:
    """A company's or person's name that leads to their page; one too long for an address leads nowhere."""
    page = links.company(name) if kind == "company" else links.person(name)
    return Named(short(name, 80), page if len(name) <= LONGEST_NAME else "")


def _status(document: Document) -> str:
    """What a reader would not guess: not that it is open, nor what the list already says."""
    told = document.status == "open" or document.status == document.lane.casefold()
    return "" if told else label("status", document.status)


def _owner(document: Document) -> Named | None:
    owner = document.owner
    return called(owner.name, "person") if owner and owner.name else None


def results(hits: Sequence[Hit], read: Mapping[str, datetime], now: datetime) -> tuple[Result, ...]:
    """The hits as results, in their order; `read` tells when each source was last read."""
    return tuple(_result(hit, read, now) for hit in hits)


def fresh(shown: Card, document: Document, read: Mapping[str, datetime], now: datetime) -> Card:
    """The card with when its source was last read."""
    return replace(shown, read=moment(read.get(document.source), now))


def _result(hit: Hit, read: Mapping[str, datetime], now: datetime) -> Result:
    repeats_title = hit.passage.strip() == hit.document.title.strip()
    passage = _opening(hit.document) if repeats_title else excerpt(hit.passage, hit.highlights)
    why = tuple((reason.lane, short(reason.says, 200)) for reason in hit.why[:6])
    return Result(fresh(card(hit.document, now, hit.anchor), hit.document, read, now), flowing(passage), why)


def _opening(document: Document) -> tuple[Piece, ...]:
    """What follows the title, where the title itself was the evidence and would only be said twice."""
    first = next((s.text for s in document.sections if s.text.strip()), "")
    return excerpt(first, (), width=200)


def understood(mentions: Sequence[Mention], aliases: Callable[[str, str], Sequence[str]]) -> tuple[Understood, ...]:
    """Whom the question names, what they are called besides, and other readings of the same words."""
    return tuple(
        Understood(
            name=m.name,
            kind=m.kind,
            href=called(m.name, m.kind).href,
            written="" if m.written.casefold() in m.name.casefold() else m.written,
            also=tuple(short(name, 60) for name in aliases(m.name, m.kind)[:4]),
            others=tuple(called(other, m.kind) for other in m.others[:5]),
        )
        for m in mentions
    )


def strangers_named(answer: Answer, asking: Callable[[str, str], str]) -> tuple[Unknown, ...]:
    """The names that nobody bears; a near one that was guessed already is not offered again.

    `asking` makes the address of the same question with one name put for another.
    """
    guessed = {mention.name for mention in answer.mentions}
    near = [n for n in answer.nearest if n.name not in guessed]
    return tuple(
        Unknown(short(name, 80), tuple(_meant(n, asking(name, n.name)) for n in near if n.written == name))
        for name in answer.unknown
    )


def _meant(near: Near, href: str) -> Named:
    page = called(near.name, near.kind)
    return Named(page.name, href or page.href)


def verdict(answer: Answer) -> str:
    """How sure the first hit is, as a sentence; empty where nothing was asked or found."""
    if not (answer.hits and answer.question.text):
        return ""
    if answer.probability < 0.5:
        return f"Perhaps not written down: {percent(answer.probability)} sure that the first one answers it."
    return f"{percent(answer.probability)} sure that the first one answers it."


def found(total: int, asked: bool) -> str:
    """How many there are, as a heading."""
    if not total:
        return "Nothing found"
    return counted(total, "result") if asked else counted(total, "document")
