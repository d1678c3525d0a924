"""What more machines are worth: searchers that follow one PostgreSQL, in real processes: `scripts/bench scale-out`.

A primary, a synchronous standby and two searchers, each on a core of its own with a copy in a folder of its own. Known
is what `cost` knows, only less; the model reads every question, as in production. A busy machine takes its time from
all of them, so questions are counted by the seconds of the processor that a searcher had; what the clock says stands
beside that, without a goal.
"""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from indexer.asking import Question
from indexer.documents import EVERYONE, Document, Section
from indexer.embedding.opening import open_embedder
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.opening import Place
from indexer.engines.postgres.index import PostgresIndex
from indexer.engines.protocol import Batch, Embedded, Index, Scope
from indexer.errors import IndexProblem
from indexer.knowledge import Knowledge
from indexer.passages import passages
from scripts.benchmarks.cost import Hashed, known
from scripts.benchmarks.searcher import Searcher, answers
from scripts.benchmarks.table import Line
from scripts.world.shelves import Shelf
from tests.postgres_server import NEWEST, Postgres, postgres

DOCUMENTS, QUESTIONS, ROUNDS, CHANGES = 4_000, 100, 5, 60
SEARCHERS = 2
COMING_AND_GOING = [(f"zeppelin{n // 2}x", not n % 2) for n in range(CHANGES)]
"""Words of cards that are put, and dropped with the next change."""
WRITTEN = 30
"""Batches that are acknowledged before the primary dies."""


def lines(data: Path | None) -> Iterator[Line]:
    """Measure once, all in this run. `data` is not used: what is known is made."""
    documents, questions = known(DOCUMENTS)
    asked = questions[:QUESTIONS]
    with postgres(NEWEST) as server, TemporaryDirectory(prefix="signpost-bench-") as folder, ExitStack() as stack:
        standby = _standby(server)
        both = _of_both(server.database(), server, standby)
        _fill(Path(folder) / "writer", both, documents)
        searchers = [
            stack.enter_context(closing(Searcher(both, Path(folder) / f"searcher{n}", n))) for n in range(SEARCHERS)
        ]
        ready = max(searcher.ready for searcher in searchers)
        yield Line(f"a new searcher ready, {len(documents):,} documents", ready, "s")
        one = Path(folder) / "one"
        _fill(one, "", documents)
        yield from _equal("answers equal to one machine's", searchers, _alone(one, asked), asked)
        yield from _capacity(server, searchers, asked)
        yield from _lags(searchers, both)
        with closing(EmbeddedIndex.open(one)) as index:
            for word, comes in COMING_AND_GOING:
                _change(index, word, comes)
                index.settle()
        yield from _equal(f"the same after {CHANGES} changes", searchers, _alone(one, asked), asked)
        yield from _taken_over(server, standby, both, searchers)


