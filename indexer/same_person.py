"""Which records and mentions speak of one person, and which of two who bear one name or share one mailbox. Pure."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from indexer.wording import collapse, listed, tokens

SHARED = listed(
    """
    info sales office mail email post contact contacts kontakt kontakte hello hallo hi team service services support
    help helpdesk hotline admin administrator webmaster postmaster hostmaster noreply no-reply donotreply newsletter
    vertrieb verkauf einkauf buchhaltung rechnung rechnungen bestellung bestellungen anfrage anfragen buero büro
    zentrale empfang sekretariat verwaltung personal bewerbung karriere presse datenschutz kundenservice kundendienst
    technik werkstatt logistik logistics dispo disposition export import gf geschaeftsleitung marketing finance
    accounting accounts billing invoice invoices order orders purchase purchasing procurement reception secretary hr
    jobs career careers press media legal privacy abuse security management enquiries inquiries enquiry feedback
    customercare customerservice shop store events partner partners projects project all everyone staff company
    firma commercial ventes vente achats achat accueil direction comptabilite secretariat ventas compras
    administracion contacto facturacion vendite acquisti amministrazione verkoop inkoop administratie
    """
)
"""What mailboxes of more than one person are called, before the @ or before its first dot, hyphen or plus."""
TITLES = listed("dr prof professor dipl ing herr frau hr fr mr mrs ms miss mme mlle sir ir phd mba")
MOST_SPELLINGS = 6
"""A mailbox that more differently named people use is nobody's own."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """How documents speak of somebody: as the person that a record is about, or by the way.

    `record` is the id of that record, empty for a mention. `addresses` are in lower case; `companies` tell whom they
    work for, whatever stands for a company.
    """

    name: str
    addresses: tuple[str, ...] = ()
    companies: frozenset[Hashable] = frozenset()
    record: str = ""

    @property
    def is_known(self) -> bool:
        """Whether more than a name is known, so that others can be compared with it."""
        return bool(self.record or self.addresses)


def persons(bearings: Iterable[Bearing]) -> list[list[Bearing]]:
    """The bearings of each person, the same in whatever order they come.

    Two are one person when they share an address of one person alone, or a full name and a company. A mention that
    tells a name alone goes to everybody it may mean, and makes nobody one.
    """
    told = list(dict.fromkeys(bearings))
    people = _tied([bearing for bearing in told if bearing.is_known])
    return _mentioned(people, [bearing for bearing in told if not bearing.is_known])


def shared_addresses(bearings: Iterable[Bearing]) -> frozenset[str]:
    """The addresses that tell nobody: of a role, or used by people whose names have nothing in common."""
    names: dict[str, set[str]] = defaultdict(set)
    for bearing in bearings:
        for address in bearing.addresses:
            names[address].add(bearing.name)
    return frozenset(address for address, found in names.items() if is_of_role(address) or not _agree(found))


def is_of_role(address: str) -> bool:
    """Whether an address is that of a department or a machine by what stands before the @."""
    local = address.partition("@")[0].casefold()
    return local in SHARED or re.split(r"[.+_-]", local, maxsplit=1)[0] in SHARED


@lru_cache(maxsize=1 << 16)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a person's name for comparing, without titles: "Dr. Ute Krämer" → ("ute", "kramer")."""
    found = [collapse(token.key) for token in tokens(name) if token.key]
    return tuple(word for word in found if word not in TITLES) or tuple(found)


def person_key(name: str) -> str:
    """What all spellings of a person's name share: titles, umlauts, hyphens and case aside."""
    return collapse("".join(words_of(name)))


def _agree(names: set[str]) -> bool:
    """Whether these may all be names of one person."""
    if len(names) > 1:
        names = {key for name in names if (key := " ".join(words_of(name)))}
    return len(names) <= MOST_SPELLINGS and all(_alike(one, other) for one, other in combinations(names, 2))


def _alike(one: str, other: str) -> bool:
    """Whether two names begin a word alike ("Bob", "Bobby"), one runs a word of the other in ("Weber", "aweber"), or
    they are of different scripts."""
    if one.isascii() != other.isascii():
        return True
    starts = [{word[:3] for word in name.split() if len(word) > 2} for name in (one, other)]
    return not starts[0].isdisjoint(starts[1]) or _runs_in(one, other) or _runs_in(other, one)


def _runs_in(one: str, other: str) -> bool:
    run = other.replace(" ", "")
    return one.replace(" ", "") in run or any(word in run for word in one.split() if len(word) > 3)


def _tied(known: Sequence[Bearing]) -> list[list[Bearing]]:
    """Those that a tie holds together, in the order of the first of each (union and find)."""
    shared = shared_addresses(known)
    above, bearer = list(range(len(known))), dict[Hashable, int]()

    def root(number: int) -> int:
        while above[number] != number:
            above[number] = number = above[above[number]]
        return number

    for number, bearing in enumerate(known):
        for tie in _ties(bearing, shared):
            above[root(number)] = root(bearer.setdefault(tie, number))
    people: dict[int, list[Bearing]] = defaultdict(list)
    for number, bearing in enumerate(known):
        people[root(number)].append(bearing)
    return list(people.values())


def _ties(bearing: Bearing, shared: frozenset[str]) -> Iterator[Hashable]:
    key = person_key(bearing.name)
    for address in bearing.addresses:
        yield (address, key) if address in shared else address
    if bearing.record:
        yield (bearing.record,)
    if _is_full(bearing.name):
        yield from ((key, company) for company in bearing.companies)


def _is_full(name: str) -> bool:
    """Whether a name has a given and a family name, neither of them a letter."""
    return sum(len(word) > 1 for word in words_of(name)) > 1


def _mentioned(people: list[list[Bearing]], mentions: Sequence[Bearing]) -> list[list[Bearing]]:
    """The people with the mentions of their names, then those of whom nothing but a name is known."""
    placed, vague = [m for m in mentions if m.companies], [m for m in mentions if not m.companies]
    bearers, fresh = _bearers(people), dict[Hashable, list[Bearing]]()
    companies = {id(p): frozenset[Hashable]().union(*(b.companies for b in p)) for p in people}
    for mention in placed:
        key = person_key(mention.name)
        named = bearers.get(key, [])
        there = [person for person in named if mention.companies & companies[id(person)]]
        for person in there or named or [fresh.setdefault((key, mention.companies), [])]:
            person.append(mention)
    bearers = _bearers([*people, *fresh.values()])
    for mention in vague:
        key = person_key(mention.name)
        for person in bearers.get(key) or [fresh.setdefault(key, [])]:
            person.append(mention)
    return [*people, *fresh.values()]


def _bearers(people: Iterable[list[Bearing]]) -> dict[str, list[list[Bearing]]]:
    """Each name with the people who bear it, each once."""
    bearers: dict[str, dict[int, list[Bearing]]] = defaultdict(dict)
    for person in people:
        for bearing in person:
            bearers[person_key(bearing.name)][id(person)] = person
    return {key: list(named.values()) for key, named in bearers.items()}
