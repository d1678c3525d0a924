"""What only a ledger on a server can meet: other machines, lost connections, servers that refuse."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from indexer.errors import LedgerError
from indexer.forgetting import FORGOTTEN
from service.ledger import Ledger
from service.ledgers import postgres as on_postgres
from service.ledgers.postgres import PostgresFile
from service.ledgers.sqlite import SqliteFile
from service.mailbox.protocol import Cursor
from service.narrowing import ReceiptFilter
from service.receipts import Asked
from service.schema import KEYS
from service.watching.progress import Watched
from tests.ledgers import at, fresh
from tests.postgres_server import Postgres, postgres
from tests.test_ledger import BOX, NOW, a_receipt, an_intent

pytestmark = pytest.mark.server


@pytest.fixture
def machines(ledger_server: Postgres) -> Iterator[tuple[Ledger, Ledger]]:
    url = fresh(ledger_server)
    with closing(at(url)) as one, closing(at(url)) as other:
        yield one, other


def test_what_one_machine_writes_another_reads(machines: tuple[Ledger, Ledger]) -> None:
    here, there = machines
    here.keep([a_receipt()])

    assert there.receipts() == [a_receipt()]
    assert here.key == there.key


def test_a_transaction_is_seen_as_a_whole_or_not_at_all(machines: tuple[Ledger, Ledger]) -> None:
    here, there = machines
    with here.transaction():
        here.keep([a_receipt("1")])
        assert [len(ledger.receipts()) for ledger in machines] == [1, 0]
        here.keep([a_receipt("2")])

    assert len(there.receipts()) == 2


def test_machines_that_read_and_write_in_one_step_lose_nothing(machines: tuple[Ledger, Ledger]) -> None:
    def count_up(ledger: Ledger) -> None:
        for _ in range(25):
            with ledger.transaction():
                told = ledger.progress.watched(BOX, "INBOX")
                uid = told.cursor.uid + 1 if told else 1
                ledger.progress.advance(Watched(BOX, "INBOX", Cursor(7, uid), NOW))

    threads = [threading.Thread(target=count_up, args=(ledger,)) for ledger in machines for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    told = machines[0].progress.watched(BOX, "INBOX")
    assert told is not None
    assert told.cursor.uid == 100


def test_other_threads_read_what_holds_while_one_writes(machines: tuple[Ledger, Ledger]) -> None:
    ledger, seen = machines[0], list[int]()
    with ledger.transaction():
        ledger.keep([a_receipt()])
        other = threading.Thread(target=lambda: seen.append(len(ledger.receipts())))
        other.start()
        other.join(10)

    assert (seen, len(ledger.receipts())) == ([0], 1)


def test_machines_that_begin_at_once_make_one_ledger(ledger_server: Postgres) -> None:
    url, made = fresh(ledger_server), list[Ledger]()
    threads = [threading.Thread(target=lambda: made.append(at(url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({ledger.key for ledger in made}) == 1
    assert len(made) == 4
    for ledger in made:
        ledger.close()


def test_a_process_that_stands_still_in_the_middle_loses_its_turn(
    ledger_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"'{on_postgres.STANDING_STILL}s'" in on_postgres.HABITS
    url, began = fresh(ledger_server), time.monotonic()
    with closing(at(url)) as here, closing(at(url)) as there:
        with pytest.raises(LedgerError, match=r"stood still|cannot be reached"):
            _write_around(here, lambda: there.keep([a_receipt("2")]))

        assert time.monotonic() - began < on_postgres.STANDING_STILL + 5
        assert [told.identity for told in here.receipts()] == ["id-2"]


def test_a_connection_that_was_cut_is_made_anew(ledger_server: Postgres) -> None:
    with closing(at(fresh(ledger_server))) as ledger:
        ledger.keep([a_receipt("1")])
        with pytest.raises(LedgerError, match="cannot be reached"):
            _write_around(ledger, lambda: _cut_all(ledger_server))

        assert [told.identity for told in ledger.receipts()] == ["id-1"]
        _cut_all(ledger_server)
        ledger.keep([a_receipt("2")])
        assert len(ledger.receipts()) == 2


def _write_around(ledger: Ledger, happens: Callable[[], None]) -> None:
    with ledger.transaction():
        ledger.keep([a_receipt("before")])
        happens()
        ledger.keep([a_receipt("after")])


def _cut_all(server: Postgres) -> None:
    server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'signpost ledger' "
        "AND pid <> pg_backend_pid()"
    )
    time.sleep(0.1)


def test_every_character_a_mail_may_have_comes_back(machines: tuple[Ledger, Ledger]) -> None:
    strange = a_receipt(subject="NUL \0, mark \ufdd0, Ж, 🏗, % ? %s", asked=(Asked("Was?\0", "who", 0.5, ()),))
    machines[0].keep([strange])

    assert machines[1].receipts(ReceiptFilter(kind="who", text="Ж, 🏗, % ? %s")) == [strange]


def test_numbers_of_mails_may_be_as_large_as_servers_make_them(machines: tuple[Ledger, Ledger]) -> None:
    told = Watched(BOX, "INBOX", Cursor(2**32 - 1, 2**32 - 1), NOW, 2**32 - 1)
    machines[0].progress.advance(told)

    assert machines[1].progress.watched(BOX, "INBOX") == told


def test_a_person_is_taken_out_of_every_row(machines: tuple[Ledger, Ledger]) -> None:
    ledger = machines[0]
    ledger.keep([a_receipt("1", subject="Von Tom Weber"), a_receipt("2")])
    ledger.intents.add([an_intent(raw=b"Frag Tom Weber.", sender="tom@x.example")])
    who = ledger.forgotten.add(["tom@x.example"], ["Tom Weber"], NOW)

    assert ledger.forgotten.strike(who, ["tom@x.example"]) == 2
    ledger.forgotten.shrink()
    assert {told.subject for told in ledger.receipts()} == {f"Von {FORGOTTEN}", "Groß & Söhne"}
    assert ledger.forgotten.strike(who, ["tom@x.example"]) == 0


def test_the_tables_are_the_same_as_in_a_file(ledger_server: Postgres) -> None:
    with closing(PostgresFile(fresh(ledger_server))) as there, closing(SqliteFile(None)) as here:
        tables = [row[0] for row in here.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]

        assert tables == sorted(KEYS)
        assert {table: there.columns(table) for table in KEYS} == {table: here.columns(table) for table in KEYS}


def test_what_rows_are_known_by_is_what_tables_hold_them_to() -> None:
    with closing(SqliteFile(None)) as file:
        for table, keys in KEYS.items():
            unique = [row[1] for row in file.rows(f"PRAGMA index_list({table})") if row[2]]
            found = {tuple(row[2] for row in file.rows(f"PRAGMA index_info({name})")) for name in unique}
            found |= {("id",)} if not any("id" in key for key in found) and "id" in file.columns(table) else set()

            assert found == set(keys), table


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql//db", "SIGNPOST_LEDGER_URL is no URL"),
        ("postgresql://x@127.0.0.1:1/signpost", "cannot be reached"),
    ],
)
def test_what_is_no_server_is_told(url: str, says: str) -> None:
    with pytest.raises(LedgerError, match=says):
        PostgresFile(url)


def test_a_wrong_password_and_a_missing_database_are_told(ledger_server: Postgres) -> None:
    with pytest.raises(LedgerError, match=r"refuses the user or password.*SIGNPOST_LEDGER_URL"):
        PostgresFile(ledger_server.url().replace("geheim", "falsch"))
    with pytest.raises(LedgerError, match=r"does not exist.*SIGNPOST_LEDGER_URL"):
        PostgresFile(ledger_server.url("nowhere"))


def test_a_ledger_of_a_newer_signpost_is_left_alone(ledger_server: Postgres) -> None:
    url = fresh(ledger_server)
    at(url).close()
    ledger_server.run("UPDATE signpost_ledger.meta SET version = 99", database=url.rpartition("/")[2])

    with pytest.raises(LedgerError, match="newer Signpost"):
        PostgresFile(url)


def test_what_was_acknowledged_is_durable_whatever_the_database_is_set_to() -> None:
    with postgres() as server:
        url = server.database()
        name = url.rpartition("/")[2]
        server.run(f"ALTER DATABASE {name} SET synchronous_commit = 'off'")
        with closing(PostgresFile(url)) as file:
            assert file.rows("SHOW synchronous_commit") == [("on",)]
