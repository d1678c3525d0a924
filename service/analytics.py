"""Receipts → figures: what came, what became of drafts, what was asked how often. Pure.

Weeks begin on Monday, in UTC. A mail counts in the week in which it arrived; where its server tells a time that lies
far from when it was decided on, that one counts.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service.drafts.lessons import AS_IT_WAS
from service.pausing import is_unused
from service.receipts import Asked, Receipt

WEEK = timedelta(days=7)
BELIEVED = timedelta(days=60)
"""So far from the decision the time may be that a server tells of a mail."""
Named = Callable[[str], tuple[str, ...]]
"""Which companies a text names."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """What became of the drafts that were written. `changed` were changed and sent, `held` are in a person's hands.

    `unused` were deleted, taken back or left until they were too old; `overtaken` went because a person was faster or
    a document was gone; `waiting` lie in Drafts.
    """

    made: int = 0
    as_they_were: int = 0
    changed: int = 0
    held: int = 0
    unused: int = 0
    overtaken: int = 0
    waiting: int = 0

    @property
    def used(self) -> int:
        """Those of which something was sent."""
        return self.as_they_were + self.changed


@dataclass(frozen=True, slots=True)
class Week:
    """What a week brought."""

    start: date
    mails: int
    questions: int
    drafts: Drafts


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is counted of some receipts. `ends` are how mails ended without a draft, the most frequent first."""

    mails: int
    questions: int
    drafts: Drafts
    ends: tuple[tuple[str, str, int], ...]
    weeks: tuple[Week, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """One question of a mail. `topic` is the company it names, empty where it names none.

    `answered`: an answer was sure enough; `written`, `sent`: a draft with it was.
    """

    at: datetime
    sender: str
    text: str
    kind: str
    names: tuple[str, ...]
    answered: bool
    written: bool
    sent: bool

    @property
    def topic(self) -> str:
        """What it is about, as far as that can be told."""
        return self.names[0] if self.names else ""


@dataclass(frozen=True, slots=True)
class Topic:
    """How often a company was asked about in each week, and when the first draft about it was written and sent."""

    name: str
    asked: tuple[int, ...]
    first_draft: date | None
    first_sent: date | None

    @property
    def total(self) -> int:
        """How often in all."""
        return sum(self.asked)


def figures(receipts: Sequence[Receipt]) -> Figures:
    """Count it all."""
    by_week: dict[date, list[Receipt]] = defaultdict(list)
    for receipt in receipts:
        by_week[week_of(arrived(receipt))].append(receipt)
    ended = Counter((r.outcome, r.reason) for r in receipts if r.outcome != "draft")
    return Figures(
        mails=len(receipts),
        questions=sum(len(r.asked) for r in receipts),
        drafts=drafts(receipts),
        ends=tuple((*end, number) for end, number in sorted(ended.items(), key=lambda item: (-item[1], item[0]))),
        weeks=tuple(_week(start, by_week[start]) for start in every_week(by_week)),
    )


def drafts(receipts: Iterable[Receipt]) -> Drafts:
    """What became of the drafts of these receipts."""
    ends = Counter(_end(r) for r in receipts if r.outcome == "draft" and r.state not in ("", "shadow", "intended"))
    return Drafts(made=ends.total(), **ends)


def _end(receipt: Receipt) -> str:
    if receipt.state == "sent":
        # where the text could not be compared, nobody is said to have changed it
        return "as_they_were" if receipt.similarity is None or receipt.similarity >= AS_IT_WAS else "changed"
    if receipt.state == "edited":
        return "held"
    if is_unused(receipt):
        return "unused"
    return "overtaken" if receipt.state in ("withdrawn", "left") else "waiting"


def _week(start: date, receipts: Sequence[Receipt]) -> Week:
    return Week(start, len(receipts), sum(len(r.asked) for r in receipts), drafts(receipts))


def arrived(receipt: Receipt) -> datetime:
    """When a mail came, as far as that is to be believed."""
    told = receipt.received
    return told if told and abs(receipt.at - told) <= BELIEVED else receipt.at


def week_of(at: datetime | date) -> date:
    """The Monday of that week."""
    day = at.date() if isinstance(at, datetime) else at
    return day - timedelta(days=day.weekday())


def every_week(there: Iterable[date]) -> list[date]:
    """All weeks from the first to the last, those without anything too."""
    known = sorted(there)
    return [known[0] + n * WEEK for n in range((known[-1] - known[0]) // WEEK + 1)] if known else []


def askings(receipts: Iterable[Receipt], named: Named) -> list[Asking]:
    """Every question, oldest first. `named` tells which companies a text names."""
    told = [_asking(receipt, asked, named) for receipt in receipts for asked in receipt.asked]
    return sorted(told, key=lambda one: (one.at, one.sender, one.text))


def _asking(receipt: Receipt, asked: Asked, named: Named) -> Asking:
    answered = bool(asked.nearest) and asked.probability >= receipt.needed(asked)
    written = receipt.outcome == "draft" and receipt.state not in ("", "shadow", "intended") and answered
    return Asking(
        at=arrived(receipt),
        sender=receipt.sender.lower(),
        text=asked.text,
        kind=asked.kind,
        names=named(asked.text),
        answered=answered,
        written=written,
        sent=written and receipt.state == "sent",
    )


def topics(asked: Sequence[Asking]) -> list[Topic]:
    """What was asked about, the most frequent first; over the weeks of all questions together."""
    weeks = every_week({week_of(one.at) for one in asked})
    by_topic: dict[str, list[Asking]] = defaultdict(list)
    for one in asked:
        if one.topic:
            by_topic[one.topic].append(one)
    told = [_topic(name, mine, weeks) for name, mine in by_topic.items()]
    return sorted(told, key=lambda topic: (-topic.total, topic.name))


def _topic(name: str, asked: Sequence[Asking], weeks: Sequence[date]) -> Topic:
    counts = Counter(week_of(one.at) for one in asked)
    return Topic(
        name=name,
        asked=tuple(counts[week] for week in weeks),
        first_draft=min((one.at.date() for one in asked if one.written), default=None),
        first_sent=min((one.at.date() for one in asked if one.sent), default=None),
    )
