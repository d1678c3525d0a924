"""A company or person as found: who of us talks to them, the people there, and the timeline of documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from indexer.asking import AskOptions, Filters, Question, Viewer
from indexer.documents import Document
from indexer.entities import Entity
from indexer.rolodex import person_card
from indexer.touches import Colleague, People, customers, is_one_of_us, last_touch, newest_touch, people, timeline
from service.web import links
from service.web.contacts import ContactCard, contact_card
from service.web.links import Named
from service.web.results import Card, Moment, called, card, moment
from service.web.site import NamesRead, Site
from service.web.suggest import names_read
from service.web.wording import short

MOST_DOCUMENTS = 500
ON_TIMELINE = 25
MOST_NAMESAKES = 8
CHANNELS = {"comment": "card comment", "mail": "e-mail"} | {c: c for c in ("call", "meeting", "note", "card", "task")}
_ROLES = {"owner": "owner", "assignee": "works on it", "author": "wrote"}


@dataclass(frozen=True, slots=True)
class InTouch:
    """One of us: in which roles, how often, when and by which channel last, and the document that shows it."""

    name: str
    href: str
    email: str
    roles: str
    documents: int
    channel: str
    last: Moment | None
    through: Card


@dataclass(frozen=True, slots=True)
class Team:
    """Who of us is in touch with a company or person; nobody where nothing that is written names one of us."""

    name: str
    kind: str
    team: tuple[InTouch, ...]
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """A document on the timeline and its last touch: which channel, who. `month` is set on the first of each month."""

    card: Card
    at: Moment | None
    month: str
    channel: str
    by: Named | None


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything the page of a company or person shows."""

    name: str
    kind: str
    href: str
    one_of_us: bool
    aliases: tuple[str, ...]
    namesakes: tuple[Named, ...]
    domains: tuple[str, ...]
    emails: tuple[str, ...]
    team: tuple[InTouch, ...]
    owners: tuple[str, ...]
    people: tuple[Named, ...]
    companies: tuple[Named, ...]
    events: tuple[Event, ...]
    documents: int
    all_documents: str
    contact: ContactCard | None


def team(found: People, now: datetime) -> Team:
    """Who is in touch, for the page."""
    return Team(short(found.name), found.kind, tuple(_in_touch(c, now) for c in found.team), found.owners)


def profile(site: Site, viewer: Viewer, name: str, kind: str) -> Profile | None:
    """The company or person of this name or alias as the viewer may know it; None where there is none."""
    entity = entity_called(site, viewer, name, kind)
    if entity is None:
        return None
    read = names_read(site, viewer, site.knowledge.entities(viewer))
    return _profile(entity, documents_of(site, viewer, entity), _namesakes(entity, name, read), site.now)


def entity_called(site: Site, viewer: Viewer, name: str, kind: str) -> Entity | None:
    """The company or person of this name, or whom it means; None where there is none that the viewer may know."""
    read = names_read(site, viewer, site.knowledge.entities(viewer))
    bearing = [e for n in read.sorted.bearing([name]) if (e := read.entities[n]).kind == kind]
    exact = next((e for e in bearing if e.name == name), None)
    called = exact or next(iter(bearing), None) or _understood(site, viewer, read, name, kind)
    return called or _from_filters(site, viewer, name, kind)


def documents_of(site: Site, viewer: Viewer, entity: Entity) -> Sequence[Document]:
    """The documents about a company or person, the last touch first."""
    # The newest ids are not known before reading; what lies beyond the cap is reached through the search.
    return timeline(site.knowledge.documents(entity.document_ids[:MOST_DOCUMENTS], viewer))


def _namesakes(entity: Entity, asked: str, read: NamesRead) -> tuple[Named, ...]:
    """The others who bear its name, or that under which it was asked for."""
    plain = [name for name in entity.aliases if entity.name.startswith(f"{name} (")]
    bearing = (read.entities[n] for n in read.sorted.bearing((entity.name, *plain, asked)))
    alike = (e for e in bearing if e.kind == entity.kind and e != entity)
    return tuple(called(e.name, e.kind) for e in islice(alike, MOST_NAMESAKES))


def _understood(site: Site, viewer: Viewer, read: NamesRead, name: str, kind: str) -> Entity | None:
    """Whom the name means where it is written otherwise: without "GmbH", with a typing mistake."""
    meant = [m for m in site.knowledge.known_lately(viewer).directory.find(name) if m.kind == kind]
    sure = meant[0].name if len(meant) == 1 and not meant[0].others else None
    bearing = (read.entities[n] for n in (read.sorted.bearing([sure]) if sure else ()))
    return next((e for e in bearing if (e.kind, e.name) == (kind, sure)), None)


def _from_filters(site: Site, viewer: Viewer, name: str, kind: str) -> Entity | None:
    """Somebody whom documents name, but nobody keeps a record of: an author, a former colleague."""
    filters = Filters(customer=(name,)) if kind == "company" else Filters(person=(name,))
    options = AskOptions(filters=filters, limit=MOST_DOCUMENTS)
    hits = site.knowledge.answer([Question("")], viewer, options)[0].hits
    ids = tuple(hit.document.id for hit in hits)
    return Entity(name, "company" if kind == "company" else "person", (), (), (), ids) if ids else None


def _profile(entity: Entity, documents: Sequence[Document], namesakes: tuple[Named, ...], now: datetime) -> Profile:
    ours = entity.kind == "person" and is_one_of_us(documents, entity)
    known = people(documents, entity, now)
    filtered = "customer" if entity.kind == "company" else "person"
    return Profile(
        name=short(entity.name),
        kind=entity.kind,
        href=called(entity.name, entity.kind).href,
        one_of_us=ours,
        # what stands before the brackets in "Anna Weber (anna@ours.example)" is no other name
        aliases=tuple(short(a, 80) for a in entity.aliases if not entity.name.startswith(f"{a} (")),
        namesakes=namesakes,
        domains=entity.domains,
        emails=entity.emails,
        team=() if ours else tuple(_in_touch(c, now) for c in known.team),
        owners=known.owners,
        people=tuple(called(c.person.name, "person") for c in known.contacts),
        companies=_companies(documents, entity),
        events=_events(documents[:ON_TIMELINE], now),
        documents=len(entity.document_ids),
        all_documents=links.search([(filtered, entity.name)]),
        contact=contact_card(person_card(documents, entity), now) if entity.kind == "person" else None,
    )


def _companies(documents: Sequence[Document], about: Entity) -> tuple[Named, ...]:
    names = [name for name, _ in customers(documents) if (about.kind, about.name) != ("company", name)]
    return tuple(called(name, "company") for name in names[:24])


def _in_touch(colleague: Colleague, now: datetime) -> InTouch:
    touch = colleague.touches[0]
    return InTouch(
        name=short(colleague.name, 80),
        href=called(colleague.name, "person").href,
        email=colleague.email,
        roles=", ".join(_ROLES[role] for role in colleague.roles),
        documents=colleague.documents,
        channel=CHANNELS.get(touch.channel, ""),
        last=moment(touch.at, now),
        through=card(touch.document, now, touch.anchor),
    )


def _events(documents: Sequence[Document], now: datetime) -> tuple[Event, ...]:
    events: list[Event] = []
    before = ""
    for document in documents:
        at = last_touch(document)
        month = f"{at:%B %Y}" if at else "Without a date"
        touch = newest_touch(document)
        channel, by = (CHANNELS.get(touch.channel, ""), called(touch.name, "person")) if touch else ("", None)
        events.append(Event(card(document, now), moment(at, now), month if month != before else "", channel, by))
        before = month
    return tuple(events)
