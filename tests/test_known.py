"""Names of a large index are read beside what goes on; what is asked meanwhile is answered by those known before."""

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import indexer.known as known
from indexer.asking import EVERYBODY, Viewer
from indexer.bearers import Told
from indexer.documents import Customer, Document
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.protocol import Scope
from indexer.enrolled import Enrolled
from indexer.entities import Directory
from indexer.errors import IndexProblem
from indexer.knowledge import Knowledge
from indexer.known import RememberedNames
from indexer.roll import FILE, Roll
from tests.builders import a_card
from tests.known import Shelf, knowing

COMPANIES = ("Brückner Logistik", "Nordwind")


class Slow(EmbeddedIndex):
    """An index whose documents come when they are let, or not at all."""

    let: Event
    fails: bool = False

    def every_document(self, scope: Scope) -> Iterator[Document]:
        assert self.let.wait(10)
        if self.fails:
            raise IndexProblem("The disk is gone.")
        return super().every_document(scope)


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[Knowledge]:
    told = knowing(tmp_path / "index", [a_card("Depot")])
    yield told
    told.close()


@pytest.fixture
def slow(knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """The same index, of which names take long whatever time they take."""
    monkeypatch.setattr(known, "COSTLY", -1.0)
    monkeypatch.setattr(known, "PAUSE", 0)
    monkeypatch.setattr(known, "LATE", 1e9)
    index = Slow.open(tmp_path / "index", create=False)
    assert isinstance(index, Slow)
    index.let = Event()
    index.let.set()
    yield index
    index.let.set()
    index.close()


def tell(knowledge: Knowledge, *companies: str) -> None:
    cards = [a_card(f"Pilot {name}", key=f"pilot-{name}", customers=(Customer(name),)) for name in companies]
    knowledge.update([Shelf(cards, "trello:sales")])


def told(remembered: RememberedNames) -> list[str]:
    return sorted(entity.name for entity in remembered.lately(EVERYBODY.visibilities).entities)


def until(is_so: Callable[[], Any]) -> None:
    for _ in range(500):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("It did not come.")


def test_names_known_before_must_do_while_new_ones_are_read(knowledge: Knowledge, slow: Slow, tmp_path: Path) -> None:
    remembered = RememberedNames(slow, Roll(tmp_path / "names", "x"))
    assert told(remembered) == []
    slow.let.clear()
    tell(knowledge, *COMPANIES)
    assert told(remembered) == []
    assert told(remembered) == []
    slow.let.set()
    until(lambda: told(remembered) == [*COMPANIES])


def test_names_that_are_old_are_waited_for(
    knowledge: Knowledge, slow: Slow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered = RememberedNames(slow, Roll(tmp_path / "names", "x"))
    assert told(remembered) == []
    monkeypatch.setattr(known, "LATE", 0)
    tell(knowledge, *COMPANIES)
    assert told(remembered) == [*COMPANIES]


def test_what_fails_beside_is_told_to_whoever_asks_next(knowledge: Knowledge, slow: Slow, tmp_path: Path) -> None:
    remembered = RememberedNames(slow, Roll(tmp_path / "names", "x"))
    assert told(remembered) == []
    slow.fails = True
    tell(knowledge, *COMPANIES)

    def fails() -> bool:
        try:
            told(remembered)
        except IndexProblem:
            return True
        return False

    until(fails)
    slow.fails = False
    until(lambda: told(remembered) == [*COMPANIES])


def test_garbage_is_looked_for_again_once_names_are_read(slow: Slow, tmp_path: Path) -> None:
    RememberedNames(slow, Roll(tmp_path / "names", "x")).of(EVERYBODY.visibilities)
    assert gc.isenabled()


def test_who_was_written_down_is_known_by_the_same_names(knowledge: Knowledge, tmp_path: Path) -> None:
    tell(knowledge, *COMPANIES, "Müller & Söhne GmbH")
    index = EmbeddedIndex.open(tmp_path / "index", create=False)
    read = RememberedNames(index, Roll(tmp_path / "none", index.identity)).of(EVERYBODY.visibilities)
    written = Roll(tmp_path / "index" / "names", index.identity).enrolled(index.names_sequence)

    assert written == read.entities
    assert read.directory.find("müller & sohne") == Directory(written).find("müller & sohne") != ()
    index.close()


def test_nobody_is_taken_from_a_roll_of_another_time_or_one_that_is_damaged(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    tell(knowledge, *COMPANIES)
    roll, sequence = Roll(tmp_path / "index" / "names", knowledge._opened().index.identity), knowledge.names_mark()

    assert roll.enrolled(sequence) is not None
    assert roll.enrolled(sequence + 1) is None
    for path in (tmp_path / "index" / "names").rglob(FILE):
        path.write_bytes(path.read_bytes().replace(b"nordwind", b"sudwind!"))
    assert roll.enrolled(sequence) is None


def test_a_roll_that_an_older_version_wrote_is_not_taken(
    knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roll, sequence = Roll(tmp_path / "index" / "names", knowledge._opened().index.identity), knowledge.names_mark()
    monkeypatch.setattr("indexer.roll.FORMAT", "names-4")

    assert roll.enrolled(sequence) is None


def test_who_writes_names_down_uses_them_where_they_lie(knowledge: Knowledge) -> None:
    tell(knowledge, *COMPANIES)

    assert isinstance(knowledge.entities(EVERYBODY), Enrolled)
    assert [entity.name for entity in knowledge.entities(EVERYBODY)] == [*COMPANIES]


def test_names_that_another_process_wrote_down_are_known_at_once(
    knowledge: Knowledge, slow: Slow, tmp_path: Path
) -> None:
    remembered = RememberedNames(slow, Roll(tmp_path / "index" / "names", slow.identity))
    slow.let.clear()
    assert told(remembered) == []

    tell(knowledge, *COMPANIES)

    assert told(remembered) == [*COMPANIES]


def test_what_only_a_group_may_see_is_never_written_down(knowledge: Knowledge, tmp_path: Path) -> None:
    hidden = a_card("Board", key="b", visibility="group:board", customers=(Customer("Hidden Holding"),))
    knowledge.update([Shelf([a_card("Pilot", key="p", customers=(Customer("Nordwind"),)), hidden], "trello:sales")])

    insiders = knowledge.entities(Viewer(frozenset({"board"})))
    files = [path.read_bytes().lower() for path in (tmp_path / "index" / "names").rglob(FILE)]

    assert isinstance(insiders, Told)
    assert sorted(entity.name for entity in insiders) == ["Hidden Holding", "Nordwind"]
    assert any(b"nordwind" in held for held in files)
    assert not any(b"hidden" in held or hidden.id.encode() in held for held in files)


def test_a_group_that_no_document_is_for_knows_whom_everybody_knows(knowledge: Knowledge) -> None:
    tell(knowledge, *COMPANIES)

    assert isinstance(knowledge.entities(Viewer(frozenset({"board"}))), Enrolled)
    assert knowledge.entities(Viewer(inside=False, reads_public=True)) == ()
