"""How rare words are among what may be seen, kept beside the words; and BM25 by it, in SQL.

Terms are looked for from the rarest on. When the passages that have none of them cannot come to more than the worst of
those wanted, the common ones need not be looked for at all (MaxScore), and nothing is lost by that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.engines.postgres.narrowing import Condition
from indexer.engines.postgres.server import Transaction
from indexer.engines.postgres.terms import asked
from indexer.words import SATURATION, TERMS, rarity

EXACTLY = 2_000
"""Passages that the rarest terms may bring up before it is looked whether those are enough."""
WIDER = 16
K1, B = SATURATION - 1, 0.75
COUNT = """
    INSERT INTO word_counts AS c (visibility, term, passages)
    SELECT d.visibility, t.term, %(sign)s * count(*)
    FROM documents d JOIN words w ON w.number = d.number CROSS JOIN unnest(w.terms) t (term)
    WHERE d.number = ANY(%(numbers)s::bigint[]) GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (visibility, term) DO UPDATE SET passages = c.passages + excluded.passages
"""
TOTAL = """
    INSERT INTO word_totals AS c (visibility, passages, tokens)
    SELECT d.visibility, %(sign)s * count(*), %(sign)s * sum(w.tokens)
    FROM documents d JOIN words w ON w.number = d.number WHERE d.number = ANY(%(numbers)s::bigint[])
    GROUP BY 1 ORDER BY 1
    ON CONFLICT (visibility) DO UPDATE
        SET passages = c.passages + excluded.passages, tokens = c.tokens + excluded.tokens
"""
BEST = """
    SELECT w.passage, sum(q.idf * c.tf / (c.tf + {k1} * ({a} + {b} * w.tokens / %(mean)s))) * {saturation} AS score
    FROM words w JOIN documents d ON d.number = w.number
    CROSS JOIN unnest(%(terms)s::bigint[], %(idfs)s::float8[]) q (term, idf)
    CROSS JOIN LATERAL (SELECT w.counts[array_position(w.terms, q.term)]::float8 AS tf) c
    WHERE w.terms && %(sought)s::bigint[] AND {where}
    GROUP BY w.passage ORDER BY score DESC, w.passage LIMIT %(count)s
"""


def count(transaction: Transaction, numbers: Sequence[int], sign: int) -> None:
    """Count the words of these documents, or with -1 take them off: before and after they change."""
    for statement in (COUNT, TOTAL):
        transaction.run(statement, {"numbers": list(numbers), "sign": sign})


@dataclass(frozen=True, slots=True)
class Statistics:
    """What words are worth among passages of some visibilities: nothing else changes a score."""

    passages: int
    mean: float
    having: Mapping[int, int]


def statistics(transaction: Transaction, visibilities: Sequence[str], terms: Sequence[int]) -> Statistics:
    """How many passages of these visibilities there are and how many have each term."""
    values = {"visibilities": list(visibilities), "terms": list(terms)}
    whole = "SELECT coalesce(sum(passages), 0)::bigint, coalesce(sum(tokens), 0)::bigint FROM word_totals"
    ((passages, tokens),) = transaction.run(f"{whole} WHERE visibility = ANY(%(visibilities)s)", values)
    having = transaction.run(
        """SELECT term, sum(passages)::bigint FROM word_counts
        WHERE visibility = ANY(%(visibilities)s) AND term = ANY(%(terms)s::bigint[]) GROUP BY 1""",
        values,
    )
    return Statistics(passages, max(1.0, tokens / max(1, passages)), dict(having))


def terms_of(texts: Sequence[str]) -> dict[str, list[int]]:
    """For each text the terms that it is looked for by."""
    return {text: asked(text) for text in dict.fromkeys(texts)}


@dataclass(frozen=True, slots=True)
class Lane:
    """The lane of words: passages under a condition, by what words are worth among what may be seen."""

    transaction: Transaction
    where: Condition
    statistics: Statistics
    terms: Mapping[str, Sequence[int]]

    def best(self, text: str, most: int, within: Condition = ("", {})) -> dict[int, float]:
        """The best passages for a text with their scores in [0, 1], as many as are wanted of those `within`."""
        idfs = {
            term: rarity(self.statistics.having.get(term, 0), self.statistics.passages) for term in self.terms[text]
        }
        rarest = dict(sorted(idfs.items(), key=lambda pair: -pair[1])[:TERMS])
        top = sum(rarest.values()) * SATURATION
        there = [term for term in rarest if self.statistics.having.get(term)]
        if not there:
            return {}
        values = {"terms": there, "idfs": [rarest[term] for term in there], "count": most}
        found = self._found(values, within)
        return {passage: min(1.0, score / top) for passage, score in found}

    def _found(self, values: Mapping[str, object], within: Condition) -> list[tuple[int, float]]:
        terms, idfs, most = list(values["terms"]), list(values["idfs"]), values["count"]  # type: ignore[call-overload]
        reach = EXACTLY
        while True:
            sought = self._rarest(terms, reach) if not within[0] else len(terms)
            found = self._asked({**values, "sought": terms[:sought]}, within)
            beyond = sum(idfs[sought:]) * SATURATION
            if sought == len(terms) or (len(found) == most and found[-1][1] >= beyond):
                return found
            reach *= WIDER

    def _rarest(self, terms: Sequence[int], reach: int) -> int:
        """How many of the terms, the rarest first, bring up so many passages."""
        total = 0
        for place, term in enumerate(terms):
            total += self.statistics.having.get(term, 0)
            if total >= reach:
                return place + 1
        return len(terms)

    def _asked(self, values: Mapping[str, object], within: Condition) -> list[tuple[int, float]]:
        where = f"{self.where[0]} AND {within[0]}" if within[0] else self.where[0]
        statement = BEST.format(k1=K1, a=1 - B, b=B, saturation=SATURATION, where=where)
        told = {**values, **self.where[1], **within[1], "mean": self.statistics.mean}
        return [(int(passage), float(score)) for passage, score in self.transaction.run(statement, told)]
