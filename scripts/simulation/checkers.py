"""A run that came to rest → the promises it broke."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from scripts.simulation import mails
from scripts.simulation.memories import Memory, Violation
from scripts.simulation.plan import ASKS, Event
from scripts.simulation.servers import PLAIN
from scripts.simulation.troubles import calm
from scripts.simulation.wishes import open_wishes, wish
from scripts.simulation.world import OLD, World
from service.drafts.drafting import MOST_TRIES
from service.replies.outcome import Reason

MOST_ROUNDS = 24
ENDS = ("written", "sent", "edited", "deleted", "withdrawn", "left")
_LATER = {
    "intended": {*ENDS, ""},
    "written": {*ENDS},
    "left": {*ENDS} - {"written"},
    "withdrawn": {"withdrawn", "left"},
    "edited": {"edited", "sent", "deleted"},
    "deleted": {"deleted", "sent", "edited"},
}


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the receipts."""

    identity: str
    at: str
    outcome: str
    reason: str
    state: str


def rest(world: World) -> None:
    """Let all trouble end, give the watcher a bounded number of passes, and look at what is left."""
    calm(world)
    world.quiet = True
    world.elapsed += 65
    world.say("-- all trouble ends --")
    for mailbox in range(len(world.servers)):
        wish(world, mailbox, Event("resumes the mailbox"))
        _come_to_rest(world, mailbox)
    for mailbox in range(len(world.servers)):
        if not world.violations:
            world.violations += [v for check in CHECKS for v in check(world, mailbox)]
        if not world.violations:
            _pass_once_more(world, mailbox)


def durable(world: World, mailbox: int) -> Iterator[Violation]:
    """What was acknowledged is still so, or went on from there."""
    found = {told.identity: told for told in _receipts(world, mailbox)}
    for key, (at, outcome, state) in world.memories[mailbox].told.items():
        told = found.get(key)
        if told is None or told.at != at:
            yield Violation("durable", f"the receipt of {key} that was told is gone")
        elif key in world.servers[mailbox].broken and not state and told.outcome == "draft":
            continue  # it was given up, and the server had taken it: it showed late
        elif told.state not in _LATER.get(state, {state}) or (state != "intended" and told.outcome != outcome):
            yield Violation("durable", f"{key} was {outcome} {state} and is {told.outcome} {told.state} again")


def _come_to_rest(world: World, mailbox: int) -> None:
    """Pass until nothing is open, then twice more, each late enough for a look after the drafts.

    Twice, because a draft that was dated ahead, by a clock that is right by now, may be too young for the first look.
    """
    for _ in range(MOST_ROUNDS):
        world.make_pass(0, mailbox)
        world.elapsed += 30
        for server in world.servers:
            server.catch_up(world.elapsed)
        if world.violations or not _open(world, mailbox):
            break
    else:
        world.broke("stuck", f"{_open(world, mailbox)} in spite of {MOST_ROUNDS} quiet passes")
    for _ in range(2):
        world.elapsed += 200
        world.make_pass(0, mailbox)


def _open(world: World, mailbox: int) -> list[str]:
    """What is not at its end yet, in words."""
    name, process = world.names[mailbox], world.processes[0]
    if not (process.alive and process.watcher(mailbox).is_in_charge):
        return ["no pass went to its end"]
    ledger = process.ledger
    folders, memory = world.servers[mailbox].folders, world.memories[mailbox]
    lying = {
        memory.places[f"{name}:{folders[name].validity}:{uid}"]
        for name in world.plan.folders
        for uid in folders[name].mails
    }
    waiting = [f"{key} has no receipt" for key in sorted(lying - {mails.identity(OLD)} - world.ended(mailbox))]
    waiting += [f"{i.identity} is still intended" for i in ledger.intents.open(name)]
    return waiting + [f"{s.place.folder} {s.place.uid} is in work" for s in ledger.progress.stuck(name)]


def _pass_once_more(world: World, mailbox: int) -> None:
    """A further pass must change nothing."""
    world.elapsed += 200
    disk, server = world.disk.contents(), world.servers[mailbox]
    before = {name: (f.validity, f.uidnext, f.mails.copy()) for name, f in server.folders.items()}
    told = len(world.memories[mailbox].told)
    world.make_pass(0, mailbox)
    after = {name: (f.validity, f.uidnext, f.mails) for name, f in server.folders.items()}
    if disk != world.disk.contents() or before != after or told != len(world.memories[mailbox].told):
        world.broke("restless", "one more pass changed something")


def _receipts(world: World, mailbox: int) -> list[Told]:
    sql = "SELECT identity, at, outcome, reason, state FROM receipts WHERE mailbox = ?"
    return [Told(*row) for row in world.disk.connection.execute(sql, (world.names[mailbox],))]


