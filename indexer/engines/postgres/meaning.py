"""The lane of meaning, in SQL: the nearest passages under a condition, exactly where they are few, else by HNSW.

Whether they are few is asked of the server, not guessed. Beyond that the index on vectors is walked from near to far
until enough of what it brings up meets the condition (pgvector's iterative scan), so that a filter takes no hit away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.asking import Before
from indexer.embedding.protocol import Vectors
from indexer.engines.postgres.narrowing import Condition
from indexer.engines.postgres.reading import Space
from indexer.engines.postgres.server import Halves, Row, Transaction

EXACT = 20_000
"""So many passages under a condition are compared one by one: slower than a walk, and misses nothing."""
FARTHER = 2
"""So many times what is wanted is walked to: under a filter the order of the walk is not quite that of nearness."""
BROUGHT_UP = 20
"""Documents that confirmed questions bring up for a text."""
EXACTLY = """
    WITH here AS MATERIALIZED (
        SELECT p.id, p.text_hash FROM documents d JOIN passages p ON p.number = d.number WHERE {where}
    )
    SELECT here.id, -(v.vector::halfvec({dimension}) <#> %(asked)s::halfvec({dimension})) AS cosine
    FROM here JOIN vectors v ON v.text_hash = here.text_hash AND v.space = {space}
    ORDER BY cosine DESC, here.id LIMIT %(count)s
"""
WALKING = """
    SELECT p.id, -(v.vector::halfvec({dimension}) <#> %(asked)s::halfvec({dimension}))
    FROM vectors v JOIN passages p ON p.text_hash = v.text_hash JOIN documents d ON d.number = p.number
    WHERE v.space = {space} AND {where}
    ORDER BY v.vector::halfvec({dimension}) <#> %(asked)s::halfvec({dimension}) LIMIT %(count)s
"""
ONLY_WALK = "SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
AS_EVER = "SET LOCAL enable_sort = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on"
ANSWERED = """
    WITH held AS (
        SELECT d.id, v.vector::halfvec({dimension}) AS vector
        FROM questions q JOIN documents d ON d.number = q.number
        JOIN vectors v ON v.text_hash = q.text_hash AND v.space = {space} WHERE {where}
    ), judged AS (
        SELECT id, max(-(vector <#> %(asked)s::halfvec({dimension}))) AS nearest,
            -(l2_normalize(avg(vector)) <#> %(asked)s::halfvec({dimension})) AS middle, count(*) AS many
        FROM held GROUP BY id
    )
    SELECT id, nearest, middle, many FROM judged ORDER BY nearest + middle DESC, id LIMIT %(count)s
"""
COSINES = """
    SELECT p.id, -(v.vector::halfvec({dimension}) <#> %(asked)s::halfvec({dimension}))
    FROM passages p JOIN vectors v ON v.text_hash = p.text_hash AND v.space = {space}
    WHERE p.id = ANY(%(ids)s::bigint[])
"""
MIDDLE = """
    SELECT avg(v.vector::halfvec({dimension}))::real[]
    FROM documents d JOIN passages p ON p.number = d.number
    JOIN vectors v ON v.text_hash = p.text_hash AND v.space = {space} WHERE d.id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The lane of meaning in one space, among what meets a condition; `walks` where that is much."""

    transaction: Transaction
    space: Space
    where: Condition
    walks: bool

    def nearest(self, vector: Vectors, most: int, within: Condition = ("", {})) -> dict[int, float]:
        """The nearest passages with their cosines, as many as are wanted of those `within`."""
        walks = self.walks and not within[0]
        values: dict[str, object] = {"asked": Halves(vector), "count": most}
        if walks:
            self.transaction.run(ONLY_WALK)
            found = self._rows(WALKING, {**values, "count": FARTHER * most}, within)
            self.transaction.run(AS_EVER)
            if len(found) >= most:
                return dict(sorted(found, key=lambda pair: (-pair[1], pair[0]))[:most])
        return dict(self._rows(EXACTLY, values, within))

    def cosines(self, vector: Vectors, ids: Sequence[int]) -> dict[int, float]:
        """How near these passages are."""
        return dict(self._rows(COSINES, {"asked": Halves(vector), "ids": list(ids)})) if ids else {}

    def answered(self, vector: Vectors) -> dict[str, Before]:
        """The documents that answered questions most like it."""
        rows = self._rows(ANSWERED, {"asked": Halves(vector), "count": BROUGHT_UP})
        return {document: Before(nearest, middle, many) for document, nearest, middle, many in rows}

    def middle(self, document_id: str) -> Vectors | None:
        """The middle of a document's passages, as a unit vector; None where it has none."""
        ((told,),) = self._rows(MIDDLE, {"id": document_id})
        vector = np.array(told or [], dtype=np.float32)
        length = float(np.linalg.norm(vector))
        return vector / length if length else None

    def _rows(self, statement: str, values: dict[str, object], within: Condition = ("", {})) -> list[Row]:
        where = f"{self.where[0]} AND {within[0]}" if within[0] else self.where[0]
        filled = statement.format(where=where, space=self.space.number, dimension=self.space.dimension)
        return self.transaction.run(filled, {**self.where[1], **within[1], **values})


def is_much(transaction: Transaction, where: Condition) -> bool:
    """Whether more passages meet a condition than are compared one by one."""
    some = f"SELECT 1 FROM documents d JOIN passages p ON p.number = d.number WHERE {where[0]} LIMIT {EXACT + 1}"
    return bool(transaction.run(f"SELECT count(*) > {EXACT} FROM ({some}) s", where[1])[0][0])
