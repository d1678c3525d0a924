"""What happens to servers, disks, clocks and documents of a simulated world between passes."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from scripts.simulation.mails import DOCUMENTS
from scripts.simulation.plan import Event

if TYPE_CHECKING:
    from scripts.simulation.world import World

_LEAPS = (timedelta(seconds=90), timedelta(hours=1), timedelta(days=1), timedelta(days=400))


def strike(world: "World", mailbox: int, event: Event) -> None:
    """Trouble begins or ends."""
    world.count(event.verb)
    world.say(f"{world.names[mailbox]}: {event.verb}")
    _BLOWS[event.verb](world, mailbox, event.pick)


def calm(world: "World") -> None:
    """All trouble ends, and clocks are set right."""
    world.mind.fails = world.disk.full = False
    world.skew = timedelta()
    for server in world.servers:
        server.reachable, server.password, server.refuses = True, "", ""
        server.removes = world.plan.removes


def renumber(world: "World", mailbox: int, folder: str, order: int) -> None:
    """A folder gets a new UIDVALIDITY; which mail lies where is remembered."""
    server, memory = world.servers[mailbox], world.memories[mailbox]
    before = server.folders[folder]
    by_mail = {id(m.raw): memory.places.get(f"{folder}:{before.validity}:{uid}", "") for uid, m in before.mails.items()}
    server.shuffle(folder, order)
    after = server.folders[folder]
    for uid, mail in after.mails.items():
        memory.places[f"{folder}:{after.validity}:{uid}"] = by_mail[id(mail.raw)]


def _renumber_watched(world: "World", mailbox: int, pick: int) -> None:
    world.memories[mailbox].odd.add("renumbered")
    renumber(world, mailbox, world.plan.folders[pick % len(world.plan.folders)], pick)


def _renumber_drafts(world: "World", mailbox: int, pick: int) -> None:
    world.memories[mailbox].odd.add("removed from Drafts")
    world.servers[mailbox].shuffle("Drafts", pick)


def _gap(world: "World", mailbox: int, pick: int) -> None:
    world.servers[mailbox].folders[world.plan.folders[0]].uidnext += 1 + pick


def _gap_in_drafts(world: "World", mailbox: int, pick: int) -> None:
    world.memories[mailbox].odd.add("removed from Drafts")
    world.servers[mailbox].folders["Drafts"].uidnext += 1 + pick % 5


def _forward(world: "World", mailbox: int, pick: int) -> None:
    world.skew += _LEAPS[pick % 4]
    _leapt(world)


def _back(world: "World", mailbox: int, pick: int) -> None:
    world.skew -= _LEAPS[pick % 4]
    _leapt(world)


def _leapt(world: "World") -> None:
    for memory in world.memories:
        memory.odd.add("leapt")


def _document_goes(world: "World", mailbox: int, pick: int) -> None:
    world.mind.there.discard(DOCUMENTS[pick % 2].id)
    for memory in world.memories:
        memory.odd.add("document went")


def _document_returns(world: "World", mailbox: int, pick: int) -> None:
    world.mind.there.add(DOCUMENTS[pick % 2].id)


def _second_process(world: "World", mailbox: int, pick: int) -> None:
    world.elapsed += 61
    world.make_pass(1, mailbox)


def _unreachable(world: "World", mailbox: int, pick: int) -> None:
    world.servers[mailbox].reachable ^= True


def _refuses_login(world: "World", mailbox: int, pick: int) -> None:
    world.servers[mailbox].password = "" if world.servers[mailbox].password else "changed"


def _over_quota(world: "World", mailbox: int, pick: int) -> None:
    _refuse(world, mailbox, "[OVERQUOTA] Mailbox is full.")


def _read_only(world: "World", mailbox: int, pick: int) -> None:
    _refuse(world, mailbox, "[NOPERM] Drafts is read-only.")
    server = world.servers[mailbox]
    server.removes = "" if server.refuses else world.plan.removes


def _refuse(world: "World", mailbox: int, says: str) -> None:
    world.memories[mailbox].odd.add("refused")
    world.servers[mailbox].refuses = "" if world.servers[mailbox].refuses else says


def _knowledge_fails(world: "World", mailbox: int, pick: int) -> None:
    world.mind.fails ^= True


def _disk_full(world: "World", mailbox: int, pick: int) -> None:
    world.disk.full ^= True


_BLOWS: dict[str, Callable[["World", int, int], None]] = {
    "watched folder renumbered": _renumber_watched,
    "Drafts renumbered": _renumber_drafts,
    "gap in watched folder": _gap,
    "gap in Drafts": _gap_in_drafts,
    "clock leaps forward": _forward,
    "clock leaps back": _back,
    "document goes": _document_goes,
    "document returns": _document_returns,
    "second process steps in": _second_process,
    "server unreachable": _unreachable,
    "login refused": _refuses_login,
    "over quota": _over_quota,
    "read-only": _read_only,
    "knowledge fails": _knowledge_fails,
    "disk full": _disk_full,
}
