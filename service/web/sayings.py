"""What the figures say, as sentences: careful ones. Pure."""

from dataclasses import dataclass
from datetime import datetime

from service.deflection import Effect
from service.gaps import Again
from service.web.counting import Counted
from service.web.wording import counted


@dataclass(frozen=True, slots=True)
class Sayings:
    """The sentences of the page."""

    drafts: str
    again: str
    effect: str


def sayings(told: Counted, now: datetime) -> Sayings:
    """What can be said of what was counted."""
    return Sayings(_drafts(told), _again(told.again), _effect(told.effect))


def _drafts(told: Counted) -> str:
    drafts = told.figures.drafts
    ended = drafts.used + drafts.held + drafts.unused
    if not ended:
        return "Of no draft it is known yet what became of it."
    return (
        f"Of {counted(ended, 'draft')} that somebody decided on, {_share(drafts.used + drafts.held, ended)} were used."
    )


def _again(again: Again) -> str:
    waits = (
        f" {counted(again.open, 'answer')} {'is' if again.open == 1 else 'are'} younger than that."
        if again.open
        else ""
    )
    if not again.sent:
        return f"No answer was sent yet whose 14 days are over.{waits}"
    sent = f"{again.again} of {counted(again.sent, 'answer')} that {'was' if again.sent == 1 else 'were'} sent"
    return f"After {sent}, the same person asked the same within 14 days.{waits}"


def _effect(found: Effect) -> str:
    if found.change is None:
        return f"It cannot be told yet. {found.lacks}"
    way = "fell" if found.change < 0 else "rose"
    sure = (
        ""
        if found.low <= 0 <= found.high
        else " The interval leaves out no change at all, so this is likely no chance."
    )
    doubt = " The interval holds no change at all too, so this may be chance." if found.low <= 0 <= found.high else ""
    return (
        f"Questions about {found.answered} companies {way} by {abs(found.change):.0%} after the first answer was sent, "
        f"against the {found.others} companies that never got one (95 % interval: {_signed(found.low)} to "
        f"{_signed(found.high)}).{sure}{doubt}"
    )


def _signed(share: float) -> str:
    return f"{share:+.0%}".replace("-", "−")


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.0%})"
