"""A trained judge → its training card: what it learned from, how, and what it is worth. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from scripts.judging.asked import AskedSet
from scripts.judging.pairs import Pair, counts
from scripts.judging.recipe import Recipe

USE = "Log-odds that a passage answers a question, to be added to what Signpost's ranking says of it."
CARE = "The weights come from the sets below; who hands them on has to keep the licences of those sets."


def card(sets: Sequence[AskedSet], pairs: Sequence[Pair], recipe: Recipe, made: Mapping[str, Any]) -> dict[str, Any]:
    """The card as plain data. `made` tells the date, both weights' SHA-256, versions and figures."""
    return {
        "use": USE,
        "care": CARE,
        **made,
        "sets": [_told(part) for part in sets],
        "learned from": counts(pairs),
        "recipe": asdict(recipe),
    }


def _told(part: AskedSet) -> dict[str, Any]:
    able = sum(bool(asked.label.relevant) for asked in part.asked)
    return {"name": part.name, "licence": part.licence, "questions": len(part.asked), "answerable": able}
