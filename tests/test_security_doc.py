"""docs/security.md names tests that there are, and every chapter of the standard."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs/security.md").read_text(encoding="utf-8")
THERE = {name for path in TESTS.glob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)}


def test_every_test_that_the_page_on_security_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))

    assert len(named) > 60
    assert named - THERE == set()


def test_every_chapter_of_the_standard_is_spoken_of() -> None:
    told = {int(number) for number in re.findall(r"^\| (\d+)[.\s]", PAGE, re.M)}

    assert told == set(range(1, 18))


def test_every_line_says_whether_it_is_met() -> None:
    lines = [line for line in PAGE.splitlines() if re.match(r"\| \d+", line)]

    assert len(lines) > 120
    assert [line for line in lines if not re.search(r"\| (met|in part|not met|n/a)", line)] == []


def test_what_is_met_names_a_test_or_a_page_or_says_how() -> None:
    met = [line.partition("| met")[2] for line in PAGE.splitlines() if "| met" in line]

    assert [line for line in met if len(line.strip(" |:")) < 4] == []
