"""A seed → all that will happen in a run: mails, people, servers, passes and what breaks in them. Pure."""

from dataclasses import dataclass
from random import Random
from typing import Literal

CALL, APPEND, COMMIT, TAKE, REMOVE = "call", "append", "commit", "take", "removal"
BREAKS = {
    "connection drops before a call": CALL,
    "connection drops after a call": CALL,
    "process dies before a call": CALL,
    "process dies after a call": CALL,
    "process pauses": CALL,
    "server is slow": CALL,
    "append commits late": APPEND,
    "append's answer is lost": APPEND,
    "append is refused once": APPEND,
    "process dies in a transaction": COMMIT,
    "process dies after a commit": COMMIT,
    "disk refuses a commit": COMMIT,
    "mail is withheld": TAKE,
    "mail is removed while it is fetched": TAKE,
    "connection drops after a removal": REMOVE,
    "process dies after a removal": REMOVE,
}
"""What can break within a pass, and at which kind of step."""

SPELLS = ("server unreachable", "login refused", "over quota", "read-only", "knowledge fails", "disk full")
"""Troubles that begin and end."""

BLOWS = (
    *("watched folder renumbered", "Drafts renumbered", "gap in watched folder", "gap in Drafts"),
    *("clock leaps forward", "clock leaps back", "document goes", "document returns", "second process steps in"),
)
"""What happens between passes at one blow."""

KINDS = (*BREAKS, *SPELLS, *BLOWS)
"""Every kind of fault. A long run that never met one of them proves nothing about it."""

ASKS, CHATS = "asks", "chats"
MAILS = (ASKS, CHATS, "puzzles", "newsletter", "fails reading", "fails deciding", "fails composing", "fails searching")
RARE = ("fails twice", "kills")
PEOPLE = (
    *("reads", "flags mail", "answers by flag", "answers from Sent", "begins a reply", "drops begun reply"),
    *("moves mail away", "deletes mail", "edits draft", "rewrites draft", "flags draft", "sends draft"),
    *("sends edited draft", "deletes draft", "trashes draft", "marks draft deleted"),
)

