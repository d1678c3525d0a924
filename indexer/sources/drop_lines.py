"""Lines of JSON in the plain form of a document (docs/drop-folder.md) → documents, or a sentence each. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Literal, cast, get_args

from indexer.documents import EVERYONE, PRIVATE, Customer, Document, Kind, Person, Role, Section, Status
from indexer.errors import UnknownExport
from indexer.sources.contents import Placed
from indexer.sources.dates import when
from indexer.sources.loose import Record, record, string
from indexer.sources.markup import from_either
from indexer.sources.text import domain_of, emails_in, first_line, one_line, web_link

FIELDS = (
    *("id", "kind", "title", "url", "text", "sections", "people", "customers", "parent", "lane"),
    *("status", "labels", "fields", "created", "updated", "visibility"),
)
"""What a line may say."""
_SECTION = ("text", "kind", "url", "author", "at")
_PERSON = ("name", "role", "email")
_CUSTOMER = ("name", "id", "domains")
_SectionKind = Literal["body", "comment", "checklist", "field"]
_MOST_TOLD = 5


class Wrong(ValueError):
    """A line that is no document; `str()` goes on after the place where it stands."""


def documents_in(text: str, file: str, name: str, visibility: str) -> tuple[list[Placed], list[str]]:
    """The documents of a file, with ids that begin with `name`, and a sentence for each of the first wrong lines.

    `visibility` counts where a line states none. Raises UnknownExport for what is JSON, but not line by line.
    """
    if text.lstrip()[:1] == "[":
        raise UnknownExport(f"{file} is one list. Write one object a line, without commas between them (JSONL).")
    placed: list[Placed] = []
    wrong: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            if line.strip():
                placed.append(Placed(document_of(line, name, visibility), f"{file}, line {number}"))
        except Wrong as problem:
            wrong.append(f"{file}, line {number}: {problem}. The line was left out.")
    more = [f"{file}: {len(wrong) - _MOST_TOLD} more lines are wrong."] if len(wrong) > _MOST_TOLD else []
    return placed, wrong[:_MOST_TOLD] + more


def document_of(line: str, name: str, visibility: str) -> Document:
    """The document that a line tells. Raises Wrong."""
    told = _object(line)
    _known(told, FIELDS, "a line")
    kind = cast(Kind, _choice(told, "kind", get_args(Kind), "note"))
    sections = tuple(_sections(told))
    title = one_line(_text(told, "title")) or first_line(next((each.text for each in sections), ""))
    if not title:
        raise Wrong('it has neither "title" nor "text", so there is nothing to find')
    return Document(
        id=f"{name}:{kind}:{_native_id(told)}",
        kind=kind,
        title=title,
        url=_link(told),
        sections=sections,
        parent=one_line(_text(told, "parent"), 200),
        lane=one_line(_text(told, "lane"), 200),
        status=cast(Status, _choice(told, "status", get_args(Status), "open")),
        labels=tuple(dict.fromkeys(one_line(each, 100) for each in _texts(told, "labels"))),
        fields=tuple(_fields(told)),
        people=tuple(dict.fromkeys(_person(each) for each in _list(told, "people"))),
        customers=tuple(dict.fromkeys(_customer(each) for each in _list(told, "customers"))),
        created_at=_time(told, "created"),
        updated_at=_time(told, "updated") or _time(told, "created"),
        visibility=_visibility(told, visibility),
    )


def _object(line: str) -> Record:
    try:
        told = json.loads(line)
    except json.JSONDecodeError as problem:
        raise Wrong(f"it is no JSON at column {problem.colno} ({problem.msg})") from None
    except (RecursionError, ValueError):  # nested too deep, or a number of thousands of digits
        raise Wrong("it is no JSON that a document could be") from None
    if not isinstance(told, dict):
        raise Wrong("it is no object; write {…}")
    return told


def _known(told: Mapping[str, object], names: tuple[str, ...], what: str) -> None:
    """A name that is not known may be a slip, even of "visibility". Names that begin with `_` are nobody's business."""
    for name in told:
        if name not in names and not name.startswith("_"):
            near = get_close_matches(name, names, 1, 0.6)
            hint = f'did you mean "{near[0]}"?' if near else f"{what} may have {', '.join(names)}"
            raise Wrong(f"{_shown(name)} is unknown ({hint})")


