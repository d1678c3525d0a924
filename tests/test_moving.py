"""Moving an index: nothing is embedded again, nothing is lost, and both answer alike."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.moving import move
from indexer.engines.opening import open_index
from indexer.engines.postgres.index import PostgresIndex
from indexer.engines.protocol import Batch, Index
from indexer.errors import IndexProblem, NoIndex
from service.cli import cli
from tests.builders import NOW, a_card
from tests.contracts_index import ALL, CRANE, EMBEDDER, LIFTS, RAIL, WORLD, a_batch, confirm, found, ids, put
from tests.postgres_server import Postgres, postgres

pytestmark = pytest.mark.server
CARDS = tuple(a_card(f"Card {n}", f"Depot number {n}, tram and pilot.", key=f"c{n}") for n in range(40))


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres(fsync="off") as running:
        yield running


@pytest.fixture
def here(tmp_path: Path) -> Iterator[EmbeddedIndex]:
    """An index in a folder, with all that an index can hold."""
    index = EmbeddedIndex.open(tmp_path / "data" / "index", create=True)
    put(index, *WORLD, *CARDS)
    index.write(Batch("trello:sales", cursor="page 7"), NOW)
    confirm(index, LIFTS, CRANE)
    yield index
    index.close()


@pytest.fixture
def there(server: Postgres) -> Iterator[PostgresIndex]:
    index = PostgresIndex.open(server.database(), create=True)
    yield index
    index.close()


def all_of(index: Index) -> tuple[object, ...]:
    """What must be the same wherever an index is kept."""
    told = index.standing()
    before = {c.document_id: round(c.before.nearest, 2) for c in found(index, LIFTS) if c.before}
    return told.by_source, told.passages, told.fingerprint, index.cursor("trello:sales"), index.confirmed(), before


def test_everything_arrives_without_embedding_anything(here: EmbeddedIndex, there: PostgresIndex) -> None:
    told = move(here, there, NOW, lambda _: None)

    assert (told.problems, told.copied, told.asked) == ((), len(WORLD) + len(CARDS), 45)
    assert told.overlap > 0.95
    assert all_of(there) == all_of(here)
    assert there.lacking(EMBEDDER.fingerprint, 9) == ([], 0)
    assert ids(found(there, "interlocking")) >= {RAIL.id}


def test_there_and_back_again(here: EmbeddedIndex, there: PostgresIndex, tmp_path: Path) -> None:
    move(here, there, NOW, lambda _: None)
    back = EmbeddedIndex.open(tmp_path / "back", create=True)

    assert move(there, back, NOW, lambda _: None).problems == ()

    assert all_of(back) == all_of(here)
    back.close()


def test_a_move_that_broke_off_goes_on_where_it_was(here: EmbeddedIndex, there: PostgresIndex) -> None:
    there.write(a_batch(RAIL, replace(CRANE, title="Older")), NOW)

    told = move(here, there, NOW, lambda _: None)

    assert (told.problems, told.copied) == ((), len(WORLD) + len(CARDS) - 1)
    assert all_of(there) == all_of(here)


def test_an_index_that_holds_other_things_is_left_alone(here: EmbeddedIndex, there: PostgresIndex) -> None:
    put(there, a_card("Strange", key="strange"))

    with pytest.raises(IndexProblem, match="other things already, such as trello:sales:card:strange"):
        move(here, there, NOW, lambda _: None)
    assert there.standing().documents == 1


def test_what_was_never_indexed_cannot_be_moved(tmp_path: Path, there: PostgresIndex) -> None:
    empty = EmbeddedIndex.open(tmp_path / "empty", create=True)

    with pytest.raises(NoIndex, match="nothing to move"):
        move(empty, there, NOW, lambda _: None)
    empty.close()


def test_the_command_moves_and_the_variable_uses_it(
    here: EmbeddedIndex, server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "signpost.toml").write_text('data = "data"\n', encoding="utf-8")
    url, config = server.database(), str(tmp_path / "signpost.toml")
    here.close()

    moved = CliRunner().invoke(cli, ["index", "move", "--to", url, "--config", config])
    assert (moved.exit_code, "45 documents with" in moved.output) == (0, True), moved.output
    (tmp_path / "data" / "index").rename(tmp_path / "gone")
    monkeypatch.setenv("SIGNPOST_INDEX_URL", url)
    status = CliRunner().invoke(cli, ["status", "--config", config])

    assert "45 documents" in status.output.replace(",", "")
    assert "geheim" not in moved.output + status.output


def test_without_psycopg_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "indexer.engines.postgres.index", None)

    with pytest.raises(IndexProblem, match=r"pip install 'signpost\[postgres\]'"):
        open_index(tmp_path, "postgresql://somewhere/signpost")


def test_an_index_in_a_folder_never_loads_psycopg(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import sys, indexer.knowledge, service.app; sys.exit('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert found(open_index(tmp_path, create=True), "rail", ALL) == []
