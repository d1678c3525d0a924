"""Processes of their own, held to one processor: what they tell, and the processor time that they took."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SEARCH = """
import json, sys, time
began = time.perf_counter()
from pathlib import Path
from indexer.asking import EVERYBODY, Question
from indexer.embedding.opening import open_embedder
from indexer.knowledge import Knowledge
knowledge = Knowledge.open(Path(sys.argv[1]), open_embedder)
assert knowledge.answer([Question(sys.argv[2])], EVERYBODY)[0].hits
seconds = time.perf_counter() - began
assert "torch" not in sys.modules
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(json.dumps([seconds, int(status["VmHWM"].split()[0]) / 1024]))
"""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
HELD = "import os, sys; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); os.execv(sys.argv[1], sys.argv[1:])"


@dataclass(frozen=True, slots=True)
class Start:
    """A new process until its first hit: seconds by the clock, megabytes at most (VmHWM), processor seconds.

    Memory is not by getrusage, which tells of the parent's too (Linux keeps ru_maxrss over exec).
    """

    seconds: float
    megabytes: float
    processor: float


def searched(index: Path, query: str) -> Start:
    """Ask an index from a new process."""
    command, before = [sys.executable, "-c", SEARCH, str(index), query], of_children()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, megabytes = json.loads(done.stdout)
    return Start(seconds, megabytes, of_children() - before)


def of_children() -> float:
    """Processor seconds of the processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def told_by(module: str, arguments: Sequence[str], given: Any = None, python: Path = Path(sys.executable)) -> Any:
    """What a module that runs by itself on one processor prints as JSON in its last line; `given` is its input.

    Raises RuntimeError with its last words where it fails.
    """
    command = [sys.executable, "-c", HELD, str(python), "-m", module, *arguments]
    surroundings = os.environ | ONE_THREAD | {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        command, input=json.dumps(given), cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no reason given"])[-1])
    return json.loads(done.stdout.splitlines()[-1])
