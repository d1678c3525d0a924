"""Nobody is shown what they may not see, however a mail is made; and the harness that says so would see it."""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from scripts.planting import changed
from scripts.torturing.leaks import DRAFTED, EVERY, FRESH, MANY, compared, is_alike, is_good, lines, never, tallies
from scripts.torturing.leaks import told as told_of
from scripts.torturing.leaks_bugs import BUGS
from scripts.torturing.leaks_run import TOGETHER, Tally, run
from scripts.torturing.leaks_view_bugs import BUGS as VIEW_BUGS
from scripts.torturing.leaks_views import TOGETHER as SEARCHES
from scripts.torturing.leaks_views import Difference, Views, views

SOME = TOGETHER // 5
LOOKED = 300
WORKERS = min(2, os.cpu_count() or 1)


@pytest.fixture(scope="module")
def told() -> Tally:
    """What two thousand mails come to."""
    tally = Tally()
    for some in tallies(0, MANY, WORKERS):
        tally.add(some)
    return tally


def test_two_thousand_mails_show_nobody_what_they_may_not_see(told: Tally) -> None:
    assert (told.number, told.leaks, never(told), is_good(told)) == (MANY, [], [], True)


def test_mails_that_are_answered_show_what_everyone_may_see_or_a_group_of_all_who_read(told: Tally) -> None:
    assert set(told.shown) == {"everyone", "group:sales", "public"}
    assert told.drafts["sender", "customer A"] > 0
    assert told.drafts.total() > MANY / 4 * len(EVERY)


def found(name: str) -> int:
    """How many of two thousand mails it takes until a planted bug leaks; 0 where it never does."""
    logging.disable(logging.CRITICAL)
    with changed(BUGS[name]()):
        return next((first + SOME for first in range(0, MANY, SOME) if run(first, SOME).leaks), 0)


@pytest.fixture(scope="module")
def caught() -> Iterator[dict[str, int]]:
    """How soon each planted bug is seen."""
    with ProcessPoolExecutor(WORKERS, FRESH) as pool:
        yield dict(zip(BUGS, pool.map(found, BUGS), strict=True))


@pytest.mark.parametrize("name", BUGS)
def test_each_planted_mistake_leaks_within_two_thousand_mails(name: str, caught: dict[str, int]) -> None:
    assert 0 < caught[name] <= MANY


def test_there_are_many_planted_mistakes_and_none_stays() -> None:
    with changed(BUGS["keeps Cc"]()):
        broken = run(0, 50)

    assert (len(BUGS) >= 20, broken.leaks != [], run(0, 50).leaks) == (True, True, [])


def test_cases_that_draft_nothing_or_lack_something_prove_nothing(told: Tally) -> None:
    silent = Tally(cases=told.cases, number=MANY)
    lacking = Tally(told.cases - told.cases.__class__({("sender", "stranger"): MANY}), told.drafts, number=MANY)

    assert not is_good(silent)
    assert len(never(silent)) == sum(map(len, DRAFTED.values()))
    assert never(lacking) == ["sender: stranger"]
    assert "0 drafts, 0 leaks" in "\n".join(lines(silent, 1.0))


def test_a_leak_is_told_with_the_way_to_see_it_again() -> None:
    with changed(BUGS["shows what is private"]()):
        tally = run(TOGETHER, 20)
        leak = tally.leaks[0]
        again = run(leak.number, 1).leaks

    assert f"--leaks 1 --first {leak.number}" in "\n".join(lines(tally, 1.0))
    assert leak in again


def test_a_search_is_the_same_as_if_what_one_may_not_see_were_not_there() -> None:
    looks = Views()
    for some in compared(0, LOOKED, WORKERS):
        looks.add(some)

    assert (looks.number, looks.differences, is_alike(looks)) == (LOOKED, [], True)


def differs(name: str) -> int:
    """How many of three hundred searches it takes until one tells of what it does not show."""
    with changed(VIEW_BUGS[name]()):
        pairs = range(0, 30 * SEARCHES, SEARCHES)
        return next((10 * n for n, first in enumerate(pairs, 1) if views(first, 10).differences), 0)


@pytest.fixture(scope="module")
def told_apart() -> Iterator[dict[str, int]]:
    """How soon each planted mistake of the search is seen."""
    with ProcessPoolExecutor(WORKERS, FRESH) as pool:
        yield dict(zip(VIEW_BUGS, pool.map(differs, VIEW_BUGS), strict=True))


@pytest.mark.parametrize("name", VIEW_BUGS)
def test_each_planted_mistake_of_the_search_shows(name: str, told_apart: dict[str, int]) -> None:
    assert 0 < told_apart[name] <= LOOKED


def test_searches_that_found_nothing_prove_nothing_and_a_difference_is_told() -> None:
    odd = Difference(123, "answer", "Who?", ".score: 1 / 2")
    blind = Views(number=LOOKED)

    assert not is_alike(blind)
    assert not is_alike(Views(differences=[odd]))
    assert "--leaks 1 --first 1230" in "\n".join(told_of(Views(differences=[odd]), 1.0))


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_harness_is_run_by_a_flag() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.torturing", "--leaks", "40"], capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert all(says in done.stdout for says in ("40 mails, ", " 0 leaks", "4 searches, 32 looks, 0 differences"))
