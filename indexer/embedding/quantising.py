"""Quantise a compiled bundle to int8, in a process of its own: the only door to nncf, which loads torch where it is.

python -m indexer.embedding.quantising quantise BUNDLE OUT
"""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from indexer.embedding.bundle import read_manifest, write_manifest
from indexer.embedding.feeding import end_to_end, in_rows
from indexer.embedding.quantised import calibration_digest, calibration_texts
from indexer.embedding.runtime import engine, openvino

SMOOTHING = 0.75
"""How much of the activations' outliers the weights take over: the text that fares worst is nearer than with .95."""


def quantise(bundle: Path, out: Path) -> None:
    """Write `bundle` to `out` with int8 weights and activations, fitted to our texts; the rest stays as it is."""
    told = read_manifest(bundle)
    if told is None:
        raise SystemExit(f"The compiled model in {bundle} is damaged. Delete that folder; it is made anew.")
    tokenizer = Tokenizer.from_file(str(bundle / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(told.max_tokens)
    tokens = [encoding.ids for encoding in tokenizer.encode_batch(calibration_texts())]
    openvino.save_model(_quantised(engine().read_model(bundle / "model.xml"), tokens), out / "model.xml")
    shutil.copyfile(bundle / "tokenizer.json", out / "tokenizer.json")
    write_manifest(out, replace(told, calibration=calibration_digest()))


def _quantised(graph: Any, tokens: Sequence[list[int]]) -> Any:
    import nncf  # after OpenVINO's reporter was silenced, which would be nncf's too

    # Attention gains next to nothing by int8, and the words' vectors would be kept in float32, 47 MB of them.
    rest = nncf.IgnoredScope(types=["ScaledDotProductAttention", "Gather"], validate=False)
    smoothing = nncf.AdvancedSmoothQuantParameters(matmul=SMOOTHING)
    feed = end_to_end if any("places" in put.names for put in graph.inputs) else in_rows
    texts = nncf.Dataset([feed([own]) for own in tokens])
    return nncf.quantize(
        graph,
        texts,
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(tokens),
        ignored_scope=rest,
        advanced_parameters=nncf.AdvancedQuantizationParameters(smooth_quant_alphas=smoothing),
    )


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    match arguments:
        case ["quantise", bundle, out]:
            quantise(Path(bundle), Path(out))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
