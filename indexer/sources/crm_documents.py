"""An entry of a CRM and what it belongs to → a document. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from indexer.documents import PRIVATE, Customer, Document, Person, Section, Status
from indexer.sources.crm_book import Book, Links
from indexer.sources.crm_entries import Entry
from indexer.sources.crm_links import link_of
from indexer.sources.dates import when
from indexer.sources.markup import from_either
from indexer.sources.stages import status_of_stage, status_of_task
from indexer.sources.text import domain_of, one_line

_MOST_FIELDS = 40
_MOST_CONTACTS = 50


@dataclass(frozen=True, slots=True)
class Frame:
    """What all documents of a source share: the head of their ids, who may see them, and how a link is made."""

    name: str
    visibility: str
    template: str | None


def document_of(entry: Entry, links: Links, book: Book, frame: Frame, staff: Sequence[Entry] = ()) -> Document:
    """The document of an entry that is no user; `staff` are the contacts of a company."""
    if entry.kind == "user":
        raise ValueError("a user is no document")
    key = f"{frame.name}:{entry.kind}:{entry.native_id}"
    return Document(
        id=key,
        kind=entry.kind,
        title=entry.title,
        url=link_of(entry, links, frame.template),
        sections=tuple(_sections(entry, links)),
        parent=_parent(entry, links),
        lane=one_line(entry.first("stage"), 200),
        status=_status(entry),
        labels=_labels(entry),
        fields=tuple(_fields(entry))[:_MOST_FIELDS],
        people=_people(entry, links, book, staff),
        customers=_customers(entry, links),
        created_at=_when(entry, "created") or _when(entry, "date"),
        updated_at=_updated(entry),
        visibility=PRIVATE if entry.says("private") else frame.visibility,
    )


def _sections(entry: Entry, links: Links) -> Iterator[Section]:
    if entry.kind == "contact" and (post := _post(entry, links)):
        yield Section(post)
    bodies = dict.fromkeys(map(from_either, entry.told.get("body", ())))
    yield from (Section(body) for body in bodies if body)
    yield from (Section(f"{name}: {from_either(value)}", "field") for name, value in entry.rest if _is_long(value))


def _post(entry: Entry, links: Links) -> str:
    """`Head of Procurement, Brückner Logistik`"""
    company = links.companies[0].name if links.companies else ""
    return ", ".join(filter(None, (one_line(entry.first("job"), 200), company)))


def _fields(entry: Entry) -> Iterator[tuple[str, str]]:
    told = (
        ("Job title", entry.first("job")),
        ("Phone", "; ".join(entry.phones)),
        ("Type", entry.first("type")),
        ("Status", entry.first("state")),
        *((name, value) for name, value in entry.rest if not _is_long(value)),
    )
    yield from ((name, one_line(value)) for name, value in told if value)


def _is_long(value: str) -> bool:
    """Whether a value is a text of its own rather than a fact."""
    return len(value) > 200 or "\n" in value.strip()


def _parent(entry: Entry, links: Links) -> str:
    around = (*links.deals, *links.companies) if entry.kind in ("note", "activity") else links.companies
    return around[0].name if around and entry.kind != "company" else ""


def _labels(entry: Entry) -> tuple[str, ...]:
    parts = (
        one_line(p, 100).strip("* ") for p in entry.first("tags").replace(" ::: ", ";").replace(",", ";").split(";")
    )
    return tuple(dict.fromkeys(p for p in parts if p and p.casefold() != "mycontacts"))


def _status(entry: Entry) -> Status:
    if entry.says("archived") or entry.first("active").casefold() in ("false", "0", "no"):
        return "archived"
    if entry.kind == "deal":
        return _deal_status(entry)
    if entry.kind == "activity":
        return "done" if entry.says("closed") or entry.says("state") else status_of_task(entry.first("state"))
    return "open"


def _deal_status(entry: Entry) -> Status:
    """Won and lost by the product's own flags; else by the words of its status, then of its stage."""
    if entry.says("won"):
        return "won"
    if entry.says("lost") or (entry.says("closed") and entry.first("won")):
        return "lost"
    by_state = status_of_stage(entry.first("state"))
    return by_state if by_state != "open" else status_of_stage(entry.first("stage"))


def _people(entry: Entry, links: Links, book: Book, staff: Sequence[Entry]) -> tuple[Person, ...]:
    people = [
        *(Person(entry.title, "self", email) for email in _own_addresses(entry)),
        *_responsible(entry, book),
        *(Person(c.name, "contact", _address(c.entry, c.email)) for c in links.contacts),
        *(Person(c.title, "contact", _address(c, None)) for c in staff[:_MOST_CONTACTS]),
    ]
    return tuple(dict.fromkeys(people))


def _own_addresses(entry: Entry) -> Sequence[str | None]:
    """The addresses of the person a contact is: None where there is no address, nothing where it is no contact."""
    return (entry.emails or (None,)) if entry.kind == "contact" else ()


def _responsible(entry: Entry, book: Book) -> Iterator[Person]:
    """Owner and author. Whom a note is assigned to has written it, unless somebody else is named."""
    owner, author = _owner(entry, book), book.person(entry.first("author"), "author")
    if entry.kind == "note":
        writer = author or owner
        owner, author = None, writer and replace(writer, role="author")
    if owner:
        yield owner
    if author and entry.kind in ("note", "activity"):
        yield author


def _owner(entry: Entry, book: Book) -> Person | None:
    address = entry.first("owner_email")
    owner = book.person(entry.first("owner"), "owner") or book.person(address, "owner")
    if owner and not owner.email and "@" in address:
        return replace(owner, email=address.strip().lower())
    return owner


def _address(entry: Entry | None, email: str | None) -> str | None:
    return entry.emails[0] if entry and entry.emails else email


def _customers(entry: Entry, links: Links) -> tuple[Customer, ...]:
    if entry.kind == "company":
        return (_customer(entry),)
    return tuple(_customer(link.entry) if link.entry else Customer(link.name) for link in links.companies)


def _customer(company: Entry) -> Customer:
    domains = dict.fromkeys(map(domain_of, company.told.get("domain", ())))
    return Customer(company.title, company.native_id, tuple(d for d in domains if d))


def _updated(entry: Entry) -> datetime | None:
    """When it was last changed; of a note or a finished task, the day it speaks of will do."""
    past = entry.kind == "note" or (entry.kind == "activity" and _status(entry) == "done")
    told = (_when(entry, "updated"), _when(entry, "date") if past else None, _when(entry, "created"))
    return next((at for at in told if at), None)


def _when(entry: Entry, role: str) -> datetime | None:
    return next((at for value in entry.told.get(role, ()) if (at := when(value, entry.day_first))), None)
