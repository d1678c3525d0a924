"""What a judge said of first hits → the same questions with it and without it, and whether it earned its place. Pure.

Everything that is fitted (how much the judge counts) is fitted to the other sets, each by a judge that never saw it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation import Judged
from scripts.judging.asked import Asked, AskedSet, Seen
from scripts.judging.logistic import fitted, log_odds

Floats = NDArray[np.float64]
READ = 5
"""Hits of a question that the judge reads."""
WEIGHTS = (0.0, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08)
"""How many points of score one of the judge's log-odds may be worth to the order; one is picked on the other sets."""
ROUNDS = 500
EVEN = 1000.0
"""What every set weighs together when something is fitted to several."""
PRECISION = 0.95
FIGURES = ("hit@1", "AUROC, first right", "AUROC, any of 3 right", "kept at 95 %, first", "kept at 95 %, any of 3")
LEAST_AUROC, LEAST_KEPT = 0.01, 0.03
"""What a judge has to bring in the mean to be worth its cost, without any loss of hit@1."""
Values = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """A set and what a judge that never saw it says of the first hits of each question, as log-odds."""

    asked: AskedSet
    said: Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Ruled:
    """One set without the judge, and with it: `by_depth` holds its answers for the first hit and the first three."""

    name: str
    without: Sequence[Judged]
    by_depth: Mapping[int, Sequence[Judged]]
    weight: float


@dataclass(frozen=True, slots=True)
class Gain:
    """A figure without and with the judge, and the 95 % interval of the difference (the same questions, resampled)."""

    figure: str
    without: float
    now: float
    low: float
    high: float


def ruled(opinions: Sequence[Opinion], reorder: bool = True) -> list[Ruled]:
    """Every set with the judge, its order too unless `reorder` is off. At least two sets are needed."""
    return [_ruled(one, [o for o in opinions if o is not one], reorder) for one in opinions]


def _ruled(one: Opinion, others: Sequence[Opinion], reorder: bool) -> Ruled:
    weight = max(WEIGHTS, key=lambda w: (_right_first(others, w), -w)) if reorder else 0.0
    by_depth = {}
    for depth in (1, 3):
        seen = [_seen(other, weight, depth) for other in others]
        share = np.concatenate([np.full(len(right), EVEN / len(right)) for _, right in seen])
        fit = fitted(np.vstack([rows for rows, _ in seen]), np.concatenate([right for _, right in seen]), share)
        rows, _ = _seen(one, weight, depth)
        said = 1 / (1 + np.exp(-log_odds(rows, fit)))
        pairs = zip(_ordered(one, weight), said, strict=True)
        by_depth[depth] = [replace(asked.judged, probability=float(p)) for (asked, _), p in pairs]
    return Ruled(one.asked.name, [asked.judged for asked in one.asked.asked], by_depth, weight)


def _right_first(opinions: Sequence[Opinion], weight: float) -> float:
    """hit@1 of these sets with the order that the judge makes at this weight, in the mean."""
    return float(np.mean([_hits([asked.judged for asked, _ in _ordered(o, weight)]) for o in opinions]))


def _ordered(one: Opinion, weight: float) -> list[tuple[Asked, Sequence[float]]]:
    return [_sorted(asked, said, weight) for asked, said in zip(one.asked.asked, one.said, strict=True)]


def _sorted(asked: Asked, said: Sequence[float], weight: float) -> tuple[Asked, Sequence[float]]:
    """The hits that were judged in the order of score and judge together; the others stay below them."""
    worth = [hit.score + weight * odds for hit, odds in zip(asked.seen, said, strict=False)]
    order = sorted(range(len(worth)), key=lambda number: -worth[number])
    first: tuple[Seen, ...] = tuple(asked.seen[number] for number in order)
    return replace(asked, seen=(*first, *asked.seen[len(worth) :])), [said[number] for number in order]


def _seen(one: Opinion, weight: float, depth: int) -> tuple[Floats, Floats]:
    """What the calibrator sees of each question, and whether one of the first `depth` hits is right.

    The shipped probability as log-odds, what the judge says of the first hit, and by how much that beats the others.
    """
    rows, right = [], []
    for asked, said in _ordered(one, weight):
        p = min(max(asked.probability, 1e-4), 1 - 1e-4)
        told = list(said) or [0.0]
        best = max(told[:depth])
        rows.append((float(np.log(p / (1 - p))), best, told[0] - max(told[1:], default=told[0])))
        right.append(float(asked.judged.is_right_within(depth)))
    return np.array(rows, dtype=np.float64), np.array(right, dtype=np.float64)


