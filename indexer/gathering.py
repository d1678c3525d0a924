"""Documents → entities: what the sources say of companies and people, merged by domain and name. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from indexer.acquaintances import address_of, people_of
from indexer.documents import Customer, Document
from indexer.names import (
    LONGEST_ADDRESS,
    MOST_NAMED,
    Entity,
    domains_in,
    is_name,
    is_telling,
    name_key,
    registrable,
)
from indexer.wording import fold, listed

COMPANY_FIELDS = listed(
    "customer client company organisation organization account firma kunde unternehmen societe entreprise"
)
OTHER_NAMES = re.compile(
    r"\b(?<!owner )alias(?:es)?\b|\b(?:a\.?k|f\.?k|d\.?b)\.?a\b|\bdoing business as\b|\b(?:also|formerly) known as\b|"
    r"\bformerly\b|\bacronym|\babbreviation|\b(?:former|previous|old|other|alternative|legal|registered|full|long|short|"
    r"trade|trading|brand|business) names?\b|\bfruher\w*\b|\behemal\w*\b|\b(?:alter|voller) (?:firmen)?name\b|"
    r"\b(?:kurz|handels|marken)name\b|\bfirmierung|\babkurzung|\b(?:ancien|autre) nom\b|"
    r"\bnom (?:commercial|complet|court|d.usage)\b|\braison sociale\b|\bsigle\b"
)
"""Fields of a company's record that tell another name of it, folded."""
MOST_DOMAINS = 100
LONGEST_LINK = 1000
MOST_NAMES = 6
"""A domain that more differently named companies share belongs to a provider, not to one of them."""


@dataclass(frozen=True, slots=True)
class _Sighting:
    """One place that speaks of somebody. `anchors` are what only one bears: domains, a record's id."""

    name: str
    anchors: tuple[str, ...]
    document_id: str
    is_own: bool = False
    is_alias: bool = False


def gathered(documents: Iterable[Document]) -> tuple[Entity, ...]:
    """Companies, then people; each with every document that speaks of it by name, domain or address."""
    held = tuple(documents)
    companies = _merged(_with_own_aliases(_sightings(held)))
    return (*_with_mail(companies, held), *people_of(held, companies))


def _sightings(documents: Iterable[Document]) -> list[_Sighting]:
    """What each document tells, as far as it can be a name: whoever may write a card may write anything on it."""
    return [
        s for document in documents for s in islice((s for s in _companies(document) if is_name(s.name)), MOST_NAMED)
    ]


def _with_own_aliases(sightings: list[_Sighting]) -> list[_Sighting]:
    """Without other names that several records tell ("n/a") or somebody bears as a name: these tell nobody apart."""
    told: dict[str, set[str]] = defaultdict(set)
    for sighting in sightings:
        told[name_key(sighting.name)].add(sighting.document_id if sighting.is_alias else "")
    return [s for s in sightings if not s.is_alias or told[name_key(s.name)] == {s.document_id}]


def _companies(document: Document) -> Iterator[_Sighting]:
    if document.kind == "company":
        yield from _company(document)
    for customer in document.customers:
        own = (f"#{document.source}#{customer.id}",) if customer.id else ()
        yield _Sighting(customer.name, (*_telling(_domains_of(customer)), *own), document.id)
    for name, value in document.fields:
        if fold(name) in COMPANY_FIELDS and not value.strip().isdigit():
            yield _Sighting(value, (), document.id)


def _company(document: Document) -> Iterator[_Sighting]:
    """A company's record: its title, then the other names that its fields tell, held together by the record itself."""
    told = [value for name, value in document.fields if OTHER_NAMES.search(fold(name))]
    others = [
        other
        for value in told
        for part in re.split(r"[;|\n]", value)
        if not (other := part.strip()).isdigit() and other
    ]
    anchors = (*_telling(_own_domains(document)), *((f"#{document.id}",) if others else ()))
    yield _Sighting(document.title, anchors, document.id, True)
    for other in others:
        yield _Sighting(other, anchors, document.id, is_alias=True)


def _own_domains(document: Document) -> Iterator[str]:
    """Registrable domains that a company's record cites, then those of the one customer it states."""
    for name, value in document.fields:
        if any(word in fold(name) for word in ("domain", "website", "web", "url", "email", "homepage")):
            yield from (domain for _, _, domain in domains_in(value[:LONGEST_LINK]))
    if len(document.customers) == 1:
        yield from _domains_of(document.customers[0])


def _domains_of(customer: Customer) -> Iterator[str]:
    return (registrable(domain) for domain in customer.domains if len(domain) <= LONGEST_ADDRESS)


def _telling(domains: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(filter(is_telling, domains)), MOST_DOMAINS))


