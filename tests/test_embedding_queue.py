"""The queue of texts to embed: each ends with one vector or set aside, whoever took it, dies or comes too late."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.embedding_worker import Worker
from indexer.engines.postgres import leasing
from indexer.engines.postgres.index import PostgresIndex
from indexer.engines.protocol import Embedded
from indexer.engines.queued import Leased, Queued
from indexer.errors import ModelError
from tests.embedding_process import NOTHING, REFUSED, TryingEmbedder
from tests.fakes import HashingEmbedder
from tests.postgres_server import Postgres, postgres

pytestmark = pytest.mark.server
MODEL = HashingEmbedder.fingerprint
ALL, LONG = 1_000_000, 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres(fsync="off") as running:
        yield running


@pytest.fixture(scope="module")
def url(server: Postgres) -> str:
    return server.database()


@pytest.fixture
def index(server: Postgres, url: str) -> Iterator[PostgresIndex]:
    yield from opened(server, url)


def opened(server: Postgres, url: str) -> Iterator[PostgresIndex]:
    server.run("DROP SCHEMA IF EXISTS signpost CASCADE", database=url.rpartition("/")[2])
    index = PostgresIndex.open(url, create=True)
    index.adopt(MODEL, HashingEmbedder.dimension)
    yield index
    index.close()


def texts(*told: str) -> dict[str, str]:
    return {hashlib.sha256(text.encode()).hexdigest(): text for text in told}


def taken(index: PostgresIndex, tokens: int = ALL, seconds: float = LONG) -> Leased:
    lease = index.queue.take(MODEL, tokens, seconds)
    assert lease
    return lease


def of(lease: Leased, scale: float = 1.0) -> Embedded:
    """What a worker makes of its texts; `scale` tells its vectors from those of another."""
    vectors = HashingEmbedder().embed(list(lease.texts.values())) * np.float32(scale)
    return Embedded(MODEL, tuple(lease.texts), vectors)


def test_what_one_has_nobody_else_gets(index: PostgresIndex) -> None:
    index.queue.put(MODEL, texts(*(f"Depot {n}" for n in range(9))))

    first, second = taken(index, tokens=20), taken(index)

    assert first.texts
    assert first.texts.keys().isdisjoint(second.texts)
    assert len(first.texts) + len(second.texts) == 9
    assert index.queue.take(MODEL, ALL, LONG) is None
    assert index.queue.counted() == Queued(waiting=0, leased=9)


def test_a_lease_is_as_long_as_its_tokens_and_the_oldest_come_first(index: PostgresIndex) -> None:
    long = "Brückner " * 100
    index.queue.put(MODEL, texts(long, "Depot", "Tram", "Rail"))

    assert list(taken(index, tokens=10).texts.values()) == [long]
    assert set(taken(index, tokens=10).texts.values()) == {"Depot", "Tram", "Rail"}


def test_putting_in_again_changes_nothing(index: PostgresIndex) -> None:
    assert index.queue.put(MODEL, texts("Depot", "Tram")) == 2
    lease = taken(index, tokens=1)

    assert index.queue.put(MODEL, texts("Depot", "Tram")) == 0
    assert index.queue.finish(lease, of(lease)) == 1


def test_strange_characters_come_back_as_they_were(index: PostgresIndex) -> None:
    told = texts("a\x00b", 'quote " \\ {x,y} NULL', "NULL", "", "Gdańsk 🚋")
    index.queue.put(MODEL, told)

    assert taken(index).texts == told


def test_a_worker_whose_lease_has_ended_changes_nothing(index: PostgresIndex) -> None:
    index.queue.put(MODEL, texts("Depot"))
    late = taken(index, seconds=0.01)
    time.sleep(0.05)
    other = taken(index)

    assert index.queue.finish(late, of(late, scale=-1)) == 0
    index.queue.fail(late, MODEL, dict.fromkeys(late.texts, "too late"))
    index.queue.give_back(late, MODEL)
    assert index.queue.counted() == Queued(leased=1)
    assert index.queue.finish(other, of(other)) == 1
    assert index.queue.finish(late, of(late, scale=-1)) == 0
    kept = index.vectors(MODEL, tuple(other.texts)).vectors
    assert np.allclose(kept, of(other).vectors, atol=1e-3)


def test_a_worker_that_comes_late_is_welcome_where_nobody_took_over(index: PostgresIndex) -> None:
    index.queue.put(MODEL, texts("Depot"))
    late = taken(index, seconds=0.01)
    time.sleep(0.05)

    assert index.queue.finish(late, of(late)) == 1
    assert index.queue.counted() == Queued()


def test_a_text_that_workers_die_of_is_set_aside_alone(index: PostgresIndex) -> None:
    told = texts(*(f"Depot {n}" for n in range(20)))
    index.queue.put(MODEL, told)
    deadly = []
    while lease := index.queue.take(MODEL, 200, 0.01):
        if "Depot 7" in lease.texts.values():
            deadly.append(len(lease.texts))
            time.sleep(0.02)
        else:
            index.queue.finish(lease, of(lease))

    assert deadly == [20, 8, 1]
    assert index.queue.counted().aside == 1
    assert index.queue.pending(MODEL, tuple(told)) == frozenset()
    assert len(index.vectors(MODEL, tuple(told)).hashes) == 19


def test_a_text_that_is_refused_or_yields_no_number_harms_no_other(index: PostgresIndex) -> None:
    told = texts("Depot", f"{REFUSED} 1", "Tram", f"{NOTHING} 2", "Rail")
    index.queue.put(MODEL, told)
    worker = Worker(index.queue, TryingEmbedder())

    assert worker.once() == 5
    while worker.once():
        pass

    assert len(index.vectors(MODEL, tuple(told)).hashes) == 3
    why = {one.why for one in index.queue.aside(tuple(told))}
    assert why == {"it cannot be digested", "the model makes something of it that is not a number or has no length"}
    assert "2 texts were set aside" in index.queue.counted().problem


def test_what_was_set_aside_is_tried_again_once_somebody_says_so(index: PostgresIndex) -> None:
    told = texts(f"{REFUSED} 1")
    index.queue.put(MODEL, told)
    worker = Worker(index.queue, TryingEmbedder())
    tries = 0
    while worker.once():
        tries += 1
    assert tries == leasing.ATTEMPTS
    assert index.queue.put(MODEL, told) == 0

    assert index.queue.retry() == 1
    index.queue.put(MODEL, told)
    Worker(index.queue, HashingEmbedder()).once()
    assert index.vectors(MODEL, tuple(told)).hashes == tuple(told)


class Broken(HashingEmbedder):
    def embed(self, texts: object) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        raise ModelError("no memory left")


def test_a_broken_model_sets_nothing_aside(index: PostgresIndex) -> None:
    index.queue.put(MODEL, texts("Depot", "Tram"))
    for _ in range(leasing.ATTEMPTS + 1):
        with pytest.raises(ModelError, match="embeds nothing any more: no memory left"):
            Worker(index.queue, Broken()).once()

    assert index.queue.counted() == Queued(waiting=2)
    assert Worker(index.queue, HashingEmbedder()).once() == 2


class Other(HashingEmbedder):
    fingerprint = "another model"


def test_a_worker_with_another_model_refuses_in_a_sentence(index: PostgresIndex) -> None:
    index.queue.put(MODEL, texts("Depot"))

    with pytest.raises(ModelError, match=f"by the model {MODEL}, and this is another model"):
        Worker(index.queue, Other()).run(lambda: False)
    assert index.queue.counted() == Queued(waiting=1)


def test_what_waited_for_another_model_is_forgotten(index: PostgresIndex) -> None:
    index.queue.put("old model", texts("Depot"))
    lease = index.queue.take("old model", ALL, LONG)
    assert lease

    index.queue.put(MODEL, texts("Depot"))
    assert index.queue.finish(lease, Embedded("old model", tuple(lease.texts), np.ones((1, 3), np.float32))) == 0
    assert index.queue.others(MODEL) == []


def test_what_nobody_wants_any_more_leaves_no_text_and_no_vector(server: Postgres, index: PostgresIndex) -> None:
    index.queue.put(MODEL, texts("Anna Weiß", "Jana Köhler"))
    lease = taken(index, tokens=1)
    index.queue.finish(lease, of(lease))

    index.queue.clear()
    assert index.queue.counted() == Queued()
    assert len(index.vectors(MODEL, tuple(texts("Anna Weiß", "Jana Köhler"))).hashes) == 0


@dataclass
class Hand:
    """A worker that holds what it took and brings it back, or not, when it likes."""

    lease: Leased | None = None


DEEDS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(("take", "finish", "fail", "die", "expire", "put"))), max_size=25
)


@given(deeds=DEEDS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_workers_do_each_text_ends_with_its_own_vector_or_set_aside(
    server: Postgres, url: str, deeds: list[tuple[int, str]]
) -> None:
    told, database = texts(*(f"Depot {n}" for n in range(6))), url.rpartition("/")[2]
    expire = "UPDATE signpost.jobs SET leased_until = 'epoch' WHERE lease IS NOT NULL"
    for index in opened(server, url):
        index.queue.put(MODEL, told)
        hands, kept = [Hand(), Hand(), Hand()], 0
        for number, deed in deeds:
            hand = hands[number]
            if deed == "take" and hand.lease is None:
                hand.lease = index.queue.take(MODEL, 12, LONG)
            elif deed == "finish" and hand.lease:
                kept += index.queue.finish(hand.lease, of(hand.lease))
            elif deed == "fail" and hand.lease:
                index.queue.fail(hand.lease, MODEL, dict.fromkeys(hand.lease.texts, "no"))
            elif deed == "expire":
                server.run(expire, database=database)
            elif deed == "put":
                index.queue.put(MODEL, told)
            if deed in ("die", "finish", "fail"):
                hand.lease = None
        server.run(expire, database=database)
        worker = Worker(index.queue, HashingEmbedder())
        while worker.once():
            pass

        found = index.vectors(MODEL, tuple(told))
        aside = {one.text_hash for one in index.queue.aside(tuple(told))}
        assert set(found.hashes) | aside == told.keys()
        assert not set(found.hashes) & aside
        assert kept + worker.done == len(found.hashes), "one was kept twice"
        alone = HashingEmbedder().embed([told[key] for key in found.hashes])
        assert np.allclose(found.vectors, alone, atol=1e-3)
