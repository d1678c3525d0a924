"""A last look at vectors before they go anywhere. Pure."""

from collections.abc import Sequence

import numpy as np

from indexer.embedding.protocol import Tokens, Vectors
from indexer.errors import ModelError


def sound(vectors: Vectors) -> Vectors:
    """The same vectors, scaled to length 1. Raises ModelError for a NaN or zero one: FAISS would index it silently."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths == 0).any():
        raise ModelError("The embedding model yielded a vector that is not a number or has no length; use another one.")
    return np.asarray(vectors / lengths, dtype=np.float32)


def sound_tokens(vectors: Vectors, spans: Sequence[tuple[int, int]], marks: Sequence[int]) -> Tokens:
    """The tokens of a text, scaled to length 1, without those that `marks` says are none of its own."""
    own = [n for n, mark in enumerate(marks) if not mark]
    kept = vectors[own]
    return Tokens(sound(kept) if own else kept, tuple((int(spans[n][0]), int(spans[n][1])) for n in own))