WISHES = ("pauses the mailbox", "pauses the mailbox", "resumes the mailbox", "wants a draft back", "wants a draft back")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A mail: what it does, its number, the mails it names (numbers) and whose Message-ID it bears (0: none)."""

    does: str
    key: int
    names: tuple[int, ...] = ()
    message_id: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """What breaks in a pass, at the `nth` step of its kind; `much` is seconds, or which mail."""

    kind: str
    nth: int
    much: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens, `after` so many seconds. `pick` chooses among what is there then."""

    verb: str
    after: int = 0
    mailbox: int = 0
    pick: int = 0
    mail: Recipe | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A run. `folders` are watched in every mailbox, `removes` is how servers let single mails be removed."""

    seed: int
    mailboxes: int
    folders: tuple[str, ...]
    batch: int
    removes: Literal["expunge", "move", ""]
    same_host: bool
    sender_cap: int
    events: tuple[Event, ...]


def plan(seed: int) -> Plan:
    """The run that this seed stands for. Each run has some kinds of fault, at its own rate, and others not at all."""
    rng = Random(seed)
    return Plan(
        seed=seed,
        mailboxes=1 if rng.random() < 0.7 else 2,
        folders=("INBOX", "Anfragen") if rng.random() < 0.3 else ("INBOX",),
        batch=rng.choice((1, 2, 3, 50, 50)),
        removes=rng.choice(("expunge", "expunge", "move", "")),
        same_host=rng.random() < 0.5,
        sender_cap=2 if rng.random() < 0.1 else 10,
        events=_with_wishes(seed, _Author(rng).write()),
    )


def _with_wishes(seed: int, events: list[Event]) -> tuple[Event, ...]:
    """In two of five runs people want something of the watcher; drawn apart, so that all else stays as it was."""
    rng = Random(f"wishes of {seed}")
    for _ in range(rng.randint(1, 5) if seed % 5 in (1, 3) else 0):
        after, mailbox = rng.choice((1, 8, 60, 200)), int(rng.random() < 0.3)
        wish = Event(rng.choice(WISHES), after, mailbox, rng.randrange(1000))
        events.insert(rng.randint(3, len(events)), wish)
    return tuple(events)


class _Author:
    """Makes up the events of one run."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.mailboxes = 2
        self.rate = rng.choice((0.15, 0.4, 0.8))
        sites = self._some((CALL, APPEND, APPEND, COMMIT, TAKE, REMOVE, REMOVE, REMOVE), 0.5)
        self.breaks = [kind for site in sites for kind in self._some(BREAKS, 0.4) if BREAKS[kind] == site]
        self.spells = self._some(SPELLS, 0.25)
        self.blows = self._some(BLOWS, 0.3)
        self.people = self._some(PEOPLE, 0.5)
        self.mails = [ASKS, ASKS, ASKS, CHATS, *self._some(MAILS[2:], 0.25), *self._some(RARE, 0.15)]
        self.recipes: list[Recipe] = []

    def write(self) -> list[Event]:
        events: list[Event] = []
        turns = self.rng.randint(12, 20)
        for turn in range(turns):
            events.append(self._event(turn))
        return events

    def _event(self, turn: int) -> Event:
        throw = self.rng.random()
        if turn < 2 or throw < 0.24:
            return self._arrival()
        if throw < 0.62:
            return self._pass()
        if throw < 0.84 and self.people:
            return self._make(self.rng.choice(self.people))
        trouble = [*self.spells, *self.blows]
        if trouble and throw < 0.97:
            return self._make(self.rng.choice(trouble))
        return self._make("process restarts") if throw > 0.985 else self._pass()

    def _make(self, verb: str, **more: object) -> Event:
        after = self.rng.choice((1, 3, 8, 20, 60, 200, 200))
        mailbox = int(self.rng.random() < 0.3)
        return Event(verb, after, mailbox, self.rng.randrange(1000), **more)  # type: ignore[arg-type]

    def _pass(self) -> Event:
        faults: tuple[Fault, ...] = ()
        if self.breaks and self.rng.random() < self.rate:
            faults = tuple(self._fault() for _ in range(1 if self.rng.random() < 0.8 else 2))
            # Few passes remove anything: where removals break, they break in each pass that has one
            faults += tuple(Fault(kind, 1) for kind in self.breaks if BREAKS[kind] == REMOVE)
        return self._make("pass", faults=faults)

    def _fault(self) -> Fault:
        kind = self.rng.choice(self.breaks)
        # As many as a pass with news has, so that it meets most of them
        nth = self.rng.randint(1, {CALL: 9, COMMIT: 6, APPEND: 2, TAKE: 2, REMOVE: 1}[BREAKS[kind]])
        much = self.rng.choice((70, 100, 200)) if kind == "process pauses" else self.rng.randint(1, 30)
        return Fault(kind, nth, much)

    def _arrival(self) -> Event:
        throw = self.rng.random()
        if self.recipes and throw < 0.15:
            return self._make("arrives", mail=self.rng.choice(self.recipes))
        key = len(self.recipes) + 1
        names: tuple[int, ...] = ()
        message_id = key
        if self.recipes and throw < 0.35:
            names = (self.rng.choice(self.recipes).key,)
        elif self.recipes and throw < 0.42:
            message_id = self.rng.choice(self.recipes).message_id
        elif throw > 0.92:
            message_id = 0
        self.recipes.append(Recipe(self.rng.choice(self.mails), key, names, message_id))
        return self._make("arrives", mail=self.recipes[-1])

    def _some(self, kinds: object, chance: float) -> list[str]:
        return [kind for kind in kinds if self.rng.random() < chance]  # type: ignore[attr-defined]
