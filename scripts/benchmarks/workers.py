"""How much sooner an index on PostgreSQL is embedded where workers help: `scripts/bench workers`.

The same cards are indexed into fresh databases by a process that reindexes, with 0, 1, 2 and 4 workers beside it. First
by a model that takes 5 ms a text and no processor, as if each worker had a machine of its own; then by the real model,
where each process keeps to one processor of this machine; last by one that takes no time: what the queue itself allows.
"""

import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np

from indexer.documents import Document, Section
from indexer.embedding.opening import open_embedder
from indexer.embedding.protocol import Vectors
from indexer.embedding_worker import Worker
from indexer.engines.postgres.index import PostgresIndex
from indexer.knowledge import Knowledge
from scripts.benchmarks.table import Line
from service.watching.loop import stop_on_signals
from tests.known import Shelf
from tests.postgres_server import NEWEST, Postgres, postgres

CARDS, REAL = 800, 200
PAUSE = 0.005
WORDS = 60


class Resting:
    """A model on a machine of its own: it takes its time, and next to nothing of this one."""

    fingerprint, dimension = "resting-64", 64

    def __init__(self, pause: float) -> None:
        """Rest so many seconds at each text."""
        self._pause = pause

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors that mean nothing, later."""
        time.sleep(self._pause * len(texts))
        rows = np.frombuffer(b"".join(hashlib.blake2b(text.encode()).digest() for text in texts), np.uint8)
        vectors = rows.reshape(-1, 64).astype(np.float32) - np.float32(127.3)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def worker(url: str, pause: float) -> None:
    """A worker with such a model, until SIGTERM."""
    with closing(PostgresIndex.open(url)) as index, stop_on_signals() as stop:
        print("embedding with a model that rests", file=sys.stderr, flush=True)
        Worker(index.queue, Resting(pause)).run(stop.is_set)


def lines(data: Path | None) -> Iterator[Line]:
    """Texts a second that are embedded, written and findable, by how many embed."""
    with postgres(NEWEST) as server, tempfile.TemporaryDirectory() as folder:
        yield from _compared(
            "model of 5 ms a text, no processor",
            (0, 1, 2, 4),
            lambda n: _apart(server, Path(folder) / f"a{n}", n, PAUSE),
        )
        yield from _compared(
            "model that takes no time", (0, 1, 2), lambda n: _apart(server, Path(folder) / f"q{n}", n, 0)
        )
        processors = sorted(os.sched_getaffinity(0))
        numbers = range(len(processors)) if len(processors) <= 4 else (0, 1, 2, 3)
        yield from _compared(
            "real model, a processor each", numbers, lambda n: _real(server, Path(folder), n, processors)
        )


def _compared(what: str, numbers: Sequence[int], measure: Callable[[int], float]) -> Iterator[Line]:
    alone = 0.0
    for number in numbers:
        rate = measure(number)
        alone = alone or rate
        yield Line(f"{what}: {number} workers beside the reindex", rate, "texts/s", alone, "alone")


def _apart(server: Postgres, folder: Path, number: int, pause: float) -> float:
    url = server.database()
    with closing(Knowledge.open(folder, lambda: Resting(pause), url=url)) as knowledge, ExitStack() as stack:
        knowledge.update([])
        for _ in range(number):
            code = f"from scripts.benchmarks.workers import worker; worker({url!r}, {pause})"
            stack.callback(_started(sys.executable, "-c", code, url=url))
        return _rate(knowledge, _cards(CARDS))


def _real(server: Postgres, folder: Path, number: int, processors: Sequence[int]) -> float:
    url, before, settings = server.database(), os.sched_getaffinity(0), folder / "signpost.toml"
    settings.write_text("", encoding="utf-8")
    os.sched_setaffinity(0, {processors[0]})
    try:
        embedder = open_embedder()
        embedder.embed(["warm"])
        with (
            closing(Knowledge.open(folder / f"r{number}", lambda: embedder, url=url)) as knowledge,
            ExitStack() as stack,
        ):
            knowledge.update([])
            for n in range(number):
                real = ("-m", "service", "embed-worker", "-c", str(settings))
                stack.callback(_started("taskset", "-c", str(processors[n + 1]), sys.executable, *real, url=url))
            return _rate(knowledge, _cards(REAL))
    finally:
        os.sched_setaffinity(0, before)


def _started(*command: str, url: str) -> Callable[[], None]:
    """A worker, once it has its model; and what ends it."""
    told = {**os.environ, "SIGNPOST_INDEX_URL": url}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=told)
    assert process.stderr
    first = process.stderr.readline()
    assert "embedding with" in first, first

    def end() -> None:
        process.terminate()
        process.communicate(timeout=60)

    return end


def _rate(knowledge: Knowledge, documents: Sequence[Document]) -> float:
    began = time.monotonic()
    report = knowledge.update([Shelf(documents, "trello:sales")])
    return report.sources[0].passages_embedded / (time.monotonic() - began)


def _cards(number: int) -> list[Document]:
    drawn = random.Random(5)
    words = [
        f"{drawn.choice('bdfgklmnprst')}{drawn.choice('aeiou')}{drawn.choice('lmnrst')}{n % 97}" for n in range(4000)
    ]
    return [
        Document(
            f"trello:sales:card:{n}",
            "card",
            f"Card {n} of the depot",
            f"https://trello.com/c/{n}",
            (Section(" ".join(drawn.choices(words, k=WORDS))),),
            visibility="everyone",
        )
        for n in range(number)
    ]
