"""Salesforce's objects → entries such as the rows of its exports give, so that both make like documents. Pure."""

import base64
import binascii
from dataclasses import dataclass
from typing import cast

from indexer.sources.crm_around import Key, entry_of_columns
from indexer.sources.crm_entries import Entry
from indexer.sources.crm_words import TableKind
from indexer.sources.loose import Record, flag, record, records, string
from indexer.sources.markup import from_either

# Object, kind, how its ids begin; the fields that make its documents; behind the bar those that not every org has.
_TABLE = """
Account company 001 Name Website Description | Phone Industry Type BillingCity BillingCountry
Contact contact 003 FirstName LastName Email AccountId
  | Title Phone MobilePhone Department MailingCity MailingCountry Description
Opportunity deal 006 Name AccountId StageName IsClosed IsWon Description
  | Amount CurrencyIsoCode CloseDate Type NextStep LeadSource Probability
Note note 002 Title Body ParentId IsPrivate |
ContentNote note 069 Title | TextPreview SharingPrivacy
Task activity 00T Subject Description Status IsClosed WhoId WhatId | AccountId ActivityDate TaskSubtype Priority
Event activity 00U Subject Description WhoId WhatId IsPrivate | AccountId StartDateTime Location
"""
_COMMON = ("Id", "IsDeleted", "CreatedDate", "SystemModstamp", "LastModifiedDate")
_PEOPLE = {"OwnerId": "Owner", "CreatedById": "CreatedBy"}
_LINKED = {"001": "company", "003": "contact", "006": "deal"}
_OWN_TYPES = frozenset(
    {"string", "picklist", "multipicklist", "textarea", "combobox", "double", "int", "currency", "percent", "date"}
    | {"datetime", "email", "phone", "url"}
)
_MOST_OWN, _MOST_STAFF = 60, 50
_STAFF = ("Id", "FirstName", "LastName", "Email")


@dataclass(frozen=True, slots=True)
class Shape:
    """A type of object: what it becomes, and which fields make its documents."""

    name: str
    kind: TableKind
    prefix: str
    needed: tuple[str, ...]
    wanted: tuple[str, ...]

    def seen(self, described: Record) -> "Seen":
        """What of it the token's user may see, as Salesforce describes the object to that user."""
        told = {string(each.get("name")): each for each in records(described.get("fields"))}
        own = [name for name, each in told.items() if _is_own(name, each)]
        people = [name for name in _PEOPLE if told.get(name, {}).get("relationshipName")]
        common = [*(name for name in _COMMON if name in told), *people]
        fields = (*common, *(name for name in (*self.needed, *self.wanted) if name in told), *own[:_MOST_OWN])
        return Seen(self, fields, tuple(name for name in self.needed if name not in told))


@dataclass(frozen=True, slots=True)
class Seen:
    """An object's fields as far as they may be seen; `missing` are those that should be."""

    shape: Shape
    fields: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def stamp(self) -> str:
        """The field that says when a record was changed; files such as ContentNote have but the second one."""
        return "SystemModstamp" if "SystemModstamp" in self.fields else "LastModifiedDate"

    @property
    def beside(self) -> str:
        """SOQL for the contacts within a query for accounts."""
        fields = ", ".join(name for name in _STAFF if name in self.fields)
        return f"(SELECT {fields} FROM Contacts WHERE IsDeleted = false LIMIT {_MOST_STAFF})"

    def query(self, where: str = "", staff: "Seen | None" = None) -> str:
        """SOQL for records, the longest unchanged first; `staff` are the contacts to come with accounts."""
        named = [f"{_PEOPLE[f]}.Name, {_PEOPLE[f]}.Email" if f in _PEOPLE else f for f in self.fields]
        fields = ", ".join((*named, *([staff.beside] if staff else ())))
        condition = f"WHERE {where} " if where else ""
        return f"SELECT {fields} FROM {self.shape.name} {condition}ORDER BY {self.stamp}, Id"


def _is_own(name: str, described: Record) -> bool:
    """Whether people of the org added this field, for all who may see the record to read."""
    return flag(described.get("custom")) and string(described.get("type")) in _OWN_TYPES


def _shape(told: str) -> Shape:
    head, _, wanted = told.partition("|")
    name, kind, prefix, *needed = head.split()
    return Shape(name, cast(TableKind, kind), prefix, tuple(needed), tuple(wanted.split()))


SHAPES = {shape.name: shape for shape in map(_shape, _TABLE.strip().replace("\n  ", " ").splitlines())}
"""All that is read, in the order it is read: those whom others name come first."""


def entry_of(seen: Seen, found: Record, instance: str) -> Entry:
    """The entry of a record: its fields are the columns of an export's row, beside the link of its page."""
    shape = seen.shape
    cells = {_PEOPLE.get(name, name): _cell(found, name) for name in seen.fields if name != "IsDeleted"}
    cells["RecordUrl"] = f"{instance}/lightning/r/{shape.name}/{string(found.get('Id'))}/view"
    cells |= {name: string(found.get(name)) for name in ("Content", "LinkedEntityId")}
    cells["TextPreview"] = "" if cells["Content"] else cells.get("TextPreview", "")
    cells["Type"] = "Event" if shape.name == "Event" else cells.get("Type", "")
    private = cells.pop("SharingPrivacy", "") == "P" or flag(found.get("IsPrivate"))
    return entry_of_columns(shape.kind, "salesforce", cells | {"IsPrivate": "true" if private else ""})


def _cell(found: Record, name: str) -> str:
    if name in _PEOPLE:
        person = record(found.get(_PEOPLE[name]))
        email = string(person.get("Email"))
        return f"{string(person.get('Name'))} <{email}>" if email else string(person.get("Name"))
    value = found.get(name)
    return str(value).lower() if isinstance(value, bool) else string(value).strip()


def staff_of(found: Record, instance: str) -> list[Entry]:
    """The contacts that came with an account."""
    seen = Seen(SHAPES["Contact"], _STAFF)
    told = records(record(found.get("Contacts")).get("records"))
    return [entry_of(seen, each, instance) for each in told]


def named_in(entry: Entry) -> list[Key]:
    """The accounts, contacts and opportunities that an entry names."""
    told = ";".join(entry.first(role) for role in ("company_ids", "contact_ids", "any_ids")).split(";")
    return [(kind, number) for number in told if (kind := _LINKED.get(number[:3])) and is_id(number)]


def is_id(number: str) -> bool:
    """Whether this can be an id; they come from strangers and go into queries."""
    return len(number) == 18 and number.isalnum() and number.isascii()


def note_text(raw: bytes, preview: str) -> str:
    """The HTML of a ContentNote. It is base64 in some answers and plain in others: its preview tells which."""
    plain = raw.decode("utf-8", "replace")
    try:
        inner = base64.b64decode(raw, validate=True).decode()
    except (ValueError, binascii.Error):
        return plain
    begin = "".join(preview.split())[:20]
    return inner if begin and begin in "".join(from_either(inner).split()) else plain
