"""One Signpost of a simulated world: its watchers, and the breaks that are due in the pass it makes."""

from typing import TYPE_CHECKING

from indexer.errors import Unreachable
from scripts.simulation.disk import SimulatedFile
from scripts.simulation.mails import answers
from scripts.simulation.plan import BREAKS, Fault
from scripts.simulation.servers import Client
from service.drafts.drafting import Caps
from service.ledger import Ledger
from service.mail.letter import Address
from service.mailbox.memory import Stored
from service.watch import Watcher
from service.watching.options import WatchOptions
from service.watching.presence import Presence

if TYPE_CHECKING:
    from scripts.simulation.world import World


class Killed(BaseException):
    """The process ends here. Nothing in the product catches it, as nothing can catch SIGKILL."""


class Process:
    """Watches every mailbox of the world, until it dies."""

    def __init__(self, world: "World", holder: str) -> None:
        """Start under this name; it connects when it makes its first pass."""
        self.world = world
        self.holder = holder
        self.alive = True
        self.ledger = Ledger(SimulatedFile(world.disk, self))
        self.mind = world.mind
        self.at = 0
        self.hits = 0
        self._watchers: dict[int, Watcher] = {}
        self._due: dict[tuple[str, int], Fault] = {}
        self._counts: dict[str, int] = {}

    def watcher(self, mailbox: int) -> Watcher:
        """Its watcher of this mailbox."""
        if mailbox not in self._watchers:
            self._watchers[mailbox] = self._started(mailbox)
        return self._watchers[mailbox]

    def arm(self, mailbox: int, faults: tuple[Fault, ...]) -> None:
        """A pass over this mailbox begins, in which these faults are due."""
        self.at, self.hits = mailbox, 0
        self._due = {(BREAKS[fault.kind], fault.nth): fault for fault in faults}
        self._counts = {}

    def due(self, site: str) -> Fault | None:
        """See `Watching.due`."""
        self.check()
        if not self._due:
            return None
        count = self._counts[site] = self._counts.get(site, 0) + 1
        return self._due.pop((site, count), None)

    def breaks(self, site: str) -> str:
        """See `Owner.breaks`."""
        fault = self.due(site)
        if fault is None:
            return ""
        self._strike(fault)
        return fault.kind

    def before(self, fault: Fault) -> None:
        """See `Watching.before`."""
        self._strike(fault)
        if fault.kind == "connection drops before a call":
            raise Unreachable("The connection broke off.")
        if fault.kind == "process dies before a call":
            self.die()
        if fault.kind == "server is slow":
            self.world.elapsed += fault.much
        if fault.kind == "process pauses":
            self.world.pause(self, fault.much)

    def after(self, fault: Fault) -> None:
        """See `Watching.after`."""
        if BREAKS[fault.kind] != "call":
            self._strike(fault)
        if fault.kind in ("connection drops after a call", "connection drops after a removal"):
            raise Unreachable("The connection broke off.")
        if fault.kind in ("process dies after a call", "process dies after a removal"):
            self.die()

    def tick(self) -> float:
        """See `Watching.tick`."""
        return self.world.elapsed

    def appending(self, raw: bytes) -> None:
        """See `Watching.appending`."""
        self.world.appending(self.at, answers(raw))

    def withdrew(self, folder: str, kept: Stored) -> None:
        """See `Watching.withdrew`."""
        self.world.withdrew(self.at, folder, kept)

    def vanish(self, folder: str, uid: int) -> None:
        """See `Watching.vanish`."""
        self.world.servers[self.at].remove(folder, uid)
        self.world.look(self.at)

    def die(self) -> None:
        """End at once."""
        self.alive = False
        raise Killed

    def check(self) -> None:
        """See `Owner.check`."""
        if not self.alive:
            raise Killed

    def _strike(self, fault: Fault) -> None:
        self.hits += 1
        if fault.kind == "append is refused once":
            self.world.memories[self.at].odd.add("refused")
        self.world.count(fault.kind)
        self.world.say(f"    {fault.kind} ({BREAKS[fault.kind]} {fault.nth}, {fault.much})")

    def _started(self, mailbox: int) -> Watcher:
        world = self.world
        client = Client(world.servers[mailbox], world.names[mailbox], self)
        options = WatchOptions(
            own=(Address(client.name),),
            folders=world.plan.folders,
            batch=world.plan.batch,
            caps=Caps(sender=world.plan.sender_cap),
        )
        return Watcher(client, self.mind.judge(), self.ledger, options, Presence(self.holder, world.now, world.is_free))
