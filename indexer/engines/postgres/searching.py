"""Many queries → the best passages of both lanes, each with the evidence of both, all of one state of the index."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.asking import Before, Candidate
from indexer.engines.brought_up import DEPTH, NAMED, RESEMBLING, answered, candidates, look
from indexer.engines.postgres import reading
from indexer.engines.postgres.counting import Lane
from indexer.engines.postgres.meaning import Meaning
from indexer.engines.postgres.narrowing import Condition
from indexer.engines.postgres.server import Transaction
from indexer.engines.protocol import Query


@dataclass(frozen=True, slots=True)
class Lanes:
    """Both lanes under one scope; without a space to search only words count."""

    transaction: Transaction
    words: Lane
    meaning: Meaning | None

    def candidates(self, queries: Sequence[Query]) -> list[tuple[Candidate, ...]]:
        """For each query the candidates of both lanes and of the documents it names or that answered one like it."""
        looked: dict[tuple[str, bytes], tuple[dict[int, float], dict[int, float]]] = {}
        found = [self._query(query, looked) for query in queries]
        ids = {passage for near, worded, _ in found for passage in (*near, *worded)}
        facts = reading.facts(self.transaction, sorted(ids))
        return [(*candidates(near, worded, facts), *answered(before)) for near, worded, before in found]

    def _query(
        self, query: Query, looked: dict[tuple[str, bytes], tuple[dict[int, float], dict[int, float]]]
    ) -> tuple[dict[int, float], dict[int, float], dict[str, Before]]:
        """What both lanes bring up for a query; a text that several questions have in common is looked for once."""
        asked = look(query)
        if asked not in looked:
            looked[asked] = self._near(query, DEPTH), self.words.best(query.text, DEPTH)
        near, worded = dict(looked[asked][0]), dict(looked[asked][1])
        if query.documents:
            named = _named(query.documents)
            near |= self._closest(query, named)
            worded |= self.words.best(query.text, NAMED, named)
        before = self._before(query)
        if before:  # their own passages too, for a question is no evidence that anybody could read
            near |= self._closest(query, _named(frozenset(before)))
        if self.meaning and query.vector is not None:
            near |= self.meaning.cosines(query.vector, [passage for passage in worded if passage not in near])
        return near, worded, before

    def _near(self, query: Query, most: int) -> dict[int, float]:
        return self.meaning.nearest(query.vector, most) if self.meaning and query.vector is not None else {}

    def _closest(self, query: Query, named: Condition) -> dict[int, float]:
        """The nearest passages of named documents; without vectors simply the first."""
        if self.meaning and query.vector is not None:
            return self.meaning.nearest(query.vector, NAMED, named)
        where, values = self.words.where
        statement = f"""SELECT p.id FROM documents d JOIN passages p ON p.number = d.number
            WHERE {where} AND {named[0]} ORDER BY 1 LIMIT {NAMED}"""
        return {row[0]: 0.0 for row in self.transaction.run(statement, {**values, **named[1]})}

    def _before(self, query: Query) -> dict[str, Before]:
        return self.meaning.answered(query.vector) if self.meaning and query.vector is not None else {}


def resembling(transaction: Transaction, meaning: Meaning, document_id: str) -> list[Candidate]:
    """The passages nearest to the middle of a document's own, which are left out; nearest first."""
    middle = meaning.middle(document_id)
    if middle is None:
        return []
    near = meaning.nearest(middle, RESEMBLING)
    facts = reading.facts(transaction, list(near))
    told = [facts[one].candidate(one, cosine) for one, cosine in near.items()]
    return [candidate for candidate in told if candidate.document_id != document_id]


def _named(documents: frozenset[str]) -> Condition:
    return "d.id = ANY(%(named)s)", {"named": sorted(documents)}
