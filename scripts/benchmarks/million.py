"""A million passages on one machine: asking, starting, memory, and making its caches anew.

Known are the organisations of `scripts/world`, told again and again under other numbers. Vectors of passages are drawn
between and around those that the model makes of real passages, for to embed a million takes an hour and changes no
cost; questions are embedded for real. `SIGNPOST_BENCH_PASSAGES` asks for another size.
"""

import gc
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from zlib import crc32

import numpy as np

from indexer.allowed import Allowed
from indexer.asking import EVERYBODY, Question
from indexer.documents import Document
from indexer.embedding.opening import open_embedder
from indexer.embedding.protocol import Embedder, Vectors
from indexer.engines import generations
from indexer.engines.embedded import EmbeddedIndex
from indexer.knowledge import Knowledge
from indexer.passages import passages
from indexer.sources.protocol import Census, Checkpoint, Event, Upsert
from indexer.vectors import Neighbours, load
from scripts.benchmarks.cost import known
from scripts.benchmarks.speed import SEARCH
from scripts.benchmarks.table import Line

PASSAGES = int(os.environ.get("SIGNPOST_BENCH_PASSAGES", "1000000"))
BASE = 20_000
"""Documents that are told again and again."""
REAL = 4_000
"""Passages that are embedded for real, for others to be drawn around them."""
ASKED, WARM, STARTS, TOP = 300, 20, 5, 10


def lines(data: Path | None) -> Iterator[Line]:
    """Measure once, all in this run. `data` is not used: what is known is made."""
    reader = open_embedder()
    documents, questions = known(BASE)
    with TemporaryDirectory(prefix="signpost-bench-") as folder:
        place = Path(folder) / "index"
        yield from _filled(place, documents, reader)
        yield from _rebuilt(place)
        yield from _asked(place, reader, questions)
        yield from _compared(place, reader, questions)
        yield from _started(place, questions[0].text)


