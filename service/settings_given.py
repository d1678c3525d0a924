"""A settings file and SIGNPOST_* variables → one nested record of what was set, and every mistake on the way."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

PREFIX = "SIGNPOST_"
ELSEWHERE = {"SIGNPOST_CONFIG"}
"""Variables that are ours and no settings."""
MOST_TABLES = 100
Where = tuple[str | int, ...]
_SECRETS = re.compile(r"(passw|secret|token|credential)(?!\w*_(file|url)$)", re.IGNORECASE)


@dataclass(slots=True)
class Given:
    """What was set, nested as the models are. `variables` says which of it came from which variable."""

    values: dict[str, Any] = field(default_factory=dict)
    variables: dict[Where, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_file(path: Path) -> Given:
    """What the TOML file sets. A secret in it is a mistake and is left out."""
    try:
        values = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return Given(problems=[f"There is no settings file {path}. Write one with: signpost init"])
    except UnicodeDecodeError as fault:
        return Given(problems=[f"{path} is not UTF-8 (byte {fault.start}). Save it as UTF-8."])
    except tomllib.TOMLDecodeError as fault:
        return Given(problems=[f"{path} cannot be read: {fault}."])
    except OSError as fault:
        return Given(problems=[f"{path} cannot be read: {fault.strerror}."])
    return Given(values, problems=list(_without_secrets(values, path)))


def _without_secrets(values: dict[str, Any], path: Path, table: str = "", top: str = "") -> Iterator[str]:
    for name, told in list(values.items()):
        for number, below in enumerate(_tables_in(told), 1):
            inherited = table if isinstance(told, dict) else str(number)
            called = str(below.get("name") or below.get("user") or below.get("kind") or inherited)
            yield from _without_secrets(below, path, table if name == "options" else called, top or name)
        if _SECRETS.search(name) and not isinstance(told, dict | list):
            del values[name]
            yield f"{path.name}: `{name}` does not belong in this file. {_where_secrets_go(top, name, table or 'NAME')}"


def _where_secrets_go(top: str, name: str, table: str) -> str:
    secret = "password" if top != "sources" else "webhook_secret" if "webhook" in name else "token"
    return (
        f"Put it into the variable {variable(top if top == 'sources' else 'mailboxes', table, secret)}, or into a file "
        f"that {secret}_file names, or into the keyring."
    )


def _tables_in(told: Any) -> list[dict[str, Any]]:
    return [below for below in (told if isinstance(told, list) else [told]) if isinstance(below, dict)]


def variable(*where: object) -> str:
    """The name of the variable that sets this: `SIGNPOST_MAILBOXES__SALES__PASSWORD`."""
    return PREFIX + "__".join(_part(str(part)) for part in where)


def _part(name: str) -> str:
    """A name as it stands in a variable: `tom@example.com` → `TOM_EXAMPLE_COM`."""
    return re.sub(r"[\W_]+", "_", name).strip("_").upper()


def add_variables(given: Given, environ: Mapping[str, str], model: type[BaseModel]) -> None:
    """Lay the variables over what the file sets. An empty one counts as not set."""
    for name, text in sorted(environ.items()):
        upper = name.upper()
        if not upper.startswith(PREFIX) or upper in ELSEWHERE or not text:
            continue
        where, fieldinfo = _meant(upper.removeprefix(PREFIX).split("__"), model, given.values)
        if fieldinfo is None:
            given.problems.append(f"{name} sets nothing.{_nearest(upper, model, given.values)}")
            continue
        try:
            _put(given.values, where, _parsed(text, fieldinfo))
            given.variables[where] = name
        except ValueError as fault:
            given.problems.append(f"{name} is no JSON: {fault}.")


def add_options(given: Given, options: Mapping[str, Mapping[str, Any]]) -> None:
    """Lay options of the command line, such as {"web": {"port": 8025}}, over all else; None counts as not given."""
    for table, told in options.items():
        for name, value in told.items():
            if value is not None:
                _put(given.values, (table, name), value)
                given.variables[(table, name)] = f"--{name}"


def _meant(parts: list[str], model: type[BaseModel], values: Any) -> tuple[Where, FieldInfo | None]:
    """The place a variable's parts lead to, and the field there; None where they lead nowhere."""
    name = parts[0].lower()
    info = model.model_fields.get(name)
    inner = model_in(info) if info else None
    if info is None or inner is None or len(parts) == 1:
        return (name,), info if len(parts) == 1 else None
    below = values.get(name) if isinstance(values, dict) else None
    if is_list(info):
        return _meant_in(parts, inner, below if isinstance(below, list) else [])
    where, found = _meant(parts[1:], inner, below)
    return (name, *where), found


