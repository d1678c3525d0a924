"""The index is kept up with its sources."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.asking import EVERYBODY, Question
from indexer.errors import LedgerError, NoIndex
from indexer.knowledge import Knowledge
from indexer.sources.protocol import Event, Failure
from service.connecting import Connected
from service.freshness import Freshness, Looked
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

    def start(*sources: Told, every: float = HOUR, kept: Freshness | None = None, rung: Sequence[str] = ()) -> Syncing:
        syncing = Syncing(knowledge, kept or ledger.freshness, [Connected(source, every) for source in sources])
        if rung:
            syncing.ring(sources[0].name, rung)
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


def test_an_error_that_nobody_foresaw_stops_no_other_source(ledger: Ledger, running: Callable[..., Syncing]) -> None:
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

    until(lambda: other.pulls > 2 and "trello:sales" in ledger.freshness.all())
    assert "ZeroDivisionError" in ledger.freshness.all()["trello:sales"].failures[0]


def test_a_ledger_that_cannot_be_written_for_a_while_ends_nothing(
    knowledge: Knowledge, ledger: Ledger, running: Callable[..., Syncing]
) -> None:
    class Locked(Freshness):
        tries = 0

        def keep(self, states: Iterable[Looked]) -> None:
            Locked.tries += 1
            if Locked.tries < 2:
                raise LedgerError("The ledger is locked.")
            super().keep(states)

    source = Told("trello:sales", PILOT)
    running(source, every=0.05, kept=Locked(ledger._file))

    until(lambda: bool(ledger.freshness.all()))
    assert titles(knowledge, "pilot") == {PILOT.title}


class Stubborn(Told):
    """Never tells of a document by itself, until it is mended."""

    mended = False

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        self.asked += ids
        yield from super().fetch(ids) if self.mended else (Failure(f"{key} cannot be read.", True) for key in ids)


def test_a_document_that_cannot_be_read_again_keeps_no_look_at_the_whole_waiting(
    knowledge: Knowledge, running: Callable[..., Syncing]
) -> None:
    source = Stubborn("trello:sales", PILOT)
    syncing = running(source, every=0.05)
    until(lambda: source.pulls > 0)

    syncing.ring("trello:sales", [PILOT.id])
    until(lambda: bool(source.asked))
    pulls = source.pulls

    until(lambda: source.pulls > pulls + 2)
    source.mended, source.documents = True, []
    until(lambda: titles(knowledge, "pilot") == set())


def test_a_ring_before_the_first_look_means_that_look(ledger: Ledger, running: Callable[..., Syncing]) -> None:
    source = Told("trello:sales", PILOT)

    running(source, rung=[PILOT.id])

    until(lambda: source.asked == [PILOT.id])
    assert source.pulls == 1
    assert ledger.freshness.all()["trello:sales"].failures == ()


def test_a_look_that_was_broken_off_counts_as_none(knowledge: Knowledge, ledger: Ledger) -> None:
    stop, go = threading.Event(), threading.Event()
    source = Told("trello:sales", PILOT, CRANE, go=go)
    thread = threading.Thread(target=Syncing(knowledge, ledger.freshness, [Connected(source, HOUR)]).run, args=(stop,))
    thread.start()
    until(lambda: source.pulls > 0)

    stop.set()
    go.set()
    thread.join(30)

    assert ledger.freshness.all() == {}
