"""Whole mails of an invented organisation, read, asked and decided on as in production: the test split alone.

What the figures can and cannot tell stands in scripts/world/README.md. Nothing is learned from this
split; the labels of the last lines are of the other one.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from indexer.bounds import clopper_pearson
from indexer.embedding.opening import open_embedder
from indexer.evaluation import Judged, auroc, calibration_error, hit_at, kept_at, threshold_at
from scripts.benchmarks.table import Line
from scripts.benchmarks.world_labels import after_labels
from scripts.world.making import make
from scripts.world.measuring import POLICY, Tried, sample, tried

ASKED = 480
"""Mails with a question that are tried: a sample with a fixed seed."""
PRECISION, SHOWN = 0.95, 3


def lines(data: Path | None) -> Iterator[Line]:
    """The mixed mailbox at the best threshold and at the shipped one, then by kind, by language and by manner."""
    world = make(splits=("test",))
    told = tried(world, sample(world, "test", ASKED), open_embedder())
    answerable = _of(told, "answerable")
    judged = [one.judged for one in told]
    bar = threshold_at(judged, PRECISION, SHOWN)
    kept = kept_at(judged, PRECISION, SHOWN)
    what = f"kept of answerable at 95 % precision, no labels, one threshold for all ({bar:.3f})"
    yield Line(f"{what} [{kept.low:.3f}, {kept.high:.3f}] n={len(answerable)}", kept.value, goal=0.5)
    yield from _false(told, bar, "at that threshold")
    yield from _at_default(told)
    yield Line("AUROC of probability, any of 3 right, all mails", auroc(judged, SHOWN).value)
    yield Line("right among the links of the surest answer, of answerable", hit_at(judged, SHOWN).value)
    yield Line("calibration error (ECE), mails with a question", calibration_error(_judged(told), depth=SHOWN))
    yield from _parts(told, bar)
    yield from after_labels(told)


def _of(told: Sequence[Tried], sort: str) -> list[Tried]:
    return [one for one in told if one.mail.sort == sort]


def _judged(told: Sequence[Tried]) -> list[Judged]:
    return [one.judged for one in told if one.mail.asked]


def _false(told: Sequence[Tried], bar: float, where: str) -> Iterator[Line]:
    """Drafts that nobody should get."""
    for sort, goal in (("unanswerable", 0.02), ("statement", 0.01), ("nothing", 0.0)):
        some = _of(told, sort)
        wrong = sum(_reaches(one, bar) for one in some)
        yield _wrong(f"{NAMES[sort]} drafted {where}", wrong, len(some), goal)


def _reaches(one: Tried, bar: float) -> bool:
    return bool(one.judged.found) and one.judged.probability >= bar


NAMES = {"unanswerable": "unanswerable", "statement": "statements", "nothing": "mails without a question"}


def _wrong(what: str, wrong: int, count: int, goal: float) -> Line:
    """A share that should be small, with the upper end of its exact interval."""
    high = clopper_pearson(wrong, count)[1]
    return Line(f"{what}, {wrong} of {count}, at most {high:.3f}", wrong / max(1, count), goal=goal, better="lower")


def _at_default(told: Sequence[Tried]) -> Iterator[Line]:
    """What the shipped threshold makes of the same mails."""
    where = f"at the default {POLICY.enough:g}"
    answerable, drafts = _of(told, "answerable"), [one for one in told if one.drafted is not None]
    right = sum(one.is_right for one in answerable)
    yield _share(f"answerable drafted right {where}", right, len(answerable))
    yield _share(f"drafts with a right link {where}", sum(one.is_right for one in drafts), len(drafts))
    for sort, goal in (("unanswerable", 0.02), ("statement", 0.01), ("nothing", 0.0)):
        some = _of(told, sort)
        wrong = sum(one.drafted is not None for one in some)
        yield _wrong(f"{NAMES[sort]} drafted {where}", wrong, len(some), goal)
        if sort == "unanswerable":
            bound = clopper_pearson(wrong, len(some))[1]
            yield Line(f"upper 95 % bound of unanswerable drafted {where}", bound, goal=0.04, better="lower")


def _share(what: str, right: int, count: int) -> Line:
    low, high = clopper_pearson(right, count)
    return Line(f"{what} [{low:.3f}, {high:.3f}] n={count}", right / max(1, count))


def _parts(told: Sequence[Tried], bar: float) -> Iterator[Line]:
    """The same by kind, by language, and by how the mail names whom or what it is about."""
    asking = [one for one in told if one.mail.asked]
    ways: tuple[tuple[str, Callable[[Tried], str]], ...] = (
        ("kind", lambda one: one.mail.asked[0].kind),
        ("language", lambda one: one.mail.language),
        ("way", lambda one: "two questions" if len(one.mail.asked) > 1 else one.mail.asked[0].way),
    )
    for name, of in ways:
        for value in sorted({of(one) for one in asking}):
            some = [one for one in asking if of(one) == value]
            can, cannot = _of(some, "answerable"), _of(some, "unanswerable")
            if can:
                right = sum(one.is_right for one in can)
                yield _share(f"{name} {value}: answerable drafted right at the default", right, len(can))
            if name == "kind" and can:
                own = kept_at([one.judged for one in some], PRECISION, SHOWN)
                yield Line(f"{name} {value}: kept at 95 % precision by a threshold of its own", own.value)
            if cannot:
                wrong = sum(one.drafted is not None for one in cannot)
                yield _share(f"{name} {value}: unanswerable drafted at the default", wrong, len(cannot))
