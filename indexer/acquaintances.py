"""Documents → the people they speak of, each one person whatever sources know them. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from indexer.documents import Document, Person
from indexer.names import LONGEST_ADDRESS, MOST_NAMED, Entity, is_name, is_telling, name_key, registrable
from indexer.same_person import Bearing, is_of_role, person_key, persons

MOST_ADDRESSES = 50
"""Mail addresses of one record that are looked at."""
_Told = dict[Bearing, list[str]]


def people_of(documents: Iterable[Document], companies: Sequence[Entity]) -> tuple[Entity, ...]:
    """Everybody the documents name; `companies` are those the same documents speak of, to know who works where.

    An address that two people use belongs to neither of them.
    """
    employers = _Employers(companies)
    told: _Told = defaultdict(list)
    for document in documents:
        for bearing in islice(_bearings(document, employers), MOST_NAMED):
            told[bearing].append(document.id)
    people = [person for person in persons(told) if any(person_key(bearing.name) for bearing in person)]
    owners = _owners(people)
    entities = [_entity(person, told, owners.get(number, ())) for number, person in enumerate(people)]
    return _named_apart([(e, employers.name_of(p)) for e, p in zip(entities, people, strict=True)])


def address_of(person: Person) -> str:
    """The mail address in lower case, or nothing where there is none that could be one."""
    return person.email.lower() if person.email and len(person.email) <= LONGEST_ADDRESS else ""


def name_of(person: Person) -> str:
    """The name as it is spoken: "Müller, Anna" as "Anna Müller". A mail address is no name."""
    last, comma, first = person.name.partition(",")
    name = f"{first.strip()} {last.strip()}" if comma and first.strip() else person.name
    return "" if "@" in name else name.strip()


def _bearings(document: Document, employers: "_Employers") -> Iterator[Bearing]:
    """Whom a document is about, then whom it mentions, as far as somebody could have written it as a name."""
    own = [person for person in document.people if person.role == "self"]
    if own or document.kind == "contact":
        yield from _record(document, own, employers)
    for person in document.people:
        name, address = name_of(person), address_of(person)
        if person.role == "self" or not is_name(name):
            continue
        if address:
            yield Bearing(name, (address,), employers.of_addresses((address,)))
        else:
            yield Bearing(name, (), employers.only(document) if person.role == "contact" else frozenset())


def _record(document: Document, own: Sequence[Person], employers: "_Employers") -> Iterator[Bearing]:
    """The person of a record with all addresses; other spellings of the name that it tells are theirs, too."""
    addresses = tuple(dict.fromkeys(filter(None, map(address_of, own[:MOST_ADDRESSES]))))
    companies = employers.of_addresses(addresses) | employers.of(document)
    names = dict.fromkeys(map(name_of, own)) or {name_of(Person(document.title, "self")): None}
    for name in names:
        if is_name(name) or addresses:
            yield Bearing(name if is_name(name) else "", addresses, companies, document.id)


class _Employers:
    """Which company a domain or a customer's name stands for, where it stands for just one."""

    def __init__(self, companies: Sequence[Entity]) -> None:
        self._companies = companies
        domains: dict[str, set[int]] = defaultdict(set)
        names: dict[str, set[int]] = defaultdict(set)
        for number, company in enumerate(companies):
            for domain in company.domains:
                domains[domain].add(number)
            for name in (company.name, *company.aliases):
                names[name_key(name)].add(number)
        self._domains, self._names = domains, names

    def of(self, document: Document) -> frozenset[Hashable]:
        """The companies that a document states, by their domains or, where these tell nothing, by name."""
        found: set[Hashable] = set()
        for customer in document.customers[:MOST_NAMED]:
            hosts = [d for d in customer.domains if len(d) <= LONGEST_ADDRESS]
            by_domain = self._of_domains(map(registrable, hosts))
            found |= by_domain or (_only(self._names, name_key(customer.name)) if is_name(customer.name) else set())
        return frozenset(found)

    def of_addresses(self, addresses: Iterable[str]) -> frozenset[Hashable]:
        """The companies whose mail addresses these are; a domain nobody states counts as a company of its own."""
        return frozenset(self._of_domains(registrable(address.rpartition("@")[2]) for address in addresses))

    def only(self, document: Document) -> frozenset[Hashable]:
        """The company of a document that is about one alone."""
        return self.of(document) if len(document.customers) == 1 else frozenset()

    def name_of(self, person: Iterable[Bearing]) -> str:
        """The name of the company somebody works for, the first by letter of several; or nothing."""
        numbers = {company for bearing in person for company in bearing.companies if isinstance(company, int)}
        return min((self._companies[number].name for number in numbers), default="")

    def _of_domains(self, domains: Iterable[str]) -> set[Hashable]:
        found: set[Hashable] = set()
        for domain in filter(is_telling, domains):
            found |= _only(self._domains, domain) if domain in self._domains else {domain}
        return found


