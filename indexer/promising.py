"""What people said of answers → how probable an answer has to be, by kind, so that at most a share is wrong. Pure.

Whoever looks at many thresholds and takes the best promises too much. So the probabilities come from folds that did not
see the answer, and the thresholds are tried in an order that the verdicts have no part in, each for some more answers
than the one before, until the bound does not hold: then it holds for the last one as if that alone had been tried
(fixed sequence testing). There are two such sequences, and the doubts of both add up: one from the strictest on that
could be promised at all, one from as many answers as are drafted without any promise. Kinds are tried together, for
their probabilities mean the same; one that is surely worse than promised, or hardly reaches the threshold, is left out.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from indexer.asking import Answer
from indexer.bounds import lower_bound, upper_bound
from indexer.calibrating import KINDS, Calibrator, Verdict, crossed, learned

CERTAIN = 0.9
"""How certain a promise is: for either sequence half of the doubt."""
LEVEL = 1 - (1 - CERTAIN) / 2
LEAST, FEW = 20, 5
"""Verdicts of a kind from which on it can take part, and how many of them have to reach the threshold."""
FURTHER = 1.15
"""How many times as many answers each threshold lets through as the one before."""
NEVER = 1.0
State = Literal["promised", "shipped", "waits"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a kind: `promised` by verdicts, `shipped` for want of them, or it `waits`, being wrong too often.

    Of its `labels`, `drafts` reach the threshold, `wrong` of these are wrong. `missing` is about how many more verdicts
    a promise needs; 0 where there is one.
    """

    kind: str
    state: State
    threshold: float
    labels: int = 0
    drafts: int = 0
    wrong: int = 0
    missing: int = 0

    @property
    def bound(self) -> float:
        """The share of wrong drafts that its own verdicts do not exceed, with the certainty of `LEVEL`."""
        return _upper(self.wrong, self.drafts)

    @property
    def covered(self) -> float:
        """The share of its verdicts that reach the threshold."""
        return self.drafts / self.labels if self.labels else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Promises:
    """How probable an answer of each kind is and has to be. `bound` holds for all promised kinds together."""

    most_wrong: float
    standings: tuple[Standing, ...]
    drafts: int = 0
    wrong: int = 0
    calibrator: Calibrator = field(default_factory=Calibrator)

    @property
    def bound(self) -> float:
        """The share of wrong drafts that all promised kinds together do not exceed."""
        return _upper(self.wrong, self.drafts)

    def judged(self, answer: Answer) -> tuple[float, float]:
        """The probability of an answer, and the one that a draft needs."""
        told = self.of(answer.question.kind)
        if told.state != "promised" or answer.signs is None:
            return answer.probability, told.threshold
        return self.calibrator.probability(told.kind, answer.signs), told.threshold

    def of(self, kind: str) -> Standing:
        """What holds for a kind."""
        return next(told for told in self.standings if told.kind == kind)


def promised(verdicts: Sequence[Verdict], most_wrong: float, enough: float) -> Promises:
    """What can be promised by these verdicts; where nothing can, the shipped probability has to be `enough`."""
    calibrator = learned(verdicts)
    search = _Search(verdicts, crossed(verdicts), [_floor(v, calibrator) for v in verdicts], most_wrong, enough)
    kinds, threshold = search.together()
    standings = tuple(search.promised(k, threshold) if k in kinds else search.left_out(k, threshold) for k in KINDS)
    if not kinds:
        return Promises(most_wrong, standings)
    return Promises(most_wrong, standings, *search.reach(threshold, kinds), calibrator)


