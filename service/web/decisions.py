"""Receipts as the pages show them: what became of a mail, why, and how near an answer was. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from service.receipts import Asked, Nearest, Receipt
from service.replies.clean import one_line
from service.web import links
from service.web.listing import STATES
from service.web.results import Moment, moment, when
from service.web.wording import percent, short

MOST_QUESTIONS = 8
HIDDEN = "(a document that is gone or that you may not see)"
_STATES = {
    "shadow": "decided in shadow mode, not written",
    "intended": "being written",
    "written": "lies in the Drafts folder",
    "sent": "sent",
    "edited": "in a person's hands",
    "deleted": "deleted by a person",
    "withdrawn": "withdrawn",
    "left": "out of date, but still in the Drafts folder",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A receipt in the list."""

    href: str
    outcome: str
    label: str
    subject: str
    sender: str
    mailbox: str
    reason: str
    says: str
    at: Moment
    state: str = ""


@dataclass(frozen=True, slots=True)
class Near:
    """A document that was considered, when it may be seen; `out` is empty where it may not be linked."""

    title: str
    page: str
    out: str
    score: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A question of the mail: how sure its answer was against what was needed, and the nearest documents."""

    text: str
    kind: str
    probability: float
    sure: str
    threshold: float
    needed: str
    nearest: tuple[Near, ...]
    hidden: int
    search: str


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything about one mail's decision."""

    line: Line
    state: str
    folder: str
    received: Moment | None
    message_id: str
    draft_message_id: str
    would_change: str
    evidence: tuple[Evidence, ...]


def cited(receipts: Iterable[Receipt]) -> list[str]:
    """The ids of all documents that these receipts speak of."""
    return list(dict.fromkeys(near.document_id for r in receipts for a in r.asked for near in a.nearest))


def line(receipt: Receipt, seen: Collection[str], now: datetime) -> Line:
    """A receipt for the list. Titles of documents outside of `seen` are taken out of its sentence."""
    return Line(
        href=f"{links.receipt(receipt.identity)}?{urlencode({'mailbox': receipt.mailbox})}",
        outcome=receipt.outcome,
        label=receipt.outcome.capitalize(),
        subject=one_line(receipt.subject, 160) or "(no subject)",
        sender=one_line(receipt.sender, 100) or "unknown sender",
        mailbox=receipt.mailbox,
        reason=short(receipt.reason, 80),
        says=_veiled(receipt.says, receipt, seen),
        at=when(receipt.at, now),
        state=STATES.get(receipt.state, receipt.state),
    )


def detail(receipt: Receipt, seen: Collection[str], now: datetime) -> Detail:
    """A receipt for its own page, with only those documents that are among `seen`."""
    return Detail(
        line=line(receipt, seen, now),
        state=": ".join(filter(None, (_STATES.get(receipt.state, receipt.state), receipt.state_says))),
        folder=receipt.folder,
        received=moment(receipt.received, now),
        message_id=short(receipt.message_id, 300),
        draft_message_id=short(receipt.draft_message_id, 300),
        would_change=_veiled(receipt.would_change, receipt, seen),
        evidence=tuple(_evidence(asked, receipt.needed(asked), seen) for asked in receipt.asked[:MOST_QUESTIONS]),
    )


def _evidence(asked: Asked, needed: float, seen: Collection[str]) -> Evidence:
    shown = [near for near in asked.nearest if near.document_id in seen]
    return Evidence(
        text=one_line(asked.text, 1_200),
        kind=asked.kind,
        probability=min(1.0, max(0.0, asked.probability)),
        sure=percent(asked.probability),
        threshold=needed,
        needed=percent(needed),
        nearest=tuple(map(_near, shown)),
        hidden=len(asked.nearest) - len(shown),
        search=links.search([("q", one_line(asked.text, 300))]),
    )


def _near(near: Nearest) -> Near:
    why = tuple(short(reason, 200) for reason in near.why[:6])
    return Near(
        short(near.title, 200), links.document(near.document_id), links.safe(near.url), f"{near.score:.2f}", why
    )


def _veiled(sentence: str, receipt: Receipt, seen: Collection[str]) -> str:
    """The sentence without the titles of documents that the reader may not see."""
    titles = {n.title for a in receipt.asked for n in a.nearest if n.document_id not in seen and n.title}
    for title in sorted(titles, key=len, reverse=True):
        sentence = sentence.replace(title, HIDDEN)
    return one_line(sentence, 600)
