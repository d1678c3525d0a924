"""How rare words are among what may be seen, kept beside the words; and BM25 by it, in SQL.

Terms are looked for from the rarest on. When the passages that have none of them cannot come to more than the worst of
those wanted, the common ones need not be looked for at all (MaxScore), and nothing is lost by that. Very common ones
bring up nothing by themselves in a large index.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from indexer.engines.postgres.narrowing import Condition
from indexer.engines.postgres.server import Transaction
from indexer.engines.postgres.terms import asked, sparse
from indexer.words import SATURATION, TERMS, rarity

EXACTLY = 2_000
"""Passages that the rarest terms may bring up before it is looked whether those are enough."""
WIDER = 16
WHOLE, COMMON = 10_000, 20
"""Of more passages than this, one needs a word that fewer than a twentieth have to be brought up, where the text has
such a word: all others would have to be weighed each, and come last."""
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
BEST = f"""
    SELECT w.passage, {SATURATION} * ({{score}}) AS score
    FROM (
        SELECT w.passage, w.terms, w.counts, {K1} * ({1 - B} + {B} * w.tokens / %(mean)s) AS k
        FROM words w JOIN documents d ON d.number = w.number
        WHERE {{where}} OFFSET 0
    ) w
    ORDER BY 2 DESC, 1 LIMIT %(count)s
"""
OF_TERM = "coalesce(%(idf{0})s / (1 + k / nullif(-(counts <#> %(term{0})s::sparsevec), 0)), 0)"
"""BM25 of one term, tf / (tf + k) written with one tf. Counts are a sparse vector, because a product of two tells one
of them several times as fast as looking through an array does; and they are summed up in one expression, ungrouped."""


SOUGHT = "w.terms && %(sought)s::integer[]"
BY_INDEX, AS_EVER = "SET LOCAL enable_seqscan = off", "SET LOCAL enable_seqscan = on"
"""Whether a passage has a term is for the index to say: asked of each row it costs more than all the rest."""
MUCH = 4
"""Where a quarter of all passages is sought, every passage is weighed; it is as quick, and needs no index."""


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
        WHERE visibility = ANY(%(visibilities)s) AND term = ANY(%(terms)s::integer[]) GROUP BY 1""",
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
        found = self._found({term: rarest[term] for term in there}, most, within)
        return {passage: min(1.0, score / top) for passage, score in found}

    def _found(self, idfs: Mapping[int, float], most: int, within: Condition) -> list[tuple[int, float]]:
        terms, reach = list(idfs), EXACTLY
        telling = len(terms) if within[0] else self._telling(terms)
        while True:
            sought = telling if within[0] else self._rarest(terms[:telling], reach)
            found = self._asked(idfs, terms[:sought], most, within)
            beyond = sum(idfs[term] for term in terms[sought:]) * SATURATION
            if sought == telling or (len(found) == most and found[-1][1] >= beyond):
                return found
            reach *= WIDER

    def _telling(self, terms: Sequence[int]) -> int:
        """How many of the terms, the rarest first, may bring up passages that have no rarer one."""
        rare = sum(self.statistics.having[term] * COMMON <= self.statistics.passages for term in terms)
        return rare if rare and self.statistics.passages > WHOLE else len(terms)

    def _rarest(self, terms: Sequence[int], reach: int) -> int:
        """How many of the terms, the rarest first, bring up so many passages."""
        totals = accumulate(self.statistics.having[term] for term in terms)
        return next((place for place, total in enumerate(totals, 1) if total >= reach), len(terms))

    def _asked(
        self, idfs: Mapping[int, float], sought: Sequence[int], most: int, within: Condition
    ) -> list[tuple[int, float]]:
        much = sum(self.statistics.having[term] for term in sought) * MUCH >= self.statistics.passages
        where = " AND ".join([self.where[0], *([within[0]] if within[0] else [] if much else [SOUGHT])])
        statement = BEST.format(score=" + ".join(OF_TERM.format(n) for n in range(len(idfs))), where=where)
        values: dict[str, object] = {"sought": list(sought), "count": most, "mean": self.statistics.mean}
        for place, (term, idf) in enumerate(idfs.items()):
            values |= {f"term{place}": sparse({term: 1}), f"idf{place}": idf}
        self.transaction.run(BY_INDEX if SOUGHT in where else AS_EVER)
        found = self.transaction.run(statement, {**values, **self.where[1], **within[1]})
        self.transaction.run(AS_EVER)
        return [(passage, score) for passage, score in found if score]
