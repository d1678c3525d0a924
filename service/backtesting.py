"""Mails of the past → what would have been drafted with today's index, beside what people replied. Writes nothing.

The index is today's. Documents made after a mail are left out where they say when they were made; what a card said at
that time, and what was deleted since, cannot be brought back. Daily limits and drafts already in a thread do not count.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from statistics import median

from indexer.asking import Answer
from service.history import History
from service.mail.letter import Reading
from service.mailbox.protocol import bare
from service.replies.decide import decide
from service.replies.outcome import Draft, Outcome, Policy
from service.watching.attempt import Failed
from service.watching.judging import Judge, Steps

TOGETHER = 24
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Replied:
    """What somebody really answered: the first own words, when, and whether with a link that the draft has too."""

    words: str
    at: datetime | None
    has_link: bool


@dataclass(frozen=True, slots=True)
class Past:
    """A mail of the past, what would have become of it, and the reply that was written, if one was found."""

    reading: Reading
    outcome: Outcome | Failed
    reply: Replied | None = None

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What was found for its questions."""
        return () if isinstance(self.outcome, Failed) else self.outcome.answers

    @property
    def waited(self) -> timedelta | None:
        """How long the reply took."""
        at, asked = self.reply.at if self.reply else None, self.reading.mail.date
        return at - asked if at and asked and at >= asked else None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backtest came to. `reasons` counts how the mails ended; `median_hours` is how long replies took."""

    mails: int
    drafts: int
    replied: int
    with_link: int
    median_hours: float | None
    reasons: tuple[tuple[str, int], ...]


def as_of(steps: Steps) -> Steps:
    """The same steps, deciding without documents that were made after the mail."""

    def decided(reading: Reading, answers: Sequence[Answer], policy: Policy) -> Outcome:
        return decide(reading, [_as_of(answer, reading.mail.date) for answer in answers], policy)

    return replace(steps, decide=decided)


def past(history: History, judge: Judge) -> Iterator[Past]:
    """Every mail with what would have become of it, still without its reply; unreadable ones are left out."""
    mails = history.mails()
    while batch := list(islice(mails, TOGETHER)):
        readings = [reading for raw in batch if isinstance(reading := judge.read(raw), Reading)]
        yield from (Past(r, outcome) for r, outcome in zip(readings, judge.judge(readings), strict=True))


def with_replies(seen: Sequence[Past], history: History, judge: Judge) -> list[Past]:
    """The same mails, the would-be drafts with what somebody really replied; the history is searched once for all."""
    asked = {id_ for one in seen if (id_ := _awaited(one))}
    replies = history.replies(asked) if asked else {}
    read = {id_: judge.read(raw) for id_, raw in replies.items()}
    return [
        replace(one, reply=_replied(reply, one)) if isinstance(reply := read.get(_awaited(one)), Reading) else one
        for one in seen
    ]


def summary(seen: Sequence[Past]) -> Summary:
    """Counted by what became of the mails."""
    drafts = [one for one in seen if isinstance(one.outcome, Draft)]
    replied = [one for one in drafts if one.reply]
    hours = [one.waited.total_seconds() / 3600 for one in replied if one.waited is not None]
    reasons = Counter(_ending(one) for one in seen)
    return Summary(
        mails=len(seen),
        drafts=len(drafts),
        replied=len(replied),
        with_link=sum(one.reply.has_link for one in replied if one.reply),
        median_hours=median(hours) if hours else None,
        reasons=tuple(reasons.most_common()),
    )


def _ending(one: Past) -> str:
    if isinstance(one.outcome, Failed):
        return "could not be judged"
    return "draft" if isinstance(one.outcome, Draft) else f"pass – {one.outcome.reason}"


def _awaited(one: Past) -> str:
    """The Message-ID that a reply to a would-be draft names; empty where there is no draft."""
    return bare(one.reading.mail.message_id) if isinstance(one.outcome, Draft) else ""


def _as_of(answer: Answer, at: datetime | None) -> Answer:
    """Without what was made later; nothing at all where none of those that a draft would show was there yet."""
    if at is None:
        return answer
    there = [hit.document.created_at is None or hit.document.created_at <= at for hit in answer.hits]
    if not any(there[:SHOWN]):
        return replace(answer, hits=(), probability=0.0)
    return replace(answer, hits=tuple(hit for hit, known in zip(answer.hits, there, strict=True) if known))


def _replied(reply: Reading, one: Past) -> Replied:
    said = f"{reply.own.text}\n{reply.mail.html}"
    links = {link.rstrip("/") for a in one.answers for hit in a.hits for link in (hit.document.url, hit.anchor) if link}
    return Replied(" ".join(reply.own.text.split()), reply.mail.date, any(link in said for link in links))
