"""Topics before and after their first answer was sent, beside topics that never got one: did the traffic fall? Pure.

A difference in differences: what was asked about answered topics afterwards, against what would have been asked had
they gone the way of the others. The week of the first answer is left out: without a question in it there was none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from service.analytics import WEEK, Topic, week_of

LEAST_WEEKS, MOST_WEEKS = 4, 8
"""Weeks before, and after, that a topic must have, and that are looked at."""
LEAST_TOPICS = 3
ROUNDS = 2_000


@dataclass(frozen=True, slots=True)
class Window:
    """A topic around the first answer: what was asked before and after, and of the others in the same weeks."""

    before: int
    after: int
    others_before: tuple[int, ...]
    others_after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """By how much the traffic of answered topics changed against the others, as a share, with a 95 % interval.

    `change` is None where it cannot be told yet, and `lacks` then says why.
    """

    answered: int
    others: int
    change: float | None = None
    low: float = 0.0
    high: float = 0.0
    lacks: str = ""


def effect(topics: Sequence[Topic], first: date, today: date, seed: int = 1) -> Effect:
    """The effect over all topics; their weeks begin with that of `first`. Weeks that are not over are left out."""
    over = (week_of(today) - first) // WEEK
    others = [topic for topic in topics if topic.first_sent is None]
    windows = [w for t in topics if t.first_sent and (w := _window(t, others, first, over))]
    if lacks := _lacks(over, len(windows), len(others)):
        return Effect(len(windows), len(others), lacks=lacks)
    change = _change(windows, range(len(others)))
    bounds = _interval(windows, len(others), Random(seed))
    if change is None or bounds is None:
        says = "Before the first answers too little was asked about answered topics, or about the others."
        return Effect(len(windows), len(others), lacks=says)
    return Effect(len(windows), len(others), change, *bounds)


def _lacks(weeks: int, answered: int, others: int) -> str:
    if weeks < 2 * LEAST_WEEKS + 1:
        return f"There are {max(0, weeks)} full weeks of mail; it takes {2 * LEAST_WEEKS + 1} at least."
    if answered < LEAST_TOPICS:
        return (
            f"{answered} topics have {LEAST_WEEKS} weeks before and after the first answer that was sent; it takes "
            f"{LEAST_TOPICS}."
        )
    if others < LEAST_TOPICS:
        return f"{others} topics never got an answer and can be compared with; it takes {LEAST_TOPICS}."
    return ""


def _window(topic: Topic, others: Sequence[Topic], first: date, over: int) -> Window | None:
    at = (week_of(topic.first_sent or first) - first) // WEEK
    span = min(MOST_WEEKS, at, over - at - 1)
    if span < LEAST_WEEKS:
        return None
    before, after = slice(at - span, at), slice(at + 1, at + 1 + span)
    return Window(
        sum(topic.asked[before]),
        sum(topic.asked[after]),
        tuple(sum(other.asked[before]) for other in others),
        tuple(sum(other.asked[after]) for other in others),
    )


def _change(windows: Sequence[Window], others: Sequence[int]) -> float | None:
    """What was asked afterwards against what was to be expected, less one; None where nothing can be expected.

    Each topic is expected to go the way of the others in its own weeks.
    """
    expected = 0.0
    for window in windows:
        base = sum(window.others_before[n] for n in others)
        if not base:
            return None
        expected += window.before * sum(window.others_after[n] for n in others) / base
    return sum(window.after for window in windows) / expected - 1 if expected else None


def _interval(windows: Sequence[Window], others: int, rng: Random) -> tuple[float, float] | None:
    """Topics are drawn again and again, answered ones and others, for another team would have had other topics.

    None where most draws leave nothing to compare with.
    """
    drawn = []
    for _ in range(ROUNDS):
        change = _change(rng.choices(windows, k=len(windows)), rng.choices(range(others), k=others))
        if change is not None:
            drawn.append(change)
    drawn.sort()
    if len(drawn) < ROUNDS / 2:
        return None
    return drawn[int(0.025 * len(drawn))], drawn[min(len(drawn) - 1, int(0.975 * len(drawn)))]
