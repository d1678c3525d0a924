"""What the models found wrong → sentences that name the setting, what it has to be, and the nearest known one."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from service.settings_given import Given, Where, fields, is_list, model_in

_KINDS = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "finite": "a number",
    "string": "a text in quotes",
    "path": "a path in quotes",
    "dict": "a table",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


def sentences(fault: ValidationError, given: Given, file: str, model: type[BaseModel]) -> Iterator[str]:
    """One sentence for each mistake."""
    for error in fault.errors():
        if error["type"] != "default_factory_not_called":
            says = f"{_place(error['loc'], given, file)} {_says(error, model)}"
            yield says if says.endswith("?") else f"{says}."


def _place(where: Where, given: Given, file: str) -> str:
    """`signpost.toml: [replies] enough`, or the variable that the value came from."""
    for length in range(len(where), 0, -1):
        if where[:length] in given.variables:
            return given.variables[where[:length]]
    while len(where) > 2 and isinstance(where[-1], int):
        where = where[:-1]  # an item of a list is told by the list's name
    table, name = where[:-1], where[-1]
    if not table:
        return f"{file}: {name}"
    if isinstance(name, int):
        return f"{file}: {_table(where, given.values)}"
    return f"{file}: {_table(table, given.values)} {name}"


def _table(where: Where, values: Mapping[str, Any]) -> str:
    """`[replies]`, or a table of a list with its name: `[[mailboxes]] sales`."""
    if len(where) < 2 or not isinstance(where[1], int):
        return f"[{where[0]}]"
    told = values[str(where[0])][where[1]]
    name = (told.get("name") or told.get("user") or told.get("path")) if isinstance(told, dict) else None
    inside = "".join(f" {part}" for part in where[2:])
    return f"[[{where[0]}]] {name or f'number {where[1] + 1}'}:{inside}"


def _says(error: ErrorDetails, model: type[BaseModel]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"is no setting{_nearest(error['loc'], model)}"
    if kind == "missing":
        return f"is missing{_example(error['loc'], model)}"
    if kind == "signpost":
        return str(context["says"])
    if kind == "literal_error":
        return f"has to be {_or(context['expected'])}, not {_shown(error['input'])}"
    return f"has to be {_wanted(error, model)}, not {_shown(error['input'])}"


def _wanted(error: ErrorDetails, model: type[BaseModel]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind in _BOUNDS:
        word, name = _BOUNDS[kind]
        return f"{word} {context[name]:g}"
    if kind in ("tuple_type", "too_short"):
        tables = any(where[:1] == error["loc"][:1] and len(where) > 1 for where, _ in fields(model))
        many = tables and len(error["loc"]) == 1
        return f"a list of tables, each headed [[{error['loc'][0]}]]" if many else 'a list of texts, as in ["…"]'
    if kind in ("model_type", "model_attributes_type"):
        return f"a table, headed [{error['loc'][0]}]"
    if kind == "string_too_short":
        return "more than nothing"
    if kind == "string_pattern_mismatch":
        return _allowed(error["loc"])
    return _KINDS.get(kind.partition("_")[0], error["msg"])


def _allowed(where: Where) -> str:
    if where[-1] == "visibility":
        return '"everyone", "group:NAME" or "private"'
    return 'a language code such as "en"'


def _or(expected: str) -> str:
    return expected.replace("'", '"')


def _shown(told: Any) -> str:
    if isinstance(told, dict):
        return "a single table"
    text = f'"{told}"' if isinstance(told, str) else str(told).lower() if isinstance(told, bool) else str(told)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _nearest(where: Where, model: type[BaseModel]) -> str:
    """Where the setting belongs if it stands in the wrong table, or the one with the most similar name."""
    name, table = str(where[-1]), _tables_above(where)
    places = [(place[:-1], place[-1]) for place, _ in fields(model)]
    elsewhere = [place for place, known in places if known == name]
    if len(elsewhere) == 1:
        return f" here; it belongs to {_heading(elsewhere[0], model)}"
    here = [known for place, known in places if place == table] + ([] if table else list(model.model_fields))
    return _alike(name, here, [known for _, known in places])


def _tables_above(where: Where) -> tuple[str, ...]:
    return tuple(part for part in where[:-1] if isinstance(part, str))


def _alike(name: str, here: list[str], anywhere: list[str]) -> str:
    near = get_close_matches(name, here, n=1, cutoff=0.5) or get_close_matches(name, anywhere, n=1)
    return f". Did you mean {near[0]}?" if near else f". There are {', '.join(here)}"


def _heading(place: tuple[str, ...], model: type[BaseModel]) -> str:
    if not place:
        return "the top of the file"
    return f"[[{place[0]}]]" if is_list(model.model_fields[place[0]]) else f"[{place[0]}]"


def _example(where: Where, model: type[BaseModel]) -> str:
    inside: type[BaseModel] | None = model
    for part in where[:-1]:
        if isinstance(part, str) and inside:
            inside = model_in(inside.model_fields[part])
    told = inside.model_fields[str(where[-1])].examples if inside else None
    return f', for example {where[-1]} = "{told[0]}"' if told else ""
