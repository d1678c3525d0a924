"""What people want of the watcher, in a simulated world: that it pauses, goes on, takes a draft back.

They say it on a page, which is another process: it has the same ledger, and no hand in the mailbox.
"""

from contextlib import suppress
from typing import TYPE_CHECKING

from indexer.errors import LedgerError
from scripts.simulation.disk import SimulatedFile
from scripts.simulation.plan import Event
from service.pausing import Pauses
from service.takingback import TakeBacks

if TYPE_CHECKING:
    from scripts.simulation.world import World

WHO = "anna@brueckner.example"


class _Page:
    """A process that nothing happens to. See `Owner`."""

    def breaks(self, site: str) -> str:
        """See `Owner.breaks`."""
        return ""

    def die(self) -> None:
        """See `Owner.die`."""

    def check(self) -> None:
        """See `Owner.check`."""


def wish(world: "World", mailbox: int, event: Event) -> None:
    """A person wants something, if there is anything to want; a page that cannot write says so, and that is all."""
    if world.disk.connection.in_transaction:
        return
    file, name, now = SimulatedFile(world.disk, _Page()), world.names[mailbox], world.now()
    with suppress(LedgerError):
        if event.verb == "pauses the mailbox":
            Pauses(file).pause(name, WHO, now)
            world.memories[mailbox].odd.add("paused")
        elif event.verb == "resumes the mailbox":
            Pauses(file).resume(name, now)
        elif waiting := [row[0] for row in file.rows(_WAITING, (name,))]:
            TakeBacks(file).want(name, waiting[event.pick % len(waiting)], WHO, now)
        world.count(f"people: {event.verb}")
        world.say(f"{name}: a person {event.verb}")


def is_paused(world: "World", mailbox: int) -> bool:
    """Whether nothing is to be written into this mailbox."""
    return Pauses(SimulatedFile(world.disk, _Page())).of(world.names[mailbox]) is not None


def open_wishes(world: "World", mailbox: int) -> set[str]:
    """The mails whose drafts somebody still wants taken back."""
    return {*TakeBacks(SimulatedFile(world.disk, _Page())).of(world.names[mailbox])}


_WAITING = "SELECT identity FROM receipts WHERE mailbox = ? AND state = 'written' ORDER BY id"
