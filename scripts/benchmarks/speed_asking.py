"""How soon an answer comes, each with a query that was never asked before, and how soon a new process has its first."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles

from indexer.asking import EVERYBODY, Question
from indexer.knowledge import Knowledge
from scripts.benchmarks.speed_start import searched
from scripts.benchmarks.table import Line

QUERIES, STARTS, TOGETHER = 300, 5, 32
RECORDED_START_SECONDS = 4.5  # txtai, the quickest of four peers to its first result, on a machine like this one


def asking(knowledge: Knowledge, questions: Sequence[str]) -> Iterator[Line]:
    """Each query differs, so that no embedding is remembered; model, three lanes and evidence are all in it."""
    much = f"{knowledge.status().passages:,} passages"
    asked = [Question(f"{questions[n % len(questions)]} ({n})") for n in range(QUERIES)]
    knowledge.answer(asked[:1], EVERYBODY)
    took = [_milliseconds(knowledge, [question]) for question in asked]
    clock, processor = [one for one, _ in took], [one for _, one in took]
    yield Line(f"query p50, {much} (least {min(clock):.1f})", median(clock), "ms", goal=5, better="lower")
    yield Line("query p99", quantiles(clock, n=100)[98], "ms", goal=15, better="lower")
    yield Line("… processor time, median", median(processor), "ms")
    many, _ = _milliseconds(knowledge, [Question(f"{q.text}!") for q in asked[:TOGETHER]])
    yield Line(f"{TOGETHER} questions at once", many, "ms", goal=400, better="lower")


def _milliseconds(knowledge: Knowledge, questions: Sequence[Question]) -> tuple[float, float]:
    """By the clock, and of all processors together."""
    clock, processor = time.perf_counter(), time.process_time()
    knowledge.answer(questions, EVERYBODY)
    return (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000


def starting(index: Path) -> Iterator[Line]:
    """A process of its own, from its first line to the first hit, and the most memory it ever took."""
    runs = [searched(index, "who is talking to Brückner Logistik?") for _ in range(STARTS)]
    least = min(run.seconds for run in runs)
    yield Line(
        f"cold start of a search, to the first hit (least {least:.2f})", median(run.seconds for run in runs), "s",
        RECORDED_START_SECONDS, "txtai", recorded=True, goal=0.6, better="lower",
    )  # fmt: skip
    yield Line("… processor time", median(run.processor for run in runs), "s")
    yield Line("memory of that process", max(run.megabytes for run in runs), "MB", goal=200, better="lower")
