"""The filters of the search page: what there is to choose, how often, and what is chosen. Pure."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape
from itertools import islice

from service.web import links
from service.web.links import Named
from service.web.names import NameKind
from service.web.wanted import LISTS, LONGEST_LINK, LONGEST_VALUE, WantedPage
from service.web.wording import counted, short

Choices = Mapping[str, Sequence[tuple[str, int]]]
Known = Callable[[str, NameKind], Sequence[str]]
"""A name and its kind → known names that it may stand for."""

TITLES = {
    "source": "Source",
    "kind": "Kind",
    "parent": "Board or deal",
    "lane": "List",
    "customer": "Company",
    "person": "Person",
    "status": "Status",
    "since": "Changed since",
    "until": "Changed until",
    "archived": "Archived",
}
_PRODUCTS = {"carddav": "CardDAV", "crm": "CRM", "csv": "CSV", "hubspot": "HubSpot", "vcard": "vCard"}
ARCHIVED = {"with": "Among the others", "without": "Left out", "only": "Only these"}
_TYPED = frozenset({"parent", "lane", "customer", "person"})
_SHOWN = 6
SUGGESTED_BYTES, MOST_OFFERED = 2_500, 400
MOST_NEAR = 3


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter, what it is called, and how many documents have it; None where that is not known."""

    value: str
    label: str
    count: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter: its most frequent values, and names to complete where there are more than can be shown."""

    name: str
    title: str
    options: tuple[Option, ...]
    suggestions: tuple[str, ...]
    typed: bool

    @property
    def leading(self) -> tuple[Option, ...]:
        """The values worth naming before anything is asked: boards, rather than the deals that notes hang on."""
        most = max((option.count or 0 for option in self.options), default=0)
        return tuple(option for option in self.options[:_SHOWN] if (option.count or 0) * 10 >= most)


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter as it stands above the results, and the parameter that takes it away."""

    without: str
    title: str
    label: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """A value of a filter that nothing in the index has, and the names it may stand for."""

    says: str
    near: tuple[Named, ...]


def label(name: str, value: str) -> str:
    """A filter's value as people call it: `trello:sales` → `Trello · sales`, `card` → `Card`."""
    if name == "source":
        product, _, account = value.partition(":")
        name = _PRODUCTS.get(product, _capital(product))
        return f"{name} · {account}" if account else name
    if name == "archived":
        return ARCHIVED[value]
    return _capital(value) if name in {"kind", "status"} else value


def facets(choices: Choices, wanted: WantedPage, counts: Choices | None = None) -> tuple[Facet, ...]:
    """Every filter that could narrow anything: at least two values, or one that is chosen.

    `choices` are all values there are, most frequent first, `counts` those that the present search leaves.
    """
    left = choices if counts is None else counts
    every = (_facet(name, choices, left, wanted) for name in LISTS)
    return tuple(f for f in every if len(f.options) > 1 or any(o.chosen for o in f.options))


def _offered(name: str, choices: Choices, companies: Container[str]) -> Sequence[tuple[str, int]]:
    """What to choose from. A company that notes hang on is no board: it stands under the companies."""
    apart = companies if name == "parent" else ()
    there = ((v, count) for v, count in choices.get(name, ()) if v not in apart and len(v) <= LONGEST_VALUE)
    return list(islice(there, MOST_OFFERED))


def _facet(name: str, choices: Choices, left: Choices, wanted: WantedPage) -> Facet:
    chosen: Sequence[str] = getattr(wanted, name)
    # Where a value is chosen, a search found nothing of the others: they are offered without a number.
    unknown = bool(chosen) and wanted.is_ranked
    counts = {value: count for value, count in left.get(name, ()) if value in chosen} if chosen else {}
    companies = {value for value, _ in choices.get("customer", ())} if name == "parent" else frozenset[str]()
    offered = _offered(name, choices if unknown else left, companies)
    counts |= offered
    often = [value for value, _ in offered]
    shown = [*chosen, *(value for value in often if value not in chosen)]
    top = shown[: max(_SHOWN, len(chosen))] if name in _TYPED else shown[: _SHOWN * 2]
    kept = frozenset(top)
    rest = _carried(value for value in often if value not in kept)
    options = tuple(_option(name, v, None if unknown else counts.get(v, 0), v in chosen) for v in top)
    return Facet(name, TITLES[name], options, rest, name in _TYPED and len(often) > len(top))


