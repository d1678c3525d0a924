"""Asked questions → labelled pairs of question and passage to learn from. Pure, the chance is seeded.

What answers is a right answer; wrong ones are what our own ranking put highest beside it: the hard negatives. Where
nothing answers, the highest hits are wrong, near-miss companies and on-topic passages among them.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scripts.judging.asked import Asked, AskedSet, Seen
from scripts.judging.logistic import fitted, log_odds

HARD = 4
"""The highest wrong hits of a question that may be learned from."""
SURE = 4.0
"""From these log-odds on, 98 to 2, the ranking needs no teaching about a pair."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a passage, whether it answers, and the log-odds that the ranking alone gives to that."""

    question: str
    passage: str
    answers: bool
    prior: float = 0.0


def pairs(sets: Sequence[AskedSet], most: int, seed: int, knowing: bool = True) -> list[Pair]:
    """At most so many pairs, as many from each set as it has, shuffled; only those that the ranking is in doubt about.

    With `knowing`, every pair bears what score and margin alone say of it, so that a judge has to learn only what
    the ranking does not know.
    """
    chance = random.Random(seed)
    drawn = [[(asked, hit) for asked in part.asked for hit in _chosen(asked)] for part in sets]
    every = [one for part in drawn for one in part]
    rows = np.array([evidence(asked, hit) for asked, hit in every], dtype=np.float64)
    right = np.array([asked.answers(hit) for asked, hit in every], dtype=np.float64)
    weight = np.concatenate([np.full(len(part), len(every) / max(1, len(part))) for part in drawn])
    priors = iter(log_odds(rows, fitted(rows, right, weight / len(sets))))
    told = [[_pair(asked, hit, float(next(priors))) for asked, hit in part] for part in drawn]
    doubted = [_drawn([pair for pair in part if abs(pair.prior) < SURE], most // len(sets), chance) for part in told]
    mixed = [pair for part in doubted for pair in part]
    chance.shuffle(mixed)
    return mixed if knowing else [Pair(pair.question, pair.passage, pair.answers) for pair in mixed]


def evidence(asked: Asked, hit: Seen) -> tuple[float, float]:
    """What the ranking alone says of a hit: its score, and by how much it beats the best other one."""
    others = [other.score for other in asked.seen if other is not hit]
    return hit.score, hit.score - max(others, default=0.0)


def counts(told: Sequence[Pair]) -> dict[str, int]:
    """How many pairs there are, and how many of them answer."""
    return {"pairs": len(told), "answering": sum(pair.answers for pair in told)}


def _chosen(asked: Asked) -> Iterator[Seen]:
    """The highest right hit and the highest wrong ones."""
    yield from [hit for hit in asked.seen if asked.answers(hit)][:1]
    yield from [hit for hit in asked.seen if not asked.answers(hit)][:HARD]


def _pair(asked: Asked, hit: Seen, prior: float) -> Pair:
    return Pair(asked.label.question.text, hit.text, asked.answers(hit), prior)


def _drawn(told: Sequence[Pair], most: int, chance: random.Random) -> list[Pair]:
    return list(told) if len(told) <= most else chance.sample(list(told), most)
