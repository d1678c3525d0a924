"""How far a copy is → sentences. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

LATE = 5.0
"""Seconds without word from the database of which it is told."""


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a copy was and its database, `ago` seconds back; `whole` once everything was copied for the first time.

    `last` is how many seconds it took from the last change in the database to here.
    """

    sequence: int = 0
    of: int = 0
    whole: bool = False
    ago: float = float("inf")
    last: float = 0.0
    trouble: str = ""


def sentence(lag: Lag) -> str:
    """How the copy on this machine stands, in a line."""
    if not lag.whole:
        return "everything is being copied for the first time; the database answers meanwhile"
    behind = lag.of - lag.sequence
    stands = f"at sequence {lag.sequence:,}" + (f", {behind:,} behind the database" if behind > 0 else "")
    took = f"; the last change took {lag.last:.2f} s to get here" if lag.last else ""
    return f"{stands}, looked at {lag.ago:.1f} s ago{took}"


def trouble(lag: Lag, bound: float) -> Iterator[str]:
    """A sentence where the database was not heard of for long."""
    if lag.whole and lag.ago > LATE:
        yield (
            f"The copy of the index on this machine is {lag.ago:.0f} s old, and answers from {bound:.0f} s on no more. "
            f"{lag.trouble}"
        ).rstrip()
