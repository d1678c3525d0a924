"""Who watches a mailbox: one process at a time, for as long as it says so again and again. Rows of the ledger.

Whoever takes a mailbox over gets another number; whoever had it before, and was only slow, finds its own number gone
when it next writes. What cannot ask, such as a mail server, is asked by a Message-ID that is always the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from service.schema import File
from service.watching.presence import LEASE, Presence


@dataclass(frozen=True, slots=True)
class Lease:
    """Who watches a mailbox, and how much longer if nothing more is heard of them."""

    mailbox: str
    holder: str
    left: timedelta


SHARED = timedelta(seconds=30)
"""So long nothing may be heard of who watches a mailbox before another machine may."""


class Leases(Protocol):
    """Who watches which mailbox. A lease lasts as long as `lasts`, and is best taken anew after a third of that."""

    lasts: timedelta

    def take(self, mailbox: str, presence: Presence, number: int = 0) -> int:
        """Become or stay the one who watches, and return the number; 0 while another one does.

        `number` is the one that was given before.
        """
        ...

    def holds(self, mailbox: str, number: int) -> bool:
        """Whether nobody took over since the number was given; in a transaction, nor will before it has ended."""
        ...

    def release(self, mailbox: str, number: int) -> None:
        """Give it back, so that the next one need not wait for its end; nothing where another one has it."""
        ...

    def of(self, mailbox: str, presence: Presence) -> Lease | None:
        """The lease of a mailbox that somebody watches."""
        ...


class FileLeases:
    """Leases between the processes of one machine, by its clock. One that is known to be dead is not waited for."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file
        self.lasts = LEASE

    def take(self, mailbox: str, presence: Presence, number: int = 0) -> int:
        """See `Leases.take`."""
        now, holder = presence.clock(), presence.holder
        with self._file.writing():
            self._file.put("INSERT INTO accounts (mailbox) VALUES (?) ON CONFLICT DO NOTHING", [(mailbox,)])
            present, before, expires = self._row(mailbox)[0]
            if present not in ("", holder) and not presence.free(present, expires):
                return 0
            fence: int = before + (present != holder)
            change = "UPDATE accounts SET holder = ?, fence = ?, expires = ? WHERE mailbox = ?"
            self._file.put(change, [(holder, fence, (now + self.lasts).isoformat(), mailbox)])
        return fence

    def holds(self, mailbox: str, number: int) -> bool:
        """See `Leases.holds`."""
        return self._file.rows("SELECT fence FROM accounts WHERE mailbox = ?", (mailbox,)) == [(number,)]

    def release(self, mailbox: str, number: int) -> None:
        """See `Leases.release`."""
        with self._file.writing():
            self._file.put("UPDATE accounts SET holder = '' WHERE mailbox = ? AND fence = ?", [(mailbox, number)])

    def of(self, mailbox: str, presence: Presence) -> Lease | None:
        """See `Leases.of`."""
        for holder, _, expires in self._row(mailbox):
            if holder and not presence.free(holder, expires):
                return Lease(mailbox, holder, expires - presence.clock())
        return None

    def _row(self, mailbox: str) -> list[tuple[str, int, datetime]]:
        sql = "SELECT holder, fence, expires FROM accounts WHERE mailbox = ?"
        return self._file.read(_leased, sql, (mailbox,))


class ServerLeases:
    """Leases between machines, by the server's clock alone. Whether a process of another machine lives nobody knows."""

    def __init__(self, file: File, lasts: timedelta = SHARED) -> None:
        """Use the ledger's database."""
        self._file = file
        self.lasts = lasts

    def take(self, mailbox: str, presence: Presence, number: int = 0) -> int:
        """See `Leases.take`."""
        with self._file.writing():
            taken = self._file.rows(_TAKE, (mailbox, presence.holder, self.lasts.total_seconds(), number, number))
        return int(taken[0][0]) if taken else 0

    def holds(self, mailbox: str, number: int) -> bool:
        """See `Leases.holds`."""
        with self._file.writing():
            return bool(self._file.rows(_HOLDS, (mailbox, number)))

    def release(self, mailbox: str, number: int) -> None:
        """See `Leases.release`."""
        with self._file.writing():
            self._file.put("DELETE FROM leases WHERE mailbox = ? AND number = ?", [(mailbox, number)])

    def of(self, mailbox: str, presence: Presence) -> Lease | None:
        """See `Leases.of`."""
        for holder, left in self._file.rows(_LEFT, (mailbox,)):
            return Lease(mailbox, holder, timedelta(seconds=float(left)))
        return None


_TAKE = """
INSERT INTO leases (mailbox, holder, number, until)
VALUES (?, ?, nextval('fences'), clock_timestamp() + make_interval(secs => ?))
ON CONFLICT (mailbox) DO UPDATE SET holder = excluded.holder, until = excluded.until,
  number = CASE leases.number WHEN ? THEN leases.number ELSE excluded.number END
WHERE leases.number = ? OR leases.until < clock_timestamp()
RETURNING number
"""
_HOLDS = "SELECT 1 FROM leases WHERE mailbox = ? AND number = ? FOR SHARE"
_LEFT = """
SELECT holder, extract(epoch FROM until - clock_timestamp()) FROM leases
WHERE mailbox = ? AND until >= clock_timestamp()
"""


def _leased(row: Sequence[Any]) -> tuple[str, int, datetime]:
    holder, fence, expires = row
    return holder, fence, datetime.fromisoformat(expires) if holder else datetime.min
