"""What confirmed questions bring: to the cards they are confirmed for, to the others, and to being sure."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from indexer.confidence import SHOWN
from indexer.embedding.opening import open_embedder
from indexer.evaluation import Figure, Judged, auroc, calibration_error, drafted, hit_at, precision_at
from scripts.benchmarks.table import Line
from scripts.learning import FEW, Lesson, replayed
from scripts.question_sets import SEED, Bench
from service.replies.outcome import Policy

ENOUGH = Policy().enough
ROUNDS = 400


def lines(data: Path | None) -> Iterator[Line]:
    """The same by itself: `scripts/bench quality` ends with it."""
    folders = sorted(path.parent for path in data.glob("*/queries.jsonl")) if data else []
    if not folders:
        raise SystemExit("learned is measured on folders with documents.jsonl and queries.jsonl: --data DIR")
    embedder = open_embedder()
    yield from learned([Bench(folder, embedder) for folder in folders])


def learned(sets: Sequence[Bench]) -> Iterator[Line]:
    """hit@1 by how many questions of every card were confirmed, then what that costs and what it is worth."""
    lessons = replayed(sets)
    for one in lessons:
        yield from _steps(one)
    if lessons:
        yield from _means(lessons)


def _steps(one: Lesson) -> Iterator[Line]:
    before = hit_at(one.before, 1)
    for count, judged in one.after.items():
        what = f"{one.name}: hit@1 after {count} confirmed questions a card {_interval(hit_at(judged, 1))}"
        yield Line(what, hit_at(judged, 1).value, other=before.value, other_name="before")
    few = _gain(one.before, one.after[FEW])
    yield Line(f"{one.name}: gain of hit@1 after {FEW} {_interval(few)}", few.value)
    others = _gain(one.others_before, one.others_after)
    what = f"{one.name}: the same for cards without any, where every second one has {FEW} {_interval(others)}"
    yield Line(what, others.value)
    yield Line(f"{one.name}: asked again, right first {_interval(hit_at(one.again, 1))}", hit_at(one.again, 1).value)
    sure = drafted(one.again, ENOUGH)
    yield Line(f"{one.name}: asked again, drafted at {ENOUGH:g} {_interval(sure)}", sure.value)


def _means(lessons: Sequence[Lesson]) -> Iterator[Line]:
    gains = {one.name: _gain(one.before, one.after[FEW]).value for one in lessons}
    began = [gains[one.name] for one in lessons if not one.whole]
    what = f"mean gain of hit@1 after {FEW} confirmed questions a card"
    yield Line(f"{what}, {len(began)} sets whose cards begin as titles", float(np.mean(began or [0.0])), goal=0.15)
    yield Line(f"{what}, all {len(gains)} sets", float(np.mean(list(gains.values()))))
    others = [_gain(one.others_before, one.others_after).value for one in lessons]
    yield Line(f"mean of that for cards without any, where every second one has {FEW}", float(np.mean(others)))
    for what, figure in (("AUROC, any of 3 right", _auroc), ("calibration error", _error), ("precision", _precision)):
        before, after = (float(np.mean([figure(told) for told in half])) for half in _halves(lessons))
        yield Line(f"mean {what}, after {FEW}", after, other=before, other_name="before")
    most = max(one.embedded for one in lessons)
    yield Line("texts embedded for each confirmed question", most, goal=1.0, better="lower")


def _halves(lessons: Sequence[Lesson]) -> tuple[list[Sequence[Judged]], list[Sequence[Judged]]]:
    return [one.before for one in lessons], [one.after[FEW] for one in lessons]


def _auroc(judged: Sequence[Judged]) -> float:
    return auroc(judged, SHOWN).value


def _error(judged: Sequence[Judged]) -> float:
    return calibration_error(judged, depth=SHOWN)


def _precision(judged: Sequence[Judged]) -> float:
    return precision_at(judged, ENOUGH, SHOWN).value


def _gain(before: Sequence[Judged], after: Sequence[Judged]) -> Figure:
    """How much more often the first is right, question by question, with its 95 % bootstrap interval."""
    pairs = [(a.is_right, b.is_right) for b, a in zip(before, after, strict=True) if b.label.relevant]
    gains = np.array([float(now) - float(then) for now, then in pairs])
    means = gains[np.random.default_rng(SEED).integers(0, len(gains), (ROUNDS, len(gains)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Figure(float(gains.mean()), float(low), float(high), len(gains))


def _interval(figure: Figure) -> str:
    return f"[{figure.low:.3f}, {figure.high:.3f}] n={figure.count}"
