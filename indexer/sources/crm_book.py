"""Entries of all tables of a CRM → which company, contacts and deals each belongs to. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from indexer.documents import Person, Role
from indexer.sources.crm_entries import Entry
from indexer.sources.crm_words import TableKind
from indexer.sources.text import emails_in, one_line

_SALESFORCE_ID = re.compile(r"(?=\w*\d)[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_ID_LIKE = re.compile(r"\d+|(?=\w*\d)[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?|[0-9a-f]{8}-[0-9a-f-]{27}")
_LEGAL_FORM = re.compile(
    r"[\s,]+(?:gmbh(?: & co\.? kg)?|ag|se|kg|ug|inc\.?|incorporated|llc|ltd\.?|limited|corp\.?|corporation|co\.?|plc"
    r"|s\.?a\.?|s\.?r\.?l\.?|b\.?v\.?|n\.?v\.?|oy|ab|a/s|as)$"
)
_ROLES: dict[TableKind, tuple[str, str]] = {
    "company": ("company_ids", "companies"),
    "contact": ("contact_ids", "contacts"),
    "deal": ("deal_ids", "deals"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A record that another one names; `entry` is None where no file of the export holds it."""

    name: str
    entry: Entry | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """What an entry belongs to, told by itself or by what it belongs to."""

    companies: tuple[Link, ...] = ()
    contacts: tuple[Link, ...] = ()
    deals: tuple[Link, ...] = ()


@dataclass(slots=True)
class Book:
    """All entries, to be found by id, name and mail address."""

    _ids: dict[tuple[TableKind, str], Entry] = field(default_factory=dict)
    _names: defaultdict[tuple[TableKind, str], list[Entry]] = field(default_factory=lambda: defaultdict(list))
    _emails: dict[tuple[TableKind, str], Entry] = field(default_factory=dict)

    _own_links: dict[tuple[TableKind, str], Links] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Book":
        """A book of these entries; of two with one id the later one counts."""
        book = cls()
        for entry in entries:
            book._ids[entry.kind, _comparable(entry.native_id)] = entry
            for name in {_folded(entry.title), _short(entry.title)}:
                book._names[entry.kind, name].append(entry)
            for email in entry.emails:
                book._emails[entry.kind, email] = entry
        return book

    def links_of(self, entry: Entry) -> Links:
        """What the entry names; where it names no company or contact, those of its deals and contacts."""
        companies, contacts, deals = (tuple(self._direct(kind, entry)) for kind in ("company", "contact", "deal"))
        beside = self._beside((*deals, *contacts))
        contacts = () if entry.kind == "contact" else contacts or beside.contacts
        return Links(companies or beside.companies, contacts, deals)

    def _beside(self, links: Iterable[Link]) -> Links:
        """What the records behind these links name themselves."""
        found = [self._cached(link.entry) for link in links if link.entry]
        return Links(
            _once(link for each in found for link in each.companies),
            _once(link for each in found for link in each.contacts),
        )

    def person(self, told: str, role: Role) -> Person | None:
        """Who an owner or author column names, be it by name, address or id; None for an id nobody bears."""
        told = one_line(told, 200)
        email = next(iter(emails_in(told)), None)
        user = self._emails.get(("user", email or "")) or self._ids.get(("user", _comparable(told)))
        if user:
            return Person(user.title, role, next(iter(user.emails), email))
        if _ID_LIKE.fullmatch(told) or not told:
            return None
        name = re.sub(r"\s*[(<\[]?[^\s(<\[]+@[^\s)>\]]+[)>\]]?", "", told).strip() if email else told
        return Person(name or told, role, email)

    def _cached(self, entry: Entry) -> Links:
        key = (entry.kind, entry.native_id)
        if key not in self._own_links:
            self._own_links[key] = self._own(entry)
        return self._own_links[key]

    def _own(self, entry: Entry) -> Links:
        companies, contacts = (tuple(self._direct(kind, entry)) for kind in ("company", "contact"))
        return Links(companies, contacts if entry.kind != "contact" else ())

    def _direct(self, kind: TableKind, entry: Entry) -> Iterator[Link]:
        """Records of a kind that an entry names itself, each once, never itself."""
        id_role, name_role = _ROLES[kind]
        found = self._with_ids(kind, entry.told.get(id_role, ()))
        links = [Link(e.title, e) for e in (*found, *self._anything(kind, entry)) if e]
        if not links or None in found:
            links += [self._named(kind, name) for name in _several(entry.told.get(name_role, ()), r"\s*;\s*")]
        if kind == "contact":
            links += self._addressed(entry)
        yield from (link for link in _once(links) if link.name and link.entry is not entry)

    def _with_ids(self, kind: TableKind, cells: Sequence[str]) -> list[Entry | None]:
        """The record of each id in these cells; None for one that nobody bears."""
        return [self._ids.get((kind, _comparable(each))) for each in _several(cells, r"[;,\s]+")]

    def _addressed(self, entry: Entry) -> list[Link]:
        """Contacts whose mail address an entry names."""
        return [Link(e.title, e) for a in entry.told.get("contact_emails", ()) if (e := self._with_address(a))]

    def _anything(self, kind: TableKind, entry: Entry) -> Iterator[Entry]:
        """What columns name that may point to any kind of record (`WhatId`, `ParentId`, `Related To`)."""
        for each in _several((*entry.told.get("any_ids", ()), *entry.told.get("any", ())), r"\s*;\s*"):
            named = self._names.get((kind, _folded(each)), [])
            found = self._ids.get((kind, _comparable(each))) or (named[0] if len(named) == 1 else None)
            if found:
                yield found

    def _named(self, kind: TableKind, told: str) -> Link:
        """The record of this name, if just one bears it; an id in a name column is looked up as one."""
        told = one_line(told, 300)
        if entry := self._ids.get((kind, _comparable(told))):
            return Link(entry.title, entry)
        email = next(iter(emails_in(told)), None)
        if email and (entry := self._emails.get((kind, email))):
            return Link(entry.title, entry)
        name = re.sub(r"\s*[(<]\s*(?:[^()<>\s]+@[^()<>\s]+|\d+)\s*[)>]$", "", told).strip()
        for folded in (_folded(name), _short(name)):
            if len(found := self._names.get((kind, folded), [])) == 1:
                return Link(found[0].title, found[0])
        return Link("" if _ID_LIKE.fullmatch(name) else name, None, email)

    def _with_address(self, told: str) -> Entry | None:
        return next((e for a in emails_in(told) if (e := self._emails.get(("contact", a)))), None)


def _comparable(told: str) -> str:
    """An id to compare: the last three of Salesforce's 18 characters only spell the case of the others."""
    told = re.sub(r"\.0$", "", told.strip())
    return told[:15] if _SALESFORCE_ID.fullmatch(told) and not told.isdecimal() else told


def _several(cells: Sequence[str], separator: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for cell in cells for part in re.split(separator, cell) if part.strip()))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _short(name: str) -> str:
    """A company's name without its legal form."""
    return _LEGAL_FORM.sub("", _folded(name))


def _once(links: Iterable[Link]) -> tuple[Link, ...]:
    kept: dict[str, Link] = {}
    for link in links:
        kept.setdefault(_short(link.name) if link.entry is None else f"{link.entry.kind}:{link.entry.native_id}", link)
    known = {_short(link.name) for link in kept.values() if link.entry}
    return tuple(link for link in kept.values() if link.entry or _short(link.name) not in known)
