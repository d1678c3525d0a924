"""Words like `company:Brückner` in a question → the filters they mean. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args

from indexer.documents import Kind, Status
from indexer.wording import fold

FILTERS: Mapping[str, str] = {
    "company": "customer",
    "customer": "customer",
    "person": "person",
    "board": "parent",
    "deal": "parent",
    "list": "lane",
    "stage": "lane",
    "source": "source",
    "kind": "kind",
    "status": "status",
    "since": "since",
    "until": "until",
}
"""What may stand before the colon, and the filter it means."""
WRITTEN = (
    ('company:"Brückner Logistik"', "documents about this company"),
    ('person:"Ute Krämer"', "documents that name this person"),
    ("board:Sales", "what belongs to this board or deal"),
    ('list:"In talks"', "what stands in this list or stage"),
    ("source:trello", "what came from there; source:trello:sales means that account alone"),
    ("kind:note", "cards, notes, contacts, companies, deals or activities"),
    ("status:won", "what is open, done, won, lost or archived"),
    ("since:2026-03-02", "what changed on this day or later; until: on this day or before"),
)
"""What may be written, and what it keeps, for people to read."""
MOST, LONGEST = 20, 200
"""Values of one filter, and characters of a value; what is beyond stays among the words."""
_FIXED: Mapping[str, tuple[str, ...]] = {"kind": get_args(Kind), "status": get_args(Status)}
_DAYS = frozenset({"since", "until"})
_MARKS = (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"))
_QUOTED = "|".join(rf"{opens}(?P<v{n}>[^{closes}]*){closes}" for n, (opens, closes) in enumerate(_MARKS))
_PREFIX = re.compile(rf"(?<!\S)(?P<key>[A-Za-z]+):(?:{_QUOTED}|(?P<plain>[^\s\"“„«]\S*))(?!\S)")


@dataclass(frozen=True, slots=True)
class Prefixed:
    """A question without its prefixes, the filters that these mean as (name, value), and what could not be read."""

    words: str
    pairs: tuple[tuple[str, str], ...] = ()
    misread: tuple[str, ...] = ()


def prefixed(text: str) -> Prefixed:
    """Take the prefixes out of a question. Every word stays, or becomes part of a filter."""
    words, pairs, misread, done = [], list[tuple[str, str]](), list[str](), 0
    for found in _PREFIX.finditer(text):
        name = FILTERS.get(found["key"].lower())
        if name is None:
            continue
        value = _value(name, _given(found))
        if value and _has_room(name, pairs):
            words.append(text[done : found.start()])
            pairs.append((name, value))
            done = found.end()
        else:
            misread.append(_advice(found["key"].lower(), name, _given(found)))
    left = " ".join(" ".join([*words, text[done:]]).split()) if pairs else text
    return Prefixed(left, tuple(dict.fromkeys(pairs)), tuple(filter(None, dict.fromkeys(misread))))


def _given(found: re.Match[str]) -> str:
    quoted = (found[name] for name in ("plain", "v0", "v1", "v2", "v3"))
    return " ".join(next((value for value in quoted if value is not None), "").split())


def _has_room(name: str, pairs: list[tuple[str, str]]) -> bool:
    held = sum(1 for other, _ in pairs if other == name)
    return held < (1 if name in _DAYS else MOST)


def _value(name: str, given: str) -> str:
    """The value as the filter takes it; empty where it can be none."""
    if name in _DAYS:
        return _day(given)
    if name in _FIXED:
        return next((known for known in _spellings(given) if known in _FIXED[name]), "")
    return given if len(given) <= LONGEST else ""


def _spellings(given: str) -> Iterator[str]:
    """`Cards` means `card`, and `companies` means `company`."""
    plain = fold(given)
    yield plain
    yield plain.removesuffix("s")
    yield f"{plain.removesuffix('ies')}y"


def _day(given: str) -> str:
    """A day as it is written, if it is one; `2026` and `2026-03` mean their first day."""
    whole = {4: f"{given}-01-01", 7: f"{given}-01"}.get(len(given), given)
    try:
        return date.fromisoformat(whole).isoformat()
    except ValueError:
        return ""


def _advice(key: str, name: str, given: str) -> str:
    """What to write instead, where the value can be told from a slip."""
    if name in _FIXED:
        return f"“{key}:{given[:60]}” was taken as words: {key} can be {', '.join(_FIXED[name])}."
    if name in _DAYS:
        return f"“{key}:{given[:60]}” was taken as words: write a day like {key}:2026-03-02."
    return ""
