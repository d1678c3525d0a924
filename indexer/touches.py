"""Who of us is in touch with a company or person, how and when last: read from the documents about them. Pure."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from indexer.documents import Document, Kind, Person, Section
from indexer.names import Entity, EntityKind

Channel = Literal["call", "meeting", "mail", "note", "comment", "card", "task"]
OURS = ("owner", "assignee", "author")
THEIRS = ("contact", "self")
LED: Mapping[Kind, float] = {"deal": 2.0, "company": 2.0, "card": 1.5, "contact": 1.2}
"""Kinds of documents whose owner looks after whom they are about, and how much that counts beside a touch."""
WORTH: Mapping[str, float] = {"call": 1.0, "meeting": 1.2, "mail": 0.9, "note": 0.9, "comment": 0.6, "card": 0.6}
NAMED_ONLY = 0.4
FADES, LEADING_FADES = 90.0, 365.0
"""Days after which a touch counts half, and being the owner of something."""
CLOSED = 0.3
"""What is archived or lost counts this much of what is open."""
MOST_TOUCHES, MOST_COLLEAGUES, MOST_CONTACTS = 8, 12, 24
"""Touches kept of each of us, how many of us, and how many of the other side."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_DAY = 86_400.0
_TYPES = ("type", "activity type", "call type", "typ", "art", "kind")
_SPOKEN: tuple[tuple[Channel, str], ...] = (
    ("call", r"(?:phone )?calls?|anrufe?|telefonate?|telefon|phone|appel|llamada|chiamata|telefoontje"),
    (
        "meeting",
        r"meetings?|visit|demo|lunch|event|besuch|termin|treffen|réunion|visite|reunión|visita|bezoek|afspraak",
    ),
    ("mail", r"e-?mails?|mails?|courriel|correo"),
    ("task", r"tasks?|to-?dos?|aufgabe|tâche|tarea|taak"),
)
_CHANNELS = tuple((channel, re.compile(rf"\W*(?:{words})\b", re.I)) for channel, words in _SPOKEN)


@dataclass(frozen=True, slots=True)
class Touch:
    """One sign of contact: who of us, in which document, when, in which role, and by which channel.

    `channel` is empty where somebody is only named as owner or doer. `anchor` opens the very part that shows it,
    `says` is its text.
    """

    name: str
    role: str
    document: Document
    at: datetime | None
    email: str = ""
    channel: Channel | Literal[""] = ""
    anchor: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of us: the latest touch, the roles held, in how many documents, and the touches that tell it.

    `touches` begin with the latest by any channel; then come those as owner, then the rest.
    """

    name: str
    email: str
    roles: tuple[str, ...]
    documents: int
    last: Touch
    touches: tuple[Touch, ...] = ()

    @property
    def leads(self) -> tuple[Document, ...]:
        """The deals, companies, cards and contacts owned: open ones, where there are any, and deals first."""
        owned = [t.document for t in self.touches if t.role == "owner" and t.document.kind in LED]
        kept = [d for d in owned if d.status == "open"] or owned
        return tuple(sorted(kept, key=lambda d: list(LED).index(d.kind)))


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody on the other side, and the document that names them."""

    person: Person
    document: Document


@dataclass(frozen=True, slots=True)
class People:
    """Who of us is in touch with `name`, the likeliest first, and who their people are.

    Nobody in `team` means that what is written about them names none of us.
    """

    name: str
    kind: EntityKind
    team: tuple[Colleague, ...] = ()
    contacts: tuple[Contact, ...] = ()

    @property
    def owners(self) -> tuple[str, ...]:
        """The owners of open deals and company records, where they are more than one; else nothing."""
        named = (c.name for c in self.team if any(_is_led(d) for d in c.leads))
        owners = tuple(dict.fromkeys(named))
        return owners if self.kind == "company" and len(owners) > 1 else ()


def people(documents: Sequence[Document], about: Entity, now: datetime) -> People:
    """Who of us and of them these documents name, as of `now`."""
    team = colleagues(documents, about, now)[:MOST_COLLEAGUES]
    return People(about.name, about.kind, team, contacts(documents, about)[:MOST_CONTACTS])


