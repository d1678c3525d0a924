"""Many processes embed for one index: it becomes what one alone makes of it, whoever of them dies."""

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from indexer.documents import Document
from indexer.engines.protocol import Query, Scope
from indexer.engines.queued import Queued
from indexer.knowledge import Knowledge, Report
from indexer.passages import passages
from tests.builders import a_card
from tests.embedding_process import DEADLY, REFUSED, TryingEmbedder, a_worker, ended, line
from tests.fakes import HashingEmbedder
from tests.postgres_server import Postgres, postgres
from tests.test_forgetting import those
from tests.test_knowledge import Shelf

pytestmark = pytest.mark.server
PAUSE = "0.002"
DUMPS = (
    "SELECT id, content_hash, cutting FROM signpost.documents ORDER BY 1",
    """SELECT d.id, p.ordinal, p.text_hash, w.tokens, w.counts::text FROM signpost.passages p
    JOIN signpost.documents d USING (number) JOIN signpost.words w ON w.passage = p.id ORDER BY 1, 2""",
    "SELECT text_hash, vector::text FROM signpost.vectors ORDER BY 1",
    "SELECT * FROM signpost.word_counts ORDER BY 1, 2",
    "SELECT count(*) FROM signpost.jobs WHERE state <> 'aside'",
    "SELECT name, cursor FROM signpost.sources",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres(fsync="off") as running:
        yield running


@pytest.fixture
def knowledge(server: Postgres, tmp_path: Path) -> Iterator[Knowledge]:
    """Knowledge whose index is on the server, with a model that takes its time."""
    made = Knowledge.open(tmp_path / "here", lambda: TryingEmbedder(float(PAUSE)), url=server.database())
    made.update([])
    yield made
    made.close()


def url_of(knowledge: Knowledge) -> str:
    return str(knowledge._url)


def cards(number: int, *more: str) -> list[Document]:
    """So many cards with a text each of their own, and one for each text of `more`."""
    texts = [f"Depot {n} gets interlockings of the kind {n % 7}." for n in range(number)]
    return [a_card(f"Card {n}", text, key=f"k{n}") for n, text in enumerate([*texts, *more])]


def texts_of(documents: Sequence[Document]) -> dict[str, str]:
    """What is embedded of them, by its hashes."""
    return {p.text_hash: p.embedded_text for document in documents for p in passages(document)}


def dump(server: Postgres, url: str) -> list[list[tuple[object, ...]]]:
    """All that an index is made of."""
    return [server.run(statement, database=url.rpartition("/")[2]) for statement in DUMPS]


def alone(server: Postgres, folder: Path, documents: Sequence[Document]) -> list[list[tuple[object, ...]]]:
    """The same of an index that one process makes, which nothing disturbs."""
    url = server.database()
    knowledge = Knowledge.open(folder / "alone", HashingEmbedder, url=url)
    knowledge.update([Shelf(*documents)])
    knowledge.close()
    return dump(server, url)


class Updating(threading.Thread):
    """An update beside the test."""

    def __init__(self, knowledge: Knowledge, documents: Sequence[Document]) -> None:
        super().__init__()
        self._knowledge, self._documents, self.report = knowledge, documents, Report()

    def run(self) -> None:
        self.report = self._knowledge.update([Shelf(*self._documents)])

    def __enter__(self) -> "Updating":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.join(timeout=120)
        assert not self.is_alive()


def test_two_workers_share_the_work_and_nothing_is_done_twice(
    server: Postgres, knowledge: Knowledge, tmp_path: Path
) -> None:
    documents = cards(1500)
    url = url_of(knowledge)
    with a_worker(url, "--pause", PAUSE) as first, a_worker(url, "--pause", PAUSE) as second:
        report = knowledge.update([Shelf(*documents)])
        done = [ended(first), ended(second)]

    own = knowledge._vectors.embedder
    assert isinstance(own, TryingEmbedder)
    vectors = len(dump(server, url)[2])
    assert min(done) > 0
    assert sum(done) + own.texts_embedded == vectors == report.sources[0].passages_embedded
    assert dump(server, url) == alone(server, tmp_path, documents)


def test_a_worker_that_is_killed_loses_its_texts_to_another(
    server: Postgres, knowledge: Knowledge, tmp_path: Path
) -> None:
    documents = cards(600)
    url = url_of(knowledge)
    with a_worker(url, "--pause", "0.5", "--lease", "2") as dying, Updating(knowledge, documents):
        assert line(dying).startswith("begun"), "in the middle of a batch"
        dying.send_signal(signal.SIGKILL)

    assert dump(server, url) == alone(server, tmp_path, documents)


def test_workers_go_on_when_who_reindexes_is_gone_and_nothing_is_embedded_again(
    server: Postgres, knowledge: Knowledge, tmp_path: Path
) -> None:
    documents = cards(200)
    url = url_of(knowledge)
    queue = knowledge.queue()
    assert queue
    texts = texts_of(documents)
    queue.put(HashingEmbedder.fingerprint, texts)
    with a_worker(url, "--until-empty") as worker:
        assert ended(worker, None) == len(texts)

    own = knowledge._vectors.embedder
    assert isinstance(own, TryingEmbedder)
    before = own.texts_embedded
    assert knowledge.update([Shelf(*documents)]).sources[0].passages_embedded == 0
    assert own.texts_embedded == before
    assert dump(server, url) == alone(server, tmp_path, documents)


def test_updating_again_puts_nothing_into_the_queue(server: Postgres, knowledge: Knowledge) -> None:
    documents = cards(100)
    knowledge.update([Shelf(*documents)])
    before = dump(server, url_of(knowledge))

    assert knowledge.update([Shelf(*documents)]).sources[0].passages_embedded == 0
    assert dump(server, url_of(knowledge)) == before


@pytest.mark.parametrize("number", [0, 90])
def test_a_text_that_cannot_be_embedded_is_told_of_and_found_by_its_words(knowledge: Knowledge, number: int) -> None:
    documents = cards(number, f"{REFUSED} sind Gleisbaupläne aus Lübeck.")

    report = knowledge.update([Shelf(*documents)]).sources[0]

    assert report.added == number + 1
    assert "could not be embedded (it cannot be digested)" in report.notices[0]
    candidates = knowledge._opened().index.search([Query("Gleisbaupläne Lübeck")], Scope())[0]
    assert documents[-1].id in {c.document_id for c in candidates if c.words > 0}
    assert not knowledge.update([Shelf(*documents)]).sources[0].notices
    queue = knowledge.queue()
    assert queue
    assert queue.counted().aside == 1
    assert queue.counted().examples[0].document == documents[-1].id


def test_a_text_that_kills_workers_stops_no_other(server: Postgres, knowledge: Knowledge) -> None:
    url, queue = url_of(knowledge), knowledge.queue()
    assert queue
    told = texts_of(cards(40, f"{DEADLY}er Text"))
    queue.put(HashingEmbedder.fingerprint, told)
    with ExitStack() as stack:
        for _ in range(4):
            worker = stack.enter_context(a_worker(url, "--deadly", "--lease", "1", "--until-empty"))
            worker.wait(timeout=60)

    assert worker.returncode == 0
    assert queue.counted().aside == 1
    assert queue.counted().waiting == 0
    assert "3 workers ended" in queue.counted().problem
    assert len(dump(server, url)[2]) == len(told) - 1


def test_an_idle_worker_wakes_within_a_second(knowledge: Knowledge) -> None:
    queue = knowledge.queue()
    assert queue
    with a_worker(url_of(knowledge)) as worker:
        time.sleep(1.5)
        began = time.monotonic()
        queue.put(HashingEmbedder.fingerprint, {"ab" * 32: "Depot"})
        assert line(worker) == "begun 1"
        woken = time.monotonic() - began

    print(f"woken after {woken:.3f} s")
    assert woken < 1


def test_sigterm_ends_a_worker_after_what_it_has_begun(knowledge: Knowledge) -> None:
    queue = knowledge.queue()
    assert queue
    queue.put(HashingEmbedder.fingerprint, {f"{n:064x}": f"Depot {n} " * 40 for n in range(400)})
    with a_worker(url_of(knowledge), "--pause", "0.01") as worker:
        assert line(worker).startswith("begun")
        done = ended(worker)

    assert 0 < done < 400
    assert queue.counted() == Queued(waiting=400 - done)


def test_who_is_forgotten_does_not_wait_to_be_embedded(server: Postgres, knowledge: Knowledge) -> None:
    queue = knowledge.queue()
    assert queue
    knowledge.update([Shelf(*cards(3))])
    queue.put(HashingEmbedder.fingerprint, {"ab" * 32: "Anna Weiß"})

    knowledge.erase(those("Anna Weiß"))

    assert server.run("SELECT * FROM signpost.jobs", database=url_of(knowledge).rpartition("/")[2]) == []