def alone(one: Opinion) -> tuple[float, float, float]:
    """What a judge does by itself: hit@1 where it alone orders the hits it read, then AUROC of what it says of our
    first hit, and of the probability without it, for that hit being right."""
    ordered = [_sorted(replace(a, seen=_level(a.seen)), said, 1.0)[0] for a, said in _questions(one)]
    right = np.array([asked.judged.is_right for asked, _ in _questions(one)], dtype=np.float64)
    first = np.array([said[0] if said else 0.0 for _, said in _questions(one)], dtype=np.float64)
    sure = np.array([asked.probability for asked, _ in _questions(one)], dtype=np.float64)
    return _hits([asked.judged for asked in ordered]), _auroc(first, right, right), _auroc(sure, right, right)


def _questions(one: Opinion) -> list[tuple[Asked, Sequence[float]]]:
    return list(zip(one.asked.asked, one.said, strict=True))


def _level(seen: Sequence[Seen]) -> tuple[Seen, ...]:
    """The same hits, none better than another."""
    return tuple(replace(hit, score=0.0) for hit in seen)


def gains(sets: Sequence[Ruled], seed: int = 0) -> list[Gain]:
    """The figures in the mean over these sets, without and with the judge."""
    chance = np.random.default_rng(seed)
    rows = [_columns(one) for one in sets]
    before, after = (_mean([_figures(c[side]) for c in rows]) for side in (0, 1))
    moved = []
    for _ in range(ROUNDS):
        drawn = [chance.integers(0, len(c[0]), len(c[0])) for c in rows]
        told = [np.subtract(_figures(c[1][d]), _figures(c[0][d])) for c, d in zip(rows, drawn, strict=True)]
        moved.append(_mean(told))
    low, high = np.nanquantile(moved, (0.025, 0.975), axis=0)
    return [Gain(name, *map(float, four)) for name, *four in zip(FIGURES, before, after, low, high, strict=True)]


def _mean(told: Sequence[Sequence[float] | Floats]) -> Floats:
    """The mean over sets of each figure; one that a set cannot tell (all right, or none) is left out."""
    columns = np.array(told, dtype=np.float64).T
    return np.array([column[np.isfinite(column)].mean() if np.isfinite(column).any() else np.nan for column in columns])


def earned(told: Sequence[Gain]) -> bool:
    """Whether a judge is worth its cost: surer by enough, and never less often right first."""
    moved = {gain.figure: gain.now - gain.without for gain in told}
    surer = any(moved[name] >= LEAST_AUROC for name in FIGURES[1:3])
    return moved[FIGURES[0]] >= 0 and (surer or any(moved[name] >= LEAST_KEPT for name in FIGURES[3:]))


def by_chance(told: Sequence[Gain]) -> bool:
    """Whether no figure but hit@1 gained so much that its interval lies above 0: then the gain may be luck."""
    return all(gain.low <= 0 for gain in told[1:])


def _columns(one: Ruled) -> tuple[Floats, Floats]:
    """For both sides a row a question: answerable, said of the first, is it right, said of three, is one right."""

    def told(first: Sequence[Judged], three: Sequence[Judged]) -> Floats:
        able = [bool(j.label.relevant) for j in first]
        one = [j.probability for j in first], [j.is_right for j in first]
        return np.array([able, *one, [j.probability for j in three], [j.is_right_within(3) for j in three]], float).T

    return told(one.without, one.without), told(one.by_depth[1], one.by_depth[3])


def _figures(rows: Floats) -> Values:
    able, first, right, three, any_right = rows.T
    hit = float(right[able > 0].mean()) if able.any() else float("nan")
    sure: list[Callable[[Floats, Floats, Floats], float]] = [_auroc, _kept]
    told = [figure(said, true, able) for figure in sure for said, true in ((first, right), (three, any_right))]
    return hit, *told


def _hits(judged: Sequence[Judged]) -> float:
    return float(np.mean([j.is_right for j in judged if j.label.relevant] or [False]))


def _auroc(said: Floats, right: Floats, _: Floats) -> float:
    """How often a right answer was said to be more probable than a wrong one; ties count half."""
    wins, losses = right.sum(), (1 - right).sum()
    if not wins or not losses:
        return float("nan")
    _, where, counts = np.unique(said, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[where]
    return float((ranks[right > 0].sum() - wins * (wins + 1) / 2) / (wins * losses))


def _kept(said: Floats, right: Floats, able: Floats) -> float:
    """Share of the answerable that are right above the lowest threshold at which 95 % are."""
    turn = np.argsort(-said, kind="stable")
    sure = np.cumsum(right[turn])
    last = np.append(said[turn][1:] != said[turn][:-1], True)
    reached = np.flatnonzero(last & (sure / np.arange(1, len(said) + 1) >= PRECISION))
    return float(sure[reached[-1]] / max(1.0, able.sum())) if len(reached) else 0.0
