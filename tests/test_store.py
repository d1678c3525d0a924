"""The store: all or nothing, many readers beside one writer, and a sentence for whatever is wrong."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.engines.schema import MIGRATIONS
from indexer.errors import DamagedIndex, IndexProblem, NoIndex
from indexer.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "index.db", create=True)
    yield opened
    opened.close()


def put(store: Store, key: str, value: str) -> None:
    with store.transaction() as transaction:
        transaction.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def read(store: Store, key: str) -> list[str]:
    return [row[0] for row in store.rows("SELECT value FROM meta WHERE key = ?", (key,))]


def test_there_is_none_until_one_is_created(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="signpost reindex"):
        Store.open(tmp_path / "index.db")

    assert list(tmp_path.iterdir()) == []


def test_what_was_committed_is_there_when_it_is_opened_again(store: Store, tmp_path: Path) -> None:
    put(store, "who", "Brückner")
    store.close()

    again = Store.open(tmp_path / "index.db")
    assert read(again, "who") == ["Brückner"]
    again.close()


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def interrupted() -> None:
        with store.transaction() as transaction:
            transaction.run("INSERT INTO meta VALUES ('half', 'done')")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert read(store, "half") == []
    put(store, "after", "fine")


def test_readers_see_whole_transactions_only(store: Store) -> None:
    put(store, "a", "0")
    put(store, "b", "0")

    def write(_: int) -> None:
        with store.transaction() as transaction:
            transaction.run("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key IN ('a', 'b')")

    with ThreadPoolExecutor(4) as pool:
        pool.map(write, range(20))
        pairs = list(pool.map(lambda _: store.rows("SELECT value FROM meta WHERE key IN ('a', 'b')"), range(200)))

    assert all(len(set(pair)) == 1 for pair in pairs)
    assert read(store, "a") == ["20"]


def test_a_stream_goes_on_in_the_state_it_began_in(store: Store) -> None:
    rows = store.stream("SELECT key FROM meta ORDER BY key")
    first = next(rows)

    put(store, "zzz", "later")

    assert ("zzz",) not in [first, *rows]


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "index.db").write_bytes(b"Dear diary, " * 1000)

    with pytest.raises(DamagedIndex, match=r"is damaged .* run `signpost reindex`"):
        Store.open(tmp_path / "index.db")


def test_an_index_of_a_newer_version_is_left_alone(store: Store, tmp_path: Path) -> None:
    with store.transaction() as transaction:
        transaction.run(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    store.close()

    with pytest.raises(IndexProblem, match="newer Signpost"):
        Store.open(tmp_path / "index.db")


OTHER_SHAPES = {
    "a column": "ALTER TABLE documents DROP COLUMN naming",
    "a table": "DROP TABLE people",
    "a value": "DELETE FROM meta WHERE key = 'names_sequence'",
    "the values": "DROP TABLE meta",
}


@pytest.mark.parametrize("missing", OTHER_SHAPES)
def test_an_index_of_another_shape_is_said_to_be_one_whatever_it_lacks(
    store: Store, tmp_path: Path, missing: str
) -> None:
    with store.transaction() as transaction:
        transaction.run(OTHER_SHAPES[missing])
    store.close()

    with pytest.raises(DamagedIndex, match=r"another version .* Delete the folder .* and run `signpost reindex`"):
        Store.open(tmp_path / "index.db")


def test_an_index_whose_version_says_less_than_it_holds_is_a_sentence(store: Store, tmp_path: Path) -> None:
    with store.transaction() as transaction:
        transaction.run("PRAGMA user_version = 0")
    store.close()

    with pytest.raises(DamagedIndex, match="run `signpost reindex`"):
        Store.open(tmp_path / "index.db")


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "index.db").mkdir()

    with pytest.raises(IndexProblem, match="cannot be"):
        Store.open(tmp_path / "file" / "index.db", create=True)
    with pytest.raises(IndexProblem, match="cannot be used"):
        Store.open(tmp_path / "index.db", create=True)


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()

    with pytest.raises(IndexProblem, match="closed"):
        store.rows("SELECT 1")


def test_a_sound_store_has_nothing_wrong(store: Store) -> None:
    assert store.check() == []
