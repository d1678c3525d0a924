"""The model compiled with OpenVINO: several times as fast as its library, and no torch in the process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
from tokenizers import Encoding, Tokenizer

from indexer.embedding.batches import PACKED, PADDED, batches
from indexer.embedding.bundle import read_manifest
from indexer.embedding.feeding import end_to_end, in_rows
from indexer.embedding.protocol import Tokens, Vectors
from indexer.embedding.runtime import engine, openvino, processors
from indexer.embedding.sound import sound, sound_tokens
from indexer.errors import ModelError

Precision = Literal["bf16", "int8", "f32"]
REST: dict[Precision, str] = {"bf16": "bf16", "int8": "bf16", "f32": "f32"}
"""What is computed in where a bundle does not say int8 itself."""
STREAMS = 4
"""Batches read at a time, where there are so many processors; a mail's texts are seldom more batches than that."""
ALONE = 4096
"""Tokens of several batches that are read one batch at a time before it pays to compile the model for more: a search
from the command line reads fewer, and starts sooner and smaller."""
Take = Callable[[list[int], Sequence[Vectors]], None]
"""Told the positions of a batch's texts and what the graph yields for them, which lasts no longer than the call."""


@dataclass(frozen=True, slots=True, eq=False)
class _Ready:
    """The model compiled to read so many batches at a time, with requests for one alone and for many."""

    streams: int
    outputs: int
    packed: bool
    alone: Any
    many: Any


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
        self._ready: _Ready | None = None
        self._read = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), float32, length 1. Raises ModelError on a NaN or zero vector."""
        found = np.empty((len(texts), self.dimension), dtype=np.float32)

        def take(batch: list[int], outputs: Sequence[Vectors]) -> None:
            found[batch] = outputs[0]

        with self._turn:
            self._infer(self._tokenizer.encode_batch_fast(list(texts)), take)  # fast: says not where the tokens stand
        return sound(found)

    def tokens(self, texts: Sequence[str]) -> list[Tokens] | None:
        """The tokens of each text; None where the bundle yields none. Raises ModelError on a NaN or zero vector."""
        encodings = self._tokenizer.encode_batch(list(texts))
        found: dict[int, Tokens] = {}

        def take(batch: list[int], outputs: Sequence[Vectors]) -> None:
            found.update((i, _tokens(encodings[i], outputs[1][row])) for row, i in enumerate(batch))

        with self._turn:
            if self._opened(1).outputs < 2:
                return None
            self._infer(encodings, take)
        return [found[i] for i in range(len(texts))]

    def _infer(self, encodings: Sequence[Encoding], take: Take) -> None:
        """Read texts in batches, as many at a time as there are streams, and hand over what the graph yields of each.

        That is a vector a text, and where it has them, the vectors of every text's tokens, padded.
        """
        tokens = [encoding.ids for encoding in encodings]
        lengths = [len(ids) for ids in tokens]
        ready = self._opened(1)
        feed = end_to_end if ready.packed else in_rows
        made = list(batches(lengths, PACKED if ready.packed else PADDED))
        if len(made) > 1:
            self._read += sum(lengths)
            ready = self._opened(STREAMS if self._read > ALONE else 1)
        if ready.streams > 1 and len(made) > 1:
            ready.many.set_callback(lambda request, batch: take(batch, [o.data for o in request.output_tensors]))
            for batch in made:
                ready.many.start_async(feed([tokens[i] for i in batch]), batch)
            ready.many.wait_all()
            return
        for batch in made:
            ready.alone.infer(feed([tokens[i] for i in batch]), share_inputs=True)
            take(batch, [o.data for o in ready.alone.output_tensors])

    def _opened(self, streams: int) -> _Ready:
        """The model, ready for at least so many batches at a time as there are processors for."""
        streams = min(processors(), streams)
        if self._ready is None or self._ready.streams < streams:
            self._ready = None  # lets the old one go before there are two
            self._ready = self._compiled(streams)
        return self._ready

    def _compiled(self, streams: int) -> _Ready:
        options = {
            "INFERENCE_PRECISION_HINT": REST[self.precision],
            # Threads that share a batch wait for each other, and on a busy machine for long.
            "NUM_STREAMS": str(streams),
            "INFERENCE_NUM_THREADS": str(processors() if streams > 1 else 1),
            "CACHE_DIR": str(self.bundle / "kernels"),
            "CACHE_MODE": "OPTIMIZE_SIZE",  # weights stay in model.bin, which the manifest vouches for
        }
        try:
            model = engine().compile_model(self.bundle / "model.xml", "CPU", options)
        except RuntimeError as problem:
            raise ModelError(f"OpenVINO cannot run the compiled model: {problem}") from problem
        packed = any("places" in put.names for put in model.inputs)
        many = openvino.AsyncInferQueue(model) if streams > 1 else None
        return _Ready(streams, len(model.outputs), packed, model.create_infer_request(), many)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self.bundle / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(self._max_tokens)
        return tokenizer


def _tokens(encoding: Encoding, vectors: Vectors) -> Tokens:
    return sound_tokens(vectors[: len(encoding.ids)], encoding.offsets, encoding.special_tokens_mask)
