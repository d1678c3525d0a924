"""Documents, passages, vectors, sequence: the truth, in one SQLite file. The only door to sqlite3 of the indexer.

Any number of threads may read; each takes a connection of its own for as long as it reads. Writing is one
transaction at a time. What `transaction()` has left without an error is on the disk (WAL, synchronous=FULL).
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, Self

from indexer.engines.schema import MIGRATIONS
from indexer.errors import BusyIndex, DamagedIndex, IndexProblem, NoIndex

Row = tuple[Any, ...]
PATIENCE = 10.0
"""Seconds to wait for another transaction; ours take well under one."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # FULL: with NORMAL a power cut may take back what a receipt or a page has already said.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA mmap_size = 268435456",
)
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
REFUSED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM}


class Transaction:
    """Statements that take effect together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Write through `connection`, which has begun."""
        self._connection = connection

    def run(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one statement and return its rows."""
        return self._connection.execute(statement, values).fetchall()

    def run_many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row."""
        self._connection.executemany(statement, rows)

    def insert(self, statement: str, values: Sequence[object]) -> int:
        """Insert one row and return its number."""
        number = self._connection.execute(statement, values).lastrowid
        return -1 if number is None else number


class Store:
    """One SQLite file with the schema of this version."""

    pragmas: ClassVar[tuple[str, ...]] = PRAGMAS

    def __init__(self, path: Path) -> None:
        """Prefer `Store.open`, which checks and migrates."""
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = Lock()
        self._closed = False

    @classmethod
    def open(cls, path: Path, create: bool = False) -> Self:
        """The store at `path`, brought to this version's schema. Raises NoIndex when there is none to open."""
        if not create and not path.is_file():
            raise NoIndex("Nothing has been indexed yet. Run `signpost reindex` first.")
        store = cls(path)
        with store._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            store._migrate()
            store._compare()
        return store

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a query, from one consistent state of the store."""
        with self._explained(), self._connected() as connection:
            return connection.execute(statement, values).fetchall()

    def stream(self, statement: str, values: Sequence[object] = ()) -> Iterator[Row]:
        """The rows of a query one by one, all from the state in which the first was read."""
        with self._explained(), self._connected() as connection:
            yield from connection.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All or nothing: commits when the block ends, takes everything back when it raises."""
        with self._explained(), self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(connection)
            except BaseException:
                connection.rollback()
                raise
            connection.execute("COMMIT")

    def compact(self) -> None:
        """Write the file anew, so that nothing of what was deleted is left in it."""
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            self.rows(statement)

    def check(self) -> list[str]:
        """What SQLite finds wrong in the whole file; slow on a large one."""
        told = [str(row[0]) for row in self.rows("PRAGMA quick_check")]
        return [] if told == ["ok"] else told

    def damaged(self, what: str) -> DamagedIndex:
        """The error that says that the truth itself is damaged, and the way out."""
        return self._lost(f"is damaged ({what})")

    def close(self) -> None:
        """Close every connection; those still reading close when they are done."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._connect()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.rollback()
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self) -> sqlite3.Connection:
        if self._closed:
            raise IndexProblem("The index was closed; open it again.")
        # Connections wander between threads (never two at once), which the serialized build of SQLite allows.
        connection = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            for pragma in self.pragmas:
                connection.execute(pragma)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _migrate(self) -> None:
        with self._connected() as connection:
            if _version(connection) == len(MIGRATIONS):
                return
            connection.execute("BEGIN IMMEDIATE")
            version = _version(connection)
            if version > len(MIGRATIONS):
                raise IndexProblem(f"{self._path} was written by a newer Signpost. Update Signpost to use it.")
            _take_steps(connection, version)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            connection.execute("COMMIT")

    def _compare(self) -> None:
        """Refuse a file that calls itself this version but lacks some of it: no statement could explain that."""
        with self._connected() as connection:
            missing = sorted(_wanted() - _shape(connection))
        if missing:
            raise self._lost(f"was made by another version of Signpost (it lacks {', '.join(missing[:3])})")

    def _lost(self, how: str) -> DamagedIndex:
        return DamagedIndex(
            f"The index {self._path} {how}. Delete the folder {self._path.parent.name} and run `signpost reindex`; "
            "everything in it can be made again; questions that were confirmed come back from the ledger."
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what SQLite raises into a sentence with a way out."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._problem(error) from error
        except OSError as error:
            raise IndexProblem(f"{self._path} cannot be written: {error.strerror}.") from error

    def _problem(self, error: sqlite3.Error) -> IndexProblem:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in BUSY:
            return BusyIndex(f"Another process is writing to {self._path}. Try again in a moment.")
        if code == sqlite3.SQLITE_FULL:
            return IndexProblem(f"The disk that holds {self._path} is full. Nothing of this step was kept.")
        if code in REFUSED:
            return IndexProblem(f"{self._path} cannot be used ({error}). Check the folder's permissions and its disk.")
        return self.damaged(str(error))


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _take_steps(connection: sqlite3.Connection, version: int) -> None:
    """Bring the tables from a version to this one."""
    for step in MIGRATIONS[version:]:
        for statement in step.split(";\n"):
            connection.execute(statement)


def _shape(connection: sqlite3.Connection) -> frozenset[str]:
    """Everything that statements rely on: `table.column` of all tables, then the keys of the table `meta`."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    columns = f"SELECT t.name || '.' || c.name FROM ({tables}) t, pragma_table_info(t.name) c"
    found = frozenset(row[0] for row in connection.execute(columns))
    keys = connection.execute("SELECT key FROM meta") if "meta.key" in found else ()
    return found | {f"the value of {row[0]}" for row in keys}


@cache
def _wanted() -> frozenset[str]:
    """The shape of this version's schema."""
    with closing(sqlite3.connect(":memory:")) as connection:
        _take_steps(connection, 0)
        return _shape(connection)