def _one_state(world: World, mailbox: int) -> Iterator[Violation]:
    """Every mail ended, and in a way that what happened to it explains."""
    memory = world.memories[mailbox]
    for told in _receipts(world, mailbox):
        mail = memory.arrived.get(memory.places.get(told.identity, told.identity))
        if mail is None:
            yield Violation("invented", f"a receipt for {told.identity}, which never arrived")
        elif told.state not in (*ENDS, "", *(("shadow",) if "paused" in memory.odd else ())):
            yield Violation("stuck", f"{told.identity} is {told.state} for ever")
        elif not _is_explained(told, mail.does, world, memory):
            yield Violation("ending", f"{told.identity} ({mail.does}) ended as {told.outcome}: {told.reason}")


def _is_explained(told: Told, does: str, world: World, memory: Memory) -> bool:
    if told.identity == mails.identity(OLD):
        return told.reason == Reason.OLD and "renumbered" in memory.odd
    if told.outcome == "quarantine":
        tries = sum(world.counts[kind] for kind in ("deaths", "mail is withheld", "process pauses"))
        return does.startswith(("fails", "kills")) or tries >= MOST_TRIES or "refused" in memory.odd
    if does.startswith("fails") and does != "fails twice":
        return (
            told.reason in (Reason.ANSWERED, Reason.THREAD, Reason.CAP, Reason.NO_ANSWER) and does == "fails composing"
        )
    if does not in (ASKS, "fails twice"):
        return told.outcome == "pass"
    return told.outcome == "draft" or told.reason in _explained(world, memory)


def _explained(world: World, memory: Memory) -> set[str]:
    """The reasons for which a mail that asks something may get no draft in this run."""
    reasons = {Reason.CAP} if world.plan.sender_cap < 10 else set()
    reasons |= {Reason.REMOVED} if "removed from Drafts" in memory.odd else set()
    reasons |= {Reason.PAUSED} if "paused" in memory.odd else set()
    reasons |= {Reason.NO_ANSWER} if "document went" in memory.odd else set()
    reasons |= {Reason.ANSWERED} if memory.odd & {"replied", "flagged"} or memory.handled else set()
    ids = Counter(number for mail in memory.arrived.values() for number in {*mail.names, mail.message_id} - {0})
    reasons |= {Reason.THREAD, Reason.ANSWERED} if max(ids.values(), default=0) > 1 else set()
    return {reason.value for reason in reasons}


def _drafts(world: World, mailbox: int) -> Iterator[Violation]:
    """Every untouched draft is one of a kind, has a receipt that says so, and is of use."""
    memory, server = world.memories[mailbox], world.servers[mailbox]
    told = {t.identity: t for t in _receipts(world, mailbox)}
    lying = Counter(
        mails.answers(m.raw)
        for m in server.all_of("Drafts")
        if mails.answers(m.raw) and m.raw not in memory.written and m.flags <= PLAIN
    )
    answered = world.answered_now(mailbox)
    for key, times in lying.items():
        if times > 1 and told[key].state != "edited" and world.plan.removes:
            yield Violation("doubled", f"{times} untouched drafts for {key}")
        elif told[key].state not in ("written", "left", "edited", "deleted", *_unremovable(world)):
            yield Violation(
                "stray", f"a draft for {key} lies there, its receipt says {told[key].state or told[key].reason}"
            )
        elif told[key].state == "written" and key in answered - _begun(world, mailbox):
            yield Violation("useless", f"the draft for {key} still waits, although a person answered")
    waiting = [key for key in lying if told[key].state == "written"]
    if pair := next((p for p in combinations(waiting, 2) if _in_one_thread(memory, *p)), None):
        yield Violation("thread", f"drafts for {' and '.join(pair)} wait in one thread")
    for key in open_wishes(world, mailbox) & set(waiting):
        yield Violation("useless", f"the draft for {key} still waits, although somebody wants it back")
    for key, receipt in told.items():
        if receipt.state == "written" and not lying[key]:
            yield Violation("lost", f"the draft for {key} is not in Drafts, its receipt says written")
        if receipt.state in ("sent", "edited", "deleted") and key not in memory.handled | {mails.identity(OLD)}:
            yield Violation("lost", f"nobody touched the draft for {key}, its receipt says {receipt.state}")


def _unremovable(world: World) -> tuple[str, ...]:
    """Where no single mail can be removed, a double of a draft that was sent stays, and the receipt asks for a hand."""
    return () if world.plan.removes else ("sent",)


def _in_one_thread(memory: Memory, one: str, other: str) -> bool:
    first, second = (memory.arrived[key] for key in (one, other))
    return bool({first.message_id, *first.names} & {second.message_id, *second.names} - {0})


def _begun(world: World, mailbox: int) -> set[str]:
    """Mails that are answered by no more than a reply that lies in Drafts."""
    memory = world.memories[mailbox]
    begun = set(memory.begun.values()) - memory.answered
    return {key for key, mail in memory.arrived.items() if mail.message_id in begun}


CHECKS = (durable, _one_state, _drafts)
