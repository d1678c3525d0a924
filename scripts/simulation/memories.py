"""What a simulated world remembers: broken promises, passes under way, and what a watcher can only find out."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scripts.simulation.plan import Recipe
from service.mailbox.memory import Stored

if TYPE_CHECKING:
    from scripts.simulation.processes import Process

Folder = tuple[int, int, dict[int, Stored]]


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken promise: which checker saw it, and what it saw."""

    checker: str
    says: str


@dataclass(slots=True)
class Visit:
    """A pass under way: how the watched folders looked, and what people had done when it began.

    `paused`: its process stood still in it. `held`: a person had paused the mailbox.
    """

    process: "Process"
    mailbox: int
    seen: dict[str, Folder]
    answered: frozenset[str]
    handled: frozenset[str]
    paused: bool = False
    held: bool = False


@dataclass(slots=True)
class Memory:
    """What the world knows of one mailbox and a watcher can only find out.

    `arrived` are mails by identity, `twice` those that came more than once, `places` says which lay where. `handled`
    are mails whose draft a person touched, `answered` Message-ID numbers with a reply in Sent, `begun` replies of
    people in Drafts, `written` all that people wrote. `told` are the receipts that were acknowledged, `odd` is what
    may explain an unusual ending.
    """

    arrived: dict[str, Recipe] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)
    places: dict[str, str] = field(default_factory=dict)
    handled: set[str] = field(default_factory=set)
    answered: set[int] = field(default_factory=set)
    begun: dict[bytes, int] = field(default_factory=dict)
    written: set[bytes] = field(default_factory=set)
    told: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    odd: set[str] = field(default_factory=set)
