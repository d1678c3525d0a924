"""The JSON of receipts, feedback and figures that programs get from the API, and send to it. Pure."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from service.analytics import Drafts, Topic
from service.gaps import Gap
from service.marking import Marks
from service.receipts import Asked, Ending, Nearest, Receipt, State
from service.replies.clean import lines, one_line
from service.web import links
from service.web.counting import Counted
from service.web.decisions import address, veiled
from service.web.schemas import ApiRecord

Mark = Literal["", "right", "wrong", "none"]


class CandidateRecord(ApiRecord):
    """A document that was considered for a question."""

    document: str = Field(description="Its id.")
    title: str
    url: str | None
    score: float
    why: list[str]
    mark: Mark = Field(description="What a person said of it: right, wrong, or nothing.")


class QuestionRecord(ApiRecord):
    """A question of a mail, and how near an answer was."""

    text: str
    kind: str
    probability: float = Field(description="How sure the answer was.")
    needed: float = Field(description="How sure it had to be.")
    candidates: list[CandidateRecord]
    hidden: int = Field(description="Candidates that are gone, or not for you to see.")
    mark: Mark = Field(description="What a person said of the answer as a whole.")


class ReceiptRecord(ApiRecord):
    """What became of a mail, and why."""

    id: str
    mailbox: str
    message_id: str
    subject: str
    sender: str
    received_at: datetime | None
    decided_at: datetime
    outcome: Ending
    reason: str
    says: str
    would_change: str = Field(description="What would have changed the decision.")
    state: State = Field(description="What became of the draft; empty where there is none.")
    state_says: str
    state_at: datetime | None
    draft_message_id: str
    questions: list[QuestionRecord]
    page: str


class ReceiptsRecord(ApiRecord):
    """Receipts, the newest first."""

    receipts: list[ReceiptRecord]
    next: str | None = Field(description="Where the following ones are.")


class Feedback(BaseModel):
    """What somebody says of the links of a receipt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    receipt: str = Field(min_length=1, max_length=1_000, description="The id of a receipt, or a mail's Message-ID.")
    mailbox: str = Field(default="", max_length=200, description="Needed where the mail lies in several.")
    question: StrictInt | str = Field(default=0, description="Its number, from 0, or its very text.")
    said: Literal["right", "wrong", "none", "undo"] = Field(
        description="none: no answer exists. undo: nothing after all."
    )
    document: str = Field(
        default="", max_length=1_000, description="The id of the document that is meant; else all links."
    )


class DraftsRecord(ApiRecord):
    """What became of drafts."""

    made: int
    as_they_were: int
    changed: int
    held: int = Field(description="In a person's hands.")
    unused: int
    overtaken: int
    waiting: int


class WeekRecord(ApiRecord):
    """What a week brought; it begins on Monday."""

    start: date
    mails: int
    questions: int
    drafts: DraftsRecord


class EndRecord(ApiRecord):
    """How many mails ended without a draft for this reason."""

    outcome: str
    reason: str
    mails: int


class TopicRecord(ApiRecord):
    """How often a company was asked about, in all and by week."""

    name: str
    asked: int
    weeks: list[int]
    first_draft: date | None
    first_sent: date | None


class GapRecord(ApiRecord):
    """What was asked more than once and not answered."""

    question: str
    kind: str
    asked: int
    people: int
    first: date
    last: date


class ChangeRecord(ApiRecord):
    """By how much traffic changed after the first answers, against companies that got none; see docs/figures.md."""

    change: float | None = Field(description="As a share; null where it cannot be told yet.")
    low: float
    high: float
    answered: int
    others: int
    lacks: str


class FiguresRecord(ApiRecord):
    """All that is counted."""

    mails: int
    questions: int
    drafts: DraftsRecord
    without_draft: list[EndRecord]
    weeks: list[WeekRecord]
    topic_weeks: list[date] = Field(description="The weeks of each topic's counts.")
    topics: list[TopicRecord]
    gaps: list[GapRecord]
    sent_answers: int = Field(description="Whose 14 days are over.")
    asked_again: int = Field(description="Of these, how many were asked again by the same person.")
    traffic: ChangeRecord
    cut: bool = Field(description="Whether there were more receipts than are counted at once.")


def receipt_record(receipt: Receipt, seen: Collection[str], marks: Sequence[Marks], base_url: str) -> ReceiptRecord:
    """A receipt for the API, with only those documents that are among `seen`."""
    return ReceiptRecord(
        id=receipt.identity,
        mailbox=receipt.mailbox,
        message_id=receipt.message_id,
        subject=one_line(receipt.subject, 1_000),
        sender=one_line(receipt.sender, 320),
        received_at=receipt.received,
        decided_at=receipt.at,
        outcome=receipt.outcome,
        reason=receipt.reason,
        says=veiled(receipt.says, receipt, seen),
        would_change=veiled(receipt.would_change, receipt, seen),
        state=receipt.state,
        state_says=receipt.state_says,
        state_at=receipt.state_at,
        draft_message_id=receipt.draft_message_id,
        questions=[_question_record(a, receipt.needed(a), seen, m) for a, m in zip(receipt.asked, marks, strict=True)],
        page=base_url.rstrip("/") + address(receipt),
    )


def _question_record(asked: Asked, needed: float, seen: Collection[str], marks: Marks) -> QuestionRecord:
    visible = [near for near in asked.nearest if near.document_id in seen]
    return QuestionRecord(
        text=lines(asked.text),
        kind=asked.kind,
        probability=asked.probability,
        needed=needed,
        candidates=[_candidate(near, marks) for near in visible],
        hidden=len(asked.nearest) - len(visible),
        mark=marks.answer,
    )


def _candidate(near: Nearest, marks: Marks) -> CandidateRecord:
    mark: Mark = "right" if near.document_id in marks.right else "wrong" if near.document_id in marks.wrong else ""
    return CandidateRecord(
        document=near.document_id,
        title=near.title,
        url=links.safe(near.url) or None,
        score=near.score,
        why=list(near.why),
        mark=mark,
    )


def figures_record(told: Counted) -> FiguresRecord:
    """Figures for the API."""
    counted, change = told.figures, told.effect
    weeks = [
        WeekRecord(start=w.start, mails=w.mails, questions=w.questions, drafts=_drafts(w.drafts)) for w in counted.weeks
    ]
    return FiguresRecord(
        mails=counted.mails,
        questions=counted.questions,
        drafts=_drafts(counted.drafts),
        without_draft=[EndRecord(outcome=o, reason=reason, mails=n) for o, reason, n in counted.ends],
        weeks=weeks,
        topic_weeks=list(told.weeks),
        topics=list(map(_topic, told.topics)),
        gaps=list(map(_gap, told.gaps)),
        sent_answers=told.again.sent,
        asked_again=told.again.again,
        traffic=ChangeRecord(**{name: getattr(change, name) for name in ChangeRecord.model_fields}),
        cut=told.cut,
    )


def _drafts(told: Drafts) -> DraftsRecord:
    return DraftsRecord(**{name: getattr(told, name) for name in DraftsRecord.model_fields})


def _topic(topic: Topic) -> TopicRecord:
    days = {"first_draft": topic.first_draft, "first_sent": topic.first_sent}
    return TopicRecord(name=topic.name, asked=topic.total, weeks=list(topic.asked), **days)


def _gap(gap: Gap) -> GapRecord:
    return GapRecord(
        question=lines(gap.text), kind=gap.kind, asked=gap.asks, people=gap.people, first=gap.first, last=gap.last
    )
