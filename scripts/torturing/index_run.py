"""Points → a reindex that is killed at each and goes on, and what each kill came to.

A chain: every process opens what the killed one before it left, is timed and checked, goes on with the reindex and is
killed in its turn. So two hundred points cost little more than one reindex and two hundred starts. Where a chain comes
to its end before its points do, another begins from nothing. The end of each is compared with that of a reindex that
nobody disturbed.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scripts.torturing.index_points import NOWHERE, Point, Task
from scripts.torturing.index_state import State, differences, read
from scripts.torturing.index_world import World

ROOT = Path(__file__).parents[2]
Wrong = tuple[str, str]


@dataclass(slots=True)
class Told:
    """What a process told before it was killed or came to its end."""

    point: Point
    killed: bool = False
    found: float = 0.0
    answered: float = 0.0
    processor: float = 0.0
    wrong: list[Wrong] = field(default_factory=list)


def chains(folder: Path, world: World, points: Iterable[Point], bug: str = "") -> Iterator[Told]:
    """Run all points, in as many chains as it takes; the last thing told of each is how its end compares."""
    whole, left, number = undisturbed(folder / "undisturbed", world), list(points), 0
    while left:
        number += 1
        task = Task(str(folder / f"chain-{number}"), world.documents, world.seed, bug=bug)
        while left:
            told = run(replace(task, point=left[0]))
            yield told
            if not told.killed:
                break
            left.pop(0)
        yield ended(task, whole)


def undisturbed(folder: Path, world: World) -> State:
    """The end of a reindex that is left alone."""
    told = run(Task(str(folder), world.documents, world.seed))
    if told.wrong:
        raise RuntimeError(f"A reindex that nobody disturbs fails: {told.wrong[0]}")
    return read(folder / "index", world)


def ended(task: Task, whole: State) -> Told:
    """Let a chain come to its end, and compare that."""
    told = run(replace(task, point=NOWHERE))
    if not told.wrong:
        end = read(Path(task.folder) / "index", World(task.documents, task.seed))
        told.wrong += [("different", says) for says in differences(whole, end)]
    return told


def run(task: Task) -> Told:
    """One process, from its start to its end."""
    Path(task.folder).mkdir(parents=True, exist_ok=True)
    task = replace(task, began=time.monotonic())
    command = [sys.executable, "-m", "scripts.torturing.index_worker", task.told()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told = Told(task.point, killed=done.returncode == -9)
    for line in done.stdout.splitlines():
        _hear(told, json.loads(line))
    if not told.killed and done.returncode and not told.wrong:
        told.wrong.append(("crashed", done.stderr[-1_000:]))
    return told


def _hear(told: Told, line: dict[str, Any]) -> None:
    if "opened" in line:
        told.found, told.answered, told.processor = line["opened"]
    elif "wrong" in line:
        told.wrong.append((line["wrong"][0], line["wrong"][1]))
