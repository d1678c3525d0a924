"""The figures that reading real mails must reach; skipped where the collection is not at hand."""

from pathlib import Path

import pytest

from scripts.benchmarks.mail import lines

DATA = Path(__file__).parents[2] / "shared" / "data" / "mail"
# The speed of a busy machine proves nothing, so only `scripts/bench` judges it.
TIMED = ("per core", "hostile", "250 ms")


@pytest.mark.skipif(not DATA.exists(), reason="the collection of real mails is not here")
def test_real_mails_are_read_as_well_as_promised() -> None:
    short = [line.what for line in lines(DATA) if line.verdict == "short" and not any(t in line.what for t in TIMED)]

    assert short == []
