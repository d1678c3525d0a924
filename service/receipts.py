"""Receipts: the durable record of what became of each mail, and why. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from indexer.asking import Signs

Ending = Literal["draft", "pass", "quarantine"]
State = Literal["", "shadow", "intended", "written", "sent", "edited", "deleted", "withdrawn", "left"]


@dataclass(frozen=True, slots=True)
class Nearest:
    """A document that was considered for a question, as it stood then."""

    document_id: str
    title: str
    url: str
    score: float
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question found in the mail, how sure its answer was, and the nearest documents.

    `needed` is the probability that a draft needed, 0 where all questions of the mail needed the same; `signs` are what
    the probability was made of, so that it can be made anew.
    """

    text: str
    kind: str
    probability: float
    nearest: tuple[Nearest, ...] = ()
    needed: float = 0.0
    signs: Signs | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """One mail's decision: what, by which rule, on what evidence, and what would have changed it.

    `state` follows the draft afterwards; it is empty for a pass. In shadow mode a draft is decided and recorded but
    not written (`shadow`). `at` is when it was decided, in UTC. `state_at` and `state_says` tell when and why the
    draft went on from `written`, `similarity` how much of its text was sent, from 0 to 1.
    """

    identity: str
    mailbox: str
    folder: str
    uid: int
    message_id: str
    subject: str
    sender: str
    received: datetime | None
    at: datetime
    outcome: Ending
    reason: str
    says: str
    would_change: str = ""
    threshold: float = 0.0
    asked: tuple[Asked, ...] = ()
    draft_message_id: str = ""
    state: State = ""
    state_at: datetime | None = None
    state_says: str = ""
    similarity: float | None = None

    def needed(self, asked: Asked) -> float:
        """How sure the answer to one of the questions had to be."""
        return asked.needed or self.threshold
