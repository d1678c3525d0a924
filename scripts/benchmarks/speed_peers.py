"""Indexing beside txtai, chromadb, haystack and LlamaIndex: the same texts, the same weights, one thread, in turns.

Each of them has an environment of its own in the user's cache folder, made only under `--peers`; sentence-transformers
and torch are ours in all of them, so that the model is the same to the byte. One that cannot be installed is told.
"""

import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from sysconfig import get_path

from indexer.embedding.bundle import cache_folder
from indexer.embedding.weights import DEFAULT, folder_of
from scripts.benchmarks.speed_encode import spread
from scripts.benchmarks.speed_start import told_by
from scripts.benchmarks.speed_world import texts_of
from scripts.benchmarks.table import Line
from service.demo.world import World

PINNED = {
    "txtai": ("txtai==9.14.0",),
    "chromadb": ("chromadb==1.5.9",),
    "haystack": ("haystack-ai==3.4.0", "sentence-transformers-haystack==2.0.0"),
    "llama-index": ("llama-index-core==0.14.25", "llama-index-embeddings-huggingface==0.8.0"),
}
GOALS = {"txtai": 7.0, "chromadb": 7.0, "haystack": 7.0, "llama-index": 9.0}
SAMPLE, ROUNDS = 400, 3
OURS = ("bf16", "int8")


def indexing(world: World, peers: bool) -> Iterator[Line]:
    """Documents a processor second through the whole way into the index, and ratios to the others."""
    texts = texts_of(world)
    sample = texts[:: max(1, len(texts) // SAMPLE)][:SAMPLE]
    pythons = dict(_installed()) if peers else {}
    rounds = [_round(sample, pythons) for _ in range(ROUNDS)]
    for name in OURS:
        yield Line(f"{name}: documents indexed a processor second", median(one[name] for one in rounds), "/s")
        for peer in pythons:
            ratios = [one[name] / one[peer] for one in rounds]
            what = f"… as a ratio to {peer}, median of {ROUNDS} ({spread(ratios)})"
            rate = median(one[peer] for one in rounds)
            yield Line(what, median(ratios), "×", rate, f"/s {peer}", goal=GOALS[peer] if name == "int8" else None)


def _round(sample: Sequence[str], pythons: Mapping[str, Path]) -> dict[str, float]:
    """Everybody's rate, one after the other; a start's own cost does not count."""
    ours = {name: told_by("scripts.speed_ours", [name], sample) for name in OURS}
    weights = str(folder_of(DEFAULT))
    others = {
        name: told_by("scripts.speed_others", [name, weights], sample, python) for name, python in pythons.items()
    }
    return {name: float(rate) for name, rate in {**ours, **others}.items()}


def _installed() -> Iterator[tuple[str, Path]]:
    """Whoever could be installed and runs, with their Python."""
    for name in PINNED:
        try:
            python = _environment(name)
            told_by("scripts.speed_others", [name, str(folder_of(DEFAULT))], ["a card", "another card"], python)
            yield name, python
        except (subprocess.CalledProcessError, RuntimeError) as fault:
            words = fault.stderr if isinstance(fault, subprocess.CalledProcessError) else str(fault)
            last = (words or "no reason given").strip().splitlines()[-1]
            print(
                f"{name} could not be installed or run here, so its lines are left out: {last[:200]}", file=sys.stderr
            )


def _environment(name: str) -> Path:
    """The Python of a peer's environment; made, or made anew, where it does not hold what is pinned."""
    place = cache_folder().parent / "peers" / name
    python, mark, wanted = place / "bin" / "python", place / "pinned.txt", "\n".join(PINNED[name])
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        print(f"Installing into an environment of its own: {', '.join(PINNED[name])}", file=sys.stderr)
        venv.create(place, with_pip=True, clear=True)
        borrowed = place / Path(get_path("purelib")).relative_to(sys.prefix) / "borrowed.pth"
        borrowed.write_text(get_path("purelib") + "\n", encoding="utf-8")
        install = [python, "-m", "pip", "install", "--quiet", *PINNED[name]]
        subprocess.run(install, check=True, capture_output=True, text=True)
        mark.write_text(wanted, encoding="utf-8")
    return python
