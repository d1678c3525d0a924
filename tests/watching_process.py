"""A process that watches a mailbox of a real mail server with a ledger on a server, and dies or stops at a step.

`python -m tests.watching_process URL PORT STEP SIGNAL SECONDS`: at STEP the process gets SIGNAL, once; a lease lasts
SECONDS. Says how its pass ended.
"""

import os
import signal
import sys
from contextlib import closing
from datetime import timedelta

from indexer.errors import SignpostError
from service.ledger import Ledger
from service.ledgers.postgres import PostgresFile
from service.mailbox.imap import imap_mailbox
from service.watching.lease import ServerLeases
from service.watching.presence import this_process, wall_clock
from tests.servers import PASSWORD, Server
from tests.tripwire import TrippingMailbox, TrippingRows, Tripwire
from tests.watching import a_watcher


class Signalling(Tripwire):
    """Sends this process a signal at a step, the first time it gets there."""

    def __init__(self, step: str, number: int) -> None:
        super().__init__()
        self.step, self.number = step, number

    def __call__(self, step: str) -> None:
        if step == self.step:
            self.step = ""
            os.kill(os.getpid(), self.number)


def main(url: str, port: str, step: str, number: str, seconds: str) -> None:
    """One pass."""
    wire = Signalling(step, signal.Signals[number])
    account = Server(int(port), "anna", PASSWORD).account()
    with closing(imap_mailbox(account)) as mailbox, closing(PostgresFile(url)) as file:
        ledger = Ledger(TrippingRows(file, wire))
        ledger.leases = ServerLeases(file, timedelta(seconds=float(seconds)))
        watcher = a_watcher(TrippingMailbox(mailbox, wire), ledger, holder=this_process(), clock=wall_clock)
        try:
            print(f"passed {len(watcher.one_pass())}")
        except SignpostError as problem:
            print(f"{type(problem).__name__}: {problem}")


if __name__ == "__main__":
    main(*sys.argv[1:])
