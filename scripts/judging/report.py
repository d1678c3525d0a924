"""Figures without and with a judge → a table that people read, and plain data for its training card. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from scripts.judging.verdict import LEAST_AUROC, LEAST_KEPT, Gain, Opinion, Ruled, earned, gains, ruled


def lines(opinions: Sequence[Opinion]) -> Iterator[str]:
    """The judge as one more reason to be sure, then with the order of the first hits left to it as well."""
    for what, reorder in (("sureness alone", False), ("order and sureness", True)):
        told = ruled(opinions, reorder)
        yield f"{what}: without → with the judge [95 % interval of the difference]"
        yield from (f"  {one.name} ({one.weight:g}): {_row(gains([one]))}" for one in told)
        mean = gains(told)
        yield f"  mean of {len(told)} sets: {_row(mean)}"
        yield f"  {_verdict(earned(mean))}"


def figures(opinions: Sequence[Opinion]) -> dict[str, Any]:
    """The means of both ways, by figure: without, with, and the interval of the difference."""
    return {"sureness alone": _plain(ruled(opinions, False)), "order and sureness": _plain(ruled(opinions))}


def _plain(told: Sequence[Ruled]) -> dict[str, list[float]]:
    return {g.figure: [round(value, 4) for value in (g.without, g.now, g.low, g.high)] for g in gains(told)}


def _row(told: Sequence[Gain]) -> str:
    return "; ".join(f"{g.figure} {g.without:.3f} → {g.now:.3f} [{g.low:+.3f}, {g.high:+.3f}]" for g in told)


def _verdict(is_earned: bool) -> str:
    bar = f"AUROC +{LEAST_AUROC:g} or kept +{LEAST_KEPT:g} in the mean, hit@1 no lower"
    return f"earned its place ({bar})" if is_earned else f"did not earn its place ({bar})"
