"""A ledger on a server that dies while it is written to: what was acknowledged is there, or on the standby."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from indexer.errors import LedgerError
from service.ledger import Ledger
from tests.ledgers import at
from tests.postgres_server import NEWEST, Postgres, postgres
from tests.test_ledger import BOX, a_receipt, an_intent

pytestmark = pytest.mark.server


@dataclass
class Writer:
    """Keeps receipt after receipt, each with its draft, and remembers those that were acknowledged."""

    ledger: Ledger
    acknowledged: list[str] = field(default_factory=list)
    said: str = ""

    def write(self) -> None:
        with suppress(LedgerError):
            for n in range(10_000):
                self.one(str(n))

    def one(self, key: str) -> None:
        try:
            with self.ledger.transaction():
                self.ledger.keep([a_receipt(key, "draft", state="written")])
                self.ledger.intents.add([an_intent(key)])
        except LedgerError as problem:
            self.said = str(problem)
            raise
        self.acknowledged.append(f"id-{key}")


@contextmanager
def writing(url: str) -> Iterator[Writer]:
    """Somebody writes in the background; ends when the server does."""
    with closing(at(url)) as ledger:
        writer = Writer(ledger)
        thread = threading.Thread(target=writer.write)
        thread.start()
        try:
            yield writer
        finally:
            thread.join(60)
            assert not thread.is_alive()


def until(enough: int, writer: Writer) -> None:
    end = time.monotonic() + 60
    while len(writer.acknowledged) < enough:
        assert time.monotonic() < end, writer.said
        time.sleep(0.001)


def lost(ledger: Ledger, writer: Writer) -> set[str]:
    """What was acknowledged and is not there, by halves either."""
    receipts = {told.identity for told in ledger.receipts(limit=10_000)}
    assert receipts == {intent.identity for intent in ledger.intents.open(BOX)}
    return set(writer.acknowledged) - receipts


def test_what_was_acknowledged_survives_a_kill_and_the_same_process_goes_on() -> None:
    with postgres() as server, closing(at(server.database())) as ledger:
        writer = Writer(ledger)
        thread = threading.Thread(target=writer.write)
        thread.start()
        until(50, writer)
        server.kill()
        thread.join(60)
        assert "cannot be reached" in writer.said
        with pytest.raises(LedgerError, match="cannot be reached"):
            ledger.receipts()

        server.start()
        assert lost(ledger, writer) == set()
        writer.one("afterwards")
        assert lost(ledger, writer) == set()


def test_a_standby_takes_over_and_no_receipt_that_was_acknowledged_is_lost() -> None:
    with postgres(NEWEST) as server:
        url = server.database()
        at(url).close()
        standby = server.standby()
        standby.start()
        server.run("ALTER SYSTEM SET synchronous_standby_names = 'standby'", "SELECT pg_reload_conf()")
        await_sync(server)
        hosts = f"127.0.0.1:{server.port}"
        both = f"{url}?target_session_attrs=read-write".replace(hosts, f"{hosts},127.0.0.1:{standby.port}")
        with writing(both) as writer:
            until(50, writer)
            server.kill()
            began = time.monotonic()
            standby.promote()
            writable = when_writable(writer) - began

        with closing(at(both)) as ledger:
            print(
                f"{len(writer.acknowledged)} acknowledged, {len(lost(ledger, writer))} lost, writable {writable:.2f} s"
            )
            assert lost(ledger, writer) == set()
        assert writable < 5, "one second is what a machine needs that has nothing else to do"


def await_sync(server: Postgres) -> None:
    end = time.monotonic() + 30
    while server.run("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
        assert time.monotonic() < end
        time.sleep(0.05)


def when_writable(writer: Writer) -> float:
    """The moment from which the same process writes again."""
    for n in range(3_000):
        with suppress(LedgerError):
            writer.one(f"again-{n}")
            return time.monotonic()
        time.sleep(0.01)
    raise AssertionError(writer.said)


def test_a_standby_that_only_reads_says_so() -> None:
    with postgres(NEWEST) as server:
        url = server.database()
        at(url).close()
        standby = server.standby()
        standby.start()
        with closing(at(url.replace(str(server.port), str(standby.port)))) as ledger:
            assert ledger.receipts() == []
            with pytest.raises(LedgerError, match="only reads: it is a standby"):
                ledger.keep([a_receipt()])
