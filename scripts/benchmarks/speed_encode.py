"""How fast texts become vectors: the compiled model beside its library, in turns, on one thread; and how faithfully.

Its own process does the measuring (`python -m scripts.benchmarks.speed_encode`): texts come in as JSON, figures go out.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, Literal

import numpy as np

from indexer.embedding.opening import open_embedder
from indexer.embedding.protocol import Embedder, Vectors
from indexer.embedding.runtime import engine, openvino
from scripts.benchmarks.speed_start import told_by
from scripts.benchmarks.speed_world import known_items, texts_of
from scripts.benchmarks.table import Line
from service.demo.world import World

SAMPLE, ROUNDS, PAIRS = 256, 5, 600
LIBRARY = "sentence-transformers"
Precision = Literal["bf16", "int8", "reference"]
NAMES: dict[str, Precision] = {LIBRARY: "reference", "bf16": "bf16", "int8": "int8"}
GOALS = {"bf16": 4.5, "int8": 7.0}
FLOPS_A_TOKEN = 21.9e6
"""Of all-MiniLM-L6-v2: two for each weight of its matrices."""
SIZE = (4096, 384, 1536)
"""Rows and the two widths of the matrices whose product is the model's largest share."""


def encoding(world: World) -> Iterator[Line]:
    """Documents a processor second and ratios, fidelity, and the share of what the processor can do at most."""
    texts = texts_of(world)
    sample = texts[:: max(1, len(texts) // SAMPLE)][:SAMPLE]
    told = told_by("scripts.benchmarks.speed_encode", [], {"texts": sample, "items": known_items(world, PAIRS)})
    rounds = told["rounds"]
    for name in ("bf16", "int8"):
        ratios = [one[name] / one[LIBRARY] for one in rounds]
        rate, other = (median(one[key] for one in rounds) for key in (name, LIBRARY))
        yield Line(f"{name}: passages encoded a processor second, one thread", rate, "/s", other, LIBRARY)
        yield Line(f"… as a ratio, median of {ROUNDS} ({spread(ratios)})", median(ratios), "×", goal=GOALS[name])
        yield from _faithful(name, told["fidelity"][name], told["fidelity"][LIBRARY]["mrr"])
        most = told["peak"][name] / (told["tokens"] * FLOPS_A_TOKEN)
        yield Line("… the ratio, if nothing but such products took time", most / other, "×")
        share = 100 * rate / most
        goal = 70 if name == "int8" else None
        yield Line(f"… share of {told['peak'][name] / 1e9:.0f} GFLOP/s of a matrix product here", share, "%", goal=goal)


def spread(ratios: Sequence[float]) -> str:
    """The least and the most."""
    return f"{min(ratios):.2f}–{max(ratios):.2f}"


def _faithful(name: str, told: Mapping[str, float], mrr: float) -> Iterator[Line]:
    yield Line(f"… {name}: cosine to the library, mean (least {told['least']:.4f})", told["cosine"])
    yield Line("… top 10 shared with the library's", told["overlap"], goal=0.99 if name == "bf16" else None)
    loss = 100 * (mrr - told["mrr"]) / mrr
    yield Line(f"… loss of MRR on {PAIRS} known items", loss, "%", 0.0, f"MRR {mrr:.3f}", goal=1, better="lower")


def measured(texts: Sequence[str], items: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Rates round by round, fidelity, mean tokens of a text and peaks; run by itself on one processor."""
    made = {name: open_embedder(precision=precision) for name, precision in NAMES.items()}
    for embedder in made.values():
        embedder.embed(texts)
    rounds = [{name: _rate(embedder, texts) for name, embedder in made.items()} for _ in range(ROUNDS)]
    vectors = {name: _both(embedder, items) for name, embedder in made.items()}
    tokens = made["bf16"].tokens(texts)  # type: ignore[attr-defined]  # a compiled model tells its tokens
    return {
        "rounds": rounds,
        "fidelity": {name: fidelity(both, vectors[LIBRARY]) for name, both in vectors.items()},
        "tokens": float(np.mean([len(one.spans) + 2 for one in tokens])),
        "peak": {"bf16": peak("bf16"), "int8": peak("int8")},
    }


def _rate(embedder: Embedder, texts: Sequence[str]) -> float:
    return len(texts) / _processor_seconds(lambda: embedder.embed(texts))


def _processor_seconds(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def _both(embedder: Embedder, items: Sequence[tuple[str, str]]) -> tuple[Vectors, Vectors]:
    return embedder.embed([asked for asked, _ in items]), embedder.embed([sought for _, sought in items])


def fidelity(own: tuple[Vectors, Vectors], reference: tuple[Vectors, Vectors]) -> dict[str, float]:
    """How near vectors of questions and texts are to the reference's, and how well they find each question's text."""
    cosines = np.concatenate([np.sum(a * b, axis=1) for a, b in zip(own, reference, strict=True)])
    first, theirs = (np.argsort(-(asked @ sought.T), axis=1)[:, :10] for asked, sought in (own, reference))
    shared = [len(set(a) & set(b)) / 10 for a, b in zip(first, theirs, strict=True)]
    scores = own[0] @ own[1].T
    ranks = 1 + np.sum(scores > np.diag(scores)[:, None], axis=1)
    told = {"cosine": cosines.mean(), "least": cosines.min(), "overlap": np.mean(shared), "mrr": np.mean(1 / ranks)}
    return {name: float(value) for name, value in told.items()}


def peak(precision: Literal["bf16", "int8"]) -> float:
    """Operations a processor second of a matrix product in OpenVINO, the best of many."""
    rows, narrow, wide = SIZE
    compiled = engine().compile_model(_product(precision), "CPU", {"INFERENCE_PRECISION_HINT": "bf16"})
    request, given = compiled.create_infer_request(), np.ones((rows, narrow), dtype=np.float32)
    request.infer([given])
    layers = len(_widths())
    took = min(_processor_seconds(lambda: request.infer([given])) for _ in range(20))
    return 2 * rows * narrow * wide * layers / took


def _widths() -> list[tuple[int, int]]:
    """Many products after another, so that getting numbers in and out costs nothing that counts."""
    _, narrow, wide = SIZE
    return list(pairwise([narrow, wide] * 6 + [narrow]))


def _product(precision: str) -> Any:
    """A chain of matrix products; in int8 with the steps around them by which OpenVINO knows to compute so."""
    ops, draw = openvino.opset13, np.random.default_rng(0)
    given = ops.parameter([SIZE[0], SIZE[1]], np.float32)
    last = given
    for inner, outer in _widths():
        weights = draw.integers(-127, 127, (inner, outer)).astype(np.int8)
        if precision == "int8":
            last = ops.fake_quantize(last, -4.0, 4.0, -4.0, 4.0, 256)
            matrix = ops.multiply(ops.convert(ops.constant(weights), np.float32), np.float32(1e-3))
        else:
            matrix = ops.constant(weights.astype(np.float32) * 1e-3)
        last = ops.matmul(last, matrix, False, False)
    return openvino.Model([last], [given])


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    print(json.dumps(measured(asked["texts"], asked["items"])))
