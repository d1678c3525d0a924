"""The OpenAPI schema as a page of reference shows it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing to send: its name, what it may be, and what it means."""

    name: str
    type: str
    default: str
    says: str


@dataclass(frozen=True, slots=True)
class Returned:
    """One kind of answer: the status, what it means, and the name of the record that comes."""

    status: str
    says: str
    type: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the API does."""

    method: str
    path: str
    title: str
    says: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: str
    example: str
    answers: tuple[Returned, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A record of an answer, with its fields."""

    name: str
    says: str
    fields: tuple[Parameter, ...]


def operations(schema: Schema) -> tuple[Operation, ...]:
    """Everything the schema offers, in its order."""
    return tuple(
        _operation(method, path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    )


def records(schema: Schema) -> tuple[Record, ...]:
    """The records that answers are made of, in alphabetical order."""
    known: Mapping[str, Schema] = schema["components"]["schemas"]
    return tuple(
        Record(name, str(shape.get("description", "")), tuple(_fields(shape))) for name, shape in sorted(known.items())
    )


def _operation(method: str, path: str, operation: Schema) -> Operation:
    return Operation(
        method=method.upper(),
        path=path,
        title=str(operation.get("summary", path)),
        says=tuple(p for p in str(operation.get("description", "")).split("\n\n") if p),
        parameters=tuple(_parameter(p["name"], _given(p["schema"]), p) for p in operation.get("parameters", ())),
        body=_body(operation),
        example=str(operation.get("x-example", "")),
        answers=tuple(_returned(status, answer) for status, answer in operation["responses"].items()),
    )


def _body(operation: Schema) -> str:
    """The record that is sent, if one is."""
    content = operation.get("requestBody", {}).get("content", {})
    return next((type_of(told.get("schema", {})) for told in content.values()), "")


def _given(shape: Schema) -> Schema:
    """A parameter's schema when it is sent at all: that it may be left out needs no saying."""
    options = [option for option in shape.get("anyOf", ()) if option.get("type") != "null"]
    return options[0] if len(options) == 1 else shape


def _fields(shape: Schema) -> Iterator[Parameter]:
    for name, field in shape.get("properties", {}).items():
        yield _parameter(name, field, field)


def _parameter(name: str, shape: Schema, described: Schema) -> Parameter:
    default = shape.get("default")
    shown = "" if default in (None, [], "") else str(default)
    return Parameter(name, type_of(shape), shown, str(described.get("description", "")))


def _returned(status: str, answer: Schema) -> Returned:
    shape: Schema = next((c.get("schema", {}) for c in answer.get("content", {}).values()), {})
    return Returned(status, str(answer.get("description", "")), type_of(shape))


def type_of(shape: Schema) -> str:
    """A schema's type in a few words: `list of card, note`, `date`, `HitRecord`."""
    if "$ref" in shape:
        return str(shape["$ref"]).rpartition("/")[2]
    if "anyOf" in shape:
        return " or ".join(map(type_of, shape["anyOf"]))
    if "enum" in shape:
        return ", ".join(map(str, shape["enum"]))
    return _plain_type(shape)


def _plain_type(shape: Schema) -> str:
    match shape.get("type"):
        case "array":
            return f"list of {type_of(shape['items'])}" if "items" in shape else "list"
        case "object":
            return str(shape.get("title", "object"))
        case "null":
            return "none"
        case kind:
            return str(shape.get("format") or kind or "any")
