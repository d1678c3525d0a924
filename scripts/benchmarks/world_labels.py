"""What 200 labels of one's own bring to whole mails of the invented organisation.

The labels are drawn among the questions that are found in mails of the tune split, right or wrong ones, as somebody who
labels meets them; all figures are of the test split, which has other firms, themes and templates.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from indexer.asking import Answer
from indexer.calibrating import Verdict
from indexer.embedding.opening import open_embedder
from indexer.evaluation import Judged, calibration_error
from indexer.promising import Promises
from scripts.benchmarks.table import Line
from scripts.own_labels import NOTHING, SHOWN, Drawn, draws, kept, spread
from scripts.world.making import make
from scripts.world.measuring import ANY, POLICY, Tried, sample, tried
from service.mail.letter import Reading
from service.replies.decide import decide
from service.replies.outcome import Draft, Policy

ASKED = 480
LABELS, ROUNDS = 200, 20
MOST_WRONG = 0.05
Found = list[tuple[Answer, tuple[str, ...]]]
"""The answers to a mail, each with what a draft of it alone would link to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One draw: what it keeps at 95 % precision, of all and of who-questions, and what its promise drafts."""

    kept: float
    kept_who: float
    error: float
    is_promised: bool
    wrong: float
    right: float
    drafted: dict[str, float]


def lines(data: Path | None) -> Iterator[Line]:
    """The same by itself: `scripts/bench world` ends with it."""
    world = make(splits=("test",))
    yield from after_labels(tried(world, sample(world, "test", ASKED), open_embedder()))


def after_labels(test: Sequence[Tried]) -> Iterator[Line]:
    """What changes with labels of the tune split."""
    world = make(splits=("tune",))
    tune = tried(world, sample(world, "tune", ASKED), open_embedder())
    verdicts = [verdict for one in tune for verdict in _verdicts(one, _found(one))]
    found = [_found(one) for one in test]
    for labels in (50, LABELS, 2 * LABELS):
        hands = draws(verdicts, labels, ROUNDS, MOST_WRONG)
        outcomes = [_outcome(test, found, drawn) for drawn in hands]
        yield from _told(outcomes, labels, labels == LABELS)
    before = _outcome(test, found, next(draws(verdicts, 0, 1, MOST_WRONG)))
    yield Line("without labels: kept of answerable at 95 % precision", before.kept)
    yield Line("without labels: that of who-questions", before.kept_who)
    yield Line("without labels: answerable drafted right", before.right)


def _found(one: Tried) -> Found:
    return [(answer, links) for answer in one.answers if (links := _links(one.reading, [answer], ANY))]


def _links(reading: Reading, answers: Sequence[Answer], policy: Policy) -> tuple[str, ...]:
    outcome = decide(reading, answers, policy)
    answered = outcome.answers if isinstance(outcome, Draft) else ()
    return tuple(hit.document.id for answer in answered for hit in answer.hits)


def _verdicts(one: Tried, found: Found) -> list[Verdict]:
    return [
        Verdict(answer.question.kind, answer.signs or NOTHING, not one.mail.relevant.isdisjoint(links))
        for answer, links in found
    ]


def _outcome(test: Sequence[Tried], found: Sequence[Found], drawn: Drawn) -> Outcome:
    anew = [_anew(one, answers, drawn) for one, answers in zip(test, found, strict=True)]
    drafts = [(one, _drafted(one, drawn.promises)) for one in test]
    right = {id(one): not one.mail.relevant.isdisjoint(links) for one, links in drafts if links}
    count = max(1, sum(one.mail.sort == "answerable" for one in test))
    return Outcome(
        kept(anew),
        kept(anew, lambda judged: judged.label.kind == "who"),
        calibration_error([j for one, j in zip(test, anew, strict=True) if one.mail.asked], depth=SHOWN),
        drawn.promises.drafts > 0,
        1 - sum(right.values()) / max(1, len(right)),
        sum(right.values()) / count,
        {sort: _share(drafts, sort) for sort in ("unanswerable", "statement", "nothing")},
    )


def _anew(one: Tried, found: Found, drawn: Drawn) -> Judged:
    """The mail's surest answer by what was learned."""
    said = [
        (drawn.calibrator.probability(answer.question.kind, answer.signs or NOTHING), links) for answer, links in found
    ]
    probability, links = max(said, default=(0.0, ()))
    return replace(one.judged, probability=probability, found=links)


def _drafted(one: Tried, promises: Promises) -> tuple[str, ...]:
    """What the draft links to, as a watcher would decide."""
    return _links(one.reading, one.answers, replace(POLICY, promises=promises))


def _share(drafts: Sequence[tuple[Tried, tuple[str, ...]]], sort: str) -> float:
    some = [bool(links) for one, links in drafts if one.mail.sort == sort]
    return sum(some) / max(1, len(some))


def _told(outcomes: Sequence[Outcome], labels: int, has_goals: bool) -> Iterator[Line]:
    def line(what: str, values: Sequence[float], goal: float, better: str = "higher") -> Line:
        mean = float(np.mean(values)) if values else 0.0
        told = f"after {labels} labels: {what} {spread(values)}"
        return Line(told, mean, goal=goal if has_goals else None, better="lower" if better == "lower" else "higher")

    yield line("kept of answerable at 95 % precision", [one.kept for one in outcomes], 0.6)
    yield line("that of who-questions", [one.kept_who for one in outcomes], 0.9)
    made = [MOST_WRONG - one.wrong for one in outcomes if one.is_promised]
    if made:
        what = f"realised minus promised precision where {1 - MOST_WRONG:.0%} is promised"
        yield line(what, made, -0.01)
    yield Line(
        f"after {labels} labels: answerable drafted right as promised", float(np.mean([o.right for o in outcomes]))
    )
    for sort, goal in (("unanswerable", 0.02), ("statement", 0.01), ("nothing", 0.0)):
        yield line(f"{sort} drafted as promised", [one.drafted[sort] for one in outcomes], goal, "lower")
    yield line("calibration error (ECE), mails with a question", [one.error for one in outcomes], 0.05, "lower")
