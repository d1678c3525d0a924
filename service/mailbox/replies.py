"""Headers of Sent and Drafts → whether a mail was answered already. Pure."""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.mailbox.protocol import Place, Reply, Sought, bare

_ID = re.compile(rb"<([^<>\s]{1,998})>")
_FOLD = re.compile(rb"\r?\n[ \t]+")
HEADERS = ("MESSAGE-ID", "IN-REPLY-TO", "REFERENCES")
"""The header fields that `envelope` reads."""
MOST_NAMED = 200
"""Message-IDs of a field that count, the last ones: a thread's newest mails stand there."""
_FIELD = 65_536


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail of Sent or Drafts, as far as its thread goes."""

    uid: int
    message_id: str = ""
    names: frozenset[str] = frozenset()
    received: datetime | None = None


def envelope(uid: int, head: bytes, received: datetime | None = None) -> Envelope:
    """Read the thread fields out of header bytes; a body behind them is left alone, broken fields name nobody."""
    fields: dict[bytes, list[str]] = {}
    for line in _FOLD.sub(b" ", re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]).splitlines():
        name, _, value = line.partition(b":")
        fields.setdefault(name.strip().upper(), []).extend(_ids(value))
    own = next(iter(fields.get(b"MESSAGE-ID", [])), "")
    names = frozenset(fields.get(b"IN-REPLY-TO", []) + fields.get(b"REFERENCES", []))
    return Envelope(uid, own, names, received)


def match(
    mail: Sought, flagged: frozenset[Place], sent: Sequence[Envelope], drafts: Sequence[Envelope]
) -> Reply | None:
    """The sign that `mail` is answered: its flag, a reply in Sent, an own newer mail or a draft in its thread."""
    if mail.place in flagged:
        return Reply("flag")
    own = bare(mail.message_id)
    thread = frozenset(map(bare, mail.thread)) | ({own} if own else frozenset())
    reply = next((e for e in sent if own in e.names or _newer(e, mail, thread)), None)
    if reply:
        return Reply("sent", reply.message_id)
    draft = next((e for e in drafts if e.names & thread), None)
    return Reply("drafts", draft.message_id) if draft else None


def earliest(mails: Iterable[Sought]) -> datetime | None:
    """The time of the oldest mail, or None where one has no time: then all of Sent may hold its answer."""
    times = [mail.received for mail in mails]
    known = [t for t in times if t is not None]
    return min(known) if known and len(known) == len(times) else None


def _newer(envelope: Envelope, mail: Sought, thread: frozenset[str]) -> bool:
    if envelope.received is None or mail.received is None:
        return False
    return bool(envelope.names & thread) and envelope.received > mail.received


def _ids(value: bytes) -> list[str]:
    return [found.decode("utf-8", "replace") for found in deque(_ID.findall(value[-_FIELD:]), MOST_NAMED)]