def timeline(documents: Iterable[Document]) -> list[Document]:
    """The documents, last touched first; those without a date come last."""
    return sorted(documents, key=lambda d: (last_touch(d) or _NEVER, d.id), reverse=True)


def last_touch(document: Document) -> datetime | None:
    """When somebody last wrote in it or changed it."""
    times = [s.at for s in document.sections if s.at]
    times += [at for at in (document.updated_at, document.created_at) if at]
    return max(times, default=None)


def newest_touch(document: Document) -> Touch | None:
    """The last sign of contact in a document: what somebody signed, else who is named as owner, doer or author."""
    dated = [touch for touch in _touches(document) if touch.at]
    return max(dated, key=lambda touch: (touch.at or _NEVER, bool(touch.channel)), default=None)


def colleagues(documents: Sequence[Document], about: Entity, now: datetime) -> tuple[Colleague, ...]:
    """Those of us who own, do or wrote something about this entity.

    Who is likelier to talk to them comes first: many recent touches, or being the owner, count more than one old
    comment, and little of what is closed counts.
    """
    touches = [touch for document in documents for touch in _touches(document) if not _is_theirs(touch, about)]
    of_each: dict[str, list[Touch]] = defaultdict(list)
    key = _Keys(touches)
    for touch in touches:
        of_each[key(touch)].append(touch)
    # Weights are compared to the ninth digit: of two who did the same, the clock would else say who comes first
    ordered = sorted(of_each.values(), key=lambda of_one: (-round(_weight(of_one, now), 9), of_one[0].name))
    return tuple(_colleague(of_one, now) for of_one in ordered)


def contacts(documents: Iterable[Document], about: Entity) -> tuple[Contact, ...]:
    """The people on the other side that these documents name, most often first, without the entity itself."""
    own = _names(about)
    theirs = [(p, d) for d in documents for p in _named(d, THEIRS) if p.name.casefold() not in own]
    # Of the same name, the one's own record, then one with an address; of these, the one named first.
    best = sorted(theirs, key=lambda pair: (pair[0].role != "self", not pair[0].email))
    known = {p.name: Contact(p, d) for p, d in reversed(best)}
    return tuple(known[name] for name, _ in Counter(p.name for p, _ in theirs).most_common())


def customers(documents: Iterable[Document]) -> tuple[tuple[str, int], ...]:
    """The companies these documents are about, with how many, most often first."""
    return tuple(Counter(c.name for d in documents for c in d.customers if c.name).most_common())


def is_one_of_us(documents: Iterable[Document], about: Entity) -> bool:
    """Whether a person appears more often as one who does the work than as one it is done for."""
    roles = [p.role for d in documents for p in d.people if p.name.casefold() in _names(about)]
    return sum(role in OURS for role in roles) > sum(role in THEIRS for role in roles)


def channel_of(document: Document, section: Section | None = None) -> Channel | Literal[""]:
    """By which channel a document, or a part of it, shows contact; empty where it is a mere record."""
    if section is not None and section.kind == "comment":
        return "comment"
    if document.kind in ("note", "activity"):
        told = [value for name, value in document.fields if name.casefold() in _TYPES]
        found = (channel for text in (*told, document.title[:100]) for channel, said in _CHANNELS if said.match(text))
        return next(found, "note" if document.kind == "note" else "task")
    return "card" if document.kind == "card" else ""


def _touches(document: Document) -> Iterator[Touch]:
    """Signs of contact in a document: what was signed, and who is named as owner, doer or author."""
    said = [s for s in document.sections if s.author]
    for section in said:
        # when a document changed says nothing about a comment in it that has no date
        at = section.at or (None if section.kind == "comment" else document.updated_at)
        channel = channel_of(document, section)
        anchor = section.anchor or document.url
        yield Touch(section.author or "", "author", document, at, "", channel, anchor, section.text)
    at, written = _changed(document, said), next((s.text for s in document.sections if s.kind != "field"), "")
    wrote = channel_of(document)
    for person in _named(document, OURS):
        by = wrote if person.role == "author" or document.kind in ("note", "activity") else ""
        yield Touch(person.name, person.role, document, at, person.email or "", by, document.url, written)


def _changed(document: Document, said: Sequence[Section]) -> datetime | None:
    """When those named in a document touched it. The date of a card with signed comments is that of the last one,
    and says nothing about who owns the card."""
    return None if any(s.at for s in said) else document.updated_at or document.created_at


