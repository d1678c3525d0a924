"""A PostgreSQL server: transactions on connections of its own, errors as sentences. The only door to psycopg.

A transaction that reads sees one state from its first statement to its last. One that writes is durable when it has
ended, on the standbys too that the server waits for. While this process holds the right to write, it writes on the very
connection that holds it: when that is lost so is the right, and nothing more is written.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock, RLock
from typing import Any

import numpy as np
import psycopg
from psycopg.adapt import AdaptersMap, Buffer, Dumper
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Format
from psycopg.types.string import StrDumperUnknown, TextLoader

from indexer.embedding.protocol import Vectors
from indexer.engines.postgres.escaping import escaped, unescaped
from indexer.engines.postgres.sentences import LOST, problem
from indexer.errors import BusyIndex, IndexProblem, SignpostError

Row = tuple[Any, ...]
Values = Mapping[str, object] | Sequence[object]
MOST = 8
"""Connections of a process that search and write; more threads wait for one."""
PAUSE = 0.05
RIGHT = 0x5167_6E70_6F73_7400
"""The advisory lock of whoever may write, one a database."""
CONNECTING = {"connect_timeout": "5", "application_name": "signpost", "keepalives_idle": "30"}
BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
HABITS = """
    SET search_path = signpost, public, extensions; SET timezone = 'UTC'; SET jit = off;
    SET hnsw.ef_search = 200; SET hnsw.iterative_scan = relaxed_order; SET hnsw.max_scan_tuples = 200000;
    SET idle_in_transaction_session_timeout = '10min';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""
"""What every connection is told. `off` would let a crash take back what was acknowledged; stricter values stay."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a database is spoken to: the variable that names it, what every connection is told, and how trouble reads.

    `problem` makes an error of an SQLSTATE, what was told with it, and the database's name.
    """

    variable: str
    habits: str
    problem: Callable[[str | None, str, str], SignpostError]
    error: type[SignpostError]
    connecting: Mapping[str, str]


INDEX = Manner("SIGNPOST_INDEX_URL", HABITS, problem, IndexProblem, CONNECTING)


class Halves:
    """A vector on its way into a column of half precision."""

    def __init__(self, vector: Vectors) -> None:
        """Wrap one vector."""
        self.vector = vector


class _HalvesDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Halves) -> bytes:
        return len(obj.vector).to_bytes(2, "big") + bytes(2) + np.asarray(obj.vector).astype(">f2").tobytes()


