"""Mailboxes in which no drafts are to be written just now: who wanted that, and since when. Rows of the ledger.

Mails are decided on and recorded meanwhile as in shadow mode. After it is resumed only what is looked at from then on
gets a draft: what came before has its receipt already.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.access.audit import HERE
from service.drafts.lifecycle import TAKEN_BACK, UNUSED
from service.receipts import Receipt
from service.schema import File

OURSELVES = "signpost"
MOST_UNUSED = 10
"""So many drafts in a row that nobody used pause a mailbox."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A mailbox that is paused: since when, and who wanted it."""

    mailbox: str
    at: datetime
    who: str

    @property
    def says(self) -> str:
        """What the receipts of mails say that would have got a draft."""
        return f"{self.mailbox} was paused {self.by}, so nothing was written."

    @property
    def by(self) -> str:
        """Who wanted it, and why."""
        if self.who == OURSELVES:
            return f"by Signpost, because none of its last {MOST_UNUSED} drafts was used"
        return "at this machine" if self.who == HERE else f"by {self.who}"


def goes_unused(drafts: Iterable[Receipt]) -> bool:
    """Whether none of the last drafts was used. `drafts` are receipts, newest first.

    One that a person edited or sent was used. One that went because a person was faster, or because its document did,
    tells nothing, nor does one that waits.
    """
    ends = [told.state in ("sent", "edited") for told in drafts if told.state in ("sent", "edited") or is_unused(told)]
    return len(ends) >= MOST_UNUSED and not any(ends[:MOST_UNUSED])


def is_unused(told: Receipt) -> bool:
    """Whether a person threw the draft away, had it taken back, or let it lie until it was too old."""
    let_lie = told.state_says.startswith(UNUSED) or told.state_says.endswith(TAKEN_BACK)
    return told.state == "deleted" or (told.state == "withdrawn" and let_lie)


def paused_text(pauses: Sequence[Pause]) -> str:
    """Which mailboxes are paused, for the terminal."""
    told = [f"{pause.mailbox} is paused {pause.by}, since {pause.at:%Y-%m-%d %H:%M} UTC." for pause in pauses]
    return "\n".join(told) or "No mailbox is paused."


class Pauses:
    """The rows of mailboxes that are paused, or were: of those it is known since when they go on."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def pause(self, mailbox: str, who: str, now: datetime) -> bool:
        """Write no drafts in this mailbox from now on; False where it is paused already, which changes nothing."""
        return self._turn(mailbox, who, now, paused=True)

    def resume(self, mailbox: str, now: datetime) -> bool:
        """Write drafts again; False where it was not paused."""
        return self._turn(mailbox, "", now, paused=False)

    def of(self, mailbox: str) -> Pause | None:
        """The pause of this mailbox, if it is paused."""
        found = self._file.read(_pause, f"{_READ} AND mailbox = ?", (mailbox,))
        return found[0] if found else None

    def every(self) -> list[Pause]:
        """All pauses, by mailbox."""
        return self._file.read(_pause, f"{_READ} ORDER BY mailbox")

    def resumed_at(self, mailbox: str) -> datetime | None:
        """When it was last resumed; None where it is paused, or never was."""
        sql = "SELECT at FROM pauses WHERE mailbox = ? AND who = ''"
        found = self._file.read(lambda row: datetime.fromisoformat(row[0]), sql, (mailbox,))
        return found[0] if found else None

    def _turn(self, mailbox: str, who: str, now: datetime, paused: bool) -> bool:
        with self._file.writing():
            if (self.of(mailbox) is not None) is paused:
                return False
            row = (mailbox, now.isoformat(), who)
            self._file.put(_TURN, [row])
        return True


_READ = "SELECT mailbox, at, who FROM pauses WHERE who != ''"
_TURN = """
INSERT INTO pauses (mailbox, at, who) VALUES (?, ?, ?)
ON CONFLICT (mailbox) DO UPDATE SET at = excluded.at, who = excluded.who
"""


def _pause(row: Sequence[Any]) -> Pause:
    return Pause(row[0], datetime.fromisoformat(row[1]), row[2])
