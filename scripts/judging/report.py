"""Figures without and with a judge → a table that people read, and plain data for its training card. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from scripts.judging.verdict import (
    LEAST_AUROC,
    LEAST_KEPT,
    Gain,
    Opinion,
    Ruled,
    alone,
    by_chance,
    earned,
    gains,
    ruled,
)


def lines(opinions: Sequence[Opinion]) -> Iterator[str]:
    """What the judge is by itself, what it adds to being sure, and what it does to the order of the first hits too."""
    yield "the judge alone: hit@1 in its order; AUROC, first right, of the judge beside that of the probability"
    yield from ("  {}: {:.3f}; {:.3f} beside {:.3f}".format(one.asked.name, *alone(one)) for one in opinions)
    for what, reorder in (("sureness alone", False), ("order and sureness", True)):
        told = ruled(opinions, reorder)
        yield f"{what}: without → with the judge [95 % interval of the difference]"
        yield from (f"  {one.name} ({one.weight:g}): {_row(gains([one]))}" for one in told)
        mean = gains(told)
        yield f"  mean of {len(told)} sets: {_row(mean)}"
        yield f"  {_verdict(mean)}"


def figures(opinions: Sequence[Opinion]) -> dict[str, Any]:
    """The means of both ways, by figure: without, with, and the interval of the difference."""
    return {"sureness alone": _plain(ruled(opinions, False)), "order and sureness": _plain(ruled(opinions))}


def _plain(told: Sequence[Ruled]) -> dict[str, list[float]]:
    return {g.figure: [round(value, 4) for value in (g.without, g.now, g.low, g.high)] for g in gains(told)}


def _row(told: Sequence[Gain]) -> str:
    return "; ".join(f"{g.figure} {g.without:.3f} → {g.now:.3f} [{g.low:+.3f}, {g.high:+.3f}]" for g in told)


def _verdict(mean: Sequence[Gain]) -> str:
    bar = f"AUROC +{LEAST_AUROC:g} or kept +{LEAST_KEPT:g} in the mean, hit@1 no lower"
    if not earned(mean):
        return f"did not earn its place ({bar})"
    return f"earned its place ({bar})" + (", but this may be chance: every interval holds 0" if by_chance(mean) else "")
