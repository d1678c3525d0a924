"""A mailbox's last days, or saved mail → the mails that came, and what people replied to each. Only ever reads."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from indexer.errors import NoDraftsFolder
from service.mailbox.archive import saved_mails
from service.mailbox.protocol import Mailbox, Related, bare
from service.mailbox.replies import envelope

TOGETHER = 50
EARLIEST = datetime.min.replace(tzinfo=UTC)


class History(Protocol):
    """Where mails lie that came in, and the replies to them."""

    def mails(self) -> Iterator[bytes]:
        """Every mail that came in, whole."""
        ...

    def replies(self, message_ids: Collection[str]) -> dict[str, bytes]:
        """For each of these Message-IDs (bare) the first mail that answers it, where there is one."""
        ...


@dataclass(frozen=True, slots=True)
class MailboxHistory:
    """What came into folders of a mailbox on a day or later."""

    mailbox: Mailbox
    folders: Sequence[str]
    since: date

    def mails(self) -> Iterator[bytes]:
        """See `History`."""
        for folder in self.folders:
            cursor, more = self.mailbox.start(folder, self.since), True
            while more:
                batch = self.mailbox.take(folder, cursor, TOGETHER)
                yield from (mail.raw for mail in batch.mails if mail.extent == "whole")
                cursor, more = batch.cursor, batch.more

    def replies(self, message_ids: Collection[str]) -> dict[str, bytes]:
        """See `History`; looked for in Sent."""
        try:
            related = self.mailbox.related("sent", message_ids, self.since)
        except NoDraftsFolder:
            return {}
        first = _first_of(related, message_ids)
        fetched = {mail.place: mail.raw for mail in self.mailbox.fetch([r.place for r in first.values()])}
        return {id_: fetched[r.place] for id_, r in first.items() if r.place in fetched}


def _first_of(related: Sequence[Related], message_ids: Collection[str]) -> dict[str, Related]:
    ordered = sorted(related, key=lambda r: r.received or EARLIEST)
    found: dict[str, Related] = {}
    for mail in ordered:
        for id_ in mail.names & frozenset(message_ids):
            found.setdefault(id_, mail)
    return found


@dataclass(frozen=True, slots=True)
class SavedHistory:
    """What lies in an mbox, a Maildir or a folder of .eml; replies are found in the same place."""

    place: Path

    def mails(self) -> Iterator[bytes]:
        """See `History`."""
        return saved_mails(self.place)

    def replies(self, message_ids: Collection[str]) -> dict[str, bytes]:
        """See `History`; the first mail in the file that names the other one."""
        wanted, found = {bare(id_) for id_ in message_ids}, dict[str, bytes]()
        for raw in saved_mails(self.place):
            for id_ in envelope(0, raw).names & wanted:
                found.setdefault(id_, raw)
        return found