def _meant_in(parts: list[str], inner: type[BaseModel], tables: list[Any]) -> tuple[Where, FieldInfo | None]:
    """The same inside a list of tables, the second part being which one."""
    name, number = parts[0].lower(), _numbered(parts[1], tables)
    if number is None or len(parts) == 2:
        return (name,), None
    where, found = _meant(parts[2:], inner, tables[number] if number < len(tables) else {})
    return (name, number, *where), found


def _numbered(part: str, tables: list[Any]) -> int | None:
    """Which table of a list is meant: by its number from 0, or by its name."""
    if part.isdecimal():
        return int(part) if int(part) < MOST_TABLES else None
    names = _names(tables)
    return names.index(part) if part in names else None


def called(table: Mapping[str, Any]) -> str:
    """What a table of a list is called where it does not say so itself: by its user, its file or its kind."""
    return str(table.get("name") or table.get("user") or Path(str(table.get("path") or table.get("kind") or "")).stem)


def _names(tables: list[Any]) -> list[str]:
    """The tables' names as they stand in variables; those that several have with their kind before them."""
    told = [table if isinstance(table, dict) else {} for table in tables]
    names = [_part(called(table)) for table in told]
    return [
        _part(f"{table.get('kind')}_{name}") if name and names.count(name) > 1 else name
        for table, name in zip(told, names, strict=True)
    ]


def _put(values: dict[str, Any], where: Where, told: Any) -> None:
    place: Any = values
    for step, following in pairwise(where):
        if isinstance(step, int):
            place.extend({} for _ in range(step + 1 - len(place)))
            place = place[step]
        else:
            empty: Any = [] if isinstance(following, int) else {}
            place = place.setdefault(step, empty)
        if not isinstance(place, dict | list):
            return
    place[where[-1]] = told


def _parsed(text: str, info: FieldInfo) -> Any:
    """Lists may be written with commas or as JSON, tables as JSON; the rest is checked as text."""
    if info.annotation is dict or str(info.annotation).startswith("dict") or model_in(info):
        return json.loads(text)
    if is_list(info):
        return json.loads(text) if text.lstrip().startswith("[") else [part.strip() for part in text.split(",")]
    return text


def model_in(info: FieldInfo) -> type[BaseModel] | None:
    """The model of a table, or of each table of a list; None where the field holds a plain value."""
    candidates = (info.annotation, *get_args(info.annotation))
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)


def is_list(info: FieldInfo) -> bool:
    """Whether the field holds several."""
    return str(info.annotation).startswith("tuple")


def fields(model: type[BaseModel], where: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every setting with its place, such as ("replies", "enough"), in the order of the models."""
    for name, info in model.model_fields.items():
        inner = model_in(info)
        if inner is None:
            yield (*where, name), info
        else:
            yield from fields(inner, (*where, name))


def _nearest(name: str, model: type[BaseModel], values: Mapping[str, Any]) -> str:
    table = name.removeprefix(PREFIX).partition("__")[0].lower()
    info = model.model_fields.get(table)
    if info and is_list(info) and not values.get(table):
        return f" There are no [[{table}]] in the settings."
    known = (variable(*place) for where, _ in fields(model) for place in _places(where, model, values))
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""


def _places(where: tuple[str, ...], model: type[BaseModel], values: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Where a setting can be: once, or in each table of a list."""
    if not is_list(model.model_fields[where[0]]):
        yield where
        return
    told = values.get(where[0])
    for table in _names(told) if isinstance(told, list) and told else ["0"]:
        yield (where[0], table, *where[1:])


def is_secret(info: FieldInfo) -> bool:
    """Whether the field holds a secret."""
    return SecretStr in get_args(info.annotation)
