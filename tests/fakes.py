"""Working stand-ins that pass the same contract suites as the real things."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from indexer.embedding.protocol import Tokens, Vectors


class HashingEmbedder:
    """Unit vectors from hashed words: texts that share words are near each other. Needs no model."""

    fingerprint = "hashing-64"
    dimension = 64

    def __init__(self) -> None:
        """Start counting the texts that were embedded."""
        self.texts_embedded = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Sum one pseudo-random direction a word, then scale to length 1."""
        self.texts_embedded += len(texts)
        rows = [self._row(text) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension)

    def _row(self, text: str) -> Vectors:
        words = re.findall(r"\w+", text.lower()) or ["(empty)"]
        total = np.sum([self._direction(word) for word in words], axis=0)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

    def _direction(self, word: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)


class TokenHashingEmbedder(HashingEmbedder):
    """The same with a vector for each word; counts the texts whose tokens were read."""

    def __init__(self) -> None:
        """Start counting."""
        super().__init__()
        self.texts_read = 0
        self.calls = 0

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """One pseudo-random direction a word, whatever stands around it."""
        self.texts_read += len(texts)
        self.calls += 1
        return [self._tokens(text) for text in texts]

    def _tokens(self, text: str) -> Tokens:
        words = list(re.finditer(r"\w+", text))
        rows = [self._direction(word[0].lower()) for word in words]
        vectors = np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)
        return Tokens(vectors.reshape(len(rows), self.dimension), tuple(word.span() for word in words))
