"""A passage, its document and its vector → the row that Milvus has of it. No text of it goes there. Pure."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC

import numpy as np

from indexer.documents import Document, Passage
from indexer.embedding.protocol import Vectors
from indexer.engines.milvus.expressing import number, numbers
from indexer.engines.narrowing import squeezed
from indexer.engines.postgres.rows import customers_in, people_in
from indexer.engines.postgres.terms import number as numbered
from indexer.words import SATURATION, Entry, read, whole

B = 0.75
SOUND = 0.02
"""How far from 1 the length of a unit vector may be; NaN is farther."""
EVERY = {0: 1.0}
"""A term that every passage has and no question: a passage without any is refused."""
Row = dict[str, object]


def filtered(document: Document) -> Row:
    """What filters ask of each passage of a document."""
    d, at = document, document.updated_at
    plain = {"source": d.source, "kind": d.kind, "status": d.status, "visibility": d.visibility, "document": d.id}
    folded = {"parent": squeezed(d.parent), "lane": squeezed(d.lane)}
    return {
        **{name: number(value) for name, value in (plain | folded).items()},
        "day": at.astimezone(UTC).date().toordinal() if at else 0,
        "people": numbers(folded for _, folded, _ in people_in(0, d)),
        "customers": numbers(folded for _, folded, _ in customers_in(0, d)),
    }


def row(passage_id: int, passage: Passage, vector: Vectors | None, mean: float, dimension: int) -> Row:
    """What both lanes ask of a passage; one without a sound vector has zeros, and says so."""
    sound = vector is not None and is_sound(vector)
    dense = vector if sound else np.zeros(dimension, dtype=np.float32)
    return {"id": passage_id, "dense": dense, "embedded": sound, "words": weights(passage, mean), "told": ""}


def is_sound(vector: Vectors) -> bool:
    """Whether this is a unit vector."""
    with np.errstate(invalid="ignore", over="ignore"):
        return bool(abs(float(np.linalg.norm(vector)) - 1) < SOUND)


def weights(passage: Passage, mean: float) -> Mapping[int, float]:
    """What BM25 gives a passage for each of its terms, in units of what the term is worth.

    `mean` is how many words a passage has on average.
    """
    found = Counter(read(whole(Entry(0, passage.context, passage.text))))
    fields: Counter[str] = Counter()
    for (field, _), times in found.items():
        fields[field] += times
    k = (SATURATION - 1) * (1 - B + B * max(fields.values(), default=0) / mean)
    return EVERY | {numbered(term): SATURATION * times / (times + k) for term, times in found.items()}


def tokens(passage: Passage) -> int:
    """How many words a passage has in the field that has most."""
    found = Counter(field for field, _ in read(whole(Entry(0, passage.context, passage.text))))
    return max(found.values(), default=0)
