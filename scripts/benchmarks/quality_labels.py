"""What a set's own labels bring on labelled question sets: calibration, and promises that are kept.

Of every set 200 questions are drawn as labels, ten times; all figures are of the questions that were not drawn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.calibrating import Verdict
from indexer.embedding.opening import open_embedder
from indexer.evaluation import calibration_error
from scripts.benchmarks.table import Line
from scripts.own_labels import NOTHING, SHOWN, Drawn, draws, judged_anew, kept, let_through, spread
from scripts.question_sets import Bench, Told

LABELS, ROUNDS = 200, 10
MOST_WRONG = 0.05
ENOUGH_DRAFTS = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """One draw: calibration error and kept at 95 % precision before and after, and what its promise came to."""

    error: tuple[float, float]
    kept: tuple[float, float]
    drafts: int
    wrong: float
    is_promised: bool
    waits: bool


def lines(data: Path | None) -> Iterator[Line]:
    """The same by itself: `scripts/bench quality` has it too."""
    folders = sorted(path.parent for path in data.glob("*/queries.jsonl")) if data else []
    if not folders:
        raise SystemExit("quality_labels is measured on folders with documents.jsonl and queries.jsonl: --data DIR")
    embedder = open_embedder()
    yield from own_labels([Bench(folder, embedder).told() for folder in folders])


def own_labels(told: Sequence[Told]) -> Iterator[Line]:
    """A few lines a set, then the means."""
    every = {one.name: _outcomes(one) for one in told}
    for name, outcomes in every.items():
        yield from _set(name, outcomes)
    after = [float(np.mean([one.error[1] for one in outcomes])) for outcomes in every.values()]
    before = float(np.mean([one.error[0] for outcomes in every.values() for one in outcomes]))
    what = f"mean calibration error (ECE), any of 3 right, after {LABELS} own labels, {len(told)} sets"
    yield Line(what, float(np.mean(after)), other=before, other_name="before", goal=0.05, better="lower")


def _outcomes(one: Told) -> list[Outcome]:
    verdicts = [
        Verdict(j.label.question.kind, signs or NOTHING, j.is_right_within(SHOWN))
        for j, signs in zip(one.ours, one.signs, strict=True)
    ]
    return [_outcome(one, verdicts, drawn) for drawn in draws(verdicts, LABELS, ROUNDS, MOST_WRONG)]


def _outcome(one: Told, verdicts: Sequence[Verdict], drawn: Drawn) -> Outcome:
    others, rest = [verdicts[n] for n in drawn.rest], [one.ours[n] for n in drawn.rest]
    anew = judged_anew(rest, [drawn.calibrator.probability(v.kind, v.signs) for v in others])
    questions = [j.label.question for j in rest]
    let = [v.right for v, q in zip(others, questions, strict=True) if let_through(drawn.promises, q.kind, v.signs)]
    return Outcome(
        (calibration_error(rest, depth=SHOWN), calibration_error(anew, depth=SHOWN)),
        (kept(rest), kept(anew)),
        len(let),
        1 - sum(let) / max(1, len(let)) if let else 0.0,
        drawn.promises.drafts > 0,
        any(standing.state == "waits" for standing in drawn.promises.standings),
    )


def _set(name: str, outcomes: Sequence[Outcome]) -> Iterator[Line]:
    after = [one.error[1] for one in outcomes]
    before = float(np.mean([one.error[0] for one in outcomes]))
    yield Line(
        f"{name}: calibration error (ECE) after {LABELS} own labels {spread(after)}",
        float(np.mean(after)),
        other=before,
        other_name="before",
        goal=0.05,
        better="lower",
    )
    found = [one.kept[1] for one in outcomes]
    before = float(np.mean([one.kept[0] for one in outcomes]))
    yield Line(
        f"{name}: kept at 95 % precision {spread(found)}", float(np.mean(found)), other=before, other_name="before"
    )
    made = [MOST_WRONG - one.wrong for one in outcomes if one.is_promised and one.drafts >= ENOUGH_DRAFTS]
    what = f"{name}: realised minus promised precision where {1 - MOST_WRONG:.0%} is promised {spread(made)}"
    if made:
        yield Line(what, float(np.mean(made)), goal=-0.01)
    promised, waits = sum(one.is_promised for one in outcomes), sum(one.waits for one in outcomes)
    yield Line(f"{name}: draws that promise it, {promised}; in {waits} drafts wait", promised / len(outcomes))
