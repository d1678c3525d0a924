"""Who of us is in touch with a company or person, and when last: read from the documents about them. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from indexer.documents import Document, Person, Section
from indexer.entities import Entity

OURS = ("owner", "assignee", "author")
THEIRS = ("contact", "self")
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Touch:
    """One sign of contact: who of us, in which document, when, and in which role."""

    name: str
    role: str
    document: Document
    at: datetime | None
    email: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of us: the latest touch, the roles held, and in how many documents."""

    name: str
    email: str
    roles: tuple[str, ...]
    documents: int
    last: Touch


def timeline(documents: Iterable[Document]) -> list[Document]:
    """The documents, last touched first; those without a date come last."""
    return sorted(documents, key=lambda d: (last_touch(d) or _NEVER, d.id), reverse=True)


def last_touch(document: Document) -> datetime | None:
    """When somebody last wrote in it or changed it."""
    times = [s.at for s in document.sections if s.at]
    times += [at for at in (document.updated_at, document.created_at) if at]
    return max(times, default=None)


def colleagues(documents: Sequence[Document], about: Entity) -> tuple[Colleague, ...]:
    """Those of us who own, do or wrote something about this entity, last touch first."""
    touches: dict[str, list[Touch]] = defaultdict(list)
    for document in documents:
        for touch in _touches(document):
            if not _is_theirs(touch, about):
                touches[touch.name.casefold()].append(touch)
    known = [_colleague(of_one) for of_one in touches.values()]
    return tuple(sorted(known, key=lambda c: (c.last.at or _NEVER, c.documents, c.name), reverse=True))


def _touches(document: Document) -> Iterator[Touch]:
    """Signs of contact in a document: what was signed, and who is named as owner, doer or author."""
    said = [s for s in document.sections if s.author]
    for section in said:
        yield Touch(section.author or "", "author", document, section.at or document.updated_at)
    at = _changed(document, said)
    for person in _named(document, OURS):
        yield Touch(person.name, person.role, document, at, person.email or "")


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


def _colleague(touches: Sequence[Touch]) -> Colleague:
    last = max(touches, key=lambda t: (t.at or _NEVER, t.role == "author"))
    roles = [role for role in OURS if any(t.role == role for t in touches)]
    email = next((t.email for t in touches if t.email), "")
    return Colleague(last.name, email, tuple(roles), len({t.document.id for t in touches}), last)


def owners_in_conflict(documents: Iterable[Document]) -> tuple[str, ...]:
    """The owners of open deals and company records, where they are more than one; else nothing."""
    leading = (d for d in documents if d.status == "open" and d.kind in {"company", "deal"})
    owners = Counter(p.name for d in leading for p in d.people if p.role == "owner" and p.name)
    return tuple(name for name, _ in owners.most_common()) if len(owners) > 1 else ()


def contacts(documents: Iterable[Document], about: Entity) -> tuple[Person, ...]:
    """The people on the other side that these documents name, most often first, without the entity itself."""
    theirs = [p for d in documents for p in _named(d, THEIRS) if p.name.casefold() not in _names(about)]
    # Of the same name, the one with an address; of these, the one named first.
    known = {p.name: p for p in reversed(theirs)}
    known |= {p.name: p for p in reversed(theirs) if p.email}
    return tuple(known[name] for name, _ in Counter(p.name for p in theirs).most_common())


def customers(documents: Iterable[Document]) -> tuple[tuple[str, int], ...]:
    """The companies these documents are about, with how many, most often first."""
    return tuple(Counter(c.name for d in documents for c in d.customers if c.name).most_common())


def is_one_of_us(documents: Iterable[Document], about: Entity) -> bool:
    """Whether a person appears more often as one who does the work than as one it is done for."""
    roles = [p.role for d in documents for p in d.people if p.name.casefold() in _names(about)]
    return sum(role in OURS for role in roles) > sum(role in THEIRS for role in roles)
