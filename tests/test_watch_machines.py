"""Several machines watch one mailbox, on a real mail server, with a real ledger: one draft, whoever dies."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from service.ledger import Ledger
from service.mailbox.imap import imap_mailbox
from service.schema import KEYS
from service.watch import Watcher
from service.watching.lease import SHARED
from service.watching.presence import wall_clock
from tests import servers
from tests.ledgers import at, fresh
from tests.postgres_server import Postgres
from tests.servers import Server, World
from tests.test_loop import eventually
from tests.watching import a_mail, a_watcher

pytestmark = pytest.mark.server
LASTS = 3.0
STEPS = ("after take", "before commit", "after commit", "before append", "after append")
"""Where a watcher may die or stand still: before anything is durable, amid that, with a draft or without."""


@dataclass
class Office:
    """A mail server, a ledger, and this process as the machine that is to take over."""

    server: Server
    people: World
    url: str
    ledger: Ledger
    watcher: Watcher

    def other_machine(self, step: str, how: signal.Signals) -> subprocess.Popen[str]:
        told = [self.url, str(self.server.port), step, how.name, str(LASTS)]
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.watching_process", *told], stdout=subprocess.PIPE, text=True
        )

    def takes_over(self) -> None:
        """Passes until the mail has its receipt, and no draft is open any more."""
        assert eventually(self.is_settled, 40.0)

    def is_settled(self) -> bool:
        self.watcher.one_pass()
        return bool(self.ledger.receipts()) and not self.ledger.intents.open(self.watcher.name)

    def rows(self) -> dict[str, list[str]]:
        """All that the ledger holds."""
        return {table: sorted(repr(row) for row in self.ledger._file.rows(f"SELECT * FROM {table}")) for table in KEYS}


@pytest.fixture
def office(ledger_server: Postgres) -> Iterator[Office]:
    url = fresh(ledger_server)
    with servers.pymap() as server, closing(at(url, LASTS)) as ledger:
        people = World(server)
        people.create("Drafts")
        with closing(imap_mailbox(server.account())) as mailbox:
            watcher = a_watcher(mailbox, ledger, holder="here", clock=wall_clock)
            watcher.one_pass()
            ledger.leases.release(watcher.name, watcher._fence)
            watcher._fence = 0
            people.deliver(a_mail())
            yield Office(server, people, url, ledger, watcher)
        people.close()


@pytest.mark.parametrize("step", STEPS)
def test_a_watcher_that_is_killed_is_succeeded_and_there_is_one_draft(office: Office, step: str) -> None:
    dead = office.other_machine(step, signal.SIGKILL)
    said, _ = dead.communicate(timeout=60)
    assert dead.returncode == -signal.SIGKILL, said
    began = time.monotonic()
    office.takes_over()

    assert time.monotonic() - began < LASTS + 30
    assert [told.state for told in office.ledger.receipts()] == ["written"]
    assert len(office.people.uids("Drafts")) == 1


@pytest.mark.parametrize("step", STEPS)
def test_a_watcher_that_stood_still_and_goes_on_changes_nothing(office: Office, step: str) -> None:
    hung = office.other_machine(step, signal.SIGSTOP)
    assert eventually(lambda: stands_still(hung.pid), 30.0), hung.communicate(timeout=60)
    office.takes_over()
    before = office.rows()
    hung.send_signal(signal.SIGCONT)
    said, _ = hung.communicate(timeout=60)

    assert said.startswith(("LeaseLost: Another Signpost watches", "LedgerError: "))
    assert office.rows() == before
    assert [told.state for told in office.ledger.receipts()] == ["written"]
    # a mail server takes no number of a lease: who stood still right before APPEND writes the same draft again
    assert len(office.people.uids("Drafts")) == (2 if step == "before append" else 1)


def test_a_draft_that_two_machines_wrote_is_one_again(office: Office) -> None:
    hung = office.other_machine("before append", signal.SIGSTOP)
    assert eventually(lambda: stands_still(hung.pid), 30.0), hung.communicate(timeout=60)
    office.takes_over()
    hung.send_signal(signal.SIGCONT)
    hung.communicate(timeout=60)
    office.watcher.close()
    with closing(imap_mailbox(office.server.account())) as mailbox:
        a_watcher(mailbox, office.ledger, holder="later", clock=wall_clock, tend=timedelta(0)).one_pass()

    assert len(office.people.uids("Drafts")) == 1
    assert [told.state for told in office.ledger.receipts()] == ["written"]


def stands_still(process: int) -> bool:
    with open(f"/proc/{process}/stat", encoding="utf-8") as told:
        return told.read().rpartition(")")[2].split()[0] == "T"


def test_a_machine_that_stands_by_comes_by_itself_as_soon_as_the_lease_ends(office: Office) -> None:
    stop, waits = threading.Event(), office.other_machine("after take", signal.SIGSTOP)
    assert eventually(lambda: stands_still(waits.pid), 30.0), waits.communicate(timeout=60)
    began, office.watcher.options = time.monotonic(), replace(office.watcher.options, poll_seconds=600.0)
    thread = threading.Thread(target=office.watcher.run, args=(stop,))
    thread.start()
    try:
        assert eventually(lambda: bool(office.ledger.receipts()), LASTS + 10.0)
        print(f"taken over after {time.monotonic() - began:.1f} s, of {LASTS} s that a lease lasts")
    finally:
        stop.set()
        thread.join(20)
        waits.kill()
        waits.communicate(timeout=20)


def test_a_machine_waits_for_the_end_of_the_lease_and_no_longer(office: Office) -> None:
    office.ledger.leases.lasts = SHARED
    assert office.watcher._take_lease()
    with closing(at(office.url)) as there, closing(imap_mailbox(office.server.account())) as mailbox:
        other = a_watcher(mailbox, there, holder="there", clock=wall_clock, poll_seconds=600.0)
        assert other.one_pass() == []

        assert SHARED.total_seconds() - 5 < other._turn() < SHARED.total_seconds() + 1
