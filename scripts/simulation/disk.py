"""The ledger's file of a simulated world: one SQLite database in memory, and what processes see of it."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from indexer.errors import LedgerError
from scripts.simulation.plan import COMMIT
from service.ledgers.sqlite import SqliteFile
from service.schema import TABLES, VERSION

_NAMES = tuple(line.split()[2] for line in TABLES.splitlines() if line.startswith("CREATE TABLE"))
KEPT = tuple(name for name in _NAMES if name not in ("secrets", "accounts"))
"""The tables that a pass without news leaves as they are."""


class Disk:
    """What survives a crash. Made once and emptied for each run, because its statements stay prepared."""

    def __init__(self) -> None:
        """Make the tables as a new ledger has them, with a key that is the same in every run."""
        self.connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=512)
        for statement in TABLES.split(";\n"):
            self.connection.execute(statement)
        self.connection.execute(f"PRAGMA user_version = {VERSION}")
        self.connection.execute("INSERT INTO secrets VALUES ('message id', ?)", (b"k" * 32,))
        self.full = False

    def empty(self) -> None:
        """Forget the last run."""
        self.full = False
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        for name in _NAMES[1:]:
            self.connection.execute(f"DELETE FROM {name}")

    def committing(self) -> None:
        """A transaction is about to become durable."""

    def crash(self) -> None:
        """The process that wrote is gone; what it had not committed is gone with it."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def contents(self, names: Sequence[str] = KEPT) -> list[list[tuple[Any, ...]]]:
        """All rows of these tables."""
        return [self.connection.execute(f"SELECT * FROM {name}").fetchall() for name in names]


class Owner(Protocol):
    """The process that has the file open."""

    def breaks(self, site: str) -> str:
        """The kind of fault that is due at this step, or an empty string."""
        ...

    def die(self) -> None:
        """End; raises."""
        ...

    def check(self) -> None:
        """Raise where the process has ended: nothing of it may write any more."""
        ...


class SimulatedFile(SqliteFile):
    """The ledger's file as one process has it open. See `service.schema.File`."""

    def __init__(self, disk: Disk, owner: Owner) -> None:
        """Open what lies on the disk."""
        self.name = "The ledger"
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = disk.connection
        self._disk = disk
        self._owner = owner

    def put(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """See `File.put`."""
        if not self._depth:
            raise AssertionError(f"written outside a transaction: {sql}")
        return super().put(sql, rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See `File.writing`; breaks in it, after it, or is refused."""
        if self._depth:
            yield
            return
        self._owner.check()
        kind = self._owner.breaks(COMMIT)
        with super().writing():
            yield
            if self._disk.full or kind == "disk refuses a commit":
                raise LedgerError("The ledger cannot be used (database or disk is full).")
            if kind == "process dies in a transaction":
                self._owner.die()
            self._disk.committing()
        if kind == "process dies after a commit":
            self._owner.die()

    def close(self) -> None:
        """Nothing to close: the next run uses the disk again."""
