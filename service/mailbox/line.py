"""A connection to a mail server in the few verbs that a mailbox needs. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from service.mailbox.folders import Folder
from service.mailbox.replies import Envelope


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder as it stood when it was opened, read-only. `uidnext` is the UID that the next mail will get."""

    folder: str
    validity: int
    uidnext: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a server says about a mail without handing out its text."""

    size: int
    received: datetime | None
    flags: frozenset[str] = frozenset()


class Line(Protocol):
    """One connection, logged in. Every verb raises Unreachable when it breaks; then the line is of no more use.

    What is asked of mails is asked of the folder opened last, by UID; mails that are not there are left out.
    """

    def folders(self) -> list[Folder]:
        """Every folder of the account."""
        ...

    def create(self, name: str) -> bool:
        """Make a folder that mail programs show; False when the server does not let it be made."""
        ...

    def open(self, folder: str) -> Opened:
        """Open a folder to look into (EXAMINE). Raises MissingFolder."""
        ...

    def last(self) -> int:
        """The highest UID there is, 0 where the folder is empty."""
        ...

    def uids(self, first: int = 1, since: date | None = None, last: int | None = None) -> list[int]:
        """UIDs from `first` to `last`, rising; only of mails that came in on that day or later, where one is given."""
        ...

    def facts(self, uids: Sequence[int]) -> dict[int, Facts]:
        """Size, time and flags."""
        ...

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Whole mails, without marking them as read."""
        ...

    def heads(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The headers alone, the first 64 KB of them."""
        ...

    def envelopes(self, uids: Sequence[int]) -> list[Envelope]:
        """The thread fields."""
        ...

    def append(self, folder: str, raw: bytes) -> tuple[int, str]:
        """Store a draft: its UID where the server tells it, else 0, and the reason where the server refuses it."""
        ...

    def remove(self, folder: Opened, uids: Sequence[int], trash: str | None) -> bool | None:
        """Remove these mails of this folder and no others, for good or into `trash`.

        False when the server has no safe way to; None when the folder was numbered anew.
        """
        ...

    def ring(self, seconds: float, pulse: Callable[[], bool]) -> bool | None:
        """Wait for a mail in the opened folder; None when the server has no bell, or does not let it be used."""
        ...

    def close(self) -> None:
        """Log out, or just hang up."""
        ...


def within(most: int, uids: Sequence[int], facts: Mapping[int, Facts], max_size: int) -> list[int]:
    """The first UIDs whose mails fit together, at least one."""
    chosen: list[int] = []
    total = 0
    for uid in uids:
        size = facts[uid].size if uid in facts else 0
        total += size if size <= max_size else 0
        if chosen and total > most:
            break
        chosen.append(uid)
    return chosen
