"""What the points came to → a table, and the lines by which each failure can be run again. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from scripts.torturing.points import KINDS
from scripts.torturing.runs import Told

WRONGS = ("lost", "doubled", "INBOX", "other", "not quiet", "crashed")


@dataclass(slots=True)
class Tally:
    """Counts of everything that was told."""

    reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    failures: list[Told] = field(default_factory=list)
    slowest: float = 0.0

    def add(self, told: Told) -> None:
        """Count one more."""
        cell = (told.point.scene, told.point.kind)
        (self.reached if told.fired else self.missed)[cell] += 1
        self.slowest = max(self.slowest, told.seconds)
        self.wrong.update(kind for kind in told.wrong)
        if told.wrong:
            self.failures.append(told)

    @property
    def total(self) -> int:
        """Points at which something was really interrupted."""
        return self.reached.total()

    @property
    def seen(self) -> int:
        """Points that were run, whether they were reached or not."""
        return self.total + self.missed.total()

    def is_good(self) -> bool:
        """Whether nothing went wrong, and enough was interrupted to say so."""
        return not self.failures and self.missed.total() <= self.total // 20


def table(tally: Tally, scenes: Sequence[str]) -> str:
    """A line for each scene, with a column for each kind of point."""
    kinds = [kind for kind in KINDS if any((scene, kind) in tally.reached for scene in scenes)]
    rows = [["scene", *kinds, "points"]]
    rows += [
        [scene, *(_number(tally.reached[scene, kind]) for kind in kinds), _sum(tally, [scene])] for scene in scenes
    ]
    rows.append(
        ["together", *(_number(sum(tally.reached[s, kind] for s in scenes)) for kind in kinds), _sum(tally, scenes)]
    )
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if n else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def summary(tally: Tally, seconds: float) -> str:
    """The figures that count, in one paragraph."""
    zero = ", ".join(f"{_NAMES[kind]} {tally.wrong[kind]}" for kind in WRONGS)
    lines = [
        f"points {tally.total:,} (and {tally.missed.total():,} whose scene was over before it came to them)",
        zero,
        f"slowest recovery {tally.slowest:.1f} s",
        f"{seconds / 60:.1f} min, {tally.total / max(seconds, 0.1):.1f} points/s",
    ]
    return "\n".join(lines)


def failure(told: Told, server: str) -> str:
    """What went wrong at a point, and how to see it again."""
    at = f" ({told.step})" if told.step else ""
    wrongs = "; ".join(f"{_NAMES[kind]}: {says[-600:]}" for kind, says in told.wrong.items())
    return f'{told.point}{at}: {wrongs}\n  again: scripts/torture --server {server} --only "{told.point}"'


_NAMES = {
    "lost": "lost",
    "doubled": "doubled",
    "INBOX": "INBOX changed",
    "other": "otherwise different",
    "not quiet": "not quiet",
    "crashed": "crashed",
}


def _number(count: int) -> str:
    return f"{count:,}" if count else "-"


def _sum(tally: Tally, scenes: Sequence[str]) -> str:
    return _number(sum(number for (scene, _), number in tally.reached.items() if scene in scenes))
