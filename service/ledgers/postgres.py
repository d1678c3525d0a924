"""The ledger in a PostgreSQL database, for the processes of any number of machines, in a schema of its own.

One transaction writes at a time, as in a file: what it reads holds until it ends. It ends durably, on the standbys too
that the server waits for. A process that stands still in the middle loses its turn after a few seconds, and with its
connection everything that it had not ended.
"""

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from indexer.engines.postgres.server import Manner, Row, Server, Transaction
from indexer.errors import LedgerError
from service.ledgers.dialect import BESIDE, SCHEMA, marked, told
from service.ledgers.rows import records
from service.ledgers.sentences import VARIABLE, WAY_OUT, problem
from service.schema import KEYS, LATER, TABLES, VERSION, Record

TURN = 0x5167_6E70_6F73_7401
"""The advisory lock of the transaction that writes, one a database."""
STANDING_STILL = 10
"""Seconds in which a transaction that writes may be silent."""
HABITS = f"""
    SET search_path = {SCHEMA}; SET timezone = 'UTC'; SET jit = off; SET statement_timeout = 0;
    SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '{STANDING_STILL}s';
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')
"""
"""A statement that times out while standbys are waited for would count as done, so none does."""
CONNECTING = {
    "connect_timeout": "5",
    "application_name": "signpost ledger",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}
LEDGER = Manner(VARIABLE, HABITS, problem, LedgerError, CONNECTING)


class PostgresFile:
    """See `File`. Connects anew by itself where a connection was lost."""

    shared = True

    def __init__(self, url: str) -> None:
        """Make the tables where there are none."""
        self._server = Server(url, LEDGER)
        self.name = self._server.name
        self._turn = threading.RLock()
        self._writing: Transaction | None = None
        self._writer = 0
        try:
            self._prepare()
        except BaseException:
            self._server.close()
            raise

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """See `File.rows`."""
        if self._writing is not None and self._writer == threading.get_ident():
            return self._writing.run(marked(sql), tuple(values))
        with self._server.reading() as transaction:
            return transaction.run(marked(sql), tuple(values))

    def read(self, make: Callable[[tuple[Any, ...]], Record], sql: str, values: Sequence[Any] = ()) -> list[Record]:
        """See `File.read`."""
        return records(make, self.rows(sql, values), self.name, WAY_OUT)

    def put(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """See `File.put`."""
        with self.writing():
            assert self._writing is not None
            return self._writing.run_many(marked(sql), [tuple(row) for row in rows])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See `File.writing`."""
        with self._turn:
            if self._writing is not None:
                yield
                return
            with self._server.writing() as transaction:
                transaction.run(f"SELECT pg_advisory_xact_lock({TURN})")
                self._writing, self._writer = transaction, threading.get_ident()
                try:
                    yield
                finally:
                    self._writing, self._writer = None, 0

    def columns(self, table: str) -> list[str]:
        """See `File.columns`."""
        sql = (
            "SELECT attname FROM pg_attribute WHERE attrelid = CAST(? AS regclass) AND attnum > 0 AND NOT attisdropped"
        )
        return [row[0] for row in self.rows(f"{sql} ORDER BY attnum", (f"{SCHEMA}.{table}",))]

    def count_on(self) -> None:
        """See `File.count_on`."""
        with self.writing():
            for table, (primary, *_) in KEYS.items():
                if primary == ("id",) and table not in _NAMED:
                    last = f"(SELECT coalesce(max(id), 0) + 1 FROM {table})"
                    self.rows(f"SELECT setval(pg_get_serial_sequence('{SCHEMA}.{table}', 'id'), {last}, false)")

    def shrink(self) -> None:
        """See `File.shrink`."""
        self._server.alone([f"VACUUM FULL {SCHEMA}.{table}" for table in KEYS])

    def close(self) -> None:
        """See `File.close`."""
        self._server.close()

    def _prepare(self) -> None:
        found = self._version()
        if found == VERSION:
            return
        with self.writing():
            found = self._version()
            if found > VERSION:
                says = "was written by a newer Signpost. Install that one, or a newer one."
                raise LedgerError(f"The ledger in {self.name} {says}")
            self._make() if found == 0 else None
            for version in range(found + 1, VERSION + 1) if found else ():
                self._run_all(told(LATER[version]))
            self._run_all(["DELETE FROM meta", f"INSERT INTO meta VALUES ({VERSION})"])

    def _version(self) -> int:
        there = self.rows("SELECT to_regclass(?) IS NOT NULL", (f"{SCHEMA}.meta",))[0][0]
        return max((row[0] for row in self.rows("SELECT version FROM meta")), default=0) if there else 0

    def _make(self) -> None:
        self._run_all([f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}", *told(TABLES), *BESIDE.split(";\n")])
        self.put("INSERT INTO secrets VALUES ('message id', ?)", [(secrets.token_bytes(32),)])

    def _run_all(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self.rows(statement)


_NAMED = frozenset({"tokens", "searches"})
"""Tables whose `id` is a text."""
