"""How everything grows from ten thousand passages to a million, on one machine, and what that means for more.

Known are the organisations of `scripts/world`, told again and again under other numbers. Vectors of passages are drawn
between and around those that the model makes of real passages, for to embed a million takes an hour and changes no
cost; questions are embedded for real. `SIGNPOST_BENCH_PASSAGES` names other sizes, as `10000 100000 1000000`.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import numpy as np

from indexer.allowed import Allowed
from indexer.asking import EVERYBODY, Question
from indexer.embedding.opening import open_embedder
from indexer.embedding.protocol import Embedder, Vectors
from indexer.engines import generations
from indexer.engines.embedded import EmbeddedIndex
from indexer.knowledge import Knowledge
from indexer.passages import passages
from indexer.vectors import Neighbours, load
from scripts.benchmarks.cost import known
from scripts.benchmarks.drawn import Again, Drawn
from scripts.benchmarks.speed_start import Start, searched
from scripts.benchmarks.table import Line

SIZES = tuple(map(int, os.environ.get("SIGNPOST_BENCH_PASSAGES", "10000 100000 1000000").split()))
BASE = 20_000
"""Documents that are told again and again."""
REAL = 4_000
"""Passages that are embedded for real, for others to be drawn around them."""
ASKED, WARM, STARTS, TOP, SCANNED = 300, 20, 5, 10, 100
SHARES = (1.0, 0.5, 0.2, 0.05, 0.001)
"""Shares of the passages that a filter leaves, where the lane of meaning is compared with brute force."""
PIECE = 65_536
MILLION = 1_000_000
FURTHER = (10 * MILLION, 100 * MILLION)


@dataclass(frozen=True, slots=True)
class Goals:
    """What is aimed at from so many passages on: milliseconds of a question, seconds, megabytes."""

    passages: int
    p50: float | None = None
    p99: float | None = None
    start: float | None = None
    memory: float | None = None
    anew: float | None = None


GOALS = (Goals(0), Goals(10_000, 5, 15, 0.6, 200), Goals(50_000), Goals(1_000_000, 8, 25, 1.0, 900, 60))
SLOPE = 2.5
"""Processor milliseconds that a question may take more with each million passages."""


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured of one size: seconds, megabytes, milliseconds."""

    passages: int
    documents: int
    filled: float
    files: float
    anew: float
    clock: Sequence[float]
    processors: Sequence[float]
    scans: Sequence["Scan"]
    starts: Sequence[Start]


@dataclass(frozen=True, slots=True)
class Scan:
    """The lane of meaning where a share of all may be seen: beside brute force, milliseconds a search by the clock."""

    share: float
    recall: float
    ours: float
    all: float


def lines(data: Path | None) -> Iterator[Line]:
    """Measure once, all in this run. `data` is not used: what is known is made."""
    reader = open_embedder()
    documents, questions = known(BASE)
    texts = (cut.embedded_text for document in documents for cut in passages(document))
    drawn = Drawn(reader, list(dict.fromkeys(islice(texts, 0, None, 13)))[:REAL])
    measured: list[Size] = []
    for size in SIZES:
        with TemporaryDirectory(prefix="signpost-bench-") as folder:
            measured.append(_measured(Path(folder) / "index", Again(documents, size), drawn, reader, questions))
        yield from lines_of(measured[-1])
    if len(measured) > 1:
        yield from fitted(measured)


def _measured(place: Path, source: Again, drawn: Drawn, reader: Embedder, questions: Sequence[Question]) -> Size:
    began = time.perf_counter()
    knowledge = Knowledge.open(place, lambda: drawn)
    knowledge.update([source])
    filled, status = time.perf_counter() - began, knowledge.status()
    knowledge.close()
    files = sum(p.stat().st_size for p in place.rglob("*") if p.is_file()) / 1e6
    anew = _rebuilt(place)
    clock, processors = _asked(place, reader, questions)
    scans = list(_compared(place, reader, questions))
    starts = [searched(place, questions[0].text) for _ in range(STARTS)]
    return Size(status.passages, status.documents, filled, files, anew, clock, processors, scans, starts)


def _rebuilt(place: Path) -> float:
    """Seconds in which vectors and words are made anew from what is stored."""
    for cache in ("vectors", "words"):
        shutil.rmtree(place / cache)
    index = EmbeddedIndex.open(place)
    began = time.perf_counter()
    with index.writing():
        index.settle()
    index.close()
    return time.perf_counter() - began


