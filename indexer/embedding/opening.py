"""A model's name → the embedder that runs it best here."""

from pathlib import Path
from typing import Literal

from indexer.embedding.bundle import bundle_of, cache_folder
from indexer.embedding.protocol import Embedder
from indexer.embedding.quantised import quantised_of
from indexer.embedding.weights import DEFAULT, folder_of, verified_digest
from indexer.errors import ModelError

Chosen = Literal["bf16", "int8", "f32", "reference"]


def open_embedder(model: str = DEFAULT, precision: Chosen = "bf16", cache: Path | None = None) -> Embedder:
    """The compiled model, made on first use; `reference` asks for sentence-transformers itself.

    `model` is the default's name, a folder, or any name sentence-transformers can load. Raises ModelError.
    """
    if precision == "reference":
        return _reference(model)
    from indexer.embedding.compiled import CompiledEmbedder

    bundle = bundle_of(model, cache or cache_folder())
    return CompiledEmbedder(quantised_of(bundle) if precision == "int8" else bundle, precision)


def _reference(model: str) -> Embedder:
    from indexer.embedding.reference import ReferenceEmbedder

    folder = folder_of(model)
    if folder is None:
        raise ModelError(f"There is no folder {model}. The reference runs the default model or one in a folder.")
    return ReferenceEmbedder(str(folder), verified_digest(model, folder))
