"""A number of points and a seed → where a reindex is killed: after a batch, before a step on files, at a moment. Pure.

Half of the points lie some microseconds after an acknowledged batch. A quarter lie right before a step on the files of
the index (opened, linked, renamed, removed), an eighth right before a generation gets its name, both counted from the
start of a process: what the process before left behind is published then. The others lie at any moment.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from random import Random
from typing import Literal

Kind = Literal["batch", "file", "publish", "moment", "none"]
KINDS: tuple[Kind, ...] = ("batch", "file", "publish", "moment")
KIND_OF: tuple[Kind, ...] = ("batch", "file", "batch", "publish", "batch", "moment", "batch", "file")
BATCH = 300
"""Documents of a batch, about."""
MOST_FILES = 250
LONGEST = 200_000
"""Microseconds after a batch."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a process is killed: at the `count`th event of its kind, or after `batches`, whichever is first."""

    kind: Kind
    count: int = 0
    micros: int = 0
    batches: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.count}:{self.micros}:{self.batches}"


NOWHERE = Point("none")


@dataclass(frozen=True, slots=True)
class Task:
    """What a process is to do: a world of so many documents, and where it is killed; `bug` is planted into it."""

    folder: str
    documents: int
    seed: int
    point: Point = NOWHERE
    began: float = 0.0
    bug: str = ""

    def told(self) -> str:
        """The task as one line."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, line: str) -> "Task":
        """The task in a line."""
        task = json.loads(line)
        return cls(**(task | {"point": Point(**task["point"])}))


def points(number: int, documents: int, seed: int) -> Iterator[Point]:
    """So many points, such that together they go about as far as one reindex of all documents, and its changes."""
    dice = Random(f"points {seed}")
    most = max(1, round(2 * 1.3 * documents / BATCH / max(number, 1)))
    for place in range(number):
        kind = KIND_OF[place % len(KIND_OF)]
        counts = {"batch": dice.randint(0, most), "file": 1 + int(MOST_FILES ** dice.random())}
        count = counts.get(kind, 1 + place // len(KIND_OF) % 3)
        micros = int(LONGEST ** dice.random()) if kind == "batch" else dice.randrange(3_000_000)
        yield Point(kind, count, micros, dice.randint(0, most))


def point(text: str) -> Point:
    """The point that is printed so."""
    if not re.fullmatch(rf"({'|'.join(KINDS)}|none)(:\d+){{3}}", text):
        raise ValueError(f"{text!r} is no point; one is printed as KIND:COUNT:MICROSECONDS:BATCHES.")
    kind, *numbers = text.split(":")
    return Point(kind, *map(int, numbers))  # type: ignore[arg-type]