def _merged(sightings: list[_Sighting]) -> tuple[Entity, ...]:
    """One company for all sightings that share an anchor, or a name without saying different things."""
    groups = _Groups()
    shared = _shared_anchors(sightings)
    places: list[list[str]] = []
    for sighting in sightings:
        anchors = [f"@{anchor}" for anchor in sighting.anchors if anchor not in shared]
        groups.join(anchors)
        places.append(anchors)
    _join_namesakes(groups, sightings, places)
    members: dict[str, list[_Sighting]] = defaultdict(list)
    for sighting, anchors in zip(sightings, places, strict=True):
        name = name_key(sighting.name)
        for root in [groups.root(anchors[0])] if anchors else groups.of_name.get(name, [name]):
            members[root].append(sighting)
    return _named_apart([_entity(seen) for seen in members.values() if name_key(seen[0].name)])


def _shared_anchors(sightings: list[_Sighting]) -> frozenset[str]:
    names: dict[str, set[str]] = defaultdict(set)
    for sighting in sightings:
        for anchor in sighting.anchors:
            names[anchor].add(name_key(sighting.name)[:5])
    return frozenset(anchor for anchor, found in names.items() if len(found) > MOST_NAMES)


def _join_namesakes(groups: "_Groups", sightings: list[_Sighting], places: list[list[str]]) -> None:
    """Same name and no two different domains: one entity. Different domains: namesakes, unless their labels agree."""
    by_name: dict[str, dict[str, None]] = defaultdict(dict)
    for sighting, anchors in zip(sightings, places, strict=True):
        by_name[name_key(sighting.name)] |= dict.fromkeys(anchors)
    labels = _labels(groups, by_name.values())
    for name, borne in by_name.items():
        by_label: dict[str, list[str]] = defaultdict(list)
        for anchor in borne:
            by_label[labels.get(anchor, "")].append(anchor)
        loose = by_label.pop("", [])
        for alike in by_label.values():
            groups.join(alike)
        groups.join([*loose, *(next(iter(by_label.values()))[:1] if len(by_label) == 1 else [])])
        groups.of_name[name] = list(dict.fromkeys(map(groups.root, borne))) or [name]


def _labels(groups: "_Groups", borne: Iterable[Iterable[str]]) -> dict[str, str]:
    """Anchor → what tells its bearer apart. A record's id has no label but that of a domain it came with."""
    anchors = list(dict.fromkeys(chain.from_iterable(borne)))
    of_group = {groups.root(anchor): label for anchor in reversed(anchors) if (label := _label(anchor))}
    return {a: label for a in anchors if (label := _label(a) or of_group.get(groups.root(a), ""))}


def _label(anchor: str) -> str:
    """What tells two bearers of a name apart: the domain's label; a record's id does not."""
    return "" if anchor.startswith("@#") else anchor[1:].split(".")[0]


class _Groups:
    """Which anchors belong together (union and find)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self.of_name: dict[str, list[str]] = {}

    def root(self, anchor: str) -> str:
        while (above := self._above.get(anchor, anchor)) != anchor:
            self._above[anchor] = anchor = self._above.get(above, above)
        return anchor

    def join(self, anchors: list[str]) -> None:
        for anchor in anchors[1:]:
            self._above[self.root(anchor)] = self.root(anchors[0])


def _entity(seen: list[_Sighting]) -> Entity:
    name = _most_used(seen)
    others = sorted({sighting.name.strip() for sighting in seen} - {name})
    anchors = _anchors_of(seen)
    documents = tuple(dict.fromkeys(sighting.document_id for sighting in seen))
    return Entity(name, "company", tuple(others), tuple(anchors), document_ids=documents)


def _anchors_of(seen: list[_Sighting]) -> dict[str, None]:
    """Domains, each once, in the order they were seen; no ids of records."""
    return dict.fromkeys(anchor for sighting in seen for anchor in sighting.anchors if not anchor.startswith("#"))


def _most_used(seen: list[_Sighting]) -> str:
    """The name most used, in records of its own if there are any; of two the shorter."""
    own = [sighting for sighting in seen if sighting.is_own]
    names = Counter(sighting.name.strip() for sighting in own or seen)
    return min(names, key=lambda n: (-names[n], len(n), n))


def _named_apart(entities: list[Entity]) -> tuple[Entity, ...]:
    """Every name once: of two that are written alike, each gets its domain or a number behind it."""
    counts = Counter(entity.name for entity in entities)
    seen: Counter[str] = Counter()
    apart: list[Entity] = []
    for entity in entities:
        seen[entity.name] += 1
        if counts[entity.name] > 1:
            mark = next(iter(entity.domains), str(seen[entity.name]))
            entity = replace(entity, name=f"{entity.name} ({mark})", aliases=(entity.name, *entity.aliases))
        apart.append(entity)
    return tuple(apart)


def _with_mail(companies: tuple[Entity, ...], documents: tuple[Document, ...]) -> Iterator[Entity]:
    """Companies with the documents of people who write from their domains."""
    mailed: dict[str, list[str]] = defaultdict(list)
    for document in documents:
        addresses = filter(None, (address_of(p) for p in document.people if p.role in ("self", "contact")))
        for host in filter(is_telling, {registrable(address.rpartition("@")[2]) for address in addresses}):
            mailed[host].append(document.id)
    for company in companies:
        more = [id_ for domain in company.domains for id_ in mailed.get(domain, ())]
        yield replace(company, document_ids=tuple(dict.fromkeys((*company.document_ids, *more))))
