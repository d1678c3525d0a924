"""What was decided about a mail → its receipt, and receipts to and from JSON. Pure."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexer.asking import Answer, Signs
from service.mail.letter import Reading
from service.mailbox.protocol import Arrival, Place
from service.receipts import Asked, Nearest, Receipt
from service.replies.clean import one_line
from service.replies.outcome import Draft, Outcome, Pass
from service.watching.attempt import Failed

SHOWN_HITS = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A mail in work: where and how it was found, and what reading it gave (None where that failed)."""

    mailbox: str
    arrival: Arrival
    reading: Reading | None = None

    @property
    def place(self) -> Place:
        """Where the mail lies."""
        return self.arrival.place

    @property
    def identity(self) -> str:
        """What the mail is known by: its content, or its place where nothing could be read."""
        if self.reading is not None:
            return self.reading.mail.identity
        return f"{self.place.folder}:{self.place.validity}:{self.place.uid}"

    @property
    def sender(self) -> str:
        """The sender's address, empty where there is none."""
        sender = self.reading.mail.sender if self.reading else None
        return sender.email if sender else ""


def receipt(case: Case, outcome: Outcome | Failed, at: datetime, threshold: float) -> Receipt:
    """The receipt of a decision. A draft's `state` and Message-ID are filled in by who writes it."""
    mail = case.reading.mail if case.reading else None
    facts = _facts(outcome)
    return Receipt(
        identity=case.identity,
        mailbox=case.mailbox,
        folder=case.place.folder,
        uid=case.place.uid,
        message_id=mail.message_id if mail else "",
        subject=mail.subject if mail else "",
        sender=case.sender,
        received=case.arrival.received,
        at=at,
        threshold=threshold,
        **facts,
    )


def _facts(outcome: Outcome | Failed) -> dict[str, Any]:
    if isinstance(outcome, Failed):
        change = "Repairing what failed; the mail itself lies untouched in its folder."
        return {"outcome": "quarantine", "reason": outcome.step, "says": outcome.says, "would_change": change}
    others = (*outcome.unanswered, *outcome.beyond) if isinstance(outcome, Draft) else ()
    asked = tuple(map(_asked, (*outcome.answers, *others)))
    if isinstance(outcome, Pass):
        facts = {"outcome": "pass", "reason": outcome.reason.value, "says": outcome.says}
        return facts | {"would_change": outcome.would_change, "asked": asked}
    return {"outcome": "draft", "reason": "answer found", "says": _found(outcome), "asked": asked}


def _found(draft: Draft) -> str:
    titles = [answer.hits[0].document.title for answer in draft.answers if answer.hits]
    best = max((answer.probability for answer in draft.answers), default=0.0)
    open_ = "; ".join(f"“{one_line(answer.question.text, 120)}”" for answer in draft.unanswered)
    told = f"{math.floor(best * 100)} % sure of: {'; '.join(dict.fromkeys(titles))}"
    return f"{told}. Named as open: {open_}" if open_ else told


def _asked(answer: Answer) -> Asked:
    nearest = tuple(
        Nearest(h.document.id, h.document.title, h.document.url, h.score, tuple(why.says for why in h.why))
        for h in answer.hits[:SHOWN_HITS]
    )
    question = answer.question
    return Asked(question.text, question.kind, answer.probability, nearest, answer.needed, answer.signs)


def to_json(told: Receipt) -> str:
    """The receipt as one line of JSON."""
    return json.dumps(_plain(told), default=_plain, ensure_ascii=False)


def from_json(text: str) -> Receipt:
    """The receipt that `to_json` wrote; fields it does not know are dropped, so that older programs read on."""
    facts: dict[str, Any] = json.loads(text)
    known = {name: facts[name] for name in Receipt.__dataclass_fields__ if name in facts}
    return Receipt(
        **known
        | {
            "at": datetime.fromisoformat(facts["at"]),
            "received": _time(facts.get("received")),
            "state_at": _time(facts.get("state_at")),
            "asked": tuple(map(_asked_from, facts["asked"])),
        }
    )


def _plain(thing: Any) -> Any:
    """What JSON can say of a record or a time; dataclasses.asdict would copy all of it first."""
    if isinstance(thing, datetime):
        return thing.isoformat()
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _asked_from(facts: dict[str, Any]) -> Asked:
    nearest: Sequence[dict[str, Any]] = facts["nearest"]
    signs = Signs(**facts["signs"]) if facts.get("signs") else None
    told = tuple(Nearest(**n | {"why": tuple(n["why"])}) for n in nearest)
    return Asked(**facts | {"nearest": told, "signs": signs})
