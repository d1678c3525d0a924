"""Pipedrive's records → entries such as the rows of its exports give, so that both make like documents. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from indexer.sources.crm_around import entry_of_columns
from indexer.sources.crm_entries import Entry
from indexer.sources.crm_headers import key_of
from indexer.sources.crm_words import TableKind
from indexer.sources.loose import Record, flag, record, records, string
from indexer.sources.text import one_line

# Path, kind, one of it, where its fields are described, the scope it needs.
_TABLE = """
/api/v2/organizations company organization organizationFields contacts:read
/api/v2/persons contact person personFields contacts:read
/api/v2/deals deal deal dealFields deals:read
/api/v2/deals/archived deal deal dealFields deals:read
/v1/notes note note - deals:read
/api/v2/activities activity activity - activities:read
"""
_EVERYONE = {"3", "7"}
"""What `visible_to` may call the whole company: 3 where there are no visibility groups, 7 where there are."""
_TYPES = frozenset({"varchar", "varchar_auto", "text", "double", "enum", "set", "monetary", "date", "phone", "address"})
_TAKEN = frozenset(
    {"id", "status", "deleted", "isdeleted", "private", "isprivate", "archived", "isarchived", "active", "isactive"}
    | {"inactive", "activeflag"}
)
"""What a field of people's own making must not be taken for."""


_TEXTS = (
    "name first_name last_name job_title website title status subject content deal_id org_id"
    " add_time update_time due_date"
)
_PLAIN = {name: name for name in _TEXTS.split()} | {
    "expected_close_date": "Expected close date",
    "lost_reason": "Lost reason",
    "probability": "Probability",
    "value": "Value",
    "note": "activity_note",
    "public_description": "description",
}
"""Fields that are columns as they are, under their headers."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A type of record: where it is listed, and what it becomes."""

    path: str
    kind: TableKind
    word: str
    fields: str
    scope: str

    @property
    def name(self) -> str:
        """It in a cursor: `deals/archived`."""
        return self.path.removeprefix("/api/v2/").removeprefix("/v1/")


SHAPES = {
    shape.name: shape
    for path, kind, word, fields, scope in (line.split() for line in _TABLE.strip().splitlines())
    for shape in [Shape(path, cast(TableKind, kind), word, fields.strip("-"), scope)]
}
"""All that is read, in the order it is read: those whom others name come first."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: what people call it, and its choices by their ids."""

    key: str
    label: str
    choices: Mapping[str, str]
    own: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What the ids in records stand for: users, stages, fields.

    Where it is `trusting`, a record that does not say who may see it is not private.
    """

    users: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)
    trusting: bool = False

    @property
    def everyone(self) -> str:
        """What `visible_to` says of a record that the whole company may see."""
        told = self.fields.get("visible_to")
        return max(_EVERYONE & told.choices.keys(), default="7") if told else "7"


def field_of(told: Record) -> Field:
    """A field as Pipedrive describes it. People's own ones have a key of 40 digits, and may be deleted."""
    choices = {string(each.get("id")): one_line(string(each.get("label"))) for each in records(told.get("options"))}
    key, label = string(told.get("key")), one_line(string(told.get("name")), 80)
    right = string(told.get("field_type")) in _TYPES and told.get("active_flag") is not False
    own = right and bool(label and re.fullmatch("[0-9a-f]{40}", key)) and key_of(label) not in _TAKEN
    return Field(key, label, choices, own)


def user_of(told: Record) -> str:
    """`Miriam Özdemir <miriam@firma.example>`"""
    name, email = string(told.get("name")), string(told.get("email"))
    return f"{name} <{email}>" if email else name


def is_gone(told: Record) -> bool:
    """Whether a record says that it was deleted."""
    return flag(told.get("is_deleted")) or told.get("active_flag") is False or told.get("status") == "deleted"


def entry_of(shape: Shape, found: Record, words: Words) -> Entry:
    """The entry of a record: what it tells are the columns of an export's row."""
    cells = {"id": string(found.get("id"))} | dict(_cells(shape, found, words))
    for each in (each for each in words.fields.values() if each.own):
        value = record(found.get("custom_fields")).get(each.key, found.get(each.key))
        cells.setdefault(each.label, _chosen(value, each.choices))
    return entry_of_columns(shape.kind, "pipedrive", cells)


def _cells(shape: Shape, found: Record, words: Words) -> Iterator[tuple[str, str]]:
    """Column and value of all that a record tells."""
    yield from ((header, string(found.get(name))) for name, header in _PLAIN.items())
    yield "owner", words.users.get(string(found.get("owner_id")), "")
    yield "email", "; ".join(_values(found, "emails", "email"))
    yield "phone", "; ".join(_values(found, "phones", "phone"))
    yield "Address", _chosen(found.get("address"), {})
    yield "labels", _labels(found, words)
    yield "user", user_of(record(found.get("user"))) or words.users.get(string(found.get("user_id")), "")
    yield "creator", words.users.get(string(found.get("creator_user_id")), "")
    yield "stage", words.stages.get(string(found.get("stage_id")), "")
    yield "Currency", string(found.get("currency")) if found.get("value") else ""
    yield "lead", string(record(found.get("lead")).get("title"))
    yield "type", string(found.get("type")).replace("_", " ").capitalize()
    yield "done", ("Done" if flag(found["done"]) else "To do") if "done" in found else ""
    yield "Location", _chosen(found.get("location"), {})
    yield "person_id", ";".join(_persons(found))
    yield "is_archived", "true" if flag(found.get("is_archived")) else ""
    if shape.kind not in ("note", "activity"):  # those are seen by whoever sees what they belong to
        reach = string(found.get("visible_to"))
        yield "is_private", "" if reach == words.everyone or (not reach and words.trusting) else "true"


def _values(found: Record, *names: str) -> list[str]:
    """Addresses or numbers, the main one first."""
    told = [each for name in names for each in records(found.get(name))]
    told.sort(key=lambda each: not flag(each.get("primary")))
    return [value for each in told if (value := string(each.get("value")).strip())]


def _persons(found: Record) -> list[str]:
    """Everybody an activity is with; of other records the one person."""
    told = (string(each.get("person_id")) for each in (found, *records(found.get("participants"))))
    return [number for number in dict.fromkeys(told) if number]


def _labels(found: Record, words: Words) -> str:
    choices = next((f.choices for name in ("label_ids", "label") if (f := words.fields.get(name))), {})
    ids = found.get("label_ids")
    return ";".join(choices.get(string(each), "") for each in ids) if isinstance(ids, list) else ""


def _chosen(value: object, choices: Mapping[str, str]) -> str:
    """A value as people read it: the labels of choices, the amount with its currency, the address as one line."""
    if isinstance(value, list):
        return ", ".join(filter(None, (_chosen(each, choices) for each in value)))
    if isinstance(value, dict):
        return " ".join(filter(None, (string(value.get("value")), string(value.get("currency")))))
    return choices.get(string(value), string(value).strip())