def _standby(server: Postgres) -> Postgres:
    standby = server.standby()
    standby.start()
    server.run("ALTER SYSTEM SET synchronous_standby_names = 'standby'", "SELECT pg_reload_conf()")
    while server.run("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
        time.sleep(0.05)
    return standby


def _of_both(url: str, server: Postgres, standby: Postgres) -> str:
    here = f"127.0.0.1:{server.port}"
    return f"{url.replace(here, f'{here},127.0.0.1:{standby.port}')}?target_session_attrs=read-write"


def _fill(folder: Path, at: Place | str, documents: Sequence[Document]) -> None:
    with closing(Knowledge.open(folder, Hashed, url=at)) as knowledge:
        knowledge.update([Shelf("crm:known", documents)])


def _alone(folder: Path, asked: Sequence[Question]) -> list[object]:
    """What one machine answers that was told the same."""
    reader = open_embedder()
    with closing(Knowledge.open(folder, lambda: Hashed(reader))) as knowledge:
        return answers(knowledge, [question.text for question in asked])


def _equal(
    what: str, searchers: Sequence[Searcher], expected: Sequence[object], asked: Sequence[Question]
) -> Iterator[Line]:
    told = [_said(one, "answer", [question.text for question in asked]) for one in searchers]
    same = sum(here == there for one in told for here, there in zip(one, expected, strict=True))
    all_of_them = len(expected) * len(searchers)
    yield Line(f"{what}, of {all_of_them}", same, goal=all_of_them)


def _said(searcher: Searcher, *what: object) -> list[object]:
    searcher.say(what)
    return searcher.hear()


def _capacity(server: Postgres, searchers: Sequence[Searcher], asked: Sequence[Question]) -> Iterator[Line]:
    """One alone and all at once, by turns."""
    texts, one, both = [question.text for question in asked], list[float](), list[float]()
    clocks: tuple[list[float], list[float]] = ([], [])
    _ask_all(searchers, texts)
    before = _processor_of(server)
    for turn in range(ROUNDS):
        rates = _ask_all([searchers[turn % len(searchers)]], texts)
        one.append(rates[0])
        clocks[0].append(rates[1])
        rates = _ask_all(searchers, texts)
        both.append(rates[0])
        clocks[1].append(rates[1])
    questions = len(texts) * ROUNDS * (1 + len(searchers))
    yield Line("1 searcher", median(one), "questions/processor-s")
    yield Line(f"{len(searchers)} searchers", median(both), "questions/processor-s", median(one), "1 searcher")
    yield Line(f"{len(searchers)} searchers to 1, by the processor", median(both) / median(one), "x", goal=1.8)
    yield Line(f"{len(searchers)} searchers to 1, by the clock", median(clocks[1]) / median(clocks[0]), "x")
    yield Line("of the database, 1,000 questions", (_processor_of(server) - before) / questions * 1000, "processor-s")


def _ask_all(searchers: Sequence[Searcher], texts: Sequence[str]) -> tuple[float, float]:
    """Questions a second of all together: by the processor each had, and by the clock."""
    for searcher in searchers:
        searcher.say(["ask", texts])
    told = [[float(str(number)) for number in searcher.hear()] for searcher in searchers]
    return sum(len(texts) / cpu for _, cpu in told), len(texts) * len(told) / max(wall for wall, _ in told)


def _processor_of(server: Postgres) -> float:
    """Seconds of the processor that the server's processes had so far, those included that have ended."""
    first = int((server.data / "postmaster.pid").read_text().split("\n")[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return sum(_seconds(int(pid)) for pid in [first, *children])


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def _lags(searchers: Sequence[Searcher], url: str) -> Iterator[Line]:
    """From the acknowledgement of a change to the first search that knows of it; one change after the other."""
    lags: dict[bool, list[float]] = {True: [], False: []}
    with closing(PostgresIndex.open(url)) as index, index.writing():
        for word, comes in COMING_AND_GOING:
            for searcher in searchers:
                searcher.say(["await", word, comes])
            acknowledged = _change(index, word, comes)
            lags[comes] += [1000 * max(0.0, _number(searcher.hear()) - acknowledged) for searcher in searchers]
    for what, comes in (("a new card is found by a searcher", True), ("a dropped one is gone from it", False)):
        yield Line(f"{what}, p50 of {len(lags[comes])}", median(lags[comes]), "ms")
        yield Line(f"{what}, p99", quantiles(lags[comes], n=100)[98], "ms", goal=500, better="lower")


def _number(told: Sequence[object]) -> float:
    return float(str(told[0]))


def _change(index: Index, word: str, comes: bool) -> float:
    """Let a card come or go; when that was acknowledged."""
    batch = _batch([_card(word)]) if comes else Batch("trello:sales", drops=frozenset({_card(word).id}))
    index.write(batch, _now())
    return time.monotonic()


def _card(word: str) -> Document:
    told = (Section(f"{word} is in the depot."),)
    return Document(
        f"trello:sales:card:{word}", "card", word, f"https://trello.com/c/{word}", told, visibility=EVERYONE
    )


def _batch(cards: Sequence[Document]) -> Batch:
    puts = tuple((card, passages(card)) for card in cards)
    texts = {passage.text_hash: passage.embedded_text for _, cut in puts for passage in cut}
    vectors = Hashed().embed(tuple(texts.values()))
    return Batch("trello:sales", puts, embedded=Embedded(Hashed.fingerprint, tuple(texts), vectors))


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class _Writer:
    """Writes card after card and remembers each that was acknowledged, until nobody takes them."""

    url: str
    acknowledged: list[str] = field(default_factory=list)

    def write(self) -> None:
        """Go on until the server dies."""
        with closing(PostgresIndex.open(self.url)) as index, suppress(IndexProblem), index.writing():
            for n in range(100_000):
                index.write(_batch([_card(f"airship{n}x")]), _now())
                self.acknowledged.append(f"airship{n}x")


def _taken_over(server: Postgres, standby: Postgres, url: str, searchers: Sequence[Searcher]) -> Iterator[Line]:
    """The primary is killed while it is written to; the standby is promoted; who followed the one follows the other."""
    writer = _Writer(url)
    thread = threading.Thread(target=writer.write)
    thread.start()
    while len(writer.acknowledged) < WRITTEN:
        time.sleep(0.001)
    server.kill()
    thread.join(timeout=60)
    began = time.monotonic()
    standby.promote()
    _write_last(url)
    yield Line("writable after promote", time.monotonic() - began, "s", goal=1, better="lower")
    with closing(PostgresIndex.open(url)) as index:
        there = index.documents([_card(word).id for word in writer.acknowledged], Scope())
    what = f"acknowledged writes lost, of {len(writer.acknowledged)}"
    yield Line(what, len(writer.acknowledged) - len(there), goal=0, better="lower")
    after = [_number(_said(one, "await", "afterwardsx", True)) for one in searchers]
    yield Line("the first write after promote is in every searcher", max(after) - began, "s")


def _write_last(url: str) -> None:
    """As soon as somebody takes it."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(IndexProblem), closing(PostgresIndex.open(url)) as index, index.writing():
            return index.write(_batch([_card("afterwardsx")]), _now())
        time.sleep(0.01)
    raise AssertionError("nobody took over")
