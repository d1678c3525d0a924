"""sentence-transformers itself: the reference the compiled model is held against, and the fallback."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from indexer.embedding.protocol import Vectors
from indexer.embedding.sound import sound

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def load(model: str) -> "SentenceTransformer":
    """The model from a folder, or by name from the hub: safetensors only, no remote code, on the processor."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(model, device="cpu", trust_remote_code=False, model_kwargs={"use_safetensors": True})


class ReferenceEmbedder:
    """The model as its library runs it, in float32. Slow to start: it loads torch on first use."""

    def __init__(self, folder: str, digest: str) -> None:
        """Take the model in `folder`, whose weights have this digest; nothing is loaded yet."""
        self.folder = folder
        self.fingerprint = f"{digest[:16]}-reference"

    @cached_property
    def _model(self) -> "SentenceTransformer":
        return load(self.folder)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), float32, length 1. Raises ModelError on a NaN or zero vector."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        found = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return sound(np.asarray(found, dtype=np.float32))
