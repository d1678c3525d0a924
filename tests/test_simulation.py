"""The watcher in simulated worlds: every promise holds, and the simulator would see it if one did not."""

import logging
import os
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

import scripts.simulation
from scripts.simulation.__main__ import CHECKED, lines, main, tallies
from scripts.simulation.bugs import BUGS, planted
from scripts.simulation.disk import Disk
from scripts.simulation.memories import Violation
from scripts.simulation.plan import KINDS, Plan, plan
from scripts.simulation.runs import MANY, Failure, Tally, hunt, never_met, run, shrink

SEEDS = 10_000
WORKERS = min(2, os.cpu_count() or 1)


@pytest.fixture(scope="module")
def quiet() -> Iterator[None]:
    """The product logs what it survives; here that is thousands of lines."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_ten_thousand_worlds_keep_every_promise() -> None:
    tally = Tally()
    for some in tallies(1, SEEDS, WORKERS):
        tally.add(some)

    assert (tally.seeds, tally.failures, never_met(tally)) == (SEEDS, [], [])
    assert tally.counts["mails"] > 5 * SEEDS


def found(name: str) -> Failure | None:
    """The first of a thousand seeds that catches this bug."""
    return hunt(name, MANY, Disk())


@pytest.fixture(scope="module")
def caught() -> dict[str, Failure | None]:
    """What each planted bug is caught by."""
    with ProcessPoolExecutor(WORKERS) as pool:
        return dict(zip(BUGS, pool.map(found, BUGS), strict=True))


@pytest.mark.parametrize("name", BUGS)
def test_each_planted_bug_is_caught_within_a_thousand_worlds(name: str, caught: dict[str, Failure | None]) -> None:
    assert caught[name] is not None


def test_there_are_many_planted_bugs_and_none_stays(quiet: None) -> None:
    with planted("never counts tries"):
        broken = run(plan(1), Disk())

    assert (len(BUGS) >= 15, broken.violations != [], run(plan(1), Disk()).violations) == (True, True, [])


def told(script: Plan) -> list[str]:
    """The whole trace of a run."""
    said: list[str] = []
    run(script, Disk(), said.append)
    return said


@pytest.mark.parametrize("seed", [190_839, 270_507, 465_425, 543_300, 738_207, 844_764])
def test_seeds_that_once_broke_a_promise_keep_them_all(seed: int, quiet: None) -> None:
    assert run(plan(seed), Disk()).violations == []


@pytest.mark.parametrize("seed", [3, 53, 221])
def test_a_seed_replays_identically_to_the_last_line(seed: int, quiet: None) -> None:
    assert told(plan(seed)) == told(plan(seed))


def test_a_disk_that_was_used_before_changes_nothing(quiet: None) -> None:
    used = Disk()
    worlds = [run(plan(seed), used) for seed in range(1, 40)]

    assert worlds[-1].counts == run(plan(39), Disk()).counts


def test_a_failing_run_shrinks_to_one_that_still_fails(quiet: None) -> None:
    with planted("does not look whether a person answered"):
        failure = hunt("does not look whether a person answered", MANY, Disk())
        assert failure is not None
        small = shrink(plan(failure.seed), Disk())
        (broken,) = run(small, Disk()).violations

    assert len(small.events) < len(plan(failure.seed).events) / 2
    assert broken.checker == failure.violations[0].checker
    assert run(small, Disk()).violations == []


def test_many_runs_that_never_met_a_kind_of_fault_fail() -> None:
    met = Counter(dict.fromkeys(KINDS, 1)) - Counter({"disk full": 1})

    assert never_met(Tally(MANY, counts=met)) == ["disk full"]
    assert never_met(Tally(MANY - 1, counts=met)) == []


def test_the_summary_counts_what_broke() -> None:
    failures = [Failure(7, (Violation("doubled", "2 untouched drafts for mail 1"),))]
    said = list(lines(Tally(1, 1.0, Counter({"mails": 1234}), failures), 2.0))

    assert said[0] == "1 seeds in 2 s: 0 seeds/s, 1 a second of one core"
    assert said[1].startswith("1,234 mails")
    assert said[-1] == "0 lost, 1 doubled, 0 touched, 0 answered twice, 0 held up"


def test_every_checker_has_its_line_in_the_summary() -> None:
    sources = [(Path(scripts.simulation.__file__).parent / f"{name}.py").read_text() for name in ("world", "checkers")]
    named = {name for text in sources for name in re.findall(r'(?:broke|Violation)\(\s*"([\w ]+)"', text)}

    assert named == {name for names in CHECKED.values() for name in names}


def test_one_seed_is_told_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "5", "--trace"]) == 0

    said = capsys.readouterr().out
    assert "makes a pass" in said
    assert said.endswith("seed 5 keeps every promise\n")
