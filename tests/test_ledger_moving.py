"""A ledger moves to a server and back: every row, whole or not at all, and never two ledgers that both count."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from indexer.errors import LedgerError
from service.ledger import Ledger
from service.ledgers import moving
from service.ledgers.moving import move
from service.ledgers.opening import MOVED
from service.ledgers.postgres import PostgresFile
from service.ledgers.sqlite import SqliteFile
from service.ledgers.steps import AT_ONCE
from service.mailbox.protocol import Cursor, Place
from service.schema import File
from service.watching.lease import FileLeases
from service.watching.presence import Presence
from service.watching.progress import Watched
from tests.ledgers import fresh
from tests.postgres_server import Postgres
from tests.test_ledger import BOX, NOW, a_receipt, an_intent

pytestmark = pytest.mark.server
MAILS = 2 * AT_ONCE + 100


@pytest.fixture
def here(tmp_path: Path) -> Iterator[SqliteFile]:
    with closing(SqliteFile(tmp_path / "ledger.db")) as file:
        fill(Ledger(file))
        yield file


@pytest.fixture
def url(ledger_server: Postgres) -> str:
    return fresh(ledger_server)


def fill(ledger: Ledger) -> None:
    with ledger.transaction():
        ledger.keep([a_receipt(str(n), subject=f"Nr. {n} – Größe\0") for n in range(MAILS)])
        ledger.intents.add([an_intent("1"), an_intent("2")])
        ledger.intents.done([(an_intent("1"), 7)])
        ledger.progress.advance(Watched(BOX, "INBOX", Cursor(2**32 - 1, 5), NOW))
        ledger.progress.begin(BOX, [Place("INBOX", 7, 1)])
        ledger.progress.looked(BOX, NOW)
        ledger.quarantine.keep(BOX, [("id-3", b"raw \xff\0")], NOW)
        ledger.people.put("anna@x.example", "Anna", "$argon2", NOW)
        ledger.audit.note("anna@x.example", "login", {"from": "Köln"}, NOW)
        ledger.pauses.pause(BOX, "anna@x.example", NOW)


def everything(file: File) -> object:
    ledger = Ledger(file)
    told = (
        ledger.receipts(limit=5_000),
        ledger.counts(),
        ledger.intents.open(BOX),
        ledger.lives.followed(BOX, NOW, NOW),
    )
    progress = (ledger.progress.watched(BOX, "INBOX"), ledger.progress.stuck(BOX), ledger.progress.accounts())
    return ledger.key, told, progress, ledger.quarantine.raw(BOX, "id-3"), ledger.people.all(), ledger.audit.latest()


def test_everything_is_there_and_goes_on_there(here: SqliteFile, url: str) -> None:
    before = everything(here)
    with closing(PostgresFile(url)) as there:
        told = move(here, there)

        assert told.copied
        assert told.receipts == MAILS
        assert everything(there) == before
        Ledger(there).keep([a_receipt("new")])
        Ledger(there).audit.note("", "login", {}, NOW)
        assert [r.identity for r in Ledger(there).receipts(limit=2)] == ["id-new", f"id-{MAILS - 1}"]


def test_it_comes_back_as_it_went(here: SqliteFile, url: str, tmp_path: Path) -> None:
    before = everything(here)
    with closing(PostgresFile(url)) as there, closing(SqliteFile(tmp_path / "back.db")) as back:
        move(here, there)
        move(there, back)

        assert everything(back) == before
    with closing(Ledger.open(tmp_path / "back.db")) as ledger:
        ledger.keep([a_receipt("new")])
        assert ledger.receipts(limit=1)[0].identity == "id-new"


def test_the_old_one_is_not_taken_up_again(here: SqliteFile, url: str, tmp_path: Path) -> None:
    with closing(PostgresFile(url)) as there:
        move(here, there)

    with pytest.raises(LedgerError, match=r"was moved to the database postgres on 127.0.0.1"):
        Ledger.open(tmp_path / "ledger.db")
    Ledger.open(tmp_path / "unused.db", url).close()


def test_moving_again_changes_nothing(here: SqliteFile, url: str) -> None:
    with closing(PostgresFile(url)) as there:
        move(here, there)
        again = move(here, there)

        assert (again.copied, again.receipts) == (False, MAILS)


def test_broken_off_in_the_middle_nothing_is_there_and_it_can_be_done_again(
    here: SqliteFile, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(source: File, target: File) -> object:
        assert len(Ledger(target).receipts(limit=5_000)) == MAILS
        raise KeyboardInterrupt

    with closing(PostgresFile(url)) as there:
        monkeypatch.setattr(moving, "_sums", broken)
        with pytest.raises(KeyboardInterrupt):
            move(here, there)
        assert Ledger(there).receipts() == []
        monkeypatch.undo()

        assert move(here, there).copied


def test_broken_off_before_the_old_one_knew_of_it_the_rest_is_made_up_for(here: SqliteFile, url: str) -> None:
    with closing(PostgresFile(url)) as there:
        move(here, there)
        with here.writing():
            here.put("DELETE FROM secrets WHERE name = ?", [(MOVED,)])

        assert not move(here, there).copied
        assert moving.move(here, there).receipts == MAILS


def test_a_place_with_other_rows_is_refused_and_left_as_it_is(here: SqliteFile, url: str) -> None:
    with closing(PostgresFile(url)) as there:
        Ledger(there).keep([a_receipt("other")])

        with pytest.raises(LedgerError, match=r"holds another ledger already \(1 of receipts\)"):
            move(here, there)
        assert [r.identity for r in Ledger(there).receipts()] == ["id-other"]
    assert Ledger(here).receipts(limit=1)[0].identity == f"id-{MAILS - 1}"


def test_a_row_that_arrived_as_another_is_noticed(here: SqliteFile, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(PostgresFile(url)) as there:
        put = there.put

        def careless(sql: str, rows: object) -> int:
            told = [tuple("Nr. X" if value == "Anna" else value for value in row) for row in rows]  # type: ignore[attr-defined]
            return put(sql, told)

        monkeypatch.setattr(there, "put", careless)
        with pytest.raises(LedgerError, match="did not keep what was copied"):
            move(here, there)
        assert Ledger(there).receipts() == []


def test_a_ledger_that_somebody_watches_with_is_not_moved(here: SqliteFile, url: str) -> None:
    leases = FileLeases(here)
    number = leases.take(BOX, Presence())
    with closing(PostgresFile(url)) as there:
        with pytest.raises(LedgerError, match=rf"is in use: {BOX} .*End `signpost watch`"):
            move(here, there)
        leases.release(BOX, number)

        assert move(here, there).copied
        assert Ledger(there).leases.of(BOX, Presence()) is None
        assert timedelta() < Ledger(there).leases.lasts


def signpost(home: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    told = {"PATH": "/usr/bin:/bin", "HOME": str(home), **variables}
    command = [sys.executable, "-m", "service", *words]
    root = str(Path(__file__).parents[1])
    return subprocess.run(
        command, cwd=home, env=told | {"PYTHONPATH": root}, capture_output=True, text=True, check=False
    )


def test_the_command_moves_it_and_the_variable_names_it(tmp_path: Path, url: str) -> None:
    with closing(Ledger.open(tmp_path / "signpost-data" / "ledger.db")) as ledger:
        ledger.keep([a_receipt()])

    moved = signpost(tmp_path, "ledger", "move", "--to", url, "--json")
    without, within = signpost(tmp_path, "explain"), signpost(tmp_path, "explain", SIGNPOST_LEDGER_URL=url)

    assert json.loads(moved.stdout)["receipts"] == 1, moved.stderr
    assert (without.returncode, within.returncode) == (1, 0), within.stderr
    assert "was moved to" in without.stderr
    assert "mail-1@x" in within.stdout
    assert "geheim" not in moved.stdout + moved.stderr + without.stderr


def test_a_file_is_not_moved_to_another_where_nothing_would_look_for_it(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.db"

    told = signpost(tmp_path, "ledger", "move", "--to", str(elsewhere))

    assert told.returncode == 2
    assert "After --to belongs postgresql://" in told.stderr
    assert not elsewhere.exists()
    assert "was moved" not in signpost(tmp_path, "status").stderr


def test_moving_to_where_it_is_or_into_a_folder_is_wrong_usage(tmp_path: Path, url: str) -> None:
    for place, says in ((url, "is there already"), (str(tmp_path), "is a folder")):
        told = signpost(tmp_path, "ledger", "move", "--to", place, SIGNPOST_LEDGER_URL=url)

        assert told.returncode == 2
        assert says in told.stderr
