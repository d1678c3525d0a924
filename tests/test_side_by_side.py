"""Sources that are read side by side, and single documents that are read again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event as Signal
from threading import Thread

import pytest

from indexer.asking import EVERYBODY, Question
from indexer.errors import NoIndex
from indexer.knowledge import Knowledge, Progress, UpdateOptions
from indexer.sources.protocol import Event
from indexer.updating import DOCUMENTS
from tests.builders import a_card
from tests.fakes import HashingEmbedder
from tests.telling import Told

PILOT, CRANE = a_card("Pilot with Brückner", key="pilot"), a_card("Crane maintenance in Gdańsk", key="crane")
FAIR = replace(a_card("Trade fair in Łódź", key="fair"), id="crm:north:note:fair")


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[Knowledge]:
    opened = Knowledge.open(tmp_path / "index", HashingEmbedder)
    yield opened
    opened.close()


def titles(knowledge: Knowledge, text: str) -> list[str]:
    try:
        return [hit.document.title for hit in knowledge.answer([Question(text)], EVERYBODY)[0].hits]
    except NoIndex:
        return []


def test_what_a_quick_source_told_is_found_while_a_slow_one_is_still_read(knowledge: Knowledge) -> None:
    go = Signal()

    class Looking(Told):
        def pull(self, cursor: str | None) -> Iterator[Event]:
            yield from super().pull(cursor)
            while FAIR.title not in titles(knowledge, "trade fair Łódź"):
                pass
            go.set()

    report = knowledge.update([Told("crm:north", FAIR), Looking("trello:sales", PILOT)])

    assert go.is_set()
    assert [(s.source, s.added, s.listed) for s in report.sources] == [("crm:north", 1, 1), ("trello:sales", 1, 1)]


def test_an_update_that_lasts_keeps_no_other_thread_from_updating(knowledge: Knowledge) -> None:
    go = Signal()
    slow = Thread(target=knowledge.update, args=([Told("trello:sales", PILOT, go=go)],))
    slow.start()

    knowledge.update([Told("crm:north", FAIR)])

    assert slow.is_alive()
    assert titles(knowledge, "trade fair") == [FAIR.title]
    go.set()
    slow.join()
    assert PILOT.title in titles(knowledge, "pilot")


def test_a_halted_update_keeps_what_was_told_and_deletes_nothing(knowledge: Knowledge) -> None:
    source = Told("trello:sales", PILOT, CRANE)
    knowledge.update([source])
    changed = replace(PILOT, title="Pilot with Brandstetter")
    source.documents = [changed]

    knowledge.update([source], UpdateOptions(halted=lambda: True))

    assert set(titles(knowledge, "pilot crane")) == {"Pilot with Brandstetter", CRANE.title}


def test_an_update_that_is_halted_while_much_is_written_ends_with_the_batch_in_work(knowledge: Knowledge) -> None:
    source = Told("trello:sales", *(a_card(f"Card {n}", key=f"c{n}") for n in range(2 * DOCUMENTS)))
    written: list[int] = []

    def halt(progress: Progress) -> None:
        written.extend([progress.done] if progress.stage == "embedding" else [])

    report = knowledge.update([source], UpdateOptions(progress=halt, halted=lambda: bool(written)))

    assert knowledge.count(EVERYBODY) == DOCUMENTS == report.sources[0].added
    assert knowledge.update([source]).sources[0].added == DOCUMENTS


def test_only_the_documents_asked_for_are_read_again(knowledge: Knowledge) -> None:
    source, other = Told("trello:sales", PILOT, CRANE), Told("crm:north", FAIR)
    knowledge.update([source, other])
    source.documents = [replace(PILOT, title="Pilot with Brandstetter")]
    other.documents = []

    report = knowledge.reread({source: [PILOT.id, CRANE.id]})

    assert (report.sources[0].changed, report.sources[0].deleted, report.sources[0].listed) == (1, 1, None)
    assert set(titles(knowledge, "pilot crane fair")) == {"Pilot with Brandstetter", FAIR.title}
    assert (source.asked, other.asked) == ([PILOT.id, CRANE.id], [])


def test_the_brake_measures_what_a_bell_buries_by_the_whole_source(knowledge: Knowledge) -> None:
    held = [a_card(f"Card {n}", key=f"c{n}") for n in range(400)]
    source = Told("trello:sales", *held)
    knowledge.update([source])
    source.documents = held[100:]

    few = knowledge.reread({source: [card.id for card in held[:60]]}).sources[0]
    source.documents = []
    many = knowledge.reread({source: [card.id for card in held[100:200]]}).sources[0]

    assert (few.deleted, few.held) == (60, 0)
    assert (many.deleted, many.held) == (0, 100)
    assert knowledge.count(EVERYBODY) == 340


def test_a_source_that_breaks_in_an_unforeseen_way_ends_the_update_and_not_the_index(knowledge: Knowledge) -> None:
    class Broken(Told):
        def pull(self, cursor: str | None) -> Iterator[Event]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        knowledge.update([Broken("trello:sales"), Told("crm:north", FAIR)])

    knowledge.update([Told("crm:north", FAIR)])
    assert titles(knowledge, "trade fair") == [FAIR.title]
