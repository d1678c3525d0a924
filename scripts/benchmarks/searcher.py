"""A process on one core that answers from a copy of its own of what a database keeps, as on a machine of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from indexer.answering import Answering, Reader
from indexer.asking import EVERYBODY, Answer, AskOptions, Question
from indexer.embedding.opening import open_embedder
from indexer.engines.following.index import FollowingIndex
from indexer.engines.opening import Place
from indexer.engines.protocol import Query, Scope
from indexer.knowledge import Knowledge
from scripts.benchmarks.cost import Hashed

THEN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def result(answer: Answer) -> str:
    """All of an answer that people see, numbers to the last bit."""
    hits = [(hit.document.id, hit.score.hex(), hit.passage, repr(hit.why), hit.highlights) for hit in answer.hits]
    return json.dumps([answer.probability.hex(), answer.total, repr(answer.mentions), hits])


class Searcher:
    """A process on one core that answers from a copy of its own; it is told what to do by lines of JSON."""

    def __init__(self, url: str, folder: Path, number: int) -> None:
        """Start it, and wait until it answers from its copy."""
        code = "from scripts.benchmarks.searcher import search; search()"
        processors = sorted(os.sched_getaffinity(0))
        self._process = subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True)
        self.say([url, str(folder), processors[number % len(processors)]])
        self.ready = float(str(self.hear()[0]))
        """Seconds that everything took to be copied, and to be ready to be asked."""

    def say(self, what: object) -> None:
        """Tell it something."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def hear(self) -> list[object]:
        """What it says next."""
        assert self._process.stdout
        told: list[object] = json.loads(self._process.stdout.readline())
        return told

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate(timeout=60)


def search() -> None:
    """What such a process does: `answer` tells answers, `ask` what many cost, `await` when words are found or gone."""
    url, folder, core = json.loads(sys.stdin.readline())
    os.sched_setaffinity(0, {core})
    reader = open_embedder()
    with closing(Knowledge.open(Path(folder), lambda: Hashed(reader), url=Place(url, "folder:"))) as knowledge:
        began, index = time.monotonic(), knowledge._opened().index
        while not (isinstance(index, FollowingIndex) and index.lag().whole):
            time.sleep(0.01)
        print(json.dumps([time.monotonic() - began]), flush=True)
        for line in sys.stdin:
            what, *more = json.loads(line)
            print(json.dumps(WHAT[what](knowledge, *more)), flush=True)


def answers(knowledge: Knowledge, texts: Sequence[str]) -> list[object]:
    """As `Knowledge.answer` does, but all at one moment: what is older counts a little less with every second."""
    opened = knowledge._opened()
    reader = Reader(partial(knowledge._embedded, opened.index), partial(knowledge._read, opened.index))
    directory = opened.names.of(EVERYBODY.visibilities).directory
    answering = Answering(opened.index, reader, directory, EVERYBODY, AskOptions())
    return [result(one) for text in texts for one in answering.answers([Question(text)], THEN)]


def _ask(knowledge: Knowledge, texts: Sequence[str]) -> list[object]:
    began, processor = time.monotonic(), time.process_time()
    for text in texts:
        knowledge.answer([Question(text)], EVERYBODY)
    return [time.monotonic() - began, time.process_time() - processor]


def _await(knowledge: Knowledge, word: str, comes: bool) -> list[object]:
    """When a word was found for the first time, or for the first time no more."""
    index = knowledge._opened().index
    while bool(index.search([Query(word)], Scope())[0]) != comes:
        time.sleep(0.01)
    return [time.monotonic()]


WHAT = {"answer": answers, "ask": _ask, "await": _await}
