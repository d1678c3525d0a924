"""The production watcher on an account of a torture server: all in earnest but the knowledge and the clock."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from indexer.asking import Answer, Hit, Question, Viewer
from indexer.documents import EVERYONE, Document
from scripts.torturing.servers import PASSWORD
from scripts.torturing.wire import Wire, WiredFile, wired_mailbox
from service.ledger import Ledger
from service.mail.letter import Address, Reading
from service.mail.reading import ReadingRules, read
from service.mailbox.account import ImapAccount
from service.replies.audience import audience_of, viewer_of
from service.replies.compose import Writing, compose
from service.replies.decide import before_search, decide
from service.replies.outcome import Draft, Policy
from service.templates import Templates
from service.watch import Watcher
from service.watching.judging import Judge, Steps
from service.watching.options import WatchOptions
from service.watching.presence import Presence

BOX = "sales@brueckner.example"
OWN = Address(BOX, "Sales")
CARD = Document(
    "trello:sales:card:pilot",
    "card",
    "Pilot with Brückner Logistik",
    "https://trello.com/c/pilot",
    parent="Sales",
    lane="In talks",
    visibility=EVERYONE,
)
POLICY = Policy(internal=frozenset({"brueckner.example"}), own=frozenset({BOX}))
TEMPLATES = Templates()


@dataclass(slots=True)
class Clock:
    """A clock that goes when it is told to."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def later(self, minutes: float) -> None:
        """Go on."""
        self.now += timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Habits:
    """How an account is watched: options of the watcher, and what its mailbox and its knowledge are like."""

    options: dict[str, Any] = field(default_factory=dict)
    max_size: int = 25_000_000
    card_is_gone: bool = False


class Knowing:
    """Knows one card, about Brückner."""

    def answer(self, questions: Sequence[Question], viewer: Viewer) -> list[Answer]:
        """See `Answering.answer`."""
        hits = (Hit(CARD, 0.9, CARD.title, CARD.url),)
        return [Answer(q, hits, 0.9) if "Brückner" in q.text else Answer(q) for q in questions]


def a_watcher(port: int, user: str, ledger: Path, habits: Habits, **more: Any) -> Watcher:
    """A watcher as a new process makes it; `clock`, `wire` and `timeout` (seconds) may be given."""
    wire: Wire = more.get("wire") or Wire()
    timeout: float = more.get("timeout", 20.0)
    told: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "user": user,
        "password": PASSWORD,
        "address": BOX,
        "security": "none",
    }
    told |= {"timeout": timeout, "deadline": timeout * 3, "max_size": habits.max_size}
    account = ImapAccount(**told)
    options = WatchOptions(own=(OWN,), **{"batch": 10} | habits.options)
    presence = replace(Presence(), clock=more.get("clock") or Clock())
    return Watcher(wired_mailbox(account, wire), a_judge(habits), Ledger(WiredFile(ledger, wire)), options, presence)


def a_judge(habits: Habits) -> Judge:
    """Decides in earnest, on one card."""

    def write(draft: Draft, writer: Address, message_id: str, now: datetime) -> bytes:
        return compose(draft, Writing(writer, message_id, now), TEMPLATES)

    def viewer(reading: Reading, by: Policy) -> Viewer:
        return viewer_of(audience_of(reading, by), by)

    def still_there(ids: Collection[str], reader: Viewer) -> frozenset[str]:
        return frozenset() if habits.card_is_gone else frozenset(ids)

    reading = partial(read, rules=ReadingRules(POLICY.own, internal=POLICY.internal))
    steps = Steps(reading, before_search, viewer, decide, write, still_there=still_there)
    return Judge(Knowing(), steps, POLICY)
