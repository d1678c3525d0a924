"""How each source stands, as the ledger keeps it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from indexer.updating import SourceReport
from service.freshness import LONGEST, Looked, looked, next_look
from service.ledger import Ledger
from tests.builders import NOW
from tests.test_ledger import BEFORE_ACCESS

WELL = SourceReport("trello:sales", added=3, listed=40, seconds=1.5, notices=("40 of 133 comments are not here.",))
LATER = NOW + timedelta(minutes=5)


def test_a_look_that_failed_keeps_when_the_last_one_went_well_and_what_there_was() -> None:
    well = looked(None, WELL, NOW)
    failed = looked(well, SourceReport("trello:sales", failures=("Trello refused the token.",)), LATER)

    assert (well.done_at, well.failed, well.listed) == (NOW, 0, 40)
    assert (failed.tried_at, failed.done_at, failed.failed, failed.listed) == (LATER, NOW, 1, 40)
    assert looked(failed, WELL, LATER).failed == 0


@given(failed=st.integers(0, 10_000), every=st.floats(10, 604_800))
def test_a_source_that_fails_is_asked_less_and_less_often_but_once_an_hour_or_as_it_is_set(
    failed: int, every: float
) -> None:
    state = Looked("crm:x", NOW, failed=failed)

    wait = (next_look(state, every, NOW) - NOW).total_seconds()

    assert wait >= every - 0.001
    assert wait <= max(every, LONGEST) + 1
    assert next_look(replace(state, failed=failed + 1), every, NOW) >= next_look(state, every, NOW)


def test_a_source_is_looked_at_at_once_for_the_first_time_and_after_the_clock_was_set_back() -> None:
    assert next_look(None, 60, NOW) == next_look(Looked("crm:x", LATER), 60, NOW) == NOW


def test_what_is_known_survives_a_restart(tmp_path: Path) -> None:
    state = replace(looked(None, WELL, NOW), calls=6, remaining=94)
    with closing(Ledger.open(tmp_path / "ledger.db")) as ledger:
        ledger.freshness.keep([state, Looked("crm:x", NOW, failures=("Müller & Söhne fehlt.",))])
        ledger.freshness.forget(["crm:x"])

    with closing(Ledger.open(tmp_path / "ledger.db")) as ledger:
        assert ledger.freshness.all() == {"trello:sales": state}


def test_a_ledger_that_knew_no_sources_learns_of_them(tmp_path: Path) -> None:
    Ledger.open(tmp_path / "ledger.db").close()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as file:
        file.executescript(f"{BEFORE_ACCESS} DROP TABLE sources; PRAGMA user_version = 5")

    with closing(Ledger.open(tmp_path / "ledger.db")) as ledger:
        assert ledger.freshness.all() == {}
