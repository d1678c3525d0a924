"""The ledger's file as a watcher has it: written only as long as the watcher is the one who watches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from service.schema import File, Record


class Fenced:
    """Passes everything on; asks in each transaction, so that nobody takes over between the answer and the writing.

    For one thread: it is a watcher's own.
    """

    def __init__(self, file: File, guard: Callable[[], None]) -> None:
        """`guard` raises where somebody else watches by now; then nothing of the transaction is kept."""
        self._file = file
        self._guard = guard
        self._depth = 0
        self.shared = file.shared
        self.name = file.name

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """See `File.rows`."""
        return self._file.rows(sql, values)

    def read(self, make: Callable[[tuple[Any, ...]], Record], sql: str, values: Sequence[Any] = ()) -> list[Record]:
        """See `File.read`."""
        return self._file.read(make, sql, values)

    def put(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """See `File.put`."""
        return self._file.put(sql, rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See `File.writing`. Raises what `guard` raises."""
        with self._file.writing():
            self._depth += 1
            try:
                if self._depth == 1:
                    self._guard()
                yield
            finally:
                self._depth -= 1

    def columns(self, table: str) -> list[str]:
        """See `File.columns`."""
        return self._file.columns(table)

    def count_on(self) -> None:
        """See `File.count_on`."""
        self._file.count_on()

    def shrink(self) -> None:
        """See `File.shrink`."""
        self._file.shrink()

    def close(self) -> None:
        """See `File.close`."""
        self._file.close()
