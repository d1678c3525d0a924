"""How often the right document comes first, and how well a wrong one is known, on labelled question sets.

Every system sees the same passages and vectors. Where anything is learned, it is learned without the set it is measured
on. Large sets are asked a sample of their questions; n says how many.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.confidence import BIAS, MANY_BIAS, MANY_WEIGHT, SCORE_WEIGHT, SHARE_WEIGHT, SHOWN
from indexer.embedding.opening import open_embedder
from indexer.evaluation import Figure, Judged, auroc, calibration_error, drafted, hit_at, kept_at, precision_at
from scripts.benchmarks.learned import learned
from scripts.benchmarks.quality_labels import own_labels
from scripts.benchmarks.table import Line
from scripts.question_sets import Bench, Told
from service.replies.outcome import Policy

FILLER = Path("mail", "questions_train", "parakweet_train.txt")
ENOUGH = Policy().enough


def lines(data: Path | None) -> Iterator[Line]:
    """A line a set, then the means, the confidence, and the names."""
    folders = sorted(path.parent for path in data.glob("*/queries.jsonl")) if data else []
    if data is None or not folders:
        raise SystemExit("quality is measured on folders with documents.jsonl and queries.jsonl: --data DIR")
    embedder, filler = open_embedder(), _filler(data.parent / FILLER)
    sets = [Bench(folder, embedder) for folder in folders]
    told, cut = [one.told(filler) for one in sets], [one.told_in_pieces() for one in sets if one.is_listed]
    yield from _found(told)
    yield from _sureness(told, cut)
    yield from _drafted([*told, *cut])
    yield from _calibrated(told, cut)
    yield from own_labels(told)
    yield from learned(sets)
    for one in told:
        if any(j.label.kind == "unknown-org" for j in one.ours):
            yield from _named(one)


def _filler(path: Path) -> list[str]:
    """Sentences of real mails that ask for nothing; none where the file is not there."""
    rows = path.read_text("utf-8").splitlines() if path.is_file() else []
    return [row.split("\t", 1)[1] for row in rows if row.startswith("No\t")]


def _found(told: Sequence[Told]) -> Iterator[Line]:
    """hit@1 and hit@3 beside the best of the lanes alone and of fusion by rank; then the means over all sets."""
    for depth, goal in ((1, 0.855), (3, None)):
        values = {name: [hit_at(one.judged[name], depth).value for one in told] for name in told[0].judged}
        means = {name: float(np.mean(found)) for name, found in values.items()}
        for i, one in enumerate(told):
            others = {name: found[i] for name, found in values.items() if name != "ours"}
            yield _beside(f"{one.name}: hit@{depth} {_interval(hit_at(one.ours, depth))}", values["ours"][i], others)
        others = {name: mean for name, mean in means.items() if name != "ours"}
        said = ", ".join(f"{name} {mean:.3f}" for name, mean in others.items())
        yield _beside(f"mean hit@{depth} of {len(told)} sets ({said})", means["ours"], others, goal)
    for one in told:
        if one.mailed:
            share = hit_at(one.mailed, 1).value / hit_at(one.clean, 1).value
            yield Line(f"{one.name}: hit@1 inside a mail / alone, n={len(one.mailed)}", share, goal=0.97)


def _beside(what: str, ours: float, others: dict[str, float], goal: float | None = None) -> Line:
    best = max(others, key=lambda name: others[name])
    return Line(what, ours, other=others[best], other_name=best, goal=goal)


def _interval(figure: Figure) -> str:
    return f"[{figure.low:.3f}, {figure.high:.3f}] n={figure.count}"


def _sureness(told: Sequence[Told], cut: Sequence[Told]) -> Iterator[Line]:
    """How well the probability tells right from wrong: for the first hit, and for one of those a draft shows."""
    for depth, what, goal in ((1, "first right", 0.87), (SHOWN, "any of 3 right", None)):
        figures = {one.name: auroc(one.ours, depth) for one in (*told, *cut)}
        for name, figure in figures.items():
            yield Line(f"{name}: AUROC of probability, {what} {_interval(figure)}", figure.value)
        mean = float(np.nanmean([figures[one.name].value for one in told]))
        yield Line(f"mean AUROC of probability, {what}, no labels", mean, goal=goal)
        kept = float(np.mean([kept_at(one.ours, 0.95, depth).value for one in told]))
        yield Line(f"mean kept at 95 % precision, {what}", kept)
        off = float(np.mean([calibration_error(one.ours, depth=depth) for one in told]))
        yield Line(f"mean calibration error (ECE), {what}", off)


def _drafted(told: Sequence[Told]) -> Iterator[Line]:
    """What a draft at the default threshold is worth, and how often one is written though nothing answers."""
    for one in told:
        share, right = drafted(one.ours, ENOUGH), precision_at(one.ours, ENOUGH, SHOWN)
        what = f"{one.name}: any of 3 right of those at {ENOUGH:g} or more, {share.value:.0%}"
        yield Line(f"{what} {_interval(right)}", right.value)
        wrong = drafted([j for j in one.ours if not j.label.relevant], ENOUGH)
        if wrong.count:
            what = f"{one.name}: drafted at {ENOUGH:g} though nothing answers {_interval(wrong)}"
            yield Line(what, wrong.value, better="lower")


def _calibrated(told: Sequence[Told], cut: Sequence[Told]) -> Iterator[Line]:
    """The calibrators fitted anew: without the set that they judge, and to all sets beside what is shipped."""
    plain = [one for one in told if not any(j.label.kind == "unknown-org" for j in one.ours)]
    for what, sets, columns, shipped in (("one answer", plain, STANDS_OUT, ONE), ("many answers", cut, NEAREST, MANY)):
        if len(sets) < 2:
            continue
        apart = [_judged_apart(one, sets, columns) for one in sets]
        right = float(np.nanmean([auroc(judged, SHOWN).value for judged in apart]))
        yield Line(f"{what}: mean AUROC, any of 3 right, each set judged by a fit to the others", right)
        off = float(np.mean([calibration_error(judged, depth=SHOWN) for judged in apart]))
        yield Line(f"{what}: mean calibration error, each set judged by a fit to the others", off)
        for (name, value), fitted in zip(shipped.items(), _fit(sets, columns), strict=True):
            yield Line(f"{what}: {name}, fitted to all sets", float(fitted), other=value, other_name="shipped")


STANDS_OUT, NEAREST = slice(0, 2), slice(2, 3)
"""The features each calibrator sees."""
ONE = {"share": SHARE_WEIGHT, "score": SCORE_WEIGHT, "bias": BIAS}
MANY = {"nearest": MANY_WEIGHT, "bias": MANY_BIAS}


def _judged_apart(one: Told, told: Sequence[Told], columns: slice) -> list[Judged]:
    weights = _fit([other for other in told if other is not one], columns)
    said = 1 / (1 + np.exp(-(one.features[:, columns] @ weights[:-1] + weights[-1])))
    return [Judged(j.label, j.found, float(p)) for j, p in zip(one.ours, said, strict=True)]


def _fit(told: Sequence[Told], columns: slice) -> NDArray[np.float64]:
    """Logistic regression by Newton's method, every set of equal weight, with a breath of ridge."""
    rows = np.vstack([np.column_stack([one.features[:, columns], np.ones(len(one.features))]) for one in told])
    right = np.array([j.is_right_within(SHOWN) for one in told for j in one.ours], dtype=np.float64)
    share = np.concatenate([np.full(len(one.ours), 1 / len(one.ours)) for one in told]) * len(right) / len(told)
    weights = np.zeros(rows.shape[1])
    for _ in range(30):
        said = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (share * (right - said)) - 0.1 * weights
        bend = (rows * (share * said * (1 - said))[:, None]).T @ rows + 0.1 * np.eye(len(weights))
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def _named(one: Told) -> Iterator[Line]:
    """Who talks to whom: every way to write a name, and organisations that nobody knows."""
    for kind, goal in (("exact", 0.99), ("lower", 0.99), ("typo", 0.99), ("alias", 0.95)):
        of_kind = [j for j in one.ours if j.label.kind == kind]
        figure = hit_at(of_kind, 1)
        yield Line(f"{one.name}: {kind} names, right first {_interval(figure)}", figure.value, goal=goal)
    yield Line(f"{one.name}: kept at 99 % precision", kept_at(one.ours, 0.99).value, goal=0.97)
    right = [j.probability >= ENOUGH and j.is_right for j in one.ours if j.label.relevant]
    yield Line(f"{one.name}: drafted right at {ENOUGH:g}", float(np.mean(right)))
    unknown = drafted([j for j in one.ours if j.label.kind == "unknown-org"], ENOUGH)
    what = f"{one.name}: unknown organisations drafted at {ENOUGH:g}, n={unknown.count}"
    yield Line(what, unknown.value, goal=0.005, better="lower")
