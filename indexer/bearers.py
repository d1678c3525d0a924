"""Entities → who is written how: by name, by any spelling run together, by domain or address. Pure."""

from abc import abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol, overload

from indexer.lookalikes import Lookalikes, runs_of, unpacked
from indexer.mapped import Arrays
from indexer.names import HEAD, Entity, EntityKind, Spelling, core_of, names_of, spellings
from indexer.ordinary import is_ordinary
from indexer.wording import collapse

Spelled = Mapping[str, Sequence[tuple[int, Spelling]]]
"""Run-together key → the positions of those who are written so, each with the surest spelling."""
Surest = tuple[tuple[int, ...], float]
"""The positions of those whom a key means most surely, and how sure that is."""


class Named(Protocol):
    """What of an entity tells how it is called."""

    @property
    def name(self) -> str:
        """The name."""
        ...

    @property
    def kind(self) -> EntityKind:
        """Company or person."""
        ...

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names."""
        ...

    @property
    def domains(self) -> tuple[str, ...]:
        """Mail domains of a company."""
        ...


class Bearers(Sequence[Entity]):
    """Entities, and the positions of those who bear a name: made in memory (`Told`), or written down (`Enrolled`)."""

    @overload
    def __getitem__(self, at: int) -> Entity: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Entity]: ...
    @abstractmethod
    def __getitem__(self, at: int | slice) -> Entity | Sequence[Entity]: ...

    def __eq__(self, other: object) -> bool:
        """Whether the other tells of the same people in the same order."""
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(Entity.__eq__, self, other))

    @abstractmethod
    def named(self, number: int) -> Named:
        """How somebody is called; the documents about them are not read."""

    @abstractmethod
    def documents_of(self, number: int) -> tuple[str, ...]:
        """Ids of the documents about somebody."""

    @abstractmethod
    def spelled(self, run: str) -> Surest | None:
        """Whom a run-together key means most surely; None where nobody is written so."""

    @abstractmethod
    def called(self, kind: str, name: str) -> Sequence[int]:
        """Those of this very name."""

    @abstractmethod
    def reached(self, domain: str) -> Sequence[int]:
        """The companies of a mail domain, the people of an address."""

    @property
    @abstractmethod
    def similar(self) -> Lookalikes:
        """Names that are a few letters away from what is written."""


class Told(Bearers):
    """Entities in memory. Ten thousand take half a second until the first name is looked up."""

    def __init__(self, entities: Sequence[Entity], spellings: Spelled | None = None) -> None:
        """Work out how each of them may be written, unless that is known."""
        self._entities = tuple(entities)
        self.spellings = _spelled(self._entities) if spellings is None else spellings
        self.numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.addresses: dict[str, list[int]] = defaultdict(list)
        for number, entity in enumerate(self._entities):
            self.numbers[entity.kind, entity.name].append(number)
            for domain in entity.domains if entity.kind == "company" else ():
                self.addresses[domain].append(number)
            for email in entity.emails if entity.kind == "person" else ():
                self.addresses[email.lower()].append(number)

    @overload
    def __getitem__(self, at: int) -> Entity: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Entity]: ...
    def __getitem__(self, at: int | slice) -> Entity | Sequence[Entity]:
        return self._entities[at]

    def __len__(self) -> int:
        return len(self._entities)

    def named(self, number: int) -> Named:
        """The entity itself."""
        return self._entities[number]

    def documents_of(self, number: int) -> tuple[str, ...]:
        """Ids of the documents about somebody."""
        return self._entities[number].document_ids

    def spelled(self, run: str) -> Surest | None:
        """Whom a run-together key means most surely; None where nobody is written so."""
        found = self.spellings.get(run)
        return surest(found) if found else None

    def called(self, kind: str, name: str) -> Sequence[int]:
        """Those of this very name."""
        return self.numbers.get((kind, name), ())

    def reached(self, domain: str) -> Sequence[int]:
        """The companies of a mail domain, the people of an address."""
        return self.addresses.get(domain, ())

    @cached_property
    def runs(self) -> Arrays:
        """All names that may be written with a slip, made when the first is not known to the letter."""
        return runs_of(self.spellings.values())

    @cached_property
    def similar(self) -> Lookalikes:
        """Names that are a few letters away from what is written."""
        return Lookalikes(unpacked(self.runs))


def bearers_of(entities: Sequence[Entity]) -> Bearers:
    """Who bears which name: as it was written down together with the entities, else worked out now."""
    return entities if isinstance(entities, Bearers) else Told(entities)


def surest(spelled: Sequence[tuple[int, Spelling]]) -> Surest:
    """Those with the surest spelling."""
    best = max(spelling.sureness for _, spelling in spelled)
    return tuple(number for number, spelling in spelled if spelling.sureness == best), best


def _spelled(entities: Sequence[Entity]) -> Spelled:
    named = [names_of(entity) for entity in entities]
    held: dict[str, dict[int, Spelling]] = defaultdict(dict)
    for number, (entity, names) in enumerate(zip(entities, named, strict=True)):
        for spelling in spellings(entity, names):
            held[spelling.key].setdefault(number, spelling)
    for number, spelling in _heads_alone(entities, named):
        if spelling.key not in held:
            held[spelling.key][number] = spelling
    return {text: list(found.items()) for text, found in held.items() if text}


def _heads_alone(entities: Sequence[Entity], named: Sequence[list[list[str]]]) -> Iterator[tuple[int, Spelling]]:
    """Heads of longer names that stand for just one entity, as far as they are no everyday words."""
    cores = [[core_of(words) for words in names] for names in named]
    heads = [[_head(entity, words) for words in some] for entity, some in zip(entities, cores, strict=True)]
    uses = Counter(run for some in heads for run in {collapse(head) for head in some})
    for number, (first, *_) in enumerate(heads):
        alone = uses[collapse(first)] == 1 and len(cores[number][0]) > 1
        if alone and len(first) > 4 and not is_ordinary(first):
            yield number, Spelling((first,), HEAD)


def _head(entity: Entity, words: Sequence[str]) -> str:
    """The word that may stand for a name: a company's first, a person's last; nothing where there is no word."""
    return words[0 if entity.kind == "company" else -1] if words else ""
