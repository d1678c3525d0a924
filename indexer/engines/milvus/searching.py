"""Many queries → the best passages of both lanes on Milvus, each with the evidence of both.

Milvus filters before it ranks. What it brings up is asked of the truth once more before anybody is told: it may be a
moment behind, and what was dropped or hidden meanwhile is gone at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

import numpy as np

from indexer.asking import Before, Candidate
from indexer.embedding.protocol import Vectors
from indexer.engines.brought_up import DEPTH, NAMED, RESEMBLING, Fact, answered, candidates, look, together
from indexer.engines.cutting import Scored, firsts
from indexer.engines.milvus.expressing import of_documents
from indexer.engines.milvus.server import Server
from indexer.engines.milvus.truth import Truth, Worth
from indexer.engines.protocol import Query, Scope
from indexer.errors import IndexProblem

Found = list[dict[int, float]]


@dataclass(frozen=True, slots=True)
class Lanes:
    """Both lanes of a collection under one scope, which `where` says to Milvus."""

    server: Server
    truth: Truth
    name: str
    scope: Scope
    where: str

    def candidates(self, queries: Sequence[Query]) -> list[tuple[Candidate, ...]]:
        """For each query the candidates of both lanes and of the documents it names or that answered one like it."""
        _refuse_what_is_no_number(queries)
        visible = sorted(self.scope.visibilities)
        worths = dict(zip((q.text for q in queries), self.truth.worth([q.text for q in queries], visible), strict=True))
        near, worded = self._brought_up(queries, worths)
        for documents, rows in together(queries, lambda query: query.documents).items():
            if documents:
                some = [queries[row] for row in rows]
                _update(near, rows, self._closest(some, of_documents(documents)))
                _update(worded, rows, self._worded(some, worths, NAMED, of_documents(documents)))
        before = self.truth.before([query.vector for query in queries], self.scope)
        for row, had in enumerate(before):
            if had:  # their own passages too, for a question is no evidence that anybody could read
                _update(near, [row], self._closest([queries[row]], of_documents(had)))
        self._complete(queries, near, worded)
        return self._told(near, worded, before)

    def resembling(self, document_id: str) -> list[Candidate]:
        """The passages nearest to the middle of a document's own, which are left out; nearest first."""
        own = self.server.rows(self.name, f"{of_documents([document_id])} and embedded == true", ["dense"])
        middle = np.mean([one["dense"] for one in own], axis=0) if own else np.zeros(1)
        length = float(np.linalg.norm(middle))
        if not length:
            return []
        where = f"{self.where} and embedded == true and not ({of_documents([document_id])})"
        asked = (middle / length).astype(np.float32)
        found = self.server.best(self.name, "dense", [asked], where, RESEMBLING)[0]
        facts = self._facts([passage for passage, _ in found])
        return [facts[one].candidate(one, cosine) for one, cosine in found if one in facts]

    def _brought_up(self, queries: Sequence[Query], worths: Mapping[str, Worth]) -> tuple[Found, Found]:
        """What each lane brings up; a text that several questions have in common is looked for once."""
        alike = list(together(queries, look).values())
        asked = [queries[rows[0]] for rows in alike]
        near: Found = [{} for _ in queries]
        worded: Found = [{} for _ in queries]
        for rows, *found in zip(alike, self._near(asked, DEPTH), self._worded(asked, worths, DEPTH), strict=True):
            for row in rows:
                near[row], worded[row] = dict(found[0]), dict(found[1])
        return near, worded

    def _near(self, queries: Sequence[Query], count: int, within: str = "") -> Found:
        """For each query the passages nearest in meaning, with their cosines; none without a vector."""
        asked = {row: query.vector for row, query in enumerate(queries) if query.vector is not None}
        return self._best("dense", asked, len(queries), count, f"embedded == true{within and ' and '}{within}")

    def _worded(self, queries: Sequence[Query], worths: Mapping[str, Worth], count: int, within: str = "") -> Found:
        """For each query the passages best by words, with their scores in [0, 1]."""
        asked = {row: worths[query.text].terms for row, query in enumerate(queries) if worths[query.text].most > 0}
        found = self._best("words", asked, len(queries), count, within)
        return [
            {passage: min(1.0, score / worths[query.text].most) for passage, score in told.items()}
            for query, told in zip(queries, found, strict=True)
        ]

    def _best(self, field: str, asked: Mapping[int, object], rows: int, count: int, within: str) -> Found:
        found: Found = [{} for _ in range(rows)]
        if not asked:
            return found
        where = f"{self.where} and {within}" if within else self.where
        best = partial(self.server.best, self.name, field, where=where)
        told = best(list(asked.values()), limit=count + 1)
        for (row, one), scored in zip(asked.items(), told, strict=True):
            again = partial(_only_one, partial(best, [one]))
            found[row] = dict(firsts(scored, count, again, self._places))
        return found

    def _places(self, passages: Sequence[int]) -> Mapping[int, tuple[str, int]]:
        return {one: fact.place for one, fact in self.truth.facts(passages).items()}

    def _closest(self, queries: Sequence[Query], within: str) -> Found:
        """For each query the nearest passages of named documents; without vectors simply the first."""
        found = self._near(queries, NAMED, within)
        blind = [row for row, query in enumerate(queries) if query.vector is None]
        if blind:
            rows = self.server.rows(self.name, f"{self.where} and {within}", ["id"])
            first = sorted(int(one["id"]) for one in rows)[:NAMED]
            _update(found, blind, [dict.fromkeys(first, 0.0) for _ in blind])
        return found

    def _complete(self, queries: Sequence[Query], near: Found, worded: Found) -> None:
        """Give what only words brought up its exact cosine."""
        lacking = [
            [one for one in told if one not in had] if query.vector is not None else []
            for query, had, told in zip(queries, near, worded, strict=True)
        ]
        ids = sorted({*chain.from_iterable(lacking)})
        rows = self.server.rows(self.name, f"id in {ids}", ["id", "dense"]) if ids else []
        vectors: dict[int, Vectors] = {int(one["id"]): np.asarray(one["dense"], dtype=np.float32) for one in rows}
        for query, had, only in zip(queries, near, lacking, strict=True):
            if query.vector is not None:
                had.update({one: float(vectors[one] @ query.vector) for one in only if one in vectors})

    def _told(self, near: Found, worded: Found, before: Sequence[Mapping[str, Before]]) -> list[tuple[Candidate, ...]]:
        facts = self._facts(sorted({*chain.from_iterable((*near, *worded))}))
        return [
            (*candidates(meant, said, facts), *answered(had))
            for meant, said, had in zip(near, worded, before, strict=True)
        ]

    def _facts(self, passages: Sequence[int]) -> dict[int, Fact]:
        """What the truth knows of these passages, as far as they are in scope."""
        facts = self.truth.facts(passages)
        seen = self.truth.index.among(sorted({fact.document for fact in facts.values()}), self.scope)
        return {one: fact for one, fact in facts.items() if fact.document in seen}


def _refuse_what_is_no_number(queries: Sequence[Query]) -> None:
    if any(query.vector is not None and not np.isfinite(query.vector).all() for query in queries):
        raise IndexProblem("The vector of a question holds what is no number. Run `signpost check` to test the model.")


def _only_one(best: Callable[..., list[Scored]], count: int) -> Scored:
    return best(limit=count)[0]


def _update(found: Found, rows: Sequence[int], more: Sequence[Mapping[int, float]]) -> None:
    for row, told in zip(rows, more, strict=True):
        found[row].update(told)