class Drawn:
    """Vectors in the reader's space: for each text one between and around three that were made for real."""

    def __init__(self, reader: Embedder, texts: Sequence[str]) -> None:
        """Embed these texts for real."""
        self.fingerprint, self.dimension = reader.fingerprint, reader.dimension
        self._made = reader.embed(texts)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row a text; the same text has the same."""
        drawn = [np.random.default_rng(crc32(text.encode())).integers(0, len(self._made), 3) for text in texts]
        one, other, third = (self._made[[three[n] for three in drawn]] for n in range(3))
        rows = one + 0.5 * (other - third)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


class Again:
    """A source that tells the same documents again under other numbers, until there are enough passages."""

    name = "crm:known"

    def __init__(self, documents: Sequence[Document], wanted: int) -> None:
        """Tell documents until their passages are that many."""
        self._documents = [(document, len(passages(document))) for document in documents]
        self._wanted = wanted

    def check(self) -> list[str]:
        """Nothing is missing."""
        return []

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """Everything, then a checkpoint."""
        told = 0
        for turn in count():
            for document, cut in self._documents:
                if told >= self._wanted:
                    yield Checkpoint("all")
                    return
                told += cut
                yield Upsert(replace(document, id=f"{document.id}-{turn}", title=f"{document.title} ({turn})"))

    def census(self) -> Census:
        """Nothing is known to be gone."""
        return Census(frozenset(), complete=False)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """Nothing is fetched one by one."""
        return iter(())


def _filled(place: Path, documents: Sequence[Document], reader: Embedder) -> Iterator[Line]:
    texts = (cut.embedded_text for document in documents for cut in passages(document))
    drawn = Drawn(reader, list(dict.fromkeys(islice(texts, 0, None, 13)))[:REAL])
    knowledge, began = Knowledge.open(place, lambda: drawn), time.perf_counter()
    knowledge.update([Again(documents, PASSAGES)])
    seconds, status = time.perf_counter() - began, knowledge.status()
    knowledge.close()
    yield Line("passages", status.passages)
    yield Line("documents", status.documents)
    yield Line("… taken in, embedding aside", status.passages / seconds, "passages/s")
    yield Line("all files", sum(p.stat().st_size for p in place.rglob("*") if p.is_file()) / 1e6, "MB")


def _rebuilt(place: Path) -> Iterator[Line]:
    for cache in ("vectors", "words", "names"):
        shutil.rmtree(place / cache)
    index = EmbeddedIndex.open(place)
    began, used = time.perf_counter(), time.process_time()
    with index.writing():
        index.settle()
    yield Line("caches made anew from what is stored", time.perf_counter() - began, "s", goal=60, better="lower")
    yield Line("… processor time", time.process_time() - used, "s")
    index.close()
    knowledge = Knowledge.open(place, open_embedder)
    knowledge.update([])
    knowledge.close()


def _asked(place: Path, reader: Embedder, questions: Sequence[Question]) -> Iterator[Line]:
    knowledge = Knowledge.open(place, lambda: reader)
    clock, processors = list[float](), list[float]()
    for question in questions[: ASKED + WARM]:
        began, used = time.perf_counter(), time.process_time()
        knowledge.answer([Question(question.text, question.kind)], EVERYBODY)
        clock.append((time.perf_counter() - began) * 1000)
        processors.append((time.process_time() - used) * 1000)
    knowledge.close()
    gc.collect()
    for what, times in (("by the clock", clock[WARM:]), ("processor time", processors[WARM:])):
        yield Line(f"a question, embedding and all, {what}: p50", median(times), "ms", goal=8, better="lower")
        yield Line("… p99", quantiles(times, n=100)[98], "ms", goal=25, better="lower")


def _compared(place: Path, reader: Embedder, questions: Sequence[Question]) -> Iterator[Line]:
    """The lane of meaning beside brute force, for everybody and under filters that leave less and less."""
    found = generations.current(place / "vectors")
    assert found
    neighbours = load(found.folder)
    ids, draw = neighbours.ids, np.random.default_rng(0)
    asked = reader.embed([question.text for question in questions[:100]])
    exact = Neighbours(neighbours.dimension).grown(
        (ids[first : first + 65_536], neighbours.vectors(ids[first : first + 65_536]))
        for first in range(0, len(ids), 65_536)
    )
    for share in (1.0, 0.5, 0.2, 0.05, 0.001):
        allowed = Allowed(ids[draw.random(len(ids)) < share])
        near, ours = _timed(neighbours, asked, allowed)
        best, theirs = _timed(exact, asked, allowed)
        # Passages that say the same are equally near: any of them is as good as another
        as_near = sum(near_ >= best_ - 1e-6 for a, b in zip(near, best, strict=True) for near_, best_ in _cosines(a, b))
        yield Line(f"recall of the first {TOP}, {share:.1%} allowed", as_near / sum(map(len, best)), goal=0.99)
        yield Line("… a search, median", ours, "ms", theirs, "compared with all", better="lower")


def _cosines(near: Sequence[tuple[int, float]], best: Sequence[tuple[int, float]]) -> Iterator[tuple[float, float]]:
    """The cosines of what was found beside the least of the best."""
    least = min((cosine for _, cosine in best), default=0.0)
    return ((cosine, least) for _, cosine in near)


def _timed(neighbours: Neighbours, asked: Vectors, allowed: Allowed) -> tuple[list[list[tuple[int, float]]], float]:
    told, times = [], []
    for question in asked:
        began = time.perf_counter()
        told += neighbours.nearest(question[np.newaxis], TOP, allowed)
        times.append((time.perf_counter() - began) * 1000)
    return told, median(times)


def _started(place: Path, text: str) -> Iterator[Line]:
    command = [sys.executable, "-c", SEARCH, str(place), text]
    told = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(STARTS)]
    yield Line("start of a process to its first result", median(s for s, _ in told), "s", goal=1.0, better="lower")
    yield Line("… its memory at most", median(mb for _, mb in told), "MB", goal=900, better="lower")
