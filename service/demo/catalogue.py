"""The tables that the world is made from, read once: names, markets, industries, technologies, phrases."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

OWN_NAME = "Nordwind Automation GmbH"
OWN_DOMAIN = "nordwind.example"


@dataclass(frozen=True, slots=True)
class Country:
    """A market: how companies and people there are called, where they sit, and who of us works there."""

    name: str
    dial: str
    language: str
    sellers: tuple[str, ...]
    lead: str
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    forms: tuple[str, ...]
    cities: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Industry:
    """A kind of customer. `one` reads after "for": "for a dairy"; `trades` end a company's name, by language."""

    key: str
    name: str
    one: str
    goods: tuple[str, ...]
    pains: tuple[str, ...]
    technologies: tuple[str, ...]
    trades: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Technology:
    """A thing that is sold. `names` are ways of saying it; the first is the official one, used in titles.

    `obstacles` pair what a card writes about a difficulty with how a colleague asks after it later.
    """

    key: str
    names: tuple[str, ...]
    wants: tuple[str, ...]
    obstacles: tuple[tuple[str, str], ...]
    outcomes: tuple[str, ...]
    tasks: tuple[str, ...]


@cache
def table(name: str) -> dict[str, Any]:
    """The table `name.toml` of this folder, lists turned into tuples. Nobody may change what is returned."""
    path = Path(__file__).with_name(f"{name}.toml")
    return {key: _frozen(value) for key, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(v) for v in value)
    return {k: _frozen(v) for k, v in value.items()} if isinstance(value, dict) else value


@cache
def countries() -> dict[str, Country]:
    """All markets by their two-letter code."""
    return {code: Country(**row) for code, row in table("names")["country"].items()}


@cache
def industries() -> dict[str, Industry]:
    """All industries by key."""
    return {row["key"]: Industry(**row) for row in table("industries")["industry"]}


@cache
def technologies() -> dict[str, Technology]:
    """All technologies by key."""
    return {row["key"]: Technology(**row) for row in table("technologies")["technology"]}
