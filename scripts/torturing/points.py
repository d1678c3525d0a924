"""Where a scene can be interrupted, and an even choice among all these points. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

STEPS = ("kill", "drop")
"""At a named step: the process is killed, or its connection is cut."""
BYTES = {"cut": 62, "reset": 22, "stall": 6, "late": 4, "drip": 6}
"""After so many bytes of one way; of a hundred such points, so many are of this harm."""
MOMENT = "moment"
"""The process is killed at a random moment."""
STEP_SHARE, MOMENT_SHARE = 0.4, 0.04


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """One interruption: of which scene, what kind (`kill`, `up-cut`, …), and at which step or byte, or which seed."""

    scene: str
    kind: str
    position: int

    def __str__(self) -> str:
        """As `--only` takes it."""
        return f"{self.scene}:{self.kind}:{self.position}"


@dataclass(frozen=True, slots=True)
class Extent:
    """How many steps the uninterrupted scene has, and how many bytes go up and down."""

    steps: int
    up: int
    down: int


def point(told: str) -> Point:
    """Read a point as it is printed. Raises ValueError."""
    scene, kind, position = told.split(":")
    if kind not in KINDS:
        raise ValueError(f"there is no kind {kind}; there are {', '.join(KINDS)}")
    return Point(scene, kind, int(position))


KINDS = (
    *STEPS,
    *(f"{way}-{harm}" for harm in BYTES for way in ("up", "down") if (way, harm) != ("down", "late")),
    MOMENT,
)


def spread(extents: Mapping[str, Extent], number: int, seed: int = 0) -> list[Point]:
    """So many different points, evenly over every scene, kind and position; random moments fill up what lacks.

    In no order, so that whoever stops early has seen some of everything.
    """
    steps = _Kinds(extents, STEPS)
    chosen = steps.evenly(min(steps.number, int(number * STEP_SHARE)), seed)
    left = number - len(chosen) - int(number * MOMENT_SHARE)
    for harm, share in BYTES.items():
        kinds = _Kinds(extents, [kind for kind in KINDS if kind.endswith(f"-{harm}")])
        chosen += kinds.evenly(min(kinds.number, left * share // 100), seed)
    scenes = list(extents)
    missing = number - len(chosen)
    moments = [Point(scenes[n % len(scenes)], MOMENT, seed + n // len(scenes)) for n in range(missing)]
    points = sorted({*chosen, *moments})
    Random(seed).shuffle(points)
    return points


class _Kinds:
    """All points of some kinds in a row, without making them."""

    def __init__(self, extents: Mapping[str, Extent], kinds: Sequence[str]) -> None:
        self._cells = list(_cells(extents, kinds))
        self._ends = list(accumulate(size for _, _, size in self._cells))

    @property
    def number(self) -> int:
        return self._ends[-1]

    def evenly(self, number: int, seed: int) -> list[Point]:
        return [self._at((n * self.number // number + seed) % self.number) for n in range(number)]

    def _at(self, index: int) -> Point:
        cell = bisect_right(self._ends, index)
        scene, kind, size = self._cells[cell]
        return Point(scene, kind, index - (self._ends[cell] - size) + (kind in STEPS))


def _cells(extents: Mapping[str, Extent], kinds: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    for scene, extent in extents.items():
        for kind in kinds:
            up = kind.startswith("up-")
            yield scene, kind, extent.steps if kind in STEPS else extent.up if up else extent.down
