"""Labelled questions and what was answered → figures with confidence intervals. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.asking import Question

Floats = NDArray[np.float64]
ROUNDS = 400
"""Resamples of a bootstrap interval."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question and the ids of the documents that answer it; none means that nothing does."""

    question: Question
    relevant: frozenset[str] = frozenset()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled question and what was answered: document ids, best first, and how probable the answer was said."""

    label: Labelled
    found: tuple[str, ...] = ()
    probability: float = 0.0

    @property
    def is_right(self) -> bool:
        """Whether the first document found answers."""
        return self.is_right_within(1)

    def is_right_within(self, depth: int) -> bool:
        """Whether one of the first `depth` documents found answers."""
        return not self.label.relevant.isdisjoint(self.found[:depth])


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with its 95 % bootstrap interval, and from how many questions; nan where there are none."""

    value: float
    low: float = float("nan")
    high: float = float("nan")
    count: int = 0


def hit_at(judged: Sequence[Judged], depth: int, seed: int = 0) -> Figure:
    """Share of the answerable questions with an answer among the first `depth`."""
    asked = _answerable(judged)
    return _mean([j.is_right_within(depth) for j in asked], seed)


def reciprocal_rank(judged: Sequence[Judged], seed: int = 0) -> Figure:
    """Mean of 1 / rank of the first answer over the answerable questions (MRR)."""
    return _mean([one_over_rank(j) for j in _answerable(judged)], seed)


def discounted_gain(judged: Sequence[Judged], depth: int = 10, seed: int = 0) -> Figure:
    """Mean nDCG within `depth` over the answerable questions: an answer is worth less the lower it stands."""
    return _mean([gain(j, depth) for j in _answerable(judged)], seed)


def auroc(judged: Sequence[Judged], depth: int = 1, seed: int = 0) -> Figure:
    """How often an answer right within `depth` was said to be more probable than a wrong one, over all questions."""
    return _resampled(_arrays(judged, depth), _auroc, seed)


def kept_at(judged: Sequence[Judged], precision: float, depth: int = 1, seed: int = 0) -> Figure:
    """Share of the answerable questions drafted right (within `depth`) at the lowest threshold of this precision.

    The threshold is read off these very questions, so this is what a perfect choice would give.
    """

    def kept(said: Floats, right: Floats, answerable: Floats) -> float:
        turn = np.argsort(-said, kind="stable")
        drafted_right = np.cumsum(right[turn])
        last = np.append(said[turn][1:] != said[turn][:-1], True)
        reached = np.flatnonzero(last & (drafted_right / np.arange(1, len(said) + 1) >= precision))
        return float(drafted_right[reached[-1]] / max(1.0, answerable.sum())) if len(reached) else 0.0

    return _resampled(_arrays(judged, depth), kept, seed)


def threshold_at(judged: Sequence[Judged], precision: float, depth: int = 1) -> float:
    """The lowest threshold whose drafts are right (within `depth`) to this share; above 1 where there is none."""
    said, right, _ = _arrays(judged, depth)
    turn = np.argsort(-said, kind="stable")
    last = np.append(said[turn][1:] != said[turn][:-1], True) if len(said) else np.zeros(0, dtype=bool)
    reached = np.flatnonzero(last & (np.cumsum(right[turn]) / np.arange(1, len(said) + 1) >= precision))
    return float(said[turn][reached[-1]]) if len(reached) else 1.01


def drafted(judged: Sequence[Judged], enough: float, seed: int = 0) -> Figure:
    """Share of these questions whose answer reaches the threshold."""
    return _mean([j.probability >= enough for j in judged], seed)


def precision_at(judged: Sequence[Judged], enough: float, depth: int = 1, seed: int = 0) -> Figure:
    """Share of those right within `depth` among the answers that reach the threshold."""
    return _mean([j.is_right_within(depth) for j in judged if j.probability >= enough], seed)


def calibration_error(judged: Sequence[Judged], bins: int = 10, depth: int = 1) -> float:
    """Mean distance between what was said and what came true over equally filled bins (ECE); nan without questions."""
    said, right, _ = _arrays(judged, depth)
    turn = np.argsort(said, kind="stable")
    parts = [part for part in np.array_split(turn, bins) if len(part)]
    gaps = [len(part) * abs(float(said[part].mean() - right[part].mean())) for part in parts]
    return sum(gaps) / len(judged) if judged else float("nan")


def _answerable(judged: Sequence[Judged]) -> list[Judged]:
    return [j for j in judged if j.label.relevant]


def one_over_rank(judged: Judged) -> float:
    """1 / rank of the first answer of one question; 0 where none was found."""
    ranks = (rank for rank, id_ in enumerate(judged.found, 1) if id_ in judged.label.relevant)
    return 1 / next(ranks, float("inf"))


def gain(judged: Judged, depth: int) -> float:
    """The nDCG of one answerable question: what was found beside all that could have stood first."""
    found = judged.found[:depth]
    told = sum(1 / math.log2(rank + 1) for rank, id_ in enumerate(found, 1) if id_ in judged.label.relevant)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(depth, len(judged.label.relevant)) + 1))
    return told / best


def _arrays(judged: Sequence[Judged], depth: int) -> tuple[Floats, Floats, Floats]:
    """What was said, whether it was right and whether it could be, one row a question."""
    said = np.array([j.probability for j in judged], dtype=np.float64)
    right = np.array([j.is_right_within(depth) for j in judged], dtype=np.float64)
    return said, right, np.array([bool(j.label.relevant) for j in judged], dtype=np.float64)


def _auroc(said: Floats, right: Floats, _: Floats) -> float:
    """Mann-Whitney: ties count half; nan where all are right or none is."""
    wins, losses = float(right.sum()), float(len(right) - right.sum())
    if not wins or not losses:
        return float("nan")
    _, where, counts = np.unique(said, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[where]
    return float((ranks[right > 0].sum() - wins * (wins + 1) / 2) / (wins * losses))


def _mean(values: Sequence[float], seed: int) -> Figure:
    if not values:
        return Figure(float("nan"))
    held = np.array(values, dtype=np.float64)
    chance = np.random.default_rng(seed)
    means = held[chance.integers(0, len(held), (ROUNDS, len(held)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Figure(float(held.mean()), float(low), float(high), len(held))


def _resampled(
    columns: tuple[Floats, Floats, Floats], figure: Callable[[Floats, Floats, Floats], float], seed: int
) -> Figure:
    count = len(columns[0])
    if not count:
        return Figure(float("nan"))
    chance = np.random.default_rng(seed)
    rounds = [chance.integers(0, count, count) for _ in range(ROUNDS)]
    values = np.array([figure(*(column[row] for column in columns)) for row in rounds])
    low, high = np.nanquantile(values, (0.025, 0.975)) if np.isfinite(values).any() else (float("nan"),) * 2
    return Figure(figure(*columns), float(low), float(high), count)
