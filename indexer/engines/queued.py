"""Texts that wait to be embedded, as records: what a worker takes, how the queue stands. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

CHARACTERS = 4
"""Characters that make a token, roughly; a text in a script without blanks has more tokens than that tells."""
MARKS = 2
"""Tokens that a model puts around every text."""


@dataclass(frozen=True, slots=True)
class Leased:
    """Texts by their hashes that are one worker's until the lease ends. Its number is never given again."""

    number: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A text that could not be embedded, why not, and a document that has it; empty where none has it any more."""

    text_hash: str
    why: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class Queued:
    """How many texts wait, are being embedded, and were set aside; some of the last."""

    waiting: int = 0
    leased: int = 0
    aside: int = 0
    examples: tuple[SetAside, ...] = ()

    @property
    def problem(self) -> str:
        """A sentence where somebody should look at it."""
        if not self.aside:
            return ""
        some = "; ".join(f"{one.document or one.text_hash[:12]}: {one.why}" for one in self.examples)
        what = "1 text was" if self.aside == 1 else f"{self.aside:,} texts were"
        return (
            f"{what} set aside and can be found by words alone, for no worker could embed it ({some}). "
            "Try once more: signpost index retry"
        )


def tokens_in(text: str) -> int:
    """About how many tokens a model makes of a text."""
    return len(text.encode("utf-8", "replace")) // CHARACTERS + MARKS
