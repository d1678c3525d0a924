"""Names of a large index are read beside what goes on; what is asked meanwhile is answered by those known before."""

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import indexer.remembering as remembering
from indexer.asking import EVERYBODY
from indexer.documents import Customer, Document
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.protocol import Scope
from indexer.errors import IndexProblem
from indexer.knowledge import Knowledge
from indexer.remembering import RememberedNames
from indexer.roll import Roll
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
    monkeypatch.setattr(remembering, "COSTLY", -1.0)
    monkeypatch.setattr(remembering, "PAUSE", 0)
    monkeypatch.setattr(remembering, "LATE", 1e9)
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
    monkeypatch.setattr(remembering, "LATE", 0)
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
    roll = Roll(tmp_path / "index" / "names", index.identity)
    written = roll.enrolled(index.names_sequence)
    assert written
    assert written.entities == read.entities
    assert written.bearers == read.directory.bearers
    assert roll.enrolled(index.names_sequence + 1) is None
    for path in (tmp_path / "index" / "names").rglob("spellings.json"):
        path.write_bytes(path.read_bytes().replace(b"nordwind", b"sudwind!"))
    assert roll.enrolled(index.names_sequence) is None
    index.close()
