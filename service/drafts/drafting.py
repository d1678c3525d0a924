"""What to do with an intent, given what Drafts holds, and when to hold a draft back. Pure."""

import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.drafts.lifecycle import Basis
from service.mail.letter import Address, Mail
from service.mailbox.protocol import Look, Mark, Place, Reply, Sought, bare
from service.replies.outcome import Pass, Reason

MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Intent:
    """A draft that is to be written: durable before it is, so that after a crash it is known what to look for.

    `place` is where the mail lies that it answers, `mark` where Drafts stood before it was written. `tried_at` is
    when it was last handed to the server, `tries` how often.
    """

    mailbox: str
    identity: str
    message_id: str
    raw: bytes
    sender: str
    source: Sought
    mark: Mark
    at: datetime
    tried_at: datetime
    tries: int = 1
    basis: Basis = field(default_factory=Basis)


@dataclass(frozen=True, slots=True)
class Done:
    """The draft is there, or was until a person sent it or threw it away; `uid` is 0 where it is not known."""

    uid: int


@dataclass(frozen=True, slots=True)
class Settle:
    """It was handed over a moment ago and the server may still be at it: look again before writing it again."""


@dataclass(frozen=True, slots=True)
class Append:
    """It never arrived: write it."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It must not be written any more, and why."""

    why: Pass


Step = Done | Settle | Append | GiveUp


def next_step(intent: Intent, look: Look, reply: Reply | None, now: datetime, settle: timedelta) -> Step:
    """What an intent needs whose end was not recorded. A doubt never becomes a second draft."""
    if intent.message_id in look.found:
        return Done(look.found[intent.message_id])
    if intent.message_id in look.elsewhere or (reply and bare(reply.message_id) == bare(intent.message_id)):
        return Done(0)
    if reply is not None:
        return GiveUp(answered(reply))
    # abs: after a clock was set back the wait may be cut short, but can never last for days
    if abs(now - intent.tried_at) < settle:
        return Settle()
    if look.doubtful:
        return GiveUp(_REMOVED)
    return Append()


_REMOVED = Pass(
    Reason.REMOVED,
    "The draft was being written when the connection or Signpost broke off. Something that was put into Drafts then "
    "is gone by now; it may have been this draft, and a draft that a person deleted is not made again.",
    would_change="A draft that can still be found in Drafts.",
)


def answered(reply: Reply) -> Pass:
    """The pass of a mail that a person was faster to answer."""
    says = {
        "flag": "The mail is marked as answered.",
        "sent": "A reply in this thread is in the Sent folder already.",
        "drafts": "Somebody has a reply to this thread in Drafts already.",
    }
    return Pass(Reason.ANSWERED, says[reply.where], would_change="An unanswered mail.")


@dataclass(slots=True)
class Tally:
    """How many drafts were made within the last day, in all and for each sender (addresses in lower case)."""

    total: int = 0
    by_sender: dict[str, int] = field(default_factory=dict)

    def add(self, sender: str) -> None:
        """Count one more."""
        self.total += 1
        self.by_sender[sender.lower()] = self.by_sender.get(sender.lower(), 0) + 1


@dataclass(frozen=True, slots=True)
class Caps:
    """The most drafts within a day: for the mailbox, and for one sender."""

    mailbox: int = 50
    sender: int = 10


def over_cap(sender: str, tally: Tally, caps: Caps) -> Pass | None:
    """The pass of a mail that comes after the day's last draft."""
    if tally.total >= caps.mailbox:
        return _capped(f"This mailbox got {tally.total} drafts within a day, which is the limit.")
    if tally.by_sender.get(sender.lower(), 0) >= caps.sender:
        return _capped(f"{sender} got {caps.sender} drafts within a day, which is the limit for one sender.")
    return None


def _capped(says: str) -> Pass:
    return Pass(Reason.CAP, says, would_change="A higher daily limit in the settings.")


def in_thread(reply: Reply | None, ours: Collection[str], waiting: Collection[str]) -> Pass | None:
    """Why a mail's thread needs no draft: a person's reply, a draft of ours that lies there, or one on its way.

    `ours` are the Message-IDs of drafts made for this thread, `waiting` of those that are not in Drafts yet.
    """
    if waiting or (reply and reply.where == "drafts" and reply.message_id in {bare(o) for o in ours}):
        says = "A draft of Signpost for an earlier mail of this thread waits in Drafts."
        return Pass(Reason.THREAD, says, would_change="Sending or deleting that draft.")
    return answered(reply) if reply else None


def sought(mail: Mail, place: Place, received: datetime | None) -> Sought:
    """What to look for to know whether `mail` was answered."""
    thread = frozenset(filter(None, map(bare, (mail.in_reply_to, *mail.references))))
    return Sought(place, bare(mail.message_id), thread, received)


def message_id_for(key: bytes, mailbox: str, identity: str, domain: str) -> str:
    """The Message-ID of the one draft for this mail: always the same, and not to be guessed without the key."""
    token = hmac.new(key, f"{mailbox}\0{identity}".encode(), hashlib.sha256).hexdigest()[:32]
    return f"<signpost.{token}@{domain if domain.isascii() and domain else 'signpost.invalid'}>"


def writer(mail: Mail, own: Sequence[Address]) -> Address:
    """The own address that the mail was sent to, so that the reply comes from there; else the first."""
    addressed = {a.email.lower() for a in (*mail.to, *mail.cc)}
    return next((a for a in own if a.email.lower() in addressed), own[0])


def is_old(times: Sequence[datetime | None], since: datetime) -> bool:
    """Whether a mail met in a renumbered folder was there before the folder was watched, by any time it bears.

    Servers and mails tell whole seconds, so what came in the very second of the first contact counts as old.
    """
    return any(time is not None and time < since for time in times)
