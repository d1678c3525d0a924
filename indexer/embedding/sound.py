"""A last look at vectors before they go anywhere. Pure."""

import numpy as np

from indexer.embedding.protocol import Vectors
from indexer.errors import ModelError


def sound(vectors: Vectors) -> Vectors:
    """The same vectors, scaled to length 1. Raises ModelError for a NaN or zero one: FAISS would index it silently."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths == 0).any():
        raise ModelError("The embedding model yielded a vector that is not a number or has no length; use another one.")
    return np.asarray(vectors / lengths, dtype=np.float32)
