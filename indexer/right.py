"""The right to write to an index, which all threads of this process share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock

from indexer.engines.protocol import Index


class SharedRight:
    """Taken by the first thread that writes, given back by the last."""

    def __init__(self, leaving: Callable[[Index], None] = lambda _: None) -> None:
        """Call `leaving` when the last has done, unless it failed."""
        self._turn, self._writers, self._right, self._leaving = Lock(), 0, ExitStack(), leaving

    @contextmanager
    def writing(self, index: Index) -> Iterator[None]:
        """Write while inside. Raises BusyIndex."""
        with self._turn:
            if not self._writers:
                self._right.enter_context(index.writing())
            self._writers += 1
        done = False
        try:
            yield
            done = True
        finally:
            with self._turn:
                self._writers -= 1
                if not self._writers:
                    self._leave(index, done)

    def _leave(self, index: Index, done: bool) -> None:
        try:
            if done:
                self._leaving(index)
        finally:
            self._right.close()
