"""The model compiled with OpenVINO: five times as fast as its library, and no torch in the process."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from indexer.embedding.batches import batches, padded
from indexer.embedding.bundle import read_manifest
from indexer.embedding.protocol import Tokens, Vectors
from indexer.embedding.runtime import engine, openvino, processors
from indexer.embedding.sound import sound, sound_tokens
from indexer.errors import ModelError

Precision = Literal["bf16", "int8", "f32"]
REST: dict[Precision, str] = {"bf16": "bf16", "int8": "bf16", "f32": "f32"}
"""What is computed in where a bundle does not say int8 itself."""
STREAMS = 4
"""Batches read at a time, where there are so many processors; a mail's texts are seldom more batches than that."""
Take = Callable[[list[int], Sequence[Vectors]], None]
"""Told the positions of a batch's texts and what the graph yields for them, which lasts no longer than the call."""


class CompiledEmbedder:
    """Texts to vectors through a compiled bundle. Threads may share one; they take turns."""

    def __init__(self, bundle: Path, precision: Precision = "bf16") -> None:
        """Open a bundle that `bundle_of` made, or for int8 `quantised_of`. Raises ModelError when it is damaged."""
        manifest = read_manifest(bundle)
        if manifest is None:
            raise ModelError(f"The compiled model in {bundle} is damaged. Delete that folder; it is made anew.")
        self.bundle = bundle
        self.precision = precision
        self.dimension = manifest.dimension
        self.fingerprint = "-".join(filter(None, (manifest.weights[:16], precision, manifest.calibration[:8])))
        self._max_tokens = manifest.max_tokens
        self._turn = Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), float32, length 1. Raises ModelError on a NaN or zero vector."""
        found = np.empty((len(texts), self.dimension), dtype=np.float32)

        def take(batch: list[int], outputs: Sequence[Vectors]) -> None:
            found[batch] = outputs[0]

        self._infer(self._tokenizer.encode_batch(list(texts)), take)
        return sound(found)

    def tokens(self, texts: Sequence[str]) -> list[Tokens] | None:
        """The tokens of each text; None where the bundle yields none. Raises ModelError on a NaN or zero vector."""
        if len(self._model.outputs) < 2:
            return None
        encodings = self._tokenizer.encode_batch(list(texts))
        found: dict[int, Tokens] = {}

        def take(batch: list[int], outputs: Sequence[Vectors]) -> None:
            found.update((i, _tokens(encodings[i], outputs[1][row])) for row, i in enumerate(batch))

        self._infer(encodings, take)
        return [found[i] for i in range(len(texts))]

    def _infer(self, encodings: Sequence[Encoding], take: Take) -> None:
        """Read texts in batches, as many at a time as there are streams, and hand over what the graph yields of each.

        That is a vector a text, and where it has them, the vectors of every text's tokens, padded.
        """
        tokens = [encoding.ids for encoding in encodings]
        with self._turn:
            self._queue.set_callback(lambda request, batch: take(batch, [o.data for o in request.output_tensors]))
            for batch in batches([len(ids) for ids in tokens]):
                self._queue.start_async(inputs([tokens[i] for i in batch]), batch)
            self._queue.wait_all()

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self.bundle / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(self._max_tokens)
        return tokenizer

    @cached_property
    def _queue(self) -> Any:
        return openvino.AsyncInferQueue(self._model)

    @cached_property
    def _model(self) -> Any:
        options = {
            "INFERENCE_PRECISION_HINT": REST[self.precision],
            "INFERENCE_NUM_THREADS": str(processors()),
            # Threads that share a batch wait for each other, and on a busy machine for long.
            "NUM_STREAMS": str(min(processors(), STREAMS)),
            "CACHE_DIR": str(self.bundle / "kernels"),
        }
        try:
            return engine().compile_model(self.bundle / "model.xml", "CPU", options)
        except RuntimeError as problem:
            raise ModelError(f"OpenVINO cannot run the compiled model: {problem}") from problem


def inputs(tokens: Sequence[list[int]]) -> dict[str, NDArray[np.int64]]:
    """A row a text, padded to a width that the kernels know."""
    width = padded(max(map(len, tokens)))
    ids = np.zeros((len(tokens), width), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, own in enumerate(tokens):
        ids[row, : len(own)] = own
        mask[row, : len(own)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def _tokens(encoding: Encoding, vectors: Vectors) -> Tokens:
    return sound_tokens(vectors[: len(encoding.ids)], encoding.offsets, encoding.special_tokens_mask)
