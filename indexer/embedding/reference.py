"""sentence-transformers itself: the reference the compiled model is held against, and the fallback."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from indexer.embedding.protocol import Tokens, Vectors
from indexer.embedding.sound import sound, sound_tokens

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

    def tokens(self, texts: Sequence[str]) -> list[Tokens] | None:
        """The tokens of each text; None where the model has none or its tokenizer cannot say where they stand."""
        tokenizer = self._model.tokenizer
        if not getattr(tokenizer, "is_fast", False):
            return None
        if not texts:
            return []
        limit = self._model.get_max_seq_length()
        told = tokenizer(
            list(texts),
            truncation=True,
            max_length=limit,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        found = self._model.encode(list(texts), output_value="token_embeddings", show_progress_bar=False)
        spans, marks = told["offset_mapping"], told["special_tokens_mask"]
        return [sound_tokens(v.float().numpy(), s, m) for v, s, m in zip(found, spans, marks, strict=True)]
