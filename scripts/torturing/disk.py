"""`python -m scripts.torturing.disk FOLDER`: a watcher on a ledger whose disk fails; it tells a line for each thing.

The mailbox is in memory, with drafts kept as files beside the ledger, so that the next process has them again. Lines
are JSON: `told` (receipts that were acknowledged), `trouble` (a sentence), `undurable` (a draft whose intent another
connection does not see), `done`.
"""

import json
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from indexer.errors import SignpostError
from scripts.torturing.scenes import ASKS, a_mail
from scripts.torturing.watcher import OWN, Clock, Habits, a_judge
from service.ledger import Ledger
from service.mailbox.memory import MemoryMailbox, MemoryServer
from service.mailbox.protocol import Letter, Saved
from service.watch import Watcher
from service.watching.options import WatchOptions
from service.watching.presence import Presence

LEDGER = "ledger.db"
MAILS = 3
MOST_PASSES = 12


class FiledMailbox(MemoryMailbox):
    """A mailbox in memory whose drafts outlive the process."""

    def __init__(self, folder: Path) -> None:
        """Mails that ask, and the drafts that earlier processes wrote."""
        super().__init__(MemoryServer())
        self.folder = folder
        for number in range(MAILS):
            self.server.deliver(a_mail(ASKS, str(number)))
        for path in sorted(folder.glob("*.eml")):
            self.server.deliver(path.read_bytes(), "Drafts", frozenset({"\\Draft", "\\Seen"}))

    def save_drafts(self, letters: Sequence[Letter]) -> list[Saved]:
        """See `Mailbox.save_drafts`; says so when the intent cannot be seen from outside."""
        for letter in letters:
            if not _is_durable(self.folder / LEDGER, letter.message_id):
                say(undurable=letter.message_id)
            number = len(list(self.folder.glob("*.eml")))
            (self.folder / f"{number:03}.eml").write_bytes(letter.raw)
        return super().save_drafts(letters)


def say(**what: object) -> None:
    """One line, at once."""
    print(json.dumps(what), flush=True)


def watch(folder: Path) -> None:
    """Open the ledger and pass, again and again, until all is done or the disk has failed too often."""
    mailbox, clock = FiledMailbox(folder), Clock()
    options = WatchOptions(own=(OWN,), look_back_days=1, settle=timedelta(), tend=timedelta())
    ledger: Ledger | None = None
    for _ in range(MOST_PASSES):
        clock.later(5)
        try:
            ledger = ledger or Ledger.open(folder / LEDGER)
            watcher = Watcher(mailbox, a_judge(Habits()), ledger, options, Presence(clock=clock))
            told = watcher.one_pass()
        except SignpostError as error:
            say(trouble=str(error))
            continue
        say(told=[[r.message_id, r.state] for r in told])
        if not told:
            say(done=True)
            return


def _is_durable(ledger: Path, message_id: str) -> bool:
    with closing(sqlite3.connect(ledger, timeout=5)) as other:
        return bool(other.execute("SELECT count(*) FROM drafts WHERE message_id = ?", (message_id,)).fetchone()[0])


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
