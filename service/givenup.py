"""The mails in quarantine, for the person who looks into them: listed, tried again, handed out as they came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from indexer.errors import SignpostError
from service.ledger import Ledger
from service.mailbox.protocol import bare
from service.narrowing import ReceiptFilter
from service.receipts import Receipt
from service.settings import MailboxSettings

MOST_LISTED = 10_000
_QUARANTINE = ReceiptFilter(outcome="quarantine")


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The quarantine of all mailboxes."""

    ledger: Ledger
    mailboxes: Sequence[MailboxSettings]

    @property
    def number(self) -> int:
        """How many mails are in it."""
        return sum(count.number for count in self.ledger.counts(_QUARANTINE))

    def every(self) -> list[Receipt]:
        """Their receipts, the newest first."""
        return self.ledger.receipts(_QUARANTINE, limit=MOST_LISTED)

    def retry(self, message_id: str | None = None) -> list[Receipt]:
        """Have a mail, or all of them, tried again at the next pass; returns those that will be.

        Raises SignpostError with a sentence when that mail is not in quarantine, or in no watched folder.
        """
        found = self.every() if message_id is None else [self._one(message_id)]
        watched = {(told.name, folder) for told in self.mailboxes for folder in told.folders}
        again = [told for told in found if (told.mailbox, told.folder) in watched]
        if message_id and not again:
            raise SignpostError(f"The folder {found[0].folder} of {found[0].mailbox} is not watched any more.")
        now = datetime.now(UTC)
        with self.ledger.transaction():
            return [told for told in again if self.ledger.quarantine.want(told.mailbox, told.identity, now)]

    def raw(self, message_id: str) -> bytes:
        """The bytes of a mail. Raises SignpostError where they are not kept."""
        told = self._one(message_id)
        if raw := self.ledger.quarantine.raw(told.mailbox, told.identity):
            return raw
        raise SignpostError(
            "The bytes of this mail are not kept: it is larger than 5 MB, was given up more than 30 days ago, made "
            "room for newer ones, or was fit to be read and only its draft was refused."
        )

    def _one(self, message_id: str) -> Receipt:
        key = bare(message_id)
        found = next((told for told in self.every() if key in (bare(told.message_id), told.identity)), None)
        if found:
            return found
        ended = self.ledger.receipt(message_id)
        how = f"it ended as {ended.outcome} – {ended.reason}" if ended else "no such mail was seen"
        raise SignpostError(f"{message_id} is not in quarantine; {how}. `signpost retry` lists what is.")
