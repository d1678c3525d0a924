"""What is promised of answers to each kind of question, as sentences. Pure."""

import math

from indexer.promising import Promises, Standing


def sentences(told: Promises) -> list[tuple[str, str]]:
    """For each kind of question what holds for it, and why."""
    return [(standing.kind, _SAYS[standing.state](standing)) for standing in told.standings]


def _promised(told: Standing) -> str:
    counts = f"{told.wrong} of {told.drafts} such answers wrong, at most {told.bound:.1%}"
    return f"{_percent(told.threshold)} sure is enough; {counts} (n = {told.labels}, {told.covered:.0%} reach it)"


def _shipped(told: Standing) -> str:
    return (
        f"{_percent(told.threshold)} sure is enough, as shipped; about {_more(told)} to a promise (n = {told.labels})"
    )


def _waits(told: Standing) -> str:
    return (
        f"waits, {told.wrong} of {told.drafts} drafts were wrong; about {_more(told)} to a promise (n = {told.labels})"
    )


def _more(told: Standing) -> str:
    return f"{told.missing:,} more label{'s' if told.missing != 1 else ''}"


_SAYS = {"promised": _promised, "shipped": _shipped, "waits": _waits}


def _percent(probability: float) -> str:
    """Rounded up, for so much is needed."""
    return f"{math.ceil(round(probability * 100, 6))} %"
