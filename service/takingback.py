"""Drafts that somebody wants taken back: who, and since when. Rows of the ledger; the watcher carries it out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.access.audit import HERE
from service.schema import File


@dataclass(frozen=True, slots=True)
class TakeBack:
    """The draft for this mail is to go, if nobody touched it."""

    mailbox: str
    identity: str
    at: datetime
    who: str


class TakeBacks:
    """Wishes that are not settled yet. Only a watcher removes a draft, and only one that is as it was written."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def want(self, mailbox: str, identity: str, who: str, now: datetime) -> None:
        """Have the draft for this mail removed at the next look after drafts. Asking twice is asking once."""
        row = (mailbox, identity, now.isoformat(), who)
        with self._file.writing():
            self._file.put(_WISH, [row])

    def of(self, mailbox: str) -> dict[str, TakeBack]:
        """The open wishes in this mailbox, by the mail's identity."""
        sql = "SELECT mailbox, identity, at, who FROM takebacks WHERE mailbox = ?"
        return {wish.identity: wish for wish in self._file.read(_wish, sql, (mailbox,))}

    def settled(self, mailbox: str, identities: Collection[str]) -> None:
        """What became of these drafts is known: nothing is left to be wanted."""
        with self._file.writing():
            rows = [(mailbox, identity) for identity in identities]
            self._file.put("DELETE FROM takebacks WHERE mailbox = ? AND identity = ?", rows)


def told_of(wish: TakeBack | None) -> str:
    """Who wants a draft taken back, as receipts say it; empty where nobody does."""
    return "" if wish is None else "Somebody at this machine" if wish.who == HERE else wish.who


_WISH = "INSERT INTO takebacks (mailbox, identity, at, who) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"


def _wish(row: Sequence[Any]) -> TakeBack:
    return TakeBack(row[0], row[1], datetime.fromisoformat(row[2]), row[3])
