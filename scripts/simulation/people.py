"""What people do to mails and drafts in a simulated world."""

from typing import TYPE_CHECKING

from scripts.simulation import mails
from scripts.simulation.plan import Event
from service.mailbox.memory import Stored

if TYPE_CHECKING:
    from scripts.simulation.world import World


def act(world: "World", mailbox: int, event: Event) -> None:
    """A person does something, if there is anything to do it to."""
    if event.verb in _ON_DRAFTS:
        pool = [m for m in world.servers[mailbox].all_of("Drafts") if mails.answers(m.raw)]
        folder = "Drafts"
    else:
        folder = world.plan.folders[event.pick % len(world.plan.folders)]
        pool = world.servers[mailbox].all_of(folder)
    if not pool:
        return
    mail = pool[event.pick % len(pool)]
    world.count(f"people: {event.verb}")
    if event.verb in _ON_DRAFTS:
        world.say(f"{world.names[mailbox]}: a person {event.verb} {mail.uid} for {mails.answers(mail.raw)}")
        _take_draft(world, mailbox, mail, event)
    else:
        world.say(f"{world.names[mailbox]}: a person {event.verb}: {folder} {mail.uid}")
        _take_mail(world, mailbox, folder, mail, event)


_ON_DRAFTS = {
    *("edits draft", "rewrites draft", "flags draft", "sends draft", "sends edited draft", "deletes draft"),
    *("trashes draft", "marks draft deleted"),
}


def _take_draft(world: "World", mailbox: int, mail: Stored, event: Event) -> None:
    server, memory = world.servers[mailbox], world.memories[mailbox]
    key = mails.answers(mail.raw)
    memory.handled.add(key)
    if event.verb == "flags draft":
        return server.flag("Drafts", mail.uid, "\\Flagged")
    if event.verb == "marks draft deleted":
        memory.odd.add("removed from Drafts")
        return server.flag("Drafts", mail.uid, "\\Deleted")
    memory.odd.add("removed from Drafts")
    server.remove("Drafts", mail.uid)
    raw = _changed(mail.raw, event)
    if event.verb in ("edits draft", "rewrites draft"):
        memory.written.add(raw)
        server.put(raw, "Drafts", mail.flags)
    elif event.verb in ("sends draft", "sends edited draft"):
        server.put(raw, "Sent", frozenset({"\\Seen"}))
        memory.answered |= {memory.arrived[key].message_id} - {0}
    elif event.verb == "trashes draft":
        server.put(raw, "Trash", mail.flags)
    return None


def _changed(raw: bytes, event: Event) -> bytes:
    if event.verb in ("sends draft", "trashes draft"):
        return raw
    if event.verb == "rewrites draft":
        raw = raw.replace(b"Message-ID: <", b"Message-ID: <person-%d." % event.pick, 1)
    return raw + b"PS: %d\r\n" % event.pick


def _take_mail(world: "World", mailbox: int, folder: str, mail: Stored, event: Event) -> None:
    server, memory = world.servers[mailbox], world.memories[mailbox]
    if event.verb == "reads":
        server.flag(folder, mail.uid, "\\Seen")
    elif event.verb == "flags mail":
        server.flag(folder, mail.uid, "\\Flagged")
    elif event.verb == "answers by flag":
        memory.odd.add("flagged")
        server.flag(folder, mail.uid, "\\Answered")
    elif event.verb == "moves mail away":
        server.move(folder, mail.uid, "Archive")
    elif event.verb == "deletes mail":
        server.remove(folder, mail.uid)
    elif event.verb == "drops begun reply":
        _drop(world, mailbox)
    else:
        _reply(world, mailbox, mail, event)


def _reply(world: "World", mailbox: int, mail: Stored, event: Event) -> None:
    memory = world.memories[mailbox]
    key = mails.reading(mail.raw).mail.identity
    number = memory.arrived[key].message_id
    if not number:
        return
    head = f"Message-ID: <own-{world.elapsed}-{event.pick}@brueckner.example>\r\n"
    raw = f"{head}In-Reply-To: {mails.message_id(number)}\r\n\r\nRuf mich bitte an.\r\n".encode()
    memory.odd.add("replied")
    if event.verb == "answers from Sent":
        memory.answered.add(number)
        world.servers[mailbox].put(raw, "Sent", frozenset({"\\Seen"}))
    else:
        memory.begun[raw] = number
        memory.written.add(raw)
        world.servers[mailbox].put(raw, "Drafts", frozenset({"\\Draft"}))


def _drop(world: "World", mailbox: int) -> None:
    server, memory = world.servers[mailbox], world.memories[mailbox]
    for mail in server.all_of("Drafts"):
        if mail.raw in memory.begun:
            memory.odd.add("removed from Drafts")
            server.remove("Drafts", mail.uid)
            return
