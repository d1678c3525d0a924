"""The ledger: receipts, how far each folder was read, and the draft protocol, as rows of a file or database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from service.access.audit import Audit
from service.access.people import People
from service.access.sessions import Sessions
from service.access.tokens import Tokens
from service.confirmations import Confirmations
from service.drafts.intents import Intents
from service.drafts.lives import Lives
from service.forgotten import ForgottenPeople
from service.freshness import Freshness
from service.ledgers.fenced import Fenced
from service.ledgers.opening import opened
from service.ledgers.sqlite import SqliteFile
from service.mailbox.protocol import bare
from service.narrowing import Count, Key, ReceiptFilter, rows_of
from service.pausing import Pauses
from service.receipts import Receipt, State
from service.recording import from_json, to_json
from service.schema import File
from service.searches import Searches
from service.takingback import TakeBacks
from service.verdicts import Verdicts
from service.watching.lease import FileLeases, Leases, ServerLeases
from service.watching.progress import Progress
from service.watching.quarantine import Quarantine


class Ledger:
    """Receipts of every mail, and what must not be forgotten: what the watcher did, and what people confirmed."""

    def __init__(self, file: File) -> None:
        """Use this file; `Ledger.open` is the usual way."""
        self._file = file
        self.progress = Progress(file)
        self.intents = Intents(file)
        self.lives = Lives(file)
        self.quarantine = Quarantine(file)
        self.confirmations = Confirmations(file)
        self.verdicts = Verdicts(file)
        self.freshness = Freshness(file)
        self.searches = Searches(file)
        self.people = People(file)
        self.sessions = Sessions(file)
        self.tokens = Tokens(file)
        self.audit = Audit(file)
        self.forgotten = ForgottenPeople(file)
        self.pauses = Pauses(file)
        self.takebacks = TakeBacks(file)
        self.leases: Leases = ServerLeases(file) if file.shared else FileLeases(file)
        self.transaction = file.writing

    @classmethod
    def open(cls, path: Path, url: str = "") -> "Ledger":
        """Open the ledger, making it where there is none: in a file, or where there is a URL in that database.

        Raises LedgerError with a sentence.
        """
        return cls(opened(path, url))

    @classmethod
    def in_memory(cls) -> "Ledger":
        """A ledger that is gone with the process."""
        return cls(SqliteFile(None))

    def fenced(self, guard: Callable[[], None]) -> "Ledger":
        """The same rows; every transaction that writes them asks `guard` first, from within."""
        return Ledger(Fenced(self._file, guard))

    @property
    def key(self) -> bytes:
        """The secret that drafts' Message-IDs are made with."""
        found: bytes = self._file.rows("SELECT value FROM secrets WHERE name = 'message id'")[0][0]
        return found

    def receipts(self, query: ReceiptFilter | None = None, limit: int = 50, before: Key | None = None) -> list[Receipt]:
        """Receipts, newest first. `before` is the last one already shown; one that does not exist ends the list."""
        where, values = rows_of(query or ReceiptFilter())
        if before:
            readable, more = rows_of(ReceiptFilter(mailboxes=query.mailboxes if query else None))
            where += f" AND id < (SELECT id FROM receipts WHERE mailbox = ? AND identity = ? AND {readable})"
            values += [*before, *more]
        sql = f"SELECT told FROM receipts WHERE {where} ORDER BY id DESC LIMIT ?"
        return self._file.read(_receipt, sql, (*values, limit))

    def receipt(self, message_id: str, mailboxes: frozenset[str] | None = None) -> Receipt | None:
        """The newest receipt of the mail, or of the draft, with this Message-ID (or this identity), in `mailboxes`."""
        key = bare(message_id)
        readable, values = rows_of(ReceiptFilter(mailboxes=mailboxes))
        either = f"(message_id = ? OR draft_message_id = ? OR identity = ?) AND {readable}"
        sql = f"SELECT told FROM receipts WHERE {either} ORDER BY id DESC LIMIT 1"
        found = self._file.read(_receipt, sql, (key, key, key, *values)) if key else []
        return found[0] if found else None

    def counts(self, query: ReceiptFilter | None = None) -> list[Count]:
        """How many mails ended in which way, the most frequent first."""
        where, values = rows_of(query or ReceiptFilter())
        sql = f"SELECT outcome, reason, state, count(*) FROM receipts WHERE {where} GROUP BY 1, 2, 3"
        return sorted((Count(*row) for row in self._file.rows(sql, values)), key=lambda c: (-c.number, c.reason))

    def mailboxes(self, readable: frozenset[str] | None = None) -> list[str]:
        """The mailboxes that have receipts, of those that may be read."""
        where, values = rows_of(ReceiptFilter(mailboxes=readable))
        return [
            row[0] for row in self._file.rows(f"SELECT DISTINCT mailbox FROM receipts WHERE {where} ORDER BY 1", values)
        ]

    def known(self, mailbox: str, identities: Sequence[str]) -> frozenset[str]:
        """Those of the mails that have a receipt in this mailbox."""
        if not identities:
            return frozenset()
        marks = ", ".join("?" * len(identities))
        sql = f"SELECT identity FROM receipts WHERE mailbox = ? AND identity IN ({marks})"
        return frozenset(row[0] for row in self._file.rows(sql, (mailbox, *identities)))

    def keep(self, receipts: Sequence[Receipt]) -> None:
        """Write receipts; one that is there for the same mail and mailbox gives way."""
        with self._file.writing():
            self._file.put(_KEEP, map(_row, receipts))

    def restate(self, mailbox: str, states: Sequence[tuple[str, State]]) -> list[Receipt]:
        """Give the receipts of these identities a new state and return them."""
        return self.tell(mailbox, {key: {"state": state} for key, state in states})

    def tell(self, mailbox: str, changes: Mapping[str, Mapping[str, Any]]) -> list[Receipt]:
        """Change these fields of the receipts of these identities and return them."""
        with self._file.writing():
            kept = [replace(r, **change) for key, change in changes.items() for r in self._of(mailbox, key)]
            self.keep(kept)
        return kept

    def of(self, mailbox: str, identity: str) -> Receipt | None:
        """The receipt of a mail in this mailbox."""
        return next(iter(self._of(mailbox, identity)), None)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _of(self, mailbox: str, identity: str) -> list[Receipt]:
        sql = "SELECT told FROM receipts WHERE mailbox = ? AND identity = ?"
        return self._file.read(_receipt, sql, (mailbox, identity))


_COLUMNS = (
    *("mailbox", "identity", "message_id", "draft_message_id", "at", "outcome", "reason", "state"),
    *("sender", "subject", "told"),
)
_KEEP = (
    f"INSERT INTO receipts ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    f"ON CONFLICT (mailbox, identity) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in _COLUMNS[2:])}"
)


def _receipt(row: Sequence[Any]) -> Receipt:
    return from_json(row[0])


def _row(r: Receipt) -> tuple[str, ...]:
    keys = (r.mailbox, r.identity, bare(r.message_id), bare(r.draft_message_id), r.at.isoformat())
    return (*keys, r.outcome, r.reason, r.state, r.sender.lower(), r.subject.casefold(), to_json(r))
