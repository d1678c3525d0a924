"""A worker in a process of its own, with a model that tests can predict: `python -m tests.embedding_process URL`."""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from indexer.embedding.protocol import Vectors
from indexer.embedding_worker import Worker
from indexer.engines.postgres.index import PostgresIndex
from indexer.errors import ModelError
from service.watching.loop import stop_on_signals
from tests.fakes import HashingEmbedder

ROOT = Path(__file__).parents[1]
REFUSED, NOTHING, DEADLY = "Unverdaulich", "Nichtig", "Tödlich"
"""Words in texts that the model refuses, makes a NaN of, and dies of."""


class TryingEmbedder(HashingEmbedder):
    """Takes its time for each text, and does not bear every word."""

    def __init__(self, pause: float = 0.0, deadly: bool = False) -> None:
        """Rest so many seconds at each text; `deadly` lets a word kill the process."""
        super().__init__()
        self._pause, self._deadly = pause, deadly

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Tell on stdout that a batch was begun, and how many texts were embedded when it is done."""
        print(f"begun {len(texts)}", flush=True)
        time.sleep(self._pause * len(texts))
        if self._deadly and any(DEADLY in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        if any(REFUSED in text for text in texts):
            raise ModelError("it cannot be digested")
        vectors = super().embed(texts)
        vectors[[NOTHING in text for text in texts]] = np.nan
        print(f"embedded {len(texts)}", flush=True)
        return vectors


@contextmanager
def a_worker(url: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A worker that runs while the block does, and has connected."""
    command = [sys.executable, "-m", "tests.embedding_process", url, *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert line(process) == "ready", process.communicate()[0]
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    """The next line that a worker tells."""
    assert process.stdout
    return process.stdout.readline().strip()


def ended(process: subprocess.Popen[str], how: signal.Signals | None = signal.SIGTERM) -> int:
    """How many texts a worker had embedded, once it has ended cleanly."""
    if how is not None:
        process.send_signal(how)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0, told
    return sum(int(one.split()[1]) for one in told.splitlines() if one.startswith("embedded"))


def main() -> None:
    """Work until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--lease", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--deadly", action="store_true")
    parser.add_argument("--until-empty", action="store_true")
    told = parser.parse_args()
    index = PostgresIndex.open(told.url)
    with stop_on_signals() as stop:
        print("ready", flush=True)
        embedder = TryingEmbedder(told.pause, told.deadly)
        Worker(index.queue, embedder, told.lease).run(stop.is_set, told.until_empty)
    index.close()


if __name__ == "__main__":
    main()
