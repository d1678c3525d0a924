"""The ledger: receipts, how far each folder was read, and the draft protocol. The only door to sqlite3 in service."""

import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.errors import LedgerError
from service.access.audit import Audit
from service.access.people import People
from service.access.sessions import Sessions
from service.access.tokens import Tokens
from service.confirmations import Confirmations
from service.drafts.intents import Intents
from service.drafts.lives import Lives
from service.forgotten import ForgottenPeople
from service.freshness import Freshness
from service.mailbox.protocol import bare
from service.narrowing import Count, Key, ReceiptFilter, rows_of
from service.pausing import Pauses
from service.receipts import Receipt, State
from service.recording import from_json, to_json
from service.schema import LATER, TABLES, VERSION, Record
from service.searches import Searches
from service.takingback import TakeBacks
from service.verdicts import Verdicts
from service.watching.progress import Progress
from service.watching.quarantine import Quarantine

_TROUBLES = (sqlite3.Error, OSError)


class SqliteFile:
    """A SQLite file that survives a power cut: WAL, synchronous=FULL. One connection, one lock, any thread."""

    def __init__(self, path: Path | None) -> None:
        """Open or create the file; None keeps all in memory. Only its owner may read a file made here."""
        self._says = f"The ledger {path}"
        self._lock = threading.RLock()
        self._depth = 0
        with self._explained():
            self._connection = self._open(path)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """See `File.rows`."""
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except _TROUBLES as error:
                raise self._explanation(error) from error

    def read(self, make: Callable[[tuple[Any, ...]], Record], sql: str, values: Sequence[Any] = ()) -> list[Record]:
        """See `File.read`."""
        found = self.rows(sql, values)
        try:
            return [make(row) for row in found]
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            says = f"{self._says} is damaged: it holds a row that makes no sense ({type(error).__name__}: {error}); "
            raise LedgerError(says + _WAY_OUT) from error

    def put(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """See `File.put`."""
        with self._lock:
            try:
                return self._connection.executemany(sql, rows).rowcount
            except _TROUBLES as error:
                raise self._explanation(error) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See `File.writing`."""
        with self._lock:
            if self._depth == 0:
                self._run("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._leave("ROLLBACK")
                raise
            self._leave("COMMIT")

    def close(self) -> None:
        """Close the file."""
        with self._lock, self._explained():
            self._connection.close()

    def _leave(self, how: str) -> None:
        self._depth -= 1
        if self._depth == 0 and self._connection.in_transaction:
            self._run(how)

    def _run(self, sql: str) -> None:
        try:
            self._connection.execute(sql)
        except _TROUBLES as error:
            raise self._explanation(error) from error

    def _open(self, path: Path | None) -> sqlite3.Connection:
        if path is None:
            return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        if path.stat().st_size % _PAGE and not Path(f"{path}-wal").exists():
            # SQLite fills the gap with zeros, or takes what is left for a new file
            raise LedgerError(f"{self._says} is damaged: its end is missing; {_WAY_OUT}")
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)

    def _prepare(self) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        with self.writing():
            found = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if found > VERSION:
                raise LedgerError(f"{self._says} was written by a newer Signpost. Install that one, or a newer one.")
            if found == 0:
                self._create()
            for version in range(found + 1, VERSION + 1) if found else ():
                self._execute_all(LATER[version])
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def _create(self) -> None:
        self._execute_all(TABLES)
        self._connection.execute("INSERT INTO secrets VALUES ('message id', ?)", (secrets.token_bytes(32),))

    def _execute_all(self, statements: str) -> None:
        for statement in statements.split(";\n"):
            self._connection.execute(statement)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except _TROUBLES as error:
            raise self._explanation(error) from error

    def _explanation(self, error: Exception) -> LedgerError:
        return LedgerError(
            f"{self._says} cannot be used ({error}). Check that its folder may be written and has space left; "
            "if it is damaged, restore a backup or move it away: mail from before is then not answered."
        )


class Ledger:
    """Receipts of every mail, and what must not be forgotten: what the watcher did, and what people confirmed."""

    def __init__(self, file: SqliteFile) -> None:
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
        self.transaction = file.writing

    @classmethod
    def open(cls, path: Path) -> "Ledger":
        """Open the ledger, making it where there is none. Raises LedgerError with a sentence."""
        return cls(SqliteFile(path))

    @classmethod
    def in_memory(cls) -> "Ledger":
        """A ledger that is gone with the process."""
        return cls(SqliteFile(None))

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


_PAGE = 4096
_WAY_OUT = "restore a backup or move it away: mail from before is then not answered."
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
