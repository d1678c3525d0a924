"""Counts → what may be promised from them: exact binomial intervals and the threshold that keeps a promise. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HALVINGS = 50


def clopper_pearson(hits: int, tries: int, level: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of a share of which `hits` of `tries` were seen; (0, 1) where nothing was tried."""
    outside = (1 - level) / 2
    return lower_bound(hits, tries, 1 - outside), upper_bound(hits, tries, 1 - outside)


def upper_bound(hits: int, tries: int, level: float = 0.95) -> float:
    """The share that is not exceeded with this certainty (Clopper and Pearson 1934); 1 where nothing was tried."""
    if hits >= tries:
        return 1.0
    return _where(lambda share: _at_most(hits, tries, share) > 1 - level)


def lower_bound(hits: int, tries: int, level: float = 0.95) -> float:
    """The share that is reached at least with this certainty; 0 where nothing was tried."""
    return 0.0 if hits <= 0 else 1 - upper_bound(tries - hits, tries, level)


@dataclass(frozen=True, slots=True)
class Promise:
    """A threshold that was chosen so that of the drafts at most a share is wrong, and what it was chosen from.

    `bound` is the upper bound of the wrong share among the `drafts` that reach `threshold`; `covered` is the share of
    all questions that do.
    """

    threshold: float
    drafts: int
    wrong: int
    bound: float
    covered: float


def promise(said: Sequence[float], right: Sequence[bool], most_wrong: float, level: float = 0.95) -> Promise | None:
    """The lowest threshold whose drafts are wrong at most so often, with this certainty; None where none is so sure.

    Many thresholds are looked at and the bound holds for each by itself: take it as a guide, and check it on others.
    """
    ordered = sorted(zip(said, right, strict=True), key=lambda pair: -pair[0])
    best, wrong = None, 0
    for number, (probability, is_right) in enumerate(ordered, 1):
        wrong += not is_right
        if number < len(ordered) and ordered[number][0] == probability:
            continue  # equals cannot be told apart by a threshold
        bound = upper_bound(wrong, number, level)
        if bound <= most_wrong:
            best = Promise(probability, number, wrong, bound, number / len(ordered))
    return best


def _where(holds: Callable[[float], bool]) -> float:
    """The end of the shares for which something holds, which begin at 0."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return high


def _at_most(hits: int, tries: int, share: float) -> float:
    """The probability of `hits` or fewer in so many tries of this share."""
    if share <= 0:
        return 1.0
    terms = (
        math.lgamma(tries + 1) - math.lgamma(k + 1) - math.lgamma(tries - k + 1)
        + k * math.log(share) + (tries - k) * math.log1p(-share)
        for k in range(hits + 1)
    )  # fmt: skip
    return min(1.0, math.fsum(math.exp(term) for term in terms))