def needed(most_wrong: float) -> int:
    """How many drafts without a wrong one it takes to promise this."""
    return max(1, math.ceil(math.log(1 - LEVEL) / math.log(1 - most_wrong)))


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """The search for thresholds among verdicts, with the probabilities that the others give them, and their floors."""

    verdicts: Sequence[Verdict]
    said: Sequence[float]
    floors: Sequence[float]
    most_wrong: float
    enough: float

    def together(self) -> tuple[frozenset[str], float]:
        """The kinds that can promise something together, and from which probability on; none where they cannot."""
        kinds = frozenset(kind for kind in KINDS if len(self.of(kind)) >= LEAST)
        while kinds and (threshold := self.lowest(kinds)) is not None:
            unfit = {kind for kind in kinds if not self.fits(*self.reach(threshold, {kind}))}
            if not unfit:
                return kinds, threshold
            kinds -= unfit
        return frozenset(), NEVER

    def lowest(self, kinds: Collection[str]) -> float | None:
        """The lowest threshold that either sequence comes to; None where neither begins well."""
        let = sum(v.signs.said >= self.enough for v in self.verdicts if v.kind in kinds)
        least = needed(self.most_wrong)
        ends = (self.last(kinds, count) for count in (least, max(least, let)))
        return min((end for end in ends if end is not None), default=None)

    def last(self, kinds: Collection[str], count: int) -> float | None:
        """From the threshold for so many answers on, the last before the first that the bound does not hold for."""
        best = None
        ordered = sorted((p for p, v in zip(self.said, self.verdicts, strict=True) if v.kind in kinds), reverse=True)
        while count <= len(ordered):
            drafts, wrong = self.reach(ordered[count - 1], kinds)
            if _upper(wrong, drafts) > self.most_wrong:
                break
            best, count = ordered[count - 1], max(count + 1, round(count * FURTHER))
        return best

    def reach(self, threshold: float, kinds: Collection[str]) -> tuple[int, int]:
        """How many answers of these kinds reach a threshold, as far as they were judged there; how many are wrong."""
        rows = zip(self.verdicts, self.said, self.floors, strict=True)
        let = [v for v, p, floor in rows if p >= threshold >= floor and v.kind in kinds]
        return len(let), sum(not v.right for v in let)

    def fits(self, drafts: int, wrong: int) -> bool:
        """Whether a promise for a kind has something to stand on, and nothing to fall by."""
        return drafts >= FEW and not self.is_worse(drafts, wrong)

    def is_worse(self, drafts: int, wrong: int) -> bool:
        """Whether these are surely worse than what is to be promised."""
        return lower_bound(wrong, drafts, CERTAIN) > self.most_wrong

    def of(self, kind: str) -> list[Verdict]:
        """The verdicts of a kind."""
        return [verdict for verdict in self.verdicts if verdict.kind == kind]

    def promised(self, kind: str, threshold: float) -> Standing:
        """What holds for a kind that takes part."""
        return Standing(kind, "promised", threshold, len(self.of(kind)), *self.reach(threshold, {kind}))

    def left_out(self, kind: str, threshold: float) -> Standing:
        """What holds for a kind that nothing can be promised for: as shipped, unless that is surely wrong too often."""
        own = self.of(kind)
        drafts = [verdict for verdict in own if verdict.signs.said >= self.enough >= verdict.floor]
        counts = len(drafts), sum(not verdict.right for verdict in drafts)
        waits = self.is_worse(*counts)
        lacking = self.lacking_of(kind, threshold) if threshold < NEVER else self.lacking()
        missing = max(1, LEAST - len(own), math.ceil(lacking))
        bar = NEVER if waits else self.enough
        return Standing(kind, "waits" if waits else "shipped", bar, len(own), *counts, missing)

    def lacking(self) -> float:
        """About how many more verdicts it takes to promise anything, if the surest go on as they began."""
        surest = sorted(zip(self.said, self.verdicts, strict=True), key=lambda row: -row[0])
        begun = next((n for n, (_, verdict) in enumerate(surest) if not verdict.right), len(surest))
        return (needed(self.most_wrong) - begun) * max(1, len(surest)) / max(1, begun)

    def lacking_of(self, kind: str, threshold: float) -> float:
        """About how many more verdicts of a kind it takes for enough of them to reach what others can promise."""
        drafts, _ = self.reach(threshold, {kind})
        own = len(self.of(kind))
        return 0.0 if own < LEAST else (FEW - drafts) * own / max(1, drafts)


def _floor(verdict: Verdict, calibrator: Calibrator) -> float:
    """From which probability on answers like it were judged, by what was learned since: the higher of then and now."""
    if not verdict.floor:
        return 0.0
    return max(verdict.floor, calibrator.probability(verdict.kind, replace(verdict.signs, said=verdict.floor)))


@lru_cache(maxsize=4096)
def _upper(wrong: int, drafts: int) -> float:
    return upper_bound(wrong, drafts, LEVEL)
