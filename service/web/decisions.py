"""Receipts as the pages show them: what became of a mail, why, and how near an answer was. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from urllib.parse import urlencode

from service.marking import Marks, answered, shown
from service.pausing import Pause
from service.receipts import Nearest, Receipt
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
    identity: str = ""
    may_mark: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class Near:
    """A document that was considered, when it may be seen; `out` is empty where it may not be linked.

    `said` is what a person said of it: `right`, `wrong`, or nothing. `linked`: a draft has its link, or would have it.
    """

    id: str
    said: str
    linked: bool
    title: str
    page: str
    out: str
    score: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A question of the mail: how sure its answer was against what was needed, and the nearest documents.

    `said` is what a person said of the answer as a whole; `marked` whether anything was said.
    """

    number: int
    said: str
    marked: bool
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
    may_go: bool
    folder: str
    received: Moment | None
    message_id: str
    draft_message_id: str
    would_change: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Paused:
    """A mailbox in which nothing is written: who wanted that, as a page says it, and since when."""

    by: str
    at: Moment


def paused(pause: Pause, now: datetime) -> Paused:
    """A pause for a page."""
    return Paused(pause.by, when(pause.at, now))


def cited(receipts: Iterable[Receipt]) -> list[str]:
    """The ids of all documents that these receipts speak of."""
    return list(dict.fromkeys(near.document_id for r in receipts for a in r.asked for near in a.nearest))


def address(receipt: Receipt) -> str:
    """Where the page of a receipt is."""
    return f"{links.receipt(receipt.identity)}?{urlencode({'mailbox': receipt.mailbox})}"


def line(receipt: Receipt, seen: Collection[str], now: datetime, marks: Sequence[Marks] = ()) -> Line:
    """A receipt for the list. Titles of documents outside of `seen` are taken out of its sentence."""
    return Line(
        href=address(receipt),
        outcome=receipt.outcome,
        label=receipt.outcome.capitalize(),
        subject=one_line(receipt.subject, 160) or "(no subject)",
        sender=one_line(receipt.sender, 100) or "unknown sender",
        mailbox=receipt.mailbox,
        reason=short(receipt.reason, 80),
        says=veiled(receipt.says, receipt, seen),
        at=when(receipt.at, now),
        state=STATES.get(receipt.state, receipt.state),
        identity=receipt.identity,
        may_mark=bool(answered(receipt)),
        said=_said(receipt, marks),
    )


def _said(receipt: Receipt, marks: Sequence[Marks]) -> str:
    """What was said of all that a draft answers: `right`, `wrong`, `marked` where it differs, or nothing."""
    whole = {_of_answer(receipt, n, marks[n]) for n in answered(receipt) if n < len(marks)}
    return whole.pop() if len(whole) == 1 else "marked" if whole - {""} else ""


def _of_answer(receipt: Receipt, number: int, marks: Marks) -> str:
    linked = {*shown(receipt, receipt.asked[number])}
    if marks.answer == "none" or marks.wrong >= linked:
        return "wrong"
    return "right" if marks.answer or marks.right & linked else ""


def detail(receipt: Receipt, seen: Collection[str], now: datetime, marks: Sequence[Marks] = ()) -> Detail:
    """A receipt for its own page, with only those documents that are among `seen`; `marks` are of its questions."""
    said = [*marks, *repeat(Marks(), len(receipt.asked) - len(marks))]
    return Detail(
        line=line(receipt, seen, now, marks),
        state=_state(receipt),
        may_go=receipt.state == "written",
        folder=receipt.folder,
        received=moment(receipt.received, now),
        message_id=short(receipt.message_id, 300),
        draft_message_id=short(receipt.draft_message_id, 300),
        would_change=veiled(receipt.would_change, receipt, seen),
        evidence=tuple(_evidence(receipt, n, seen, said[n]) for n in range(min(MOST_QUESTIONS, len(receipt.asked)))),
    )


def _state(receipt: Receipt) -> str:
    known = "not written" if receipt.state == "shadow" and receipt.state_says else _STATES.get(receipt.state)
    return ": ".join(filter(None, (known or receipt.state, one_line(receipt.state_says, 400))))


def _evidence(receipt: Receipt, number: int, seen: Collection[str], marks: Marks) -> Evidence:
    asked, linked = receipt.asked[number], shown(receipt, receipt.asked[number])
    needed = receipt.needed(asked)
    visible = [near for near in asked.nearest if near.document_id in seen]
    return Evidence(
        number=number,
        said=marks.answer,
        marked=bool(marks),
        text=one_line(asked.text, 1_200),
        kind=asked.kind,
        probability=min(1.0, max(0.0, asked.probability)),
        sure=percent(asked.probability),
        threshold=needed,
        needed=percent(needed),
        nearest=tuple(_near(near, marks, near.document_id in linked) for near in visible),
        hidden=len(asked.nearest) - len(visible),
        search=links.search([("q", one_line(asked.text, 300))]),
    )


def _near(near: Nearest, marks: Marks, linked: bool) -> Near:
    return Near(
        id=near.document_id,
        said="right" if near.document_id in marks.right else "wrong" if near.document_id in marks.wrong else "",
        linked=linked,
        title=one_line(near.title, 200),
        page=links.document(near.document_id),
        out=links.safe(near.url),
        score=f"{near.score:.2f}",
        why=tuple(one_line(reason, 200) for reason in near.why[:6]),
    )


def veiled(sentence: str, receipt: Receipt, seen: Collection[str]) -> str:
    """The sentence without the titles of documents that the reader may not see."""
    titles = {n.title for a in receipt.asked for n in a.nearest if n.document_id not in seen and n.title}
    for title in sorted(titles, key=len, reverse=True):
        sentence = sentence.replace(title, HIDDEN)
    return one_line(sentence, 600)
