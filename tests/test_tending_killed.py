"""Whatever dies while drafts are looked after: nothing touched is removed, nothing removed is made again."""

from contextlib import closing, suppress
from pathlib import Path

import pytest

from indexer.errors import Unreachable
from service.ledger import Ledger
from service.mailbox.memory import MemoryMailbox, MemoryServer
from tests.tripwire import Killed, TrippingMailbox, Tripwire, tripping_ledger
from tests.watching import Clock, a_mail, a_watcher

ENDS = {"1": "withdrawn", "2": "edited", "3": "written", "4": "sent", "5": "withdrawn"}


class Morning:
    """Drafts for five mails; the first and the fifth are answered by a person, and each of the others has its own fate.

    The second is edited and answered, the third doubled by the server, the fourth sent.
    """

    def __init__(self, path: Path) -> None:
        self.server, self.clock, self.path = MemoryServer(), Clock(), path
        self.server.clock = self.clock
        self.mailbox = MemoryMailbox(self.server)
        self.watch()
        for key in ENDS:
            self.server.deliver(a_mail(key=key))
        self.watch()
        lying = self.server.folders["Drafts"].mails
        self.touched = lying[2].raw + b"PS\r\n"
        self.server.remove("Drafts", 2)
        self.server.deliver(self.touched, "Drafts")
        self.server.deliver(lying[3].raw, "Drafts", frozenset({"\\Draft"}))
        self.server.move("Drafts", 4, "Sent")
        for key in ("1", "2", "5"):
            self.server.deliver(a_mail("Ruf an.", f"own-{key}", In_Reply_To=f"<mail-{key}@north.example>"), "Sent")

    def watch(self, wire: Tripwire | None = None) -> None:
        """A pass by a new process, some minutes later."""
        self.clock.now = self.clock.now.replace(minute=self.clock.now.minute + 5)
        wire = wire or Tripwire()
        with closing(tripping_ledger(self.path, wire)) as ledger:
            a_watcher(TrippingMailbox(self.mailbox, wire), ledger, clock=self.clock).one_pass()

    def ends(self) -> dict[str, str]:
        with closing(Ledger.open(self.path)) as ledger:
            return {r.message_id[6:7]: r.state for r in ledger.receipts()}

    def drafts(self) -> list[bytes]:
        return [mail.raw for mail in self.server.folders["Drafts"].mails.values()]


def test_unbroken_all_comes_to_its_end(tmp_path: Path) -> None:
    morning = Morning(tmp_path / "ledger.db")

    morning.watch()

    assert (morning.ends(), len(morning.drafts())) == (ENDS, 2)
    assert morning.touched in morning.drafts()


@pytest.mark.parametrize("breaks", [Killed, Unreachable])
def test_a_break_at_any_point_comes_to_the_same_end(tmp_path: Path, breaks: type[BaseException]) -> None:
    point, passed = 0, False
    while not passed:
        point += 1
        morning, wire = Morning(tmp_path / f"{point}.db"), Tripwire(point, breaks)
        with suppress(Killed, Unreachable):
            morning.watch(wire)
        passed = wire.at != 0
        assert morning.touched in morning.drafts()
        for _ in range(2):
            morning.watch()
        assert (morning.ends(), len(morning.drafts())) == (ENDS, 2), wire.steps
        assert morning.touched in morning.drafts()
    assert point > 25
