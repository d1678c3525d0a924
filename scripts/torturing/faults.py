"""A disk that fails at the n-th system call on the ledger (by strace), and what a watcher makes of it."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.torturing.disk import LEDGER, MAILS
from scripts.torturing.servers import MEMORY
from service.ledger import Ledger

ROOT = Path(__file__).parents[2]
CALLS = {"pwrite64": ("ENOSPC", "EIO", "EROFS"), "fdatasync": ("EIO",), "ftruncate": ("EIO",), "pread64": ("EIO",)}
KILL = "KILL"
MOST_SECONDS = 120


@dataclass(frozen=True, slots=True)
class DiskFault:
    """The `when`-th of these calls fails with this error, and all after it if lasting; or it kills the process."""

    call: str
    error: str
    when: int
    lasting: bool = False

    def __str__(self) -> str:
        """As strace takes it."""
        what = f"signal={KILL}" if self.error == KILL else f"error={self.error}"
        return f"{self.call}:{what}:when={self.when}{'+' if self.lasting else ''}"


def missing_tool() -> str:
    """Why no call can be made to fail here; empty when it can."""
    if not shutil.which("strace"):
        return "strace not installed (Debian: apt-get install strace)"
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"strace may not trace here ({tried.stderr.strip()[:100]})"


def endure(fault: DiskFault) -> list[str]:
    """What is wrong once a watcher met this fault and a later one the disk well again; empty when nothing is."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder = Path(name)
        told, wrong = _watched(folder, fault)
        survives = fault.error != KILL and not fault.lasting
        if survives and {"done": True} not in told:
            wrong.append(f"it did not go on when the disk was well again: {told[-3:]}")
        again, more = _watched(folder, None)
        if {"done": True} not in again:
            wrong.append(f"the next process did not come to an end: {again[-3:]}")
        return [*wrong, *more, *_end(folder, told)]


def calls() -> dict[str, int]:
    """How often an undisturbed watcher makes each of the calls on its ledger."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder, log = Path(name), Path(name, "calls")
        command = [*_traced(folder, log, f"trace={','.join(CALLS)}"), *_watcher(folder)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        lines = log.read_text().splitlines()
    return {call: sum(f"{call}(" in line for line in lines) for call in CALLS}


def every_fault(counted: dict[str, int]) -> Iterator[DiskFault]:
    """Every call × every error, once and from then on, and a kill at every call."""
    for call, errors in CALLS.items():
        for when in range(1, counted[call] + 1):
            yield DiskFault(call, KILL, when)
            for error in errors:
                yield DiskFault(call, error, when)
                yield DiskFault(call, error, when, lasting=True)


def _watched(folder: Path, fault: DiskFault | None) -> tuple[list[dict[str, Any]], list[str]]:
    """A process that watches: its lines, and what is wrong with them."""
    tracing = _traced(folder, Path("/dev/null"), f"inject={fault}") if fault else []
    done = subprocess.run(
        [*tracing, *_watcher(folder)], cwd=ROOT, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
    )
    told: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines() if line.endswith("}")]
    wrong = [f"a draft without a durable intent: {line}" for line in told if "undurable" in line]
    wrong += [f"no sentence: {line}" for line in told if "trouble" in line and not _is_sentence(line["trouble"])]
    if "Traceback" in done.stderr:
        wrong.append(f"it broke: {done.stderr[-300:]}")
    return told, wrong


def _end(folder: Path, told: Sequence[dict[str, Any]]) -> list[str]:
    """One draft each, and nothing lost that was told."""
    with closing(Ledger.open(folder / LEDGER)) as ledger:
        states = {r.message_id: r.state for r in ledger.receipts()}
    acknowledged = {mail for line in told for mail, _ in line.get("told", [])}
    drafts = len(list(folder.glob("*.eml")))
    wrong = [] if drafts == MAILS else [f"{drafts} drafts for {MAILS} mails"]
    wrong += [f"acknowledged and lost: {mail}" for mail in sorted(acknowledged - states.keys())]
    return wrong if set(states.values()) == {"written"} and len(states) == MAILS else [*wrong, f"receipts say {states}"]


def _traced(folder: Path, log: Path, what: str) -> list[str]:
    files = [word for end in ("", "-wal", "-shm") for word in ("-P", f"{folder / LEDGER}{end}")]
    return ["strace", "-f", "-o", str(log), *files, "-e", what]


def _watcher(folder: Path) -> list[str]:
    return [sys.executable, "-m", "scripts.torturing.disk", str(folder)]


def _is_sentence(said: str) -> bool:
    return said.startswith("The ledger") and said.endswith(".") and "Traceback" not in said
