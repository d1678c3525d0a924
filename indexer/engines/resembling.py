"""A document's own vectors → the passages of others that are nearest to it."""

import numpy as np

from indexer.allowed import Allowed
from indexer.asking import Candidate
from indexer.engines import reading
from indexer.engines.brought_up import RESEMBLING
from indexer.store import Store
from indexer.vectors import Neighbours


def resembling(store: Store, neighbours: Neighbours, document_id: str, allowed: Allowed) -> list[Candidate]:
    """The allowed passages nearest to the middle of a document's own, which are left out; nearest first."""
    own = np.array(reading.passages_of(store, [document_id]), dtype=np.int64)
    middle = neighbours.vectors(own).mean(axis=0) if len(own) else np.zeros(neighbours.dimension, dtype=np.float32)
    length = float(np.linalg.norm(middle))
    others = allowed.without(own)
    if not length or not len(others):
        return []
    found = neighbours.nearest((middle / length)[np.newaxis].astype(np.float32), RESEMBLING, others)[0]
    facts = reading.facts(store, [passage for passage, _ in found])
    return [facts[passage].candidate(passage, cosine) for passage, cosine in found if passage in facts]