def _option(name: str, value: str, count: int | None, chosen: bool) -> Option:
    return Option(value, short(label(name, value), 60), count, chosen)


def _carried(names: Iterable[str]) -> tuple[str, ...]:
    """As many of the names as a page carries, in the order of the alphabet."""
    room, kept = SUGGESTED_BYTES, []
    for name in names:
        room -= len(escape(name).encode()) + 20
        if room < 0:
            break
        kept.append(name)
    return tuple(sorted(kept))


def chips(wanted: WantedPage) -> tuple[Chip, ...]:
    """The active filters, in the order of the page."""
    return tuple(Chip(f"{name}:{value}", TITLES[name], label(name, value)) for name, value in wanted.narrowed)


def archive(choices: Choices, wanted: WantedPage) -> tuple[tuple[str, str], ...]:
    """What may be done with archived documents; nothing where there are none, so that nothing is to be chosen."""
    there = wanted.archived != "with" or any(value == "archived" for value, _ in choices.get("status", ()))
    return tuple(ARCHIVED.items()) if there else ()


def spelled(choices: Choices, wanted: WantedPage) -> WantedPage:
    """The same wish with names written as the index writes them, where only upper or lower case differs."""
    changes = {name: _as_known(getattr(wanted, name), choices.get(name, ())) for name in LISTS}
    return wanted.model_copy(update=changes)


def _as_known(values: Sequence[str], known: Sequence[tuple[str, int]]) -> list[str]:
    if not values:
        return []
    exact = {value for value, _ in known}
    folded = {value.casefold(): value for value, _ in known}
    named = (v if v in exact else folded.get(v.casefold(), v) for v in values)
    return list(dict.fromkeys(named))


def strangers(choices: Choices, wanted: WantedPage, known: Known) -> tuple[Stranger, ...]:
    """The filter values that no document has, each with the nearest names there are.

    `known` tells companies and people near a name; of other filters there are so few values that all are compared.
    """
    return tuple(
        Stranger(
            f"{TITLES[name]} “{label(name, value)}” is not in the index.", _near(choices, wanted, (name, value), known)
        )
        for name in LISTS
        for value in getattr(wanted, name)
        if all(value != known for known, _ in choices.get(name, ()))
    )


def _near(choices: Choices, wanted: WantedPage, stranger: tuple[str, str], known: Known) -> tuple[Named, ...]:
    name, value = stranger
    if name in ("customer", "person"):
        told = {v for v, _ in choices.get(name, ())}
        near = [n for n in known(value, "company" if name == "customer" else "person") if n in told]
    else:
        folded = {v.casefold(): v for v, _ in _offered(name, choices, {v for v, _ in choices.get("customer", ())})}
        close = get_close_matches(value.casefold(), folded, n=3, cutoff=0.6)
        near = [folded[found] for found in close or (v for v in folded if v.startswith(value.casefold()))]
    return tuple(Named(n, _instead(wanted, stranger, (name, n))) for n in near[:MOST_NEAR])


def _instead(wanted: WantedPage, old: tuple[str, str], new: tuple[str, str]) -> str:
    """The same search with one filter replaced; empty where a long question would make the page heavy."""
    href = links.search(new if pair == old else pair for pair in wanted.pairs() if pair[0] != "page")
    return href if len(href) <= LONGEST_LINK else ""


def summary(wanted: WantedPage) -> str:
    """How many filters are on, for the button that leads to them on a phone."""
    number = len(wanted.narrowed)
    return f"{counted(number, 'filter')} on" if number else "Filters"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