def _asked(place: Path, reader: Embedder, questions: Sequence[Question]) -> tuple[list[float], list[float]]:
    """Milliseconds of questions that were never asked before, by the clock and of all processors together."""
    knowledge = Knowledge.open(place, lambda: reader)
    clock, processors = list[float](), list[float]()
    for question in questions[: ASKED + WARM]:
        began, used = time.perf_counter(), time.process_time()
        knowledge.answer([Question(question.text, question.kind)], EVERYBODY)
        clock.append((time.perf_counter() - began) * 1000)
        processors.append((time.process_time() - used) * 1000)
    knowledge.close()
    return clock[WARM:], processors[WARM:]


def _compared(place: Path, reader: Embedder, questions: Sequence[Question]) -> Iterator[Scan]:
    """The lane of meaning beside brute force, for everybody and under filters that leave less and less."""
    found = generations.current(place / "vectors")
    assert found
    neighbours = load(found.folder)
    ids, draw = neighbours.ids, np.random.default_rng(0)
    asked = reader.embed([question.text for question in questions[:SCANNED]])
    pieces = (ids[first : first + PIECE] for first in range(0, len(ids), PIECE))
    exact = Neighbours(neighbours.dimension).grown((some, neighbours.vectors(some)) for some in pieces)
    for share in SHARES:
        allowed = Allowed(ids[draw.random(len(ids)) < share])
        near, ours = _timed(neighbours, asked, allowed)
        best, theirs = _timed(exact, asked, allowed)
        # Passages that say the same are equally near: any of them is as good as another
        as_near = sum(near_ >= best_ - 1e-6 for a, b in zip(near, best, strict=True) for near_, best_ in _cosines(a, b))
        yield Scan(share, as_near / max(1, sum(map(len, best))), ours, theirs)


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


def lines_of(size: Size) -> Iterator[Line]:
    """What is printed of one size."""
    goals = next(goals for goals in reversed(GOALS) if goals.passages <= size.passages)
    much = f"{size.passages:,} passages"
    yield Line(f"{much} of {size.documents:,} documents, taken in (embedding aside)", size.passages / size.filled, "/s")
    yield Line(f"{much}: all files", size.files, "MB")
    yield Line(f"{much}: caches made anew", size.anew, "s", goal=goals.anew, better="lower")
    yield Line(f"{much}: a question, p50 by the clock", median(size.clock), "ms", goal=goals.p50, better="lower")
    yield Line("… p99", _p99(size.clock), "ms", goal=goals.p99, better="lower")
    yield Line("… processor time, p50", median(size.processors), "ms")
    yield Line("… processor time, p99", _p99(size.processors), "ms")
    for scan in size.scans:
        yield Line(f"{much}: recall of the first {TOP}, {scan.share:.1%} allowed", scan.recall, goal=0.99)
        yield Line("… a search, median", scan.ours, "ms", scan.all, "compared with all", better="lower")
    start = median(one.seconds for one in size.starts)
    yield Line(f"{much}: a process to its first result", start, "s", goal=goals.start, better="lower")
    memory = max(one.megabytes for one in size.starts)
    yield Line("… its memory at most", memory, "MB", goal=goals.memory, better="lower")


def _p99(times: Sequence[float]) -> float:
    return quantiles(times, n=100)[98]


def fitted(measured: Sequence[Size]) -> Iterator[Line]:
    """Straight lines through what was measured, and what they say of more passages than that: on paper, no promise."""
    curves: list[tuple[str, str, Callable[[Size], float], float | None]] = [
        ("a question, processor time", "ms", lambda size: median(size.processors), SLOPE),
        ("… of it the lane of meaning", "ms", lambda size: size.scans[0].ours, None),
        ("a process to its first result", "s", lambda size: median(one.seconds for one in size.starts), None),
        ("… its memory", "MB", lambda size: max(one.megabytes for one in size.starts), None),
        ("caches made anew", "s", lambda size: size.anew, None),
        ("all files", "MB", lambda size: size.files, None),
    ]
    for what, unit, of, goal in curves:
        base, slope = line_through([(size.passages, of(size)) for size in measured])
        further = ", ".join(f"{base + slope * n / MILLION:,.0f} at {n // MILLION} million" for n in FURTHER)
        told = f"fitted: {what}, a million passages more ({base:.3g} for none; {further})"
        yield Line(told, slope, unit, goal=goal, better="lower")


def line_through(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Least squares through (passages, figure): the figure for none, and what a million passages add.

    Each point weighs by its own size (1/figure), so that the smallest counts as much as the largest.
    """
    x, y = np.array(points, dtype=np.float64).T
    weight = 1 / np.maximum(np.abs(y), 1e-9)
    slope, base = np.polyfit(x / MILLION, y, 1, w=weight)
    return float(base), float(slope)
