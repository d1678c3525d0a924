"""The lanes on Milvus: they keep the contract on milvus-lite, tell nobody more, and follow what is behind them."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.asking import Filters
from indexer.documents import PRIVATE, Document, Person
from indexer.embedding.protocol import Vectors
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.milvus import following
from indexer.engines.milvus.database import DatabaseTruth, QueuedMilvusIndex
from indexer.engines.milvus.expressing import expression
from indexer.engines.milvus.folder import FolderTruth
from indexer.engines.milvus.index import MilvusIndex
from indexer.engines.milvus.server import Server
from indexer.engines.opening import Place, open_index
from indexer.engines.protocol import Batch, Embedded, Index, Query, Scope
from indexer.errors import IndexProblem
from indexer.passages import passages
from indexer.vectorising import queue_of
from tests.builders import NOW, a_card
from tests.contracts_index import (
    ALL,
    CRANE,
    EMBEDDER,
    LUNCH,
    RAIL,
    SECRET,
    WORLD,
    IndexContract,
    a_batch,
    asked,
    found,
    ids,
    put,
)
from tests.postgres_server import Postgres, postgres

pytestmark = pytest.mark.server
WORDS = ("rail", "depot", "pilot", "Hohenzollern", "camera", "tram", "the", "of")
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    opened = Server(str(tmp_path_factory.mktemp("milvus") / "lanes.db"))
    yield opened
    opened.close()


@pytest.fixture
def index(server: Server, tmp_path: Path) -> Iterator[MilvusIndex]:
    opened = MilvusIndex(FolderTruth(tmp_path / "index", create=True), server)
    yield opened
    empty(server)
    opened.close()


def empty(server: Server) -> None:
    for name in server.collections("signpost_"):
        server.drop(name)


class TestMilvusIndex(IndexContract):
    pass


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    with postgres(fsync="off") as running:
        yield running


@pytest.fixture(scope="module")
def url(database: Postgres) -> str:
    return database.database()


class TestMilvusBeforePostgres(IndexContract):
    @pytest.fixture
    def index(self, server: Server, database: Postgres, url: str) -> Iterator[MilvusIndex]:
        database.run("DROP SCHEMA IF EXISTS signpost CASCADE", database=url.rpartition("/")[2])
        opened = QueuedMilvusIndex(DatabaseTruth(url, create=True), server)
        yield opened
        empty(server)
        opened.close()

    def test_many_may_embed_for_it(self, index: Index) -> None:
        assert queue_of(index)


def embedded_index(folder: Path, *documents: Document) -> EmbeddedIndex:
    made = EmbeddedIndex.open(folder, create=True)
    put(made, *documents)
    return made


def told(index: Index, text: str, scope: Scope = ALL) -> list[tuple[str, bool, float, float]]:
    """What both lanes bring up: document, whether it is its title, both scores."""
    return sorted(
        (c.document_id, c.is_title, round(c.meaning, 2), round(c.words, 2)) for c in found(index, text, scope)
    )


def many(number: int) -> list[Document]:
    """Cards of words drawn by chance, and who they are of."""
    dice = np.random.default_rng(7)
    texts = [" ".join(dice.choice(WORDS, size=12)) + f" number{n}" for n in range(number)]
    people = [(Person(f"Person {n % 9}", "owner"),) for n in range(number)]
    return [a_card(f"Card {n}", texts[n], key=f"c{n}", people=people[n]) for n in range(number)]


@given(cards=st.lists(TEXT, min_size=1, max_size=8), text=TEXT)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_answers_are_those_of_one_machine(
    server: Server, tmp_path_factory: pytest.TempPathFactory, cards: list[str], text: str
) -> None:
    documents = [a_card(f"Card {n}", one, key=f"c{n}") for n, one in enumerate(cards)]
    folder = tmp_path_factory.mktemp("both")
    with (
        closing(embedded_index(folder / "one", *documents)) as one,
        closing(MilvusIndex(FolderTruth(folder / "two", create=True), server)) as two,
    ):
        put(two, *documents)

        assert [c[:3] for c in told(two, text)] == [c[:3] for c in told(one, text)]
        assert [c[3] for c in told(two, text)] == pytest.approx([c[3] for c in told(one, text)], abs=0.06)
    empty(server)


def test_a_word_in_what_one_may_not_see_changes_no_score(index: MilvusIndex) -> None:
    put(index, *WORLD)
    before = told(index, "signalling rollout margin")

    hidden = [a_card("Margin", "signalling margin rollout " * 9, key=f"h{n}", visibility=PRIVATE) for n in range(20)]
    put(index, *hidden)

    assert told(index, "signalling rollout margin") == before


def test_hidden_documents_take_no_place_of_those_one_may_see(index: MilvusIndex) -> None:
    hidden = [a_card("Rail signalling", "rail signalling", key=f"h{n}", visibility=PRIVATE) for n in range(150)]
    put(index, *hidden, RAIL)

    assert ids(found(index, "rail signalling")) == {RAIL.id}


INJECTIONS = (
    "x'] or id >= 0 or status in ['",
    'x" or 1 == 1 or "',
    "] or id > 0 or visibility in [1",
    "\\",
    "\x00",
)


@pytest.mark.parametrize("text", INJECTIONS)
def test_nothing_that_is_asked_becomes_a_piece_of_an_expression(index: MilvusIndex, text: str) -> None:
    put(index, *WORLD)
    asking = Filters(source=(text,), parent=(text,), lane=(text,), customer=(text,), person=(text,))

    for filters in (asking, Filters(person=(text,)), Filters(lane=(text,))):
        assert found(index, "rail", Scope(filters=filters)) == []
    assert found(index, "rail", Scope(frozenset({text}))) == []
    assert not set(expression(Scope(frozenset({text}), asking), (text,))) & set("'\"\\\x00")


def test_no_text_and_no_name_is_given_to_milvus(index: MilvusIndex, server: Server) -> None:
    put(index, *many(3), RAIL)
    (name,) = server.collections("signpost_")

    rows = server.rows(name, "id > 0", ["*"])

    assert rows
    assert {value for row in rows for value in row.values() if isinstance(value, str)} == {""}


def test_what_changed_is_followed_without_reading_the_rest(index: MilvusIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    put(index, *many(20), *WORLD)
    monkeypatch.setattr(following.Following, "_fill", lambda *_: pytest.fail("everything was read"))

    put(index, replace(RAIL, lane="Won"), a_card("Zeppelin", key="new"), drops=[CRANE])

    assert ids(found(index, "rail", Scope(filters=Filters(lane=("won",))))) == {RAIL.id}
    assert CRANE.id not in ids(found(index, "harbour crane"))
    assert found(index, "Zeppelin")[0].document_id == "trello:sales:card:new"
    assert index.check() == []


def test_what_was_written_without_milvus_is_caught_up_with_at_the_next_question(
    index: MilvusIndex, tmp_path: Path
) -> None:
    put(index, *WORLD)
    with closing(EmbeddedIndex.open(tmp_path / "index")) as alone:
        put(alone, a_card("Zeppelin", key="new"), drops=[LUNCH])

    assert found(index, "Zeppelin")[0].document_id == "trello:sales:card:new"
    assert LUNCH.id not in ids(found(index, "soup"))
    assert index.check() == []


def test_a_lost_collection_is_filled_anew_and_strange_passages_go(index: MilvusIndex, server: Server) -> None:
    put(index, *WORLD)
    before = told(index, "rail")
    (name,) = server.collections("signpost_")
    server.drop(name)
    index._state = None

    assert told(index, "rail") == before
    server.put(name, [{**server.rows(name, "id == 0", ["*"])[0], "id": 99_999}])
    assert "Drop its collection" in index.check()[0]


def test_a_text_that_is_embedded_later_is_found_by_its_meaning_then(index: MilvusIndex) -> None:
    put(index, *WORLD)
    late = a_card("Zeppelin", key="late")
    with index.writing():
        index.write(replace(a_batch(late), embedded=None), NOW)
        index.settle()
    assert {c.meaning for c in found(index, "Zeppelin") if c.document_id == late.id} == {0.0}

    with index.writing():
        index.embed(Embedded(EMBEDDER.fingerprint, *_embedded(late)))
        index.settle()

    assert max(c.meaning for c in found(index, "Zeppelin") if c.document_id == late.id) > 0.3


def _embedded(document: Document) -> tuple[tuple[str, ...], Vectors]:
    texts = {p.text_hash: p.embedded_text for p in passages(document)}
    return tuple(texts), EMBEDDER.embed(tuple(texts.values()))


def test_what_is_no_number_is_not_written_and_not_asked(index: MilvusIndex) -> None:
    put(index, *WORLD)
    bad = a_card("Zeppelin", key="bad")
    hashes = tuple(dict.fromkeys(p.text_hash for p in passages(bad)))
    rows = np.full((len(hashes), EMBEDDER.dimension), np.nan, dtype=np.float32)

    with index.writing():
        index.write(
            Batch("trello:sales", ((bad, passages(bad)),), embedded=Embedded(EMBEDDER.fingerprint, hashes, rows)), NOW
        )
        index.settle()

    assert found(index, "Zeppelin")[0].words > 0
    with pytest.raises(IndexProblem, match="no number"):
        index.search([Query("rail", rows[0])], ALL)


def test_what_was_purged_leaves_no_row(index: MilvusIndex, server: Server) -> None:
    put(index, *WORLD)
    put(index, drops=[SECRET])

    with index.writing():
        index.purge()

    assert index.check() == []
    assert found(index, "rail")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "milvus://127.0.0.1:9"])
def test_a_milvus_that_is_away_is_told_of_at_once_and_in_a_sentence(tmp_path: Path, url: str) -> None:
    embedded_index(tmp_path / "index", *WORLD).close()
    began = time.monotonic()

    with (
        closing(open_index(tmp_path / "index", Place(search=url))) as index,
        pytest.raises(IndexProblem, match=r"Milvus on 127\.0\.0\.1:9 does not answer\. See that it runs"),
    ):
        found(index, "rail")
    with closing(open_index(tmp_path / "index", Place(search=url))) as index:
        assert [problem[:40] for problem in index.standing().problems] == ["Milvus on 127.0.0.1:9 does not answer. S"]
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("url", ["ftp://x", "host:19530", "http://", "http://host:port", "lanes.txt"])
def test_what_is_no_address_of_a_milvus_is_told_of(tmp_path: Path, url: str) -> None:
    with pytest.raises(IndexProblem, match="SIGNPOST_SEARCH_URL is no URL"):
        open_index(tmp_path, Place(search=url), create=True)


def test_two_hundred_questions_agree_with_one_machine(index: MilvusIndex, tmp_path: Path) -> None:
    cards = many(200)
    put(index, *cards)
    with closing(embedded_index(tmp_path / "one", *cards)) as one:
        questions = [" ".join(np.random.default_rng(n).choice(WORDS, size=4)) + f" number{n}" for n in range(200)]
        pairs = zip(_first_ten(index, questions), _first_ten(one, questions), strict=True)
        shares = [len(left & right) / len(left | right) for left, right in pairs]

    print(f"overlap of the first ten of {len(shares)} questions: {sum(shares) / len(shares):.4f}")
    assert sum(shares) / len(shares) > 0.95


def _first_ten(index: Index, texts: list[str]) -> list[set[str]]:
    told = index.search([asked(text) for text in texts], ALL)
    ranked = (sorted(one, key=lambda c: (-0.7 * c.meaning - 0.3 * c.words, c.document_id)) for one in told)
    return [set(list(dict.fromkeys(c.document_id for c in one))[:10]) for one in ranked]


@pytest.mark.parametrize(
    "filters", [Filters(), Filters(person=("person 3",)), Filters(person=("person 1", "person 2"))]
)
def test_a_filter_takes_no_near_passage_away(index: MilvusIndex, filters: Filters) -> None:
    cards = many(200)
    put(index, *cards)
    scope = Scope(filters=filters)
    within = index.among([card.id for card in cards], scope)
    near = {c.document_id for c in index.search([asked("tram depot")], scope)[0]}

    texts = {p.embedded_text: card.id for card in cards if card.id in within for p in passages(card)}
    cosines = EMBEDDER.embed(list(texts)) @ EMBEDDER.embed(["tram depot"])[0]
    best = {list(texts.values())[n] for n in np.argsort(-cosines)[:30]}

    assert len(best & near) / len(best) >= 0.99
