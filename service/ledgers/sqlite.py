"""The ledger in a file of its own, for the processes of one machine. The only door to sqlite3 in service."""

import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from indexer.errors import LedgerError
from service.ledgers.rows import records
from service.schema import LATER, TABLES, VERSION, Record

_TROUBLES = (sqlite3.Error, OSError)
_PAGE = 4096
_WAY_OUT = "restore a backup or move it away: mail from before is then not answered."


class SqliteFile:
    """A SQLite file that survives a power cut: WAL, synchronous=FULL. One connection, one lock, any thread."""

    shared = False

    def __init__(self, path: Path | None) -> None:
        """Open or create the file; None keeps all in memory. Only its owner may read a file made here."""
        self.name = f"The ledger {path}"
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
        return records(make, self.rows(sql, values), self.name, _WAY_OUT)

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

    def columns(self, table: str) -> list[str]:
        """See `File.columns`."""
        return [row[1] for row in self.rows(f"PRAGMA table_info({table})")]

    def count_on(self) -> None:
        """See `File.count_on`: SQLite does so by itself."""

    def shrink(self) -> None:
        """See `File.shrink`."""
        self.rows("VACUUM")
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

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
            raise LedgerError(f"{self.name} is damaged: its end is missing; {_WAY_OUT}")
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)

    def _prepare(self) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        with self.writing():
            found = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if found > VERSION:
                raise LedgerError(f"{self.name} was written by a newer Signpost. Install that one, or a newer one.")
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
            f"{self.name} cannot be used ({error}). Check that its folder may be written and has space left; "
            "if it is damaged, restore a backup or move it away: mail from before is then not answered."
        )
