"""Mail bytes → `Reading`, in a process of its own with limits on bytes, time and memory.

What exceeds a limit, or ends that process, becomes a `Failed` that says so; the next mail is read by a fresh process.
What comes back over the line is taken as data: only the records of a reading can be made of it.
"""

import io
import os
import pickle
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import SignpostError
from service.mail.letter import Reading
from service.mail.reading import ReadingRules
from service.reading.child import REFUSED
from service.reading.line import Closed, TooLong, receive, send
from service.watching.attempt import Failed

ROOT = Path(__file__).parents[1]
START_SECONDS = 60.0
RECORDS = {
    ("service.mail.letter", "Address"),
    ("service.mail.letter", "Automatic"),
    ("service.mail.letter", "Mail"),
    ("service.mail.letter", "OwnWords"),
    ("service.mail.letter", "Reading"),
    ("service.mail.letter", "Trust"),
    ("indexer.asking", "Question"),
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one mail may take: its bytes, seconds, the process's address space, and the bytes of its reading."""

    size: int = 32 << 20
    seconds: float = 2.0
    memory: int = 1 << 30
    reading: int = 64 << 20


@dataclass(frozen=True, slots=True)
class _Child:
    """A running process and the line to it."""

    process: subprocess.Popen[bytes]
    line: socket.socket

    def end(self) -> None:
        """End it at once."""
        self.line.close()
        self.process.kill()
        self.process.wait()


class ReadingWorker:
    """Reads mails, one after the other, for one watcher. Starts its process with the first mail."""

    def __init__(self, rules: ReadingRules, limits: Limits = Limits()) -> None:
        """Read by these rules, within these limits."""
        self._rules = rules
        self._limits = limits
        self._child: _Child | None = None

    @property
    def process(self) -> int | None:
        """The number of the process that reads; None while there is none."""
        return self._child.process.pid if self._child else None

    def read(self, raw: bytes) -> Reading | Failed:
        """What the mail says, or why it is left alone. Raises SignpostError where no process can be started at all."""
        if len(raw) > self._limits.size:
            return _refused(f"It has {len(raw):,} bytes, more than the {self._limits.size:,} that are read.")
        child = self._child = self._child or self._start()
        try:
            send(child.line, raw, self._limits.seconds)
            answer = receive(child.line, self._limits.reading, self._limits.seconds)
        except TimeoutError:
            self.close()
            return _refused(f"Reading it took more than {self._limits.seconds:g} seconds.")
        except TooLong:
            self.close()
            return _refused(f"What it says takes more than {self._limits.reading:,} bytes.")
        except Closed:
            return self._ended(child)
        return self._understood(answer)

    def close(self) -> None:
        """End the process, if there is one. The next mail starts another."""
        if self._child:
            self._child.end()
            self._child = None

    def _understood(self, answer: bytes) -> Reading | Failed:
        if answer[:1] != REFUSED:
            return _reading(answer)
        self.close()
        says = answer[1:].decode("utf-8", "replace")
        return _refused(f"Reading it takes more than {self._limits.memory >> 20} MB." if says == "memory" else says)

    def _ended(self, child: _Child) -> Failed:
        code = child.process.wait(START_SECONDS)
        self.close()
        return _refused(f"The process that read it ended {f'by signal {-code}' if code < 0 else f'with code {code}'}.")

    def _start(self) -> _Child:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process = subprocess.Popen(
                    [sys.executable, "-m", "service.reading.child", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env=_environment(),
                    cwd=ROOT,
                    process_group=0,
                )
        except OSError as problem:
            ours.close()
            raise SignpostError(f"The process that reads mails cannot be started: {problem}.") from problem
        return self._made_ready(_Child(process, ours))

    def _made_ready(self, child: _Child) -> _Child:
        limits = self._limits
        orders = pickle.dumps((self._rules, limits.seconds, limits.memory, limits.size))
        try:
            send(child.line, orders, START_SECONDS)
            receive(child.line, 1, START_SECONDS)
        except (TimeoutError, Closed, TooLong) as problem:
            child.end()
            raise SignpostError("The process that reads mails did not start; what it said stands above.") from problem
        except BaseException:
            child.end()
            raise
        return child


class _Records(pickle.Unpickler):
    """Makes nothing but the records of a reading, whatever the bytes ask for."""

    def find_class(self, module: str, name: str) -> Any:
        """The record of this name. Raises UnpicklingError for anything else."""
        if (module, name) not in RECORDS:
            raise pickle.UnpicklingError(f"{module}.{name} is no record of a reading")
        return super().find_class(module, name)


def _reading(answer: bytes) -> Reading | Failed:
    made = _Records(io.BytesIO(memoryview(answer)[1:])).load()
    return made if isinstance(made, Reading) else _refused("What came back is no reading.")


def _refused(says: str) -> Failed:
    return Failed("reading", says)


def _environment() -> dict[str, str]:
    """What the process may know of ours: no password that a variable holds."""
    return {name: value for name, value in os.environ.items() if not name.upper().startswith("SIGNPOST_")}
