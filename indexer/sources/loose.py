"""Looking into JSON that nobody promised anything about: a wrong type reads as absent. Pure."""

from typing import Any

Record = dict[str, Any]


def record(value: object) -> Record:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def records(value: object) -> list[Record]:
    """The objects of a list; whatever else is in it is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strings(value: object) -> list[str]:
    """The non-empty strings of a list."""
    return [item for item in value if isinstance(item, str) and item] if isinstance(value, list) else []


def string(value: object) -> str:
    """The value as text: strings and numbers; everything else is empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def flag(value: object) -> bool:
    """Whether the value is true, also as the word `true`, which some products write."""
    return value is True or (isinstance(value, str) and value.strip().lower() in {"true", "yes", "1"})


def count(value: object) -> int:
    """The value if it is a whole number above zero, else zero."""
    return max(value, 0) if isinstance(value, int) and not isinstance(value, bool) else 0


def number(value: object) -> float:
    """The value if it is a number, else zero."""
    return float(value) if isinstance(value, int | float) and abs(value) < 1e300 else 0.0


def by_id(value: object) -> dict[str, Record]:
    """The objects of a list under their `id`; one without is left out, the last of two equal ones counts."""
    return {item["id"]: item for item in records(value) if isinstance(item.get("id"), str)}