def _named(document: Document, roles: Collection[str]) -> Iterator[Person]:
    return (p for p in document.people if p.role in roles and p.name)


def _is_theirs(touch: Touch, about: Entity) -> bool:
    if about.kind == "person" and touch.name.casefold() in _names(about):
        return True
    domain = touch.email.rpartition("@")[2].lower()
    return about.kind == "company" and domain != "" and domain in about.domains


def _names(entity: Entity) -> frozenset[str]:
    return frozenset(name.casefold() for name in (entity.name, *entity.aliases))


class _Keys:
    """Tells our people apart: by address where a name has just one, else by name."""

    def __init__(self, touches: Iterable[Touch]) -> None:
        borne: dict[str, set[str]] = defaultdict(set)
        for touch in touches:
            borne[_spoken(touch.name).casefold()] |= {touch.email.lower()} - {""}
        self._address = {name: min(addresses) for name, addresses in borne.items() if len(addresses) == 1}

    def __call__(self, touch: Touch) -> str:
        name = _spoken(touch.name).casefold()
        return touch.email.lower() or self._address.get(name, name)


def _spoken(name: str) -> str:
    """ "Weber, Anna" as "Anna Weber"."""
    family, comma, given = name.partition(",")
    return " ".join((f"{given} {family}" if comma else name).split())


def _colleague(touches: Sequence[Touch], now: datetime) -> Colleague:
    last = max(touches, key=lambda t: (_past(t, now), t.role == "author"))
    roles = [role for role in OURS if any(t.role == role for t in touches)]
    email = next((t.email for t in touches if t.email), "")
    shown = _telling(touches, now)
    return Colleague(_spoken(last.name), email, tuple(roles), len({t.document.id for t in touches}), last, shown)


def _telling(touches: Sequence[Touch], now: datetime) -> tuple[Touch, ...]:
    """The latest touch by any channel, those as owner of something open, then the rest, latest first."""
    latest = sorted(touches, key=lambda t: (_past(t, now), t.role == "author"), reverse=True)
    first = [t for t in latest if t.channel][:1]
    leading = sorted((t for t in latest if t.role == "owner" and t.document.kind in LED), key=_lead, reverse=True)
    kept: list[Touch] = []
    for touch in (*first, *leading[: MOST_TOUCHES // 2], *latest):
        if touch not in kept and len(kept) < MOST_TOUCHES:
            kept.append(touch)
    return tuple(kept)


def _lead(touch: Touch) -> tuple[bool, float]:
    return touch.document.status == "open", LED[touch.document.kind]


def _is_led(document: Document) -> bool:
    return document.status == "open" and document.kind in ("deal", "company")


def _past(touch: Touch, now: datetime) -> datetime:
    """When it was; what is planned, or has no date, was not yet."""
    return touch.at if touch.at and touch.at <= now else _NEVER


def _weight(touches: Sequence[Touch], now: datetime) -> float:
    """How likely this one talks to them: what is owned, and the logarithm of all touches as they fade."""
    owned = [_owned(t, now) for t in touches if t.role == "owner" and t.document.kind in LED]
    felt = math.fsum(_felt(t, now) for t in touches)
    return max(owned, default=0.0) + math.log2(1 + felt)


def _owned(touch: Touch, now: datetime) -> float:
    return LED[touch.document.kind] * _open(touch) * _faded(last_touch(touch.document), now, LEADING_FADES)


def _felt(touch: Touch, now: datetime) -> float:
    worth = WORTH.get(touch.channel, NAMED_ONLY)
    return worth * _open(touch) * _faded(touch.at or last_touch(touch.document), now, FADES)


def _open(touch: Touch) -> float:
    """What a touch counts by its document: little where that is closed, or is about many companies at once."""
    about = max(1, len(touch.document.customers))
    return (CLOSED if touch.document.status in ("archived", "lost") else 1.0) / about


def _faded(at: datetime | None, now: datetime, half: float) -> float:
    """What is left of one after all that time; very little where nobody knows when it was."""
    days = max(0.0, (now - at).total_seconds() / _DAY) if at else 4 * half
    return float(0.5 ** (days / half))
