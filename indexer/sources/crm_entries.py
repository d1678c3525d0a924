"""Rows of a CRM table → entries: what each row tells, by role, with an id that stays the same. Pure."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from indexer.sources.crm_headers import Layout, key_of, label_of
from indexer.sources.crm_words import TableKind
from indexer.sources.loose import flag
from indexer.sources.markup import from_either
from indexer.sources.tables import Row, Table
from indexer.sources.text import emails_in, first_line, one_line

_KEY_ROLES: Mapping[TableKind, tuple[str, ...]] = {
    "contact": ("title", "first", "last", "companies"),
    "company": ("title", "domain"),
    "deal": ("title", "companies", "company_ids", "created"),
    "note": (
        "title",
        "body",
        "date",
        "created",
        "companies",
        "company_ids",
        "contacts",
        "contact_ids",
        "deals",
        "any_ids",
    ),
    "activity": ("title", "type", "body", "date", "created", "companies", "contacts", "deals", "any_ids"),
    "user": ("title", "first", "last"),
}
# A spreadsheet that was given a long id as a number writes 7.08646E+09 back: the id is lost.
_DAMAGED = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
_MACHINE = re.compile(
    r"\w*(ids?|guid|uuid|stamp|hash|geocodeaccuracy|photourl)|(last)?(viewed|referenced)date|masterrecord\w*"
    r"|(email|phone|address|website|relation|organization|event|im)\d?(type|label|displayname)|\w*(password|token|secret|session|apikey)\w*"
)
_OPAQUE = re.compile(r"\S{60,}|(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9]{15}([A-Za-z0-9]{3})?|[0-9a-fA-F-]{32,36}")
_EMPTY_WORDS = frozenset(
    {"", "true", "false", "yes", "no", "0", "0.0", "n/a", "null", "none", "-", "--", "* mycontacts"}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row tells. `told` maps a role to the non-empty values of its columns, `rest` is what has no role.

    `stated` says whether `native_id` is the product's own, which alone can open a page there.
    """

    kind: TableKind
    product: str
    native_id: str
    stated: bool
    title: str
    told: Mapping[str, tuple[str, ...]]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    rest: tuple[tuple[str, str], ...]
    place: str
    day_first: bool = False

    def first(self, role: str) -> str:
        """The most telling value of a role, or nothing."""
        values = self.told.get(role, ())
        return values[0] if values else ""

    def says(self, role: str) -> bool:
        """Whether a yes-or-no column of this role says yes."""
        return flag(self.first(role))


def entries_of(table: Table, layout: Layout, day_first: bool) -> Iterator[Entry]:
    """An entry a row; a row that the product marks as deleted is left out."""
    used = {i for positions in layout.columns.values() for i in positions} | {*layout.emails, *layout.phones}
    spare = [
        (i, label_of(header, layout.kind))
        for i, header in enumerate(table.headers)
        if i not in used and not _MACHINE.fullmatch(key_of(header)) and not header.lower().startswith("hs_")
    ]
    for row in table.rows:
        entry = _entry(row, layout, spare, f"{table.file}, row {row.number}", day_first)
        if not entry.says("deleted") and entry.first("state").casefold() != "deleted":
            yield entry


def _entry(row: Row, layout: Layout, spare: list[tuple[int, str]], place: str, day_first: bool) -> Entry:
    told = _told(row, layout)
    emails = tuple(dict.fromkeys(e for i in layout.emails for e in emails_in(row.cells[i])))
    phones = tuple(dict.fromkeys(one_line(row.cells[i], 60) for i in layout.phones if row.cells[i]))
    stated = one_line(told.get("id", ("",))[0], 200)
    native = "" if _DAMAGED.fullmatch(stated) else re.sub(r"\.0$", "", stated)
    return Entry(
        kind=layout.kind,
        product=layout.product,
        native_id=native or _digest(layout.kind, told, emails),
        stated=bool(native),
        title=_title(layout.kind, told, emails, phones),
        told=told,
        emails=emails,
        phones=phones,
        rest=tuple((header, row.cells[i]) for i, header in spare if _worth(row.cells[i])),
        place=place,
        day_first=day_first,
    )


def _told(row: Row, layout: Layout) -> dict[str, tuple[str, ...]]:
    """The values of each role, the most telling first; no role without one."""
    told = {role: tuple(row.cells[i] for i in at if row.cells[i]) for role, at in layout.columns.items()}
    return {role: values for role, values in told.items() if values}


def _digest(kind: TableKind, told: Mapping[str, tuple[str, ...]], emails: tuple[str, ...]) -> str:
    """An id made of the columns that tell one record from another and seldom change; a contact's is its address."""
    parts = [emails[0]] if kind == "contact" and emails else [" ".join(told.get(r, ())) for r in _KEY_ROLES[kind]]
    return "h" + hashlib.sha256("\x1f".join(" ".join(p.casefold().split()) for p in parts).encode()).hexdigest()[:16]


def _title(
    kind: TableKind, told: Mapping[str, tuple[str, ...]], emails: tuple[str, ...], phones: tuple[str, ...]
) -> str:
    named = one_line(told.get("title", ("",))[0])
    if kind in ("contact", "user"):
        parts = (told[role][0] for role in ("first", "middle", "last") if role in told)
        return one_line(" ".join(parts)) or named or next(iter((*emails, *phones)), "")
    if kind in ("note", "activity") and not named:
        return first_line(from_either(told.get("body", ("",))[0]))
    return named


def _worth(value: str) -> bool:
    """Whether a value without a role says anything to a reader: no flags, no ids, no keys."""
    return value.casefold() not in _EMPTY_WORDS and not _OPAQUE.fullmatch(value)
