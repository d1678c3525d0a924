"""What people said of answers → probabilities that hold here. Pure.

The shipped probability comes from other people's questions. A logistic regression bends it, by the kind of question, to
what came true here: its ridge pulls it towards the shipped one, so that without a verdict it is the shipped one, and a
kind with few verdicts leans on what all kinds have in common.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.asking import Mention, Signs
from indexer.confidence import features
from indexer.names import DOUBTFUL
from indexer.ranking import Ranked

Floats = NDArray[np.float64]
KINDS = ("who", "similar work", "reference", "other")

# How far a coefficient that all kinds have in common may go, and how far a kind's own from it, as variances; how much
# of that is left to what is measured of texts; centre and spread of these measures. Chosen with 50 and 200 labels of
# scripts/world and of six public question sets; `scripts/bench quality_labels --data DIR` prints what they bring.
COMMON, OF_A_KIND, OF_TEXTS = 1.0, 0.2, 0.1
SHARE, LIKENESS, WORDS = (-2.0, 1.0), (0.35, 0.12), (0.25, 0.15)
FARTHEST = 3.0
"""Spreads from the centre at which a sign counts as far as it goes."""
SUREST = 0.995
"""A shipped probability nearer to 0 or 1 says no more than this one: people can contradict it."""
STEPS, NEAR_ENOUGH = 60, 1e-7
FOLDS = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What people said of an answer: whether one of its links answers the question.

    `floor` is the probability from which on answers like it were judged at all: 0 for labels, for drafts that were sent
    or deleted the one that they needed. What lies below was not looked at, so nothing follows for it.
    """

    kind: str
    signs: Signs
    right: bool
    floor: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Calibrator:
    """Signs of an answer → the probability that it is right, as learned here; the shipped one where nothing was."""

    weights: Floats | None = None

    def probability(self, kind: str, signs: Signs) -> float:
        """In [0, 1]; 0 stays 0, for then nothing was found."""
        if self.weights is None or signs.said <= 0:
            return signs.said
        value = _logit(signs.said) + float(_row(kind, signs) @ self.weights)
        return 1 / (1 + math.exp(-min(30.0, max(-30.0, value))))


def signs(said: float, ranked: Sequence[Ranked], mentions: Sequence[Mention]) -> Signs | None:
    """What the probability `said` of this ranking was made of; None where nothing was found."""
    if not ranked:
        return None
    share, likeness = features(ranked)
    known = any(mention.sureness > DOUBTFUL for mention in mentions)
    return Signs(float(said), float(share), float(likeness), float(ranked[0].words), known)


def learned(verdicts: Sequence[Verdict]) -> Calibrator:
    """The probabilities that fit these verdicts best and the shipped ones as far as they leave it open."""
    if not verdicts:
        return Calibrator()
    rows, offset, right = _told(verdicts)
    return Calibrator(_fit(rows, offset, right))


def crossed(verdicts: Sequence[Verdict]) -> list[float]:
    """For each verdict the probability that all the others would have given it: nobody judges what taught him."""
    if not verdicts:
        return []
    rows, offset, right = _told(verdicts)
    turn = np.arange(len(verdicts)) % FOLDS
    said = np.zeros(len(verdicts))
    for fold in range(min(FOLDS, len(verdicts))):
        here = turn == fold
        weights = _fit(rows[~here], offset[~here], right[~here])
        said[here] = _logistic(offset[here] + rows[here] @ weights)
    return [float(p) if v.signs.said > 0 else 0.0 for p, v in zip(said, verdicts, strict=True)]


def _told(verdicts: Sequence[Verdict]) -> tuple[Floats, Floats, Floats]:
    rows = np.array([_row(v.kind, v.signs) for v in verdicts])
    offset = np.array([_logit(v.signs.said) for v in verdicts])
    return rows, offset, np.array([v.right for v in verdicts], dtype=np.float64)


def _row(kind: str, told: Signs) -> Floats:
    """The signs once for all kinds and once for this one, scaled so that one ridge fits all coefficients."""
    # where the name decides, the likeness of the texts says little
    free = math.sqrt(OF_TEXTS) * (not told.known)
    values = np.array(
        [
            1.0,
            _logit(told.said) / 2,
            free * _scaled(told.share, SHARE),
            free * _scaled(told.likeness, LIKENESS),
            free * _scaled(told.words, WORDS),
            float(told.known),
        ]
    )
    own = [(kind == name) * math.sqrt(OF_A_KIND) * values for name in KINDS]
    return np.concatenate([math.sqrt(COMMON) * values, *own])


def _scaled(value: float, about: tuple[float, float]) -> float:
    centre, spread = about
    return max(-FARTHEST, min(FARTHEST, (value - centre) / spread))


def _logit(probability: float) -> float:
    held = min(SUREST, max(1 - SUREST, probability))
    return math.log(held / (1 - held))


def _logistic(value: Floats) -> Floats:
    told: Floats = 1 / (1 + np.exp(-value))
    return told


def _fit(rows: Floats, offset: Floats, right: Floats) -> Floats:
    """Newton's method on the likelihood and a ridge of one, with steps that never make it worse."""

    def cost(weights: Floats) -> float:
        value = offset + rows @ weights
        return float((np.logaddexp(0, value) - right * value).sum() + weights @ weights / 2)

    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        said = _logistic(offset + rows @ weights)
        slope = rows.T @ (right - said) - weights
        bend = (rows * (said * (1 - said))[:, None]).T @ rows + np.eye(len(weights))
        step = _shortened(weights, np.asarray(np.linalg.solve(bend, slope), dtype=np.float64), cost)
        weights = weights + step
        if np.abs(step).max() < NEAR_ENOUGH:
            break
    return weights


def _shortened(weights: Floats, step: Floats, cost: Callable[[Floats], float]) -> Floats:
    """The step, halved until it makes things no worse."""
    before = cost(weights)
    for _ in range(30):
        if cost(weights + step) <= before:
            return step
        step = step / 2
    return np.zeros_like(step)