def _choice(told: Mapping[str, object], name: str, choices: tuple[str, ...], default: str) -> str:
    value = told.get(name, default)
    if not isinstance(value, str) or value not in choices:
        raise Wrong(f'"{name}" is {_shown(value)}; it may be {", ".join(choices)}')
    return value


def _native_id(told: Mapping[str, object]) -> str:
    value = one_line(string(told.get("id")), 300)
    if not value:
        raise Wrong('it has no "id"; give it one that stays when the rest changes')
    return value


def _text(told: Mapping[str, object], name: str) -> str:
    value = told.get(name)
    if value is not None and not isinstance(value, str):
        raise Wrong(f'"{name}" is {_shown(value)}; it has to be a text')
    return value or ""


def _list(told: Mapping[str, object], name: str) -> list[object]:
    value = told.get(name)
    if value is not None and not isinstance(value, list):
        raise Wrong(f'"{name}" is {_shown(value)}; it has to be a list')
    return value or []


def _texts(told: Mapping[str, object], name: str) -> list[str]:
    values = [each for each in _list(told, name) if each != ""]
    if wrong := [each for each in values if not isinstance(each, str)]:
        raise Wrong(f'"{name}" holds {_shown(wrong[0])}; it has to be a list of texts')
    return [str(each) for each in values]


def _link(told: Mapping[str, object]) -> str:
    value = _text(told, "url")
    if value and not web_link(value):
        raise Wrong(f'"url" is {_shown(value)}; it has to begin with https:// or http://')
    return web_link(value)


def _time(told: Mapping[str, object], name: str) -> datetime | None:
    value = told.get(name)
    if value is None or value == "":
        return None
    at = when(string(value))
    if at is None:
        raise Wrong(f'"{name}" is {_shown(value)}; write a time such as 2026-03-02T09:00:00Z')
    return at


def _visibility(told: Mapping[str, object], default: str) -> str:
    value = told.get("visibility", default)
    if value in (EVERYONE, PRIVATE) or (isinstance(value, str) and re.fullmatch(r"group:\S{1,100}", value)):
        return str(value)
    raise Wrong(f'"visibility" is {_shown(value)}; it may be everyone, private, or group: and a name')


def _sections(told: Record) -> Iterator[Section]:
    if text := from_either(_text(told, "text")):
        yield Section(text)
    for each in _list(told, "sections"):
        part = _part(each, _SECTION, "sections", "text")
        text = from_either(_text(part, "text"))
        kind = cast(_SectionKind, _choice(part, "kind", get_args(_SectionKind), "body"))
        if text:
            author = one_line(_text(part, "author"), 100) or None
            yield Section(text, kind, _link(part) or None, author, _time(part, "at"))


def _part(value: object, names: tuple[str, ...], of: str, main: str) -> Record:
    """An object inside a list; a bare text is its main part."""
    if isinstance(value, str):
        return {main: value}
    if not isinstance(value, dict) or not value.get(main):
        raise Wrong(f'"{of}" holds {_shown(value)}; write a text, or an object with "{main}"')
    _known(value, names, f'an object in "{of}"')
    return value


def _person(value: object) -> Person:
    part = _part(value, _PERSON, "people", "name")
    told = _text(part, "email")
    email = next(iter(emails_in(told)), None)
    if told and not email:
        raise Wrong(f'"email" is {_shown(told)}, which is no mail address')
    role = cast(Role, _choice(part, "role", get_args(Role), "contact"))
    return Person(one_line(_text(part, "name"), 100), role, email)


def _customer(value: object) -> Customer:
    part = _part(value, _CUSTOMER, "customers", "name")
    domains = tuple(dict.fromkeys(filter(None, map(domain_of, _texts(part, "domains")))))
    return Customer(one_line(_text(part, "name"), 200), one_line(string(part.get("id")), 100), domains)


def _fields(told: Record) -> Iterator[tuple[str, str]]:
    if not isinstance(told.get("fields", {}), dict):
        raise Wrong(f'"fields" is {_shown(told["fields"])}; it has to be an object of texts')
    for name, value in record(told.get("fields")).items():
        if value is not None and not isinstance(value, str | int | float):
            raise Wrong(f'"fields" holds {_shown(value)}; it has to be an object of texts')
        text = one_line("yes" if value is True else "no" if value is False else string(value), 1000)
        if one_line(name, 100) and text:
            yield one_line(name, 100), text


def _shown(value: object) -> str:
    return one_line(json.dumps(value, ensure_ascii=False, default=str), 60)
