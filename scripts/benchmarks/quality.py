"""How often the right document comes first, and how well a wrong one is known, on labelled question sets.

Every system sees the same passages and vectors. Where anything is learned, it is learned without the set it is measured
on. Large sets are asked a sample of their questions; n says how many.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.confidence import BIAS, SCORE_WEIGHT, SHARE_WEIGHT
from indexer.embedding.opening import open_embedder
from indexer.evaluation import Figure, Judged, auroc, calibration_error, drafted, hit_at, kept_at, precision_at
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
    told = [Bench(folder, embedder).told(filler) for folder in folders]
    yield from _found(told)
    yield from _sureness(told)
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


def _sureness(told: Sequence[Told]) -> Iterator[Line]:
    """What the probability is worth, as shipped and when it is fitted anew without the set it judges."""
    figures = {one.name: auroc(one.ours) for one in told}
    for one in told:
        yield Line(f"{one.name}: AUROC of probability {_interval(figures[one.name])}", figures[one.name].value)
    yield Line("mean AUROC of probability, no labels", float(np.mean([f.value for f in figures.values()])), goal=0.87)
    plain = [one for one in told if not any(j.label.kind == "unknown-org" for j in one.ours)]
    apart = [auroc(_judged_apart(one, plain)).value for one in plain if len(plain) > 1]
    if apart:
        yield Line("mean AUROC of likeness alone, each set judged by a fit to the others", float(np.mean(apart)))
    yield Line("mean kept at 95 % precision", float(np.mean([kept_at(one.ours, 0.95).value for one in told])))
    for one in told:
        kept, right = drafted(one.ours, ENOUGH), precision_at(one.ours, ENOUGH)
        yield Line(
            f"{one.name}: right of those at {ENOUGH:g} or more, {kept.value:.0%} {_interval(right)}", right.value
        )
    yield Line("mean calibration error (ECE)", float(np.mean([calibration_error(one.ours) for one in told])))
    if plain:
        for name, fitted, shipped in zip(("share", "score", "bias"), _fit(plain), CONSTANTS, strict=True):
            yield Line(f"calibrator: {name}, fitted to all sets", float(fitted), other=shipped, other_name="shipped")


CONSTANTS = (SHARE_WEIGHT, SCORE_WEIGHT, BIAS)


def _judged_apart(one: Told, told: Sequence[Told]) -> list[Judged]:
    weights = _fit([other for other in told if other is not one])
    said = 1 / (1 + np.exp(-(one.features @ weights[:2] + weights[2])))
    return [Judged(j.label, j.found, float(p)) for j, p in zip(one.ours, said, strict=True)]


def _fit(told: Sequence[Told]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method, every set of equal weight, with a breath of ridge."""
    rows = np.vstack([np.column_stack([one.features, np.ones(len(one.features))]) for one in told])
    right = np.array([j.is_right for one in told for j in one.ours], dtype=np.float64)
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
