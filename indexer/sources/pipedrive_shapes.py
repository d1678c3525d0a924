"""Pipedrive's records → entries such as the rows of its exports give, so that both make like documents. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from indexer.sources.crm_entries import Entry, entries_of
from indexer.sources.crm_headers import Layout, columns_of, emails_at, key_of, phones_at
from indexer.sources.crm_words import TableKind
from indexer.sources.loose import Record, flag, record, records, string
from indexer.sources.tables import Row, Table
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
    for shape in [Shape(path, cast(TableKind, kind), word, fields, scope)]
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
    """A field as Pipedrive describes it; a deleted one, or one of a kind that is no text, is nobody's own."""
    choices = {string(each.get("id")): one_line(string(each.get("label"))) for each in records(told.get("options"))}
    key, label = string(told.get("key")), one_line(string(told.get("name")), 80)
    right = string(told.get("field_type")) in _TYPES and told.get("active_flag") is not False
    return Field(key, label, choices, right and bool(label) and key_of(label) not in _TAKEN)


def user_of(told: Record) -> str:
    """`Miriam Özdemir <miriam@firma.example>`"""
    name, email = string(told.get("name")), string(told.get("email"))
    return f"{name} <{email}>" if email else name


def is_gone(told: Record) -> bool:
    """Whether a record says that it was deleted."""
    return flag(told.get("is_deleted")) or told.get("active_flag") is False or told.get("status") == "deleted"


def entry_of(shape: Shape, found: Record, words: Words) -> Entry:
    """The entry of a record: what it tells are the columns of an export's row."""
    cells = {"id": string(found.get("id"))} | {name: value for name, value in _cells(shape, found, words) if value}
    for each in (each for each in words.fields.values() if each.own):
        value = _chosen(record(found.get("custom_fields")).get(each.key, found.get(each.key)), each.choices)
        if value:
            cells.setdefault(each.label, value)
    keys = [key_of(header) for header in cells]
    layout = Layout(shape.kind, "pipedrive", columns_of(keys, shape.kind), emails_at(keys), phones_at(keys))
    table = Table(shape.word, tuple(cells), (Row(1, tuple(cells.values())),))
    entry = next(entries_of(table, layout, day_first=False))
    return replace(entry, title=entry.title or shape.word.capitalize())


def _cells(shape: Shape, found: Record, words: Words) -> Iterator[tuple[str, str]]:
    """Column and value of all that a record tells."""
    for name in ("name", "first_name", "last_name", "job_title", "website", "subject", "content", "update_time"):
        yield name, string(found.get(name))
    yield "add_time", string(found.get("add_time"))
    yield "owner", words.users.get(string(found.get("owner_id")), "")
    yield "email", "; ".join(_values(found, "emails", "email"))
    yield "phone", "; ".join(_values(found, "phones", "phone"))
    yield "Address", _chosen(found.get("address"), {})
    yield "labels", _labels(found, words)
    yield "deal_id", string(found.get("deal_id"))
    yield "organization_id", _number(found.get("org_id"))
    yield "person_id", ";".join(_persons(found))
    yield "lead", string(record(found.get("lead")).get("title"))
    yield "is_archived", "true" if flag(found.get("is_archived")) else ""
    if shape.kind not in ("note", "activity"):  # those are seen by whoever sees what they belong to
        reach = string(found.get("visible_to"))
        yield "is_private", "" if reach == words.everyone or (not reach and words.trusting) else "true"
    yield from _own_cells(shape, found, words)


def _own_cells(shape: Shape, found: Record, words: Words) -> Iterator[tuple[str, str]]:
    """What only deals, notes or activities tell."""
    if shape.kind == "deal":
        yield "title", string(found.get("title"))
        yield "status", string(found.get("status"))
        yield "stage", words.stages.get(string(found.get("stage_id")), "")
        yield "Currency", string(found.get("currency")) if found.get("value") else ""
        for name in ("value", "expected_close_date", "lost_reason", "probability"):
            yield name.replace("_", " ").capitalize(), string(found.get(name))
    elif shape.kind == "note":
        yield "user", user_of(record(found.get("user"))) or words.users.get(string(found.get("user_id")), "")
    elif shape.kind == "activity":
        yield "creator", words.users.get(string(found.get("creator_user_id")), "")
        yield "activity_note", string(found.get("note"))
        yield "description", string(found.get("public_description"))
        yield "type", string(found.get("type")).replace("_", " ").capitalize()
        yield "done", "Done" if flag(found.get("done")) else "To do"
        yield "due_date", string(found.get("due_date"))
        yield "Location", _chosen(found.get("location"), {})


def _values(found: Record, *names: str) -> list[str]:
    """Addresses or numbers, the main one first."""
    told = [each for name in names for each in records(found.get(name))]
    told.sort(key=lambda each: not flag(each.get("primary")))
    return [value for each in told if (value := string(each.get("value")).strip())]


def _number(value: object) -> str:
    """An id, which some answers give with the record it belongs to."""
    return string(record(value).get("value")) if isinstance(value, dict) else string(value)


def _persons(found: Record) -> list[str]:
    """Everybody an activity is with; of other records the one person."""
    told = [_number(found.get("person_id")), *(_number(p.get("person_id")) for p in records(found.get("participants")))]
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


def named_in(entry: Entry) -> list[tuple[str, str]]:
    """Kind and id of the records that an entry names."""
    kinds = ("deal", "company", "contact")
    return [(kind, number) for kind in kinds for number in entry.first(f"{kind}_ids").split(";") if number.isdecimal()]


def slim(entry: Entry) -> Entry:
    """What others need of a record: its name, its addresses, who may see it, and what it belongs to."""
    kept = {"domain", "private", "company_ids", "contact_ids"}
    return replace(
        entry, told={role: values for role, values in entry.told.items() if role in kept}, rest=(), phones=()
    )
