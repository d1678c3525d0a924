"""Questions that a document answered, by somebody's word: which are the same, which are kept, what they count. Pure."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

from indexer.asking import Before
from indexer.wording import fold

MOST = 50
"""Questions kept of a document: beyond twenty they hardly find more, and nobody may flood a card."""
LONGEST = 1000
"""Characters of a question; models read no further."""
LEARNED, REPEATED = 0.4, 2.0
"""What confirmed questions add to a score: for being nearer than could be expected, for being asked again."""
EXPECTED, OF_MANY, ASKED_AGAIN = 0.94, 0.035, 0.85
"""The cosine that a confirmed question has by chance: a share of that of the best passage, and more for the best of
many, by the logarithm of their number; and the cosine from which on one counts as asked again. Fitted to public
question sets whose records list examples. `scripts/bench quality --data DIR` prints what they bring."""
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A document answered a question: a draft that linked to it was `sent`, or somebody `marked` it."""

    question: str
    document_id: str
    at: datetime
    by: Literal["sent", "marked"] = "marked"

    @property
    def same(self) -> str:
        """What it has in common with questions that differ in case, accents, blanks or marks alone."""
        return " ".join(WORD.findall(fold(self.question)))

    @property
    def text_hash(self) -> str:
        """SHA-256 (hex) of the question: the key under which its vector is kept."""
        return sha256(self.question.encode()).hexdigest()


def usable(confirmations: Iterable[Confirmation]) -> list[Confirmation]:
    """Those that ask something, as one line of text that any file can hold."""
    told = (replace(one, question=_line(one.question)) for one in confirmations)
    return [one for one in told if one.same]


def kept(confirmations: Iterable[Confirmation], most: int = MOST) -> tuple[Confirmation, ...]:
    """What is kept of one document's, in whatever order they came, each question once.

    What people marked comes before what was learned of drafts, and the newest before the older.
    """
    once: dict[str, Confirmation] = {}
    for one in sorted(confirmations, key=lambda one: (one.by == "marked", one.at, one.question), reverse=True):
        once.setdefault(one.same, one)
    return tuple(once.values())[:most]


def gained(before: Before, meaning: float) -> float:
    """What questions that a document answered add to its score, where its best passage has the cosine `meaning`.

    The mean of all counts as much as the nearest, so that a card confirmed for everything, whose mean is near to
    nothing, does not come first everywhere. Nothing is ever taken off: a card may answer more than it was asked.
    """
    expected = EXPECTED * meaning + OF_MANY * math.log(max(1, before.count))
    nearer = max(0.0, (before.nearest + before.middle) / 2 - expected)
    return LEARNED * nearer + REPEATED * max(0.0, before.nearest - ASKED_AGAIN)


def _line(text: str) -> str:
    return " ".join(text.encode("utf-8", "replace").decode().split())[:LONGEST]