class _Escaping(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(escaped(obj))


class _Unescaping(TextLoader):
    def load(self, data: Buffer) -> bytes | str:
        text = super().load(data)
        return unescaped(text) if isinstance(text, str) else text


ADAPTERS = AdaptersMap(psycopg.adapters)
ADAPTERS.register_dumper(Halves, _HalvesDumper)
ADAPTERS.register_dumper(str, _Escaping)
ADAPTERS.register_loader("text", _Unescaping)


class Transaction:
    """Statements that see one state, or take effect together."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        """Speak through `connection`, which has begun."""
        self._connection = connection

    def run(self, statement: str, values: Values | None = None) -> list[Row]:
        """Run one statement and return its rows."""
        cursor = self._connection.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []

    def run_many(self, statement: str, rows: Sequence[Sequence[object]]) -> int:
        """Run one statement for each row, without waiting between them; how many rows that changed."""
        cursor = self._connection.cursor()
        if len(rows) == 1:
            cursor.execute(statement.encode(), rows[0])
        elif rows:
            cursor.executemany(statement.encode(), rows)
            # psycopg sends these in a pipeline, after which a server no longer minds how long a transaction is silent
            self._connection.execute("SELECT")
        return max(0, cursor.rowcount)

    def stream(self, statement: str, values: Values | None = None) -> Iterator[Row]:
        """The rows of a query, some at a time."""
        with self._connection.cursor("rows") as cursor:
            cursor.itersize = 1000
            yield from cursor.execute(statement.encode(), values)


class Server:
    """A database on a server, and this process's connections to it. Threads may share one."""

    def __init__(self, url: str, manner: Manner = INDEX) -> None:
        """Connect to nothing yet. Raises the manner's error for what is no URL."""
        try:
            told = conninfo_to_dict(url)
        except psycopg.Error:
            says = f"{manner.variable} is no URL like postgresql://user:password@host/database."
            raise manner.error(says) from None
        self._how = make_conninfo("", **{**manner.connecting, **{key: str(value) for key, value in told.items()}})
        self._manner = manner
        self.name = f"The database {told.get('dbname') or 'of this user'} on {told.get('host') or 'this machine'}"
        self._idle: list[psycopg.Connection[Row]] = []
        self._lock, self._turn, self._room = Lock(), RLock(), BoundedSemaphore(MOST)
        self._right: psycopg.Connection[Row] | None = None
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """One state of everything."""
        with self._explained(), self._room, self._begun(BEGIN) as connection:
            yield Transaction(connection)

    @contextmanager
    def streaming(self) -> Iterator[Transaction]:
        """The same for who looks at it long, and may ask for more meanwhile: it takes nobody's turn."""
        with self._explained(), self._begun(BEGIN) as connection:
            yield Transaction(connection)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """All or nothing: commits when the block ends, takes everything back when it raises."""
        with self._turn, self._explained():
            if self._right is not None:
                with self._right.transaction():
                    yield Transaction(self._right)
                return
            with self._room, self._begun("BEGIN") as connection:
                yield Transaction(connection)

    @contextmanager
    def right(self, patience: float) -> Iterator[None]:
        """The right to write, kept while inside; the server takes it back from the dead. Raises BusyIndex."""
        with self._explained(), self._connect() as connection:
            self._take(connection, time.monotonic() + patience)
            with self._turn:
                self._right = connection
            try:
                yield
            finally:
                with self._turn:
                    self._right = None

    @contextmanager
    def listening(self, channel: str) -> Iterator[Callable[[float], bool]]:
        """A function that waits so many seconds, or until somebody tells something on a channel: whether they did."""
        with self._explained(), self._connect() as connection:
            connection.execute(f"LISTEN {channel}".encode())

            def wait(seconds: float) -> bool:
                return any(True for _ in connection.notifies(timeout=seconds, stop_after=1))

            yield wait

    def alone(self, statements: Sequence[str]) -> None:
        """Run statements that no transaction may hold."""
        with self._explained(), self._connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def close(self) -> None:
        """Close every connection; those in use close when they are done."""
        with self._lock:
            self._closed = True
        self._forget_idle()

    @contextmanager
    def _begun(self, begin: str) -> Iterator[psycopg.Connection[Row]]:
        connection = self._began(begin)
        try:
            yield connection
            connection.execute("COMMIT")
        finally:
            self._give_back(connection)

    def _began(self, begin: str) -> psycopg.Connection[Row]:
        """A connection that has begun; one that was idle may have died with its server, and so may all others."""
        with self._lock:
            idle = self._idle.pop() if self._idle else None
        if idle:
            try:
                idle.execute(begin.encode())
                return idle
            except psycopg.OperationalError:
                idle.close()
                self._forget_idle()
        fresh = self._connect()
        fresh.execute(begin.encode())
        return fresh

    def _connect(self) -> psycopg.Connection[Row]:
        if self._closed:
            raise self._manner.error(f"{self.name} was closed; open it again.")
        fresh = psycopg.connect(self._how, autocommit=True, prepare_threshold=None, context=ADAPTERS)
        try:
            fresh.execute(self._manner.habits.encode())
        except psycopg.Error:
            fresh.close()
            raise
        return fresh

    def _give_back(self, connection: psycopg.Connection[Row]) -> None:
        if not connection.closed and connection.info.transaction_status:
            connection.rollback()
        with self._lock:
            if not self._closed and not connection.closed:
                self._idle.append(connection)
                return
        connection.close()

    def _forget_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self, connection: psycopg.Connection[Row], until: float) -> None:
        while True:
            (taken,) = connection.execute("SELECT pg_try_advisory_lock(%s)", (RIGHT,)).fetchone() or (False,)
            if taken:
                return
            if time.monotonic() >= until:
                raise BusyIndex(
                    f"{self.name} is being updated by another process ({_holder(connection)}). "
                    "Wait until it has finished, or stop it, and try again."
                )
            time.sleep(PAUSE)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what psycopg raises into a sentence with a way out."""
        try:
            yield
        except psycopg.Error as error:
            if self._right is not None and self._right.closed:
                raise IndexProblem(f"The connection to {self.name} was lost while writing. {LOST}") from error
            raise self._manner.problem(error.sqlstate, str(error), self.name) from error


def _holder(connection: psycopg.Connection[Row]) -> str:
    """Who has the right to write, as the server knows them."""
    row = connection.execute(
        """SELECT a.pid, coalesce(host(a.client_addr), 'this machine')
        FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32) + l.objid::bigint = %s""",
        (RIGHT,),
    ).fetchone()
    return f"number {row[0]} of {row[1]}" if row else "it has just finished"
