"""Labels drawn by chance → what they teach and promise, and what comes of that with other questions. Pure.

A verdict for each question; many draws of so many of them, so that a figure is not that of one lucky hand.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer.asking import Answer, Question, QuestionKind, Signs
from indexer.calibrating import Calibrator, Verdict, learned
from indexer.evaluation import Judged, threshold_at
from indexer.promising import Promises, promised
from service.replies.outcome import Policy

ENOUGH = Policy().enough
PRECISION, SHOWN = 0.95, 3
NOTHING = Signs(0.0)
SEED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What was learned of a hand of labels, and the numbers of the questions that were not in it."""

    promises: Promises
    calibrator: Calibrator
    rest: Sequence[int]


def draws(verdicts: Sequence[Verdict], labels: int, rounds: int, most_wrong: float) -> Iterator[Drawn]:
    """So many hands of labels, always the same."""
    chance = np.random.default_rng(SEED)
    for _ in range(rounds):
        turn = [int(number) for number in chance.permutation(len(verdicts))]
        hand = [verdicts[number] for number in turn[:labels]]
        yield Drawn(promised(hand, most_wrong, ENOUGH), learned(hand), turn[labels:])


def let_through(promises: Promises, kind: QuestionKind, signs: Signs) -> bool:
    """Whether an answer is drafted by what is promised."""
    probability, needed = promises.judged(Answer(Question("", kind), probability=signs.said, signs=signs))
    return probability >= needed


def judged_anew(judged: Sequence[Judged], said: Sequence[float]) -> list[Judged]:
    """The same answers with other probabilities."""
    return [replace(one, probability=p) for one, p in zip(judged, said, strict=True)]


def kept(judged: Sequence[Judged], among: Callable[[Judged], bool] = lambda judged: True) -> float:
    """Share of the answerable questions drafted right at the lowest threshold of this precision, read off them."""
    some = [one for one in judged if among(one)]
    bar = threshold_at(some, PRECISION, SHOWN)
    right = sum(one.probability >= bar and one.is_right_within(SHOWN) for one in some)
    return right / max(1, sum(bool(one.label.relevant) for one in some))


def spread(values: Sequence[float]) -> str:
    """The least and the most of several draws."""
    return f"[{min(values):.3f}, {max(values):.3f}] n={len(values)} draws" if values else "no draw"
