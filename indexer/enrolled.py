"""Entities that were written down with all that finds them: looked up where they lie, read one by one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import overload

import numpy as np

from indexer import beginnings
from indexer.bearers import Bearers, Surest, Told, surest
from indexer.beginnings import SHOWN_BY, Sorted, Suggestion
from indexer.lookalikes import Lookalikes, unpacked
from indexer.mapped import Array, Arrays, Keyed, Lazy, Lists, Texts, keyed, lists, texts
from indexer.names import Entity

REMEMBERED = 1 << 14
"""Runs of words that are remembered with whom they mean, nobody for most: questions have many in common."""
LONGEST_ASKED = 60
"""Letters of the longest that is remembered."""
_PARTED = "\n"
"""Between kind and name of somebody; a kind has none of it."""


class Enrolled(Bearers):
    """Entities in a file. Opening takes a millisecond however many they are, a look-up a few microseconds."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        """Those that were `packed`."""
        self._told, self._ids = Texts(arrays, "entities"), Texts(arrays, "ids")
        self._documents = Lists(arrays, "documents")
        self._spelled, self._sureness = Keyed(arrays, "spelled"), arrays["spelled.sureness"].data
        self._called, self._reached = Keyed(arrays, "called"), Keyed(arrays, "reached")
        self._similar = Lookalikes(unpacked(arrays))
        self._sorted = Sorted(Lazy(len(self), self._suggestion), arrays)
        self._asked: dict[str, Surest | None] = {}
        self.seconds = float(arrays["seconds"][0])
        """How long it took to read them from all documents."""

    @overload
    def __getitem__(self, at: int) -> Entity: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Entity]: ...
    def __getitem__(self, at: int | slice) -> Entity | Sequence[Entity]:
        if isinstance(at, slice):
            return [self._entity(number) for number in range(len(self))[at]]
        return self._entity(range(len(self))[at])

    def __len__(self) -> int:
        return len(self._told)

    def __iter__(self) -> Iterator[Entity]:
        return map(self._entity, range(len(self)))

    @property
    def similar(self) -> Lookalikes:
        """Names that are a few letters away from what is written."""
        return self._similar

    @property
    def sorted(self) -> Sorted:
        """All names by how they begin."""
        return self._sorted

    def named(self, number: int) -> Entity:
        """How somebody is called; the documents about them are not read."""
        return self._made(number, ())

    def spelled(self, run: str) -> Surest | None:
        """Whom a run-together key means most surely; None where nobody is written so."""
        if run in (asked := self._asked):
            return asked[run]
        place = self._spelled.places.find(run)
        found = None if place is None else (tuple(self._spelled.at(place)), self._sureness[place])
        if len(run) <= LONGEST_ASKED:
            # Never cleared but begun anew: another thread may be about to look into the old one
            self._asked = {run: found} if len(asked) >= REMEMBERED else asked
            asked[run] = found
        return found

    def called(self, kind: str, name: str) -> Sequence[int]:
        """Those of this very name."""
        return self._called.find(kind + _PARTED + name)

    def reached(self, domain: str) -> Sequence[int]:
        """The companies of a mail domain, the people of an address."""
        return self._reached.find(domain)

    def documents_of(self, number: int) -> tuple[str, ...]:
        """Ids of the documents about somebody."""
        return tuple(map(self._ids.__getitem__, self._documents[number].tolist()))

    def _entity(self, number: int) -> Entity:
        return self._made(number, self.documents_of(number))

    def _made(self, number: int, document_ids: tuple[str, ...]) -> Entity:
        name, kind, aliases, domains, emails, records = json.loads(self._told[number])
        return Entity(name, kind, tuple(aliases), tuple(domains), tuple(emails), document_ids, records)

    def _suggestion(self, number: int) -> Suggestion:
        named, documents = self.named(number), self._documents[number]
        ids = tuple(map(self._ids.__getitem__, documents[:SHOWN_BY].tolist()))
        return Suggestion(named.name, named.kind, len(documents), ids, named.aliases)


def packed(told: Told, seconds: float) -> Arrays:
    """Entities, and all that finds them, which took so long to read from all documents."""
    ids: dict[str, int] = {}
    about = [[ids.setdefault(id_, len(ids)) for id_ in entity.document_ids] for entity in told]
    meant = {run: surest(some) for run, some in told.spellings.items()}
    spelled, runs = keyed("spelled", {run: numbers for run, (numbers, _) in meant.items()})
    return {
        **texts("entities", map(_record, told)),
        **texts("ids", ids),
        **lists("documents", about),
        **spelled,
        "spelled.sureness": np.array([meant[run][1] for run in runs], dtype=np.float64),
        **keyed("called", {kind + _PARTED + name: found for (kind, name), found in told.numbers.items()})[0],
        **keyed("reached", told.addresses)[0],
        **told.runs,
        **beginnings.packed([beginnings.suggestion(entity) for entity in told]),
        "seconds": np.array([seconds]),
    }


def _record(entity: Entity) -> str:
    told = entity.name, entity.kind, entity.aliases, entity.domains, entity.emails, entity.records
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
