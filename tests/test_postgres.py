"""The engine on a server: it keeps the contract, on a PostgreSQL that is really running, and what else it promises."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.asking import Filters
from indexer.documents import PRIVATE, Document
from indexer.embedding.protocol import Vectors
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.postgres import counting, meaning
from indexer.engines.postgres.escaping import escaped, unescaped
from indexer.engines.postgres.index import PostgresIndex
from indexer.engines.postgres.server import Halves
from indexer.engines.protocol import Batch, Embedded, Query, Scope
from indexer.errors import BusyIndex, IndexProblem, NoIndex
from indexer.passages import passages
from tests.builders import NOW, a_card
from tests.contracts_index import ALL, RAIL, WORLD, IndexContract, a_batch, asked, found, ids, put
from tests.postgres_server import NEWEST, Postgres, postgres

pytestmark = pytest.mark.server
WORDS = ("rail", "depot", "pilot", "Hohenzollern", "camera", "tram", "the", "of")
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)


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
    """An empty index."""
    server.run("DROP SCHEMA IF EXISTS signpost CASCADE", database=url.rpartition("/")[2])
    index = PostgresIndex.open(url, create=True)
    yield index
    index.close()


class TestPostgresIndex(IndexContract):
    pass


def test_the_newest_server_does_as_well_as_the_oldest() -> None:
    with postgres(NEWEST, fsync="off") as server:
        for index in opened(server, server.database()):
            put(index, *WORLD)

            assert found(index, "interlocking for Brückner")[0].document_id == RAIL.id


def words_of(index: PostgresIndex | EmbeddedIndex, text: str, scope: Scope = ALL) -> list[tuple[str, str, float]]:
    """What words alone bring up: document, passage, score."""
    told = index.search([Query(text)], scope)[0]
    texts = index.passages([c.passage_id for c in told])
    return sorted((c.document_id, texts[c.passage_id].text, round(c.words, 2)) for c in told)


@given(told=st.lists(TEXT, min_size=1, max_size=8), text=TEXT)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_words_count_as_much_as_on_one_machine(
    server: Postgres, url: str, tmp_path_factory: pytest.TempPathFactory, told: list[str], text: str
) -> None:
    cards = [a_card(f"Card {n}", one, key=f"c{n}") for n, one in enumerate(told)]
    embedded = EmbeddedIndex.open(tmp_path_factory.mktemp("one") / "index", create=True)
    put(embedded, *cards)

    for index in opened(server, url):
        put(index, *cards)
        assert words_of(index, text) == words_of(embedded, text)
    embedded.close()


@given(told=st.lists(st.tuples(st.sampled_from(("everyone", "group:board", PRIVATE)), TEXT), max_size=8), text=TEXT)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_one_may_not_see_changes_no_score(
    server: Postgres, url: str, told: list[tuple[str, str]], text: str
) -> None:
    cards = [a_card(f"Card {n}", one, key=f"c{n}", visibility=who) for n, (who, one) in enumerate(told)]

    for index in opened(server, url):
        put(index, *[card for card in cards if card.visibility == "everyone"])
        alone = words_of(index, text)
        put(index, *cards)
        assert words_of(index, text) == alone


def test_in_a_large_index_common_words_bring_up_nothing_beside_rarer_ones(
    index: PostgresIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [a_card(f"Card {n}", "Tram." if n else "Tram pilot.", key=f"c{n}") for n in range(30)]
    put(index, *cards)
    monkeypatch.setattr(counting, "WHOLE", 50)

    assert {document for document, _, _ in words_of(index, "pilot of the tram")} == {cards[0].id}
    assert len({document for document, _, _ in words_of(index, "tram")}) == 30


def test_words_are_counted_anew_with_every_change(index: PostgresIndex) -> None:
    put(index, *WORLD)
    before = words_of(index, "rail signalling soup")

    put(index, replace(RAIL, title="Trams"), a_card("Rail again", "Rail rail rail.", key="more"))
    put(index, RAIL, drops=[a_card("Rail again", key="more")])

    assert words_of(index, "rail signalling soup") == before


@given(text=st.text())
def test_every_text_comes_back_as_it_went_in(text: str) -> None:
    told = escaped(text + "\x00\ud800\ufdd0")

    assert unescaped(told) == text + "\x00\ud800\ufdd0"
    assert "\x00" not in told
    told.encode()


def vectors(count: int, seed: int) -> Vectors:
    """Unit vectors in clusters, as those of texts lie."""
    dice = np.random.default_rng(seed)
    middles = np.random.default_rng(7).standard_normal((40, 64))
    rows = middles[dice.integers(0, 40, count)] + 0.8 * dice.standard_normal((count, 64))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def filled(index: PostgresIndex, count: int) -> None:
    """So many passages, each of them a card."""
    cards = [a_card(f"Card {n}", key=f"c{n}", lane=f"Lane {n % 50}", status=_status(n)) for n in range(count)]
    with index.writing():
        index.adopt("clusters", 64)
        for first in range(0, count, 1000):
            index.write(_batch(cards[first : first + 1000], first), NOW)
        index.settle()


def _status(n: int) -> str:
    return "open" if n % 3 else "archived"


def _batch(cards: Sequence[Document], seed: int) -> Batch:
    puts = tuple((card, passages(card)) for card in cards)
    hashes = tuple(passage.text_hash for _, cut in puts for passage in cut)
    return Batch("trello:sales", puts, embedded=Embedded("clusters", hashes, vectors(len(hashes), seed)))


@pytest.mark.parametrize(
    "filters", [Filters(), Filters(lane=("lane 7",)), Filters(archived="without"), Filters(archived="only")]
)
def test_no_filter_takes_a_hit_away(many: PostgresIndex, filters: Filters) -> None:
    asked, scope, missed = vectors(40, 999), Scope(filters=filters), 0

    for vector in asked:
        near = {c.passage_id for c in many.search([Query("", vector)], scope)[0]}
        missed += len(exactly(many, vector, scope) - near)

    assert missed <= 0.01 * 50 * len(asked)


def exactly(index: PostgresIndex, vector: Vectors, scope: Scope) -> set[int]:
    """The nearest passages by comparing all."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(meaning, "EXACT", 10**9)
        fresh = PostgresIndex(index._server)
        return {c.passage_id for c in fresh.search([Query("", vector)], scope)[0]}


