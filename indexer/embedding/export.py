"""Compile or download a model, in a process of its own: the only place that loads torch on the way to OpenVINO.

python -m indexer.embedding.export compile FOLDER DIGEST OUT
python -m indexer.embedding.export download NAME OUT
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from indexer.embedding.bundle import Manifest, write_manifest
from indexer.embedding.feeding import Feed, end_to_end, in_rows
from indexer.embedding.packing import Packed
from indexer.embedding.reference import load
from indexer.embedding.runtime import converter, engine, openvino

TRACED = [[101, 2040, 102], [101, 2031, 2057, 2589, 2023, 102], [101, 102]]
"""Ids of tokens that nearly every model has, to follow a pipeline with: what they say does not matter."""
TRIED = ["Who is talking to Brückner?", "", "a reference in rail", "Goods-to-person picking, hall 3. " * 9]
UNFIT = (AttributeError, IndexError, KeyError, NotImplementedError, RuntimeError, TypeError, ValueError)
"""What a model raises that cannot read texts laid end to end."""


class _Padded(torch.nn.Module):
    """The whole sentence-transformers pipeline (pooling and scaling included) from token ids to a vector.

    Beside it come the vectors of the tokens, where the model has any.
    """

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        told = self.model({"input_ids": input_ids, "attention_mask": attention_mask})
        found = torch.nn.functional.normalize(told["sentence_embedding"], dim=1)
        tokens = told.get("token_embeddings")
        return (found,) if tokens is None else (found, tokens)


def compile_model(source: Path, digest: str, out: Path) -> None:
    """Write graph, tokenizer and manifest of the model in `source` to `out`."""
    model = load(str(source))
    graph = _end_to_end(load(str(source)), model) or _converted(_Padded(model), in_rows)
    openvino.save_model(graph, out / "model.xml", compress_to_fp16=True)
    model.tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"))
    limit = int(model.get_max_seq_length() or 512)
    write_manifest(out, Manifest(digest, limit, int(graph.output(0).partial_shape[1].get_length())))


def _end_to_end(model: SentenceTransformer, reference: SentenceTransformer) -> Any | None:
    """The graph that reads texts end to end; None where it does not say of other texts what the library says."""
    try:
        graph = _converted(Packed(model), end_to_end)
        tokens = [model.tokenizer(text)["input_ids"] for text in TRIED]
        told = engine().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(end_to_end(tokens))[0]
    except UNFIT:
        return None
    cosines = np.sum(told * reference.encode(TRIED, normalize_embeddings=True), axis=1)
    return graph if cosines.min() > 0.9999 else None


def _converted(pipeline: torch.nn.Module, feed: Callable[[Sequence[Sequence[int]]], Feed]) -> Any:
    example = {name: torch.from_numpy(values) for name, values in feed(TRACED).items()}
    with torch.no_grad():
        return converter()(pipeline.eval(), example_input=example)


def download(name: str, out: Path) -> None:
    """Fetch the model of that name from the hub and save its safetensors weights to `out`."""
    load(name).save_pretrained(str(out), safe_serialization=True)


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    match arguments:
        case ["compile", source, digest, out]:
            compile_model(Path(source), digest, Path(out))
        case ["download", name, out]:
            download(name, Path(out))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
