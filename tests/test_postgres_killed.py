"""A server that dies while it is written to: what was acknowledged is there, here or on the standby that takes over."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from indexer.engines.postgres.index import PostgresIndex
from indexer.engines.protocol import Query
from indexer.errors import IndexProblem
from tests.builders import NOW, a_card
from tests.contracts_index import ALL, EMBEDDER, a_batch, ids
from tests.postgres_server import NEWEST, Postgres, postgres

pytestmark = pytest.mark.server


@dataclass
class Writer:
    """Writes card after card and remembers each that was acknowledged, until the server is gone."""

    url: str
    acknowledged: list[str] = field(default_factory=list)
    said: str = ""

    def write(self) -> None:
        index = PostgresIndex.open(self.url)
        try:
            with index.writing():
                for n in range(10_000):
                    card = a_card(f"Card {n}", f"Depot number {n}", key=f"k{n}")
                    index.write(a_batch(card), NOW)
                    self.acknowledged.append(card.id)
        except IndexProblem as problem:
            self.said = str(problem)
        finally:
            index.close()


@contextmanager
def writing(url: str) -> Iterator[Writer]:
    """Somebody writes in the background; ends when the server does."""
    writer = Writer(url)
    thread = threading.Thread(target=writer.write)
    thread.start()
    try:
        yield writer
    finally:
        thread.join(timeout=60)
        assert not thread.is_alive()


def until(enough: int, writer: Writer) -> None:
    end = time.monotonic() + 60
    while len(writer.acknowledged) < enough:
        assert time.monotonic() < end, f"only {len(writer.acknowledged)} were written: {writer.said}"
        time.sleep(0.001)


def an_index(server: Postgres) -> str:
    url = server.database()
    index = PostgresIndex.open(url, create=True)
    index.adopt(EMBEDDER.fingerprint, EMBEDDER.dimension)
    index.close()
    return url


def assert_whole(index: PostgresIndex, writer: Writer) -> None:
    """Everything acknowledged is there, and findable by words and by meaning; nothing is there by half."""
    there, total = index.browse(ALL, 10_000, 0)
    assert set(writer.acknowledged) <= set(there)
    assert total <= len(writer.acknowledged) + 1
    assert index.check() == []
    last = index.documents(writer.acknowledged[-1:], ALL)[0]
    for query in (Query(last.title), Query("", EMBEDDER.embed([last.title])[0])):
        assert last.id in ids(index.search([query], ALL)[0])


@pytest.mark.parametrize("enough", [1, 7, 40])
def test_what_was_acknowledged_survives_a_kill_of_the_server(enough: int) -> None:
    with postgres() as server:
        url = an_index(server)
        with writing(url) as writer:
            until(enough, writer)
            server.kill()
        assert "Nothing of this step was kept" in writer.said

        server.start()
        index = PostgresIndex.open(url)
        assert_whole(index, writer)
        with index.writing():
            index.write(a_batch(a_card("Afterwards", "All is well")), NOW)
        index.close()


def test_a_standby_takes_over_within_a_second_and_nothing_acknowledged_is_lost() -> None:
    with postgres(NEWEST) as server:
        url = an_index(server)
        standby = server.standby()
        standby.start()
        server.run("ALTER SYSTEM SET synchronous_standby_names = 'standby'", "SELECT pg_reload_conf()")
        _await_sync(server)
        both = f"{url}?target_session_attrs=read-write".replace(
            f"127.0.0.1:{server.port}", f"127.0.0.1:{server.port},127.0.0.1:{standby.port}"
        )
        with writing(both) as writer:
            until(30, writer)
            server.kill()
        began = time.monotonic()
        standby.promote()
        index = _opened(both)
        with index.writing():
            index.write(a_batch(a_card("Afterwards", "All is well", key="after")), NOW)
        writable = time.monotonic() - began

        print(f"{len(writer.acknowledged)} acknowledged, writable after {writable:.2f} s")
        index.write(a_batch(drops=[a_card("Afterwards", key="after")]), NOW)
        assert_whole(index, writer)
        assert writable < 5, "one second is what a machine needs that has nothing else to do"
        index.close()


def _await_sync(server: Postgres) -> None:
    end = time.monotonic() + 30
    while server.run("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
        assert time.monotonic() < end
        time.sleep(0.05)


def _opened(url: str) -> PostgresIndex:
    """As soon as there is a server that takes what is written."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(IndexProblem):
            return PostgresIndex.open(url)
        time.sleep(0.01)
    raise AssertionError("nobody took over")


def test_a_standby_answers_and_refuses_to_be_written_in_a_sentence() -> None:
    with postgres(NEWEST) as server:
        url = an_index(server)
        standby = server.standby()
        standby.start()
        there = url.replace(str(server.port), str(standby.port))
        index = PostgresIndex.open(there)

        with pytest.raises(IndexProblem, match="only reads: it is a standby"):
            index.write(a_batch(a_card("Never")), NOW)
        assert index.search([Query("depot")], ALL) == [()]
        index.close()