@pytest.fixture(scope="module")
def many(server: Postgres) -> Iterator[PostgresIndex]:
    """An index so large that its vectors are walked."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(meaning, "EXACT", 1000)
        patched.setattr("indexer.engines.postgres.tables.EXACT", 1000)
        index = PostgresIndex.open(server.database(), create=True)
        filled(index, 4000)
        yield index
        index.close()


def test_a_large_index_is_walked_and_not_compared_one_by_one(many: PostgresIndex) -> None:
    with many._server.reading() as transaction:
        lane = many._meaning(transaction, ALL)
        assert lane
        assert lane.walks
        transaction.run(meaning.ONLY_WALK)
        told = "EXPLAIN " + meaning.WALKING.format(where=lane.where[0], space=lane.space.number, dimension=64)
        values = {**lane.where[1], "asked": Halves(vectors(1, 1)[0]), "count": 50}
        plan = "\n".join(row[0] for row in transaction.run(told, values))

    assert f"Index Scan using vectors_of_{lane.space.number}" in plan
    assert "Sort" not in plan


def test_another_writer_is_told_who_writes(index: PostgresIndex, url: str) -> None:
    other = PostgresIndex.open(url)

    with index.writing(), pytest.raises(BusyIndex, match=r"number \d+ of 127.0.0.1"), other.writing(patience=0.1):
        pass
    with other.writing(patience=0.1):
        pass
    other.close()


def test_readers_see_a_batch_whole_or_not_at_all(index: PostgresIndex, url: str) -> None:
    put(index, *WORLD)
    other = PostgresIndex.open(url)
    streamed = other.every_document(ALL)
    first = next(streamed)

    put(index, drops=[RAIL])

    assert {first.id, *(document.id for document in streamed)} >= {RAIL.id}
    assert RAIL.id not in {document.id for document in other.every_document(ALL)}
    other.close()


def test_many_ask_while_one_writes(index: PostgresIndex) -> None:
    put(index, *WORLD)
    cards = [a_card(f"Tram {n}", f"Depot number {n}", key=f"t{n}") for n in range(20)]

    def asks(_: int) -> list[str]:
        every = [document.id for document in index.every_document(ALL) if index.documents([document.id], ALL)]
        return [RAIL.id] if RAIL.id in every and found(index, "interlocking")[0].document_id == RAIL.id else []

    with ThreadPoolExecutor(24) as pool, index.writing():
        told = pool.map(asks, range(48))
        for card in cards:
            index.write(a_batch(card), NOW)

    assert list(told) == [[RAIL.id]] * 48
    assert {card.id for card in cards} <= set(index.browse(ALL, 50, 0)[0])


def test_who_lost_the_right_to_write_writes_no_more(index: PostgresIndex, server: Postgres, url: str) -> None:
    put(index, *WORLD)
    before = index.sequence

    with index.writing():
        server.run("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        with closing(PostgresIndex.open(url)) as other, other.writing(patience=5):
            for _ in range(2):
                with pytest.raises(IndexProblem, match=r"lost while writing\. Nothing of this step was kept"):
                    index.write(a_batch(drops=[RAIL]), NOW)

    assert (index.sequence, ids(found(index, "rail signalling")) >= {RAIL.id}) == (before, True)


def test_a_server_that_was_away_is_asked_again(server: Postgres, index: PostgresIndex) -> None:
    put(index, *WORLD)
    server.kill()

    with pytest.raises(IndexProblem, match=r"127.0.0.1 cannot be reached .*try again once the server is back"):
        index.search([asked("rail")], ALL)
    server.start(fsync="off")

    assert found(index, "interlocking")[0].document_id == RAIL.id


def test_what_is_wrong_is_a_sentence_without_the_password(server: Postgres, url: str) -> None:
    server.run("CREATE ROLE guest LOGIN PASSWORD 'geheim-Ärger@7'")
    somewhere = server.database()
    wrong = {
        "refuses the user or password": url.replace("geheim", "falsch"),
        "does not exist": server.url("nowhere"),
        "cannot be reached": url.replace(str(server.port), "1"),
        "is no URL": "postgresql://[",
        "does not let this user": somewhere.replace("postgres:", "guest:"),
    }

    for sentence, one in wrong.items():
        with pytest.raises(IndexProblem, match=sentence) as told:
            PostgresIndex.open(one, create=True)
        assert "geheim" not in str(told.value)
        assert "falsch" not in str(told.value)


def test_whoever_owns_the_database_needs_no_other_rights(server: Postgres) -> None:
    server.run(
        "CREATE ROLE owner LOGIN PASSWORD 'geheim-Ärger@7'",
        "CREATE DATABASE theirs TEMPLATE template0 ENCODING 'UTF8' OWNER owner",
    )
    theirs = server.url("theirs", "owner")
    with pytest.raises(IndexProblem, match="let an administrator run CREATE EXTENSION vector"):
        PostgresIndex.open(theirs, create=True)
    server.run("CREATE EXTENSION vector", database="theirs")

    with closing(PostgresIndex.open(theirs, create=True)) as index:
        put(index, *WORLD)
        assert found(index, "interlocking")[0].document_id == RAIL.id
        with index.writing():
            index.purge()
        assert index.check() == []


def test_a_database_without_an_index_says_so_and_stays_empty(server: Postgres) -> None:
    empty = server.database()

    with pytest.raises(NoIndex, match="signpost reindex"):
        PostgresIndex.open(empty)

    assert server.run("SELECT 1 FROM pg_namespace WHERE nspname = 'signpost'", database=empty.rpartition("/")[2]) == []


def test_an_index_of_a_newer_signpost_is_left_alone(server: Postgres, index: PostgresIndex, url: str) -> None:
    server.run("UPDATE signpost.version SET number = 99", database=url.rpartition("/")[2])

    with pytest.raises(IndexProblem, match="Update Signpost"):
        PostgresIndex.open(url)


def test_damage_is_told(server: Postgres, index: PostgresIndex, url: str) -> None:
    put(index, *WORLD)
    server.run(
        "UPDATE signpost.passages SET text = 'Nobody wrote this.' WHERE ordinal = 1",
        "UPDATE signpost.records SET record = replace(record, 'Rail', 'Mail')",
        database=url.rpartition("/")[2],
    )

    assert [problem.split(" are not ")[0].split("(")[-1] for problem in index.check()] == [
        "a document is not what was written). Drop its schema signpost and run `signpost reindex`; everything in it "
        "can be made again; questions that were confirmed come back from the ledger.",
        "5 passages",
    ]


def test_nothing_of_what_was_dropped_is_left_in_a_table(server: Postgres, index: PostgresIndex, url: str) -> None:
    put(index, *WORLD)
    with index.writing():
        index.write(a_batch(drops=WORLD), NOW)
        index.purge()

    database = url.rpartition("/")[2]
    for table in ("documents", "records", "passages", "words", "word_counts", "vectors"):
        assert server.run(f"SELECT pg_relation_size('signpost.{table}')", database=database) == [(0,)]
