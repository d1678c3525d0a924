"""Two measurements of the same questions → whether one is better, or only luckier. Pure, the chance is seeded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FLIPS = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """What the second gained over the first in the mean, with its 95 % bootstrap interval.

    `better` and `worse` count the questions. `p` is how often chance alone would make so large a difference
    (two-sided sign-flip permutation test).
    """

    value: float
    low: float
    high: float
    better: int
    worse: int
    p: float
    count: int


def paired(before: Sequence[float], after: Sequence[float], seed: int = 0) -> Difference:
    """Compare question by question: both in the same order. Raises ValueError where their numbers differ or are 0."""
    if len(before) != len(after) or not before:
        raise ValueError("a paired test needs the same questions on both sides, and at least one")
    gained = np.array(after, dtype=np.float64) - np.array(before, dtype=np.float64)
    chance = np.random.default_rng(seed)
    moved = gained[gained != 0]
    means = gained[chance.integers(0, len(gained), (1000, len(gained)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    better, worse = int((gained > 0).sum()), int((gained < 0).sum())
    seen = float(gained.mean())
    return Difference(seen, float(low), float(high), better, worse, _by_chance(moved, chance), len(gained))


def _by_chance(moved: NDArray[np.float64], chance: np.random.Generator) -> float:
    """The share of sign flips whose sum is as far from zero; the one that was seen counts as one of them."""
    if not len(moved):
        return 1.0
    sums = np.array([(moved * chance.choice((-1.0, 1.0), len(moved))).sum() for _ in range(FLIPS)])
    return float((1 + (np.abs(sums) >= abs(moved.sum()) - 1e-12).sum()) / (FLIPS + 1))
