"""Compile or download a model, in a process of its own: the only place that loads torch on the way to OpenVINO.

python -m indexer.embedding.export compile FOLDER DIGEST OUT
python -m indexer.embedding.export download NAME OUT
"""

import sys
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer

from indexer.embedding.bundle import Manifest, write_manifest
from indexer.embedding.reference import load
from indexer.embedding.runtime import openvino


class _Pipeline(torch.nn.Module):
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
    ids = torch.randint(100, 1000, (3, 16))
    mask = torch.ones_like(ids)
    mask[1, 9:] = 0
    with torch.no_grad():
        graph = openvino.convert_model(
            _Pipeline(model).eval(), example_input={"input_ids": ids, "attention_mask": mask}
        )
    openvino.save_model(graph, out / "model.xml", compress_to_fp16=True)
    model.tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"))
    limit = int(model.get_max_seq_length() or 512)
    write_manifest(out, Manifest(digest, limit, int(graph.output(0).partial_shape[1].get_length())))


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
