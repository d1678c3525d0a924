"""The index is kept up with its sources."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.asking import EVERYBODY, Question
from indexer.errors import NoIndex
from indexer.knowledge import Knowledge
from service.connecting import Connected
from service.ledger import Ledger
from service.syncing import MOST_RUNG, Syncing
from tests.builders import a_card
from tests.fakes import HashingEmbedder
from tests.telling import Told

PILOT, CRANE = a_card("Pilot with Brückner", key="pilot"), a_card("Crane maintenance in Gdańsk", key="crane")
FAIR = replace(a_card("Trade fair in Łódź", key="fair"), id="crm:north:note:fair")
HOUR = 3_600.0


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[Knowledge]:
    opened = Knowledge.open(tmp_path / "index", HashingEmbedder)
    yield opened
    opened.close()


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    opened = Ledger.in_memory()
    yield opened
    opened.close()


@pytest.fixture
def running(knowledge: Knowledge, ledger: Ledger) -> Iterator[Callable[..., Syncing]]:
    stop, threads = threading.Event(), list[threading.Thread]()

    def start(*sources: Told, every: float = HOUR) -> Syncing:
        syncing = Syncing(knowledge, ledger.freshness, [Connected(source, every) for source in sources])
        threads.append(threading.Thread(target=syncing.run, args=(stop,)))
        threads[-1].start()
        return syncing

    yield start
    stop.set()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def titles(knowledge: Knowledge, text: str) -> set[str]:
    try:
        return {hit.document.title for hit in knowledge.answer([Question(text)], EVERYBODY)[0].hits}
    except NoIndex:
        return set()


def test_every_source_is_read_when_it_starts_and_remembered(
    knowledge: Knowledge, ledger: Ledger, running: Callable[..., Syncing]
) -> None:
    running(Told("trello:sales", PILOT, CRANE), Told("crm:north", FAIR))

    until(lambda: len(ledger.freshness.all()) == 2)
    assert titles(knowledge, "pilot crane fair") == {PILOT.title, CRANE.title, FAIR.title}
    assert [s.listed for s in ledger.freshness.all().values()] == [1, 2]


def test_what_a_source_rings_for_is_read_at_once_and_nothing_else(
    knowledge: Knowledge, ledger: Ledger, running: Callable[..., Syncing]
) -> None:
    source = Told("trello:sales", PILOT, CRANE)
    syncing = running(source)
    until(lambda: len(ledger.freshness.all()) == 1)
    source.documents = [replace(PILOT, title="Pilot with Brandstetter")]

    syncing.ring("trello:sales", [PILOT.id])

    until(lambda: "Pilot with Brandstetter" in titles(knowledge, "pilot"))
    assert (source.asked, source.pulls) == ([PILOT.id], 1)
    syncing.ring("trello:sales", [CRANE.id])
    until(lambda: CRANE.title not in titles(knowledge, "crane"))


@pytest.mark.parametrize("ids", [(), [f"trello:sales:card:{n}" for n in range(MOST_RUNG + 1)]])
def test_a_ring_that_names_nothing_or_too_much_means_a_look_at_all(
    ledger: Ledger, running: Callable[..., Syncing], ids: list[str]
) -> None:
    source = Told("trello:sales", PILOT)
    syncing = running(source)
    until(lambda: len(ledger.freshness.all()) == 1)

    syncing.ring("trello:sales", [PILOT.id])
    syncing.ring("trello:sales", ids)

    until(lambda: source.pulls == 2)


def test_a_source_that_fails_is_told_and_the_others_go_on(
    knowledge: Knowledge, ledger: Ledger, running: Callable[..., Syncing]
) -> None:
    broken = Told("trello:sales", PILOT)
    broken.breaks = "Trello refused the token. Make a new one."
    other = Told("crm:north", FAIR)
    running(broken, other, every=0.05)

    until(lambda: other.pulls > 3 and broken.pulls > 1)
    state = ledger.freshness.all()["trello:sales"]
    assert (state.failures, state.done_at) == ((broken.breaks,), None)
    broken.breaks = ""
    until(lambda: PILOT.title in titles(knowledge, "pilot"))


def test_an_error_that_nobody_foresaw_stops_no_other_source(running: Callable[..., Syncing]) -> None:
    class Mad(Told):
        def check(self) -> list[str]:
            return []

        @property
        def name(self) -> str:
            return "trello:sales"

        @name.setter
        def name(self, name: str) -> None: ...

        def pull(self, cursor: str | None) -> Iterator[object]:  # type: ignore[override]
            self.pulls += 1
            raise ZeroDivisionError

    mad, other = Mad("trello:sales"), Told("crm:north", FAIR)
    running(mad, other, every=0.05)

    until(lambda: other.pulls > 2 and mad.pulls > 0)