def _only(bearers: dict[str, set[int]], key: str) -> set[Hashable]:
    found = bearers.get(key, ())
    return set(found) if len(found) == 1 else set()


def _owners(people: Sequence[Sequence[Bearing]]) -> dict[int, set[str]]:
    """The addresses that each person, by number, uses alone; one that only their records tell is theirs, too."""
    users: dict[str, dict[int, bool]] = defaultdict(dict)
    for number, person in enumerate(people):
        for bearing in person:
            for address in bearing.addresses:
                users[address][number] = users[address].get(number, False) or bool(bearing.record)
    owners: dict[int, set[str]] = defaultdict(set)
    for address, found in users.items():
        recorded = [number for number, is_recorded in found.items() if is_recorded] or list(found)
        if len(recorded) == 1:
            owners[recorded[0]].add(address)
    return owners


def _entity(person: Sequence[Bearing], told: _Told, own: Collection[str]) -> Entity:
    records = list(dict.fromkeys(bearing.record for bearing in person if bearing.record))
    documents = dict.fromkeys([*records, *(id_ for bearing in person for id_ in told[bearing])])
    name = _most_used(person, told)
    others = sorted({bearing.name for bearing in person if bearing.name} - {name})
    emails = _in_order(person, told, own)
    return Entity(name, "person", tuple(others), (), emails, tuple(documents), len(records))


def _most_used(person: Sequence[Bearing], told: _Told) -> str:
    """The name most used, in records of its own if there are any; of two the shorter."""
    named = [bearing for bearing in person if person_key(bearing.name)]
    uses: Counter[str] = Counter()
    for bearing in [b for b in named if b.record] or named:
        uses[bearing.name] += len(told[bearing])
    return min(uses, key=lambda n: (-uses[n], len(n), n))


def _in_order(person: Sequence[Bearing], told: _Told, own: Collection[str]) -> tuple[str, ...]:
    """The addresses nobody else uses: no mailboxes of departments first, then what records put first, then the rest."""
    best: dict[str, tuple[bool, int, int]] = {}
    for bearing in person:
        for place, address in enumerate(bearing.addresses):
            rank = (is_of_role(address), place if bearing.record else MOST_NAMED, -len(told[bearing]))
            best[address] = min(rank, best.get(address, rank))
    return tuple(sorted(own, key=lambda address: (best[address], address)))


def _named_apart(people: Sequence[tuple[Entity, str]]) -> tuple[Entity, ...]:
    """Every name once: of two that are written alike, each gets its address, company or a number behind it."""
    counts = Counter(entity.name for entity, _ in people)
    apart = [entity for entity, _ in people if counts[entity.name] == 1]
    seen: Counter[str] = Counter()
    for entity, company in sorted(people, key=lambda pair: min(pair[0].document_ids)):
        if counts[entity.name] > 1:
            mark = next(iter(entity.emails), company)
            marked = f"{entity.name} ({mark})" if mark else entity.name
            seen[marked] += 1
            number = f" ({seen[marked]})" if not mark or seen[marked] > 1 else ""
            apart.append(replace(entity, name=marked + number, aliases=(entity.name, *entity.aliases)))
    return tuple(apart)
