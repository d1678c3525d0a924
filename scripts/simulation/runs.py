"""A seed or a plan → its run, from the first contact to rest."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from scripts.simulation.bugs import planted
from scripts.simulation.checkers import rest
from scripts.simulation.disk import Disk
from scripts.simulation.memories import Violation
from scripts.simulation.plan import KINDS, Plan, plan
from scripts.simulation.shrinking import shrunk
from scripts.simulation.world import OLD, World


@dataclass(frozen=True, slots=True)
class Failure:
    """A seed that broke promises, the first one first."""

    seed: int
    violations: tuple[Violation, ...]


@dataclass(slots=True)
class Tally:
    """What many runs came to, and the seconds of processor time they took."""

    seeds: int = 0
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count these runs too."""
        self.seeds += other.seeds
        self.seconds += other.seconds
        self.counts += other.counts
        self.failures += other.failures


def run(script: Plan, disk: Disk, say: Callable[[str], None] | None = None) -> World:
    """Let a plan happen, and return the world as it was left."""
    world = World(script, disk, say)
    for mailbox in range(len(world.servers)):
        world.arrive(mailbox, OLD)
        world.elapsed += 5
        world.make_pass(0, mailbox)
    world.run_events()
    if not world.violations:
        rest(world)
    return world


def run_seeds(first: int, count: int, disk: Disk | None = None) -> Tally:
    """Run so many seeds from the first one on."""
    logging.disable(logging.CRITICAL)
    disk = disk or Disk()
    tally, begun = Tally(), time.process_time()
    for seed in range(first, first + count):
        world = run(plan(seed), disk)
        tally.seeds += 1
        tally.counts += world.counts
        if world.violations:
            tally.failures.append(Failure(seed, tuple(world.violations)))
    logging.disable(logging.NOTSET)
    tally.seconds = time.process_time() - begun
    return tally


def shrink(script: Plan, disk: Disk) -> Plan:
    """The smallest part of a failing plan that still breaks the same promise first."""
    checker = run(script, disk).violations[0].checker
    return shrunk(script, lambda smaller: any(v.checker == checker for v in run(smaller, disk).violations[:1]))


def hunt(bug: str, limit: int, disk: Disk) -> Failure | None:
    """The first seed that catches a planted bug; None where so many do not."""
    with planted(bug):
        seeds = (run_seeds(seed, 1, disk).failures for seed in range(1, limit + 1))
        return next((failures[0] for failures in seeds if failures), None)


def never_met(tally: Tally) -> list[str]:
    """The kinds of fault that so many runs never met; few runs need not meet all."""
    return [kind for kind in KINDS if not tally.counts[kind]] if tally.seeds >= MANY else []


MANY = 1000
