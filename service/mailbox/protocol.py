"""What a mailbox is: mail to take, drafts to leave, a bell to wait for. No way to send. Pure.

Every implementation passes tests/contracts_mailbox.py. All methods raise LoginRefused, Unreachable,
MissingFolder or NoDraftsFolder; none of them changes a flag, a count or a UID of a folder that mail is taken from.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

INBOX = "INBOX"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder was read: `uid` is the last one that was taken, under this UIDVALIDITY (RFC 9051 2.3.1.1)."""

    validity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies. Only the three together name it: a server may number a folder anew."""

    folder: str
    validity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail as it lies in the folder. `size` is the whole mail in bytes.

    `extent` says what of it `raw` holds: `whole`; `headers` alone, because the mail is larger than the mailbox
    takes; `nothing`, because the server lists it but does not hand it out.
    """

    place: Place
    size: int
    raw: bytes
    received: datetime | None = None
    extent: Literal["whole", "headers", "nothing"] = "whole"


@dataclass(frozen=True, slots=True)
class Batch:
    """The next mails after a cursor, in UID order, and the cursor that stands behind them.

    `more` says that others wait. `renumbered` says that the folder's UIDVALIDITY is not the cursor's: then there are
    no mails here, and `start` has to find a new place to read from.
    """

    mails: tuple[Arrival, ...]
    cursor: Cursor
    more: bool = False
    renumbered: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the Drafts folder stood at a moment: whatever is put there later has a UID of `uidnext` or more."""

    folder: str
    validity: int
    uidnext: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A draft to be put into Drafts: its Message-ID and its bytes, which say the same one."""

    message_id: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a letter: the UID where the server tells it, else 0. `refused` is the server's reason, if any."""

    message_id: str
    uid: int = 0
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What is left of the letters put into Drafts since a mark.

    `found` maps Message-IDs to UIDs. `elsewhere` are those that lie in Sent or Trash by now. `doubtful`: of the others
    nobody can say that they never arrived, because something put there since is gone, or the folder was made anew.
    """

    found: Mapping[str, int]
    elsewhere: frozenset[str] = frozenset()
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """A mail for which replies are looked for: its own Message-ID and those its thread names before it."""

    place: Place
    message_id: str = ""
    thread: frozenset[str] = frozenset()
    received: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Why a mail counts as answered: it is flagged so, or a mail in Sent or Drafts belongs to its thread."""

    where: Literal["flag", "sent", "drafts"]
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """A mail of Drafts or Sent, as far as its thread goes: what it is called and which Message-IDs it names."""

    place: Place
    message_id: str = ""
    names: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    received: datetime | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of drafts that were to be removed: gone, or left because the server has no safe way to do it.

    Those in neither were gone already, or somebody had flagged them.
    """

    removed: frozenset[Place] = frozenset()
    unable: frozenset[Place] = frozenset()


PLAIN = frozenset({"\\draft", "\\seen", "\\recent"})
"""The flags, in lower case, of a draft that nobody touched."""
UNTOLD = "\\Unknown"
"""Stands for flags that the server does not tell: never those of a draft that may be removed."""


class Mailbox(Protocol):
    """One mail account, as far as Signpost touches it."""

    @property
    def name(self) -> str:
        """The account's address, the key of everything that is remembered about it."""
        ...

    def check(self, folders: Sequence[str]) -> list[str]:
        """Connect and look: one sentence for each thing that is missing or refused; empty when all is well."""
        ...

    def start(self, folder: str, since: date | None = None) -> Cursor:
        """The cursor behind all that is there, or in front of the first mail that came in on `since` or later."""
        ...

    def take(self, folder: str, after: Cursor, limit: int) -> Batch:
        """Up to `limit` mails after the cursor. Asks for sizes before bodies and marks nothing as read."""
        ...

    def fetch(self, places: Sequence[Place]) -> list[Arrival]:
        """These mails again, as `take` gives them; those that are gone or were renumbered are left out."""
        ...

    def answered(self, mails: Sequence[Sought]) -> list[Reply | None]:
        """For each mail the sign that somebody answered it or is about to, or None."""
        ...

    def drafts_mark(self) -> Mark:
        """Where Drafts stands now; makes the folder where there is none. Raises NoDraftsFolder if it cannot."""
        ...

    def save_drafts(self, letters: Sequence[Letter]) -> list[Saved]:
        """Put the letters into Drafts, flagged as drafts and as seen.

        Raises Unreachable when the connection fails; then it is not known which of them arrived.
        """
        ...

    def find_drafts(self, message_ids: Sequence[str], since: Mark) -> Look:
        """Look for letters by the headers of all that was put into Drafts since the mark; server search is not used."""
        ...

    def related(
        self, where: Literal["drafts", "sent"], message_ids: Collection[str], since: date | None = None
    ) -> list[Related]:
        """The mails of Drafts or Sent that bear one of these Message-IDs or name one, in UID order.

        Of Sent only those that came in on `since` or later. Headers alone are read; server search is not used.
        """
        ...

    def withdraw(self, places: Sequence[Place]) -> Removal:
        """Remove these mails and no others. What bears a flag beyond those of a withdrawn or untouched draft stays.

        By UID EXPUNGE, or by moving them to Trash; a plain EXPUNGE would take other people's mail with it.
        """
        ...

    def wait(self, folder: str, after: Cursor, seconds: float, pulse: Callable[[], bool]) -> bool:
        """Return True as soon as the folder seems to hold more than the cursor knows, False after `seconds`.

        `pulse` is called about once a second; when it answers False, waiting ends at once.
        """
        ...

    def is_there(self) -> bool:
        """Whether the server takes connections at this moment; nobody is logged in for it, and it never raises."""
        ...

    def close(self) -> None:
        """Leave the server. The next call connects again."""
        ...


def is_plain(flags: Collection[str]) -> bool:
    """Whether a draft with these flags may be removed: none but a draft's own, or one that says it is being removed."""
    return {flag.lower() for flag in flags} <= PLAIN | {"\\deleted"}


def bare(message_id: str) -> str:
    """A Message-ID without angle brackets and white space, as they are compared here."""
    return message_id.strip().strip("<>").strip()
