"""How fast and how small: indexing, asking, starting, memory, measured on the demo world."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles

from indexer.asking import EVERYBODY, Question
from indexer.embedding.opening import open_embedder
from indexer.embedding.protocol import Embedder
from indexer.knowledge import Knowledge, Report
from indexer.passages import passages
from indexer.sources.crm_csv import CrmCsv
from indexer.sources.protocol import Source, Upsert
from indexer.sources.trello_export import TrelloExport
from indexer.sources.vcard import VcardFile
from scripts.benchmarks.table import Line
from service.demo.world import World, build

QUERIES = 300
STARTS = 5
SAMPLE = 256
RECORDED_START_SECONDS = 4.5  # txtai, the quickest of four peers to its first result, on a machine like this one

SEARCH = """
import json, sys, time
began = time.perf_counter()
from pathlib import Path
from indexer.asking import EVERYBODY, Question
from indexer.embedding.opening import open_embedder
from indexer.knowledge import Knowledge
knowledge = Knowledge.open(Path(sys.argv[1]), open_embedder)
assert knowledge.answer([Question(sys.argv[2])], EVERYBODY)[0].hits
seconds = time.perf_counter() - began
assert "torch" not in sys.modules
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(json.dumps([seconds, int(status["VmHWM"].split()[0]) / 1024]))
"""


def lines(data: Path | None) -> Iterator[Line]:
    """Measure once, all in this run. `data` is not used: the demo world is the measure."""
    with tempfile.TemporaryDirectory(prefix="signpost-bench-") as scratch:
        world = build(Path(scratch) / "world")
        index = Path(scratch) / "index"
        knowledge = Knowledge.open(index, open_embedder)
        yield from _indexing(knowledge, world)
        yield from _encoding(world)
        yield from _asking(knowledge, [q.words for mail in world.mails for q in mail.questions])
        knowledge.close()
        yield from _starting(index)


def sources_of(world: World) -> list[Source]:
    """The demo world's sources."""
    folder = next(iter(world.crm.values())).parent
    boards = [TrelloExport(board, board.stem) for board in world.boards]
    return [*boards, CrmCsv(folder, "hubspot", visibility="everyone"), VcardFile(world.contacts, "people", "everyone")]


def _indexing(knowledge: Knowledge, world: World) -> Iterator[Line]:
    first, seconds = _timed(knowledge, world)
    documents = sum(source.added for source in first.sources)
    embedded = sum(source.passages_embedded for source in first.sources)
    yield Line("documents indexed a second", documents / seconds, "/s")
    yield Line("passages embedded a second, all of indexing", embedded / seconds, "/s")
    again, seconds = _timed(knowledge, world)
    yield Line("unchanged reindex", seconds, "s")
    yield Line("… passages embedded by it", sum(s.passages_embedded for s in again.sources), goal=0, better="lower")


def _timed(knowledge: Knowledge, world: World) -> tuple[Report, float]:
    began = time.perf_counter()
    report = knowledge.update(sources_of(world))
    return report, time.perf_counter() - began


def _encoding(world: World) -> Iterator[Line]:
    """The compiled model beside sentence-transformers, in turns, on the same passages."""
    told = (event.document for source in sources_of(world) for event in source.pull(None) if isinstance(event, Upsert))
    texts = [passage.embedded_text for document in told for passage in passages(document)]
    sample = texts[:: max(1, len(texts) // SAMPLE)][:SAMPLE]
    ours, reference = open_embedder(), open_embedder(precision="reference")
    pairs = [(_rate(ours, sample), _rate(reference, sample)) for _ in range(3)]
    best, other = max(p[0] for p in pairs), max(p[1] for p in pairs)
    yield Line("passages encoded a second", best, "/s", other, "sentence-transformers")
    yield Line("… as a ratio", best / other, "×", goal=3.0)


def _rate(embedder: Embedder, texts: Sequence[str]) -> float:
    embedder.embed(texts[:8])
    began = time.perf_counter()
    embedder.embed(texts)
    return len(texts) / (time.perf_counter() - began)


def _asking(knowledge: Knowledge, questions: Sequence[str]) -> Iterator[Line]:
    """Each query differs, so that no embedding is remembered; model, three lanes and evidence are all in it."""
    asked = [Question(f"{questions[n % len(questions)]} ({n})") for n in range(QUERIES)]
    knowledge.answer(asked[:1], EVERYBODY)
    times = sorted(_milliseconds(knowledge, question) for question in asked)
    cut = quantiles(times, n=100)
    yield Line("query p50", median(times), "ms", goal=25, better="lower")
    yield Line("query p99", cut[98], "ms", goal=75, better="lower")
    began = time.perf_counter()
    knowledge.answer([Question(f"{q.text}!") for q in asked[:32]], EVERYBODY)
    yield Line("32 questions at once", (time.perf_counter() - began) * 1000, "ms", goal=400, better="lower")


def _milliseconds(knowledge: Knowledge, question: Question) -> float:
    began = time.perf_counter()
    knowledge.answer([question], EVERYBODY)
    return (time.perf_counter() - began) * 1000


def _starting(index: Path) -> Iterator[Line]:
    """A process of its own, from its first line to the first hit, and the most memory it ever took.

    VmHWM, since getrusage tells of the parent's memory too (Linux keeps ru_maxrss over exec).
    """
    runs = [_start(index) for _ in range(STARTS)]
    yield Line(
        "cold start of a search, to the first hit", median(r[0] for r in runs), "s",
        RECORDED_START_SECONDS, "txtai", recorded=True, goal=1.0, better="lower",
    )  # fmt: skip
    yield Line("memory of that process", max(r[1] for r in runs), "MB", goal=400, better="lower")


def _start(index: Path) -> tuple[float, float]:
    command = [sys.executable, "-c", SEARCH, str(index), "who is talking to Brückner Logistik?"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes
