"""What searches on one machine work with, all of one sequence."""

from dataclasses import dataclass, field

from indexer.allowed import Allowed
from indexer.asking import Filters
from indexer.engines import confirmed, reading
from indexer.engines.confirmed import Confirmed
from indexer.engines.generations import Generation
from indexer.engines.living import Living
from indexer.engines.meaning import Meaning
from indexer.engines.protocol import Scope
from indexer.engines.terms import Terms
from indexer.store import Store

SCOPES = 64
"""Scopes whose allowed passages are remembered until the index changes."""
UNFILTERED = Filters()


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Both lanes, the questions that documents answered, and which passages there are."""

    sequence: int
    fingerprint: str
    meaning: Meaning | None
    terms: Terms
    confirmed: Confirmed | None
    living: Living
    _allowed: dict[Scope, tuple[Allowed, Allowed]] = field(default_factory=dict, init=False)

    @property
    def settled(self) -> bool:
        """Whether both caches are published, words at this very sequence."""
        vectors, words = self.shelved
        return bool((vectors or not self.meaning) and words and words.facts.sequence == self.sequence)

    @property
    def shelved(self) -> tuple[Generation | None, Generation | None]:
        """Where vectors and words are from; None for what lies in no folder."""
        return self.meaning.generation if self.meaning else None, self.terms.generation

    def allowed(self, store: Store, scope: Scope) -> tuple[Allowed, Allowed]:
        """In a scope the passages, and the numbers of the documents that have confirmed questions."""
        found = self._allowed.get(scope)
        if found is None:
            alone = scope.filters == UNFILTERED
            passages = self.living.of(scope.visibilities) if alone else reading.allowed(store, scope)
            found = passages, confirmed.allowed(store, scope)
            if len(self._allowed) < SCOPES:
                self._allowed[scope] = found
        return found
