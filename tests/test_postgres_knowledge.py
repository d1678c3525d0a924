"""Knowledge whose index is on a server: machines share it, and answer as one with a folder does."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.asking import EVERYBODY, AskOptions, Filters, Question, Viewer
from indexer.documents import Section
from indexer.errors import BusyIndex, NoIndex
from indexer.knowledge import Knowledge, UpdateOptions
from tests.fakes import HashingEmbedder
from tests.postgres_server import Postgres, postgres
from tests.test_forgetting import those
from tests.test_knowledge import CRANE, PILOT, WORLD, Shelf, ids

pytestmark = pytest.mark.server
QUESTIONS = ("Who is talking to Brückner Logistik?", "harbour crane", "kick-off in Lübeck", "merger figures", "")
VIEWERS = (EVERYBODY, Viewer(frozenset({"group:board"})))


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres(fsync="off") as running:
        yield running


@pytest.fixture
def machines(server: Postgres, tmp_path: Path) -> Iterator[list[Knowledge]]:
    """Two, each with a folder of its own and the same database; and one that has only its folder."""
    url = server.database()
    told = [Knowledge.open(tmp_path / str(n), HashingEmbedder, url=url) for n in range(2)]
    told.append(Knowledge.open(tmp_path / "alone", HashingEmbedder))
    yield told
    for knowledge in told:
        knowledge.close()


def answers(knowledge: Knowledge, viewer: Viewer, options: AskOptions) -> list[object]:
    """What is answered, with scores as far as half precision carries them."""
    told = knowledge.answer([Question(text) for text in QUESTIONS], viewer, options)
    return [
        [(hit.document, pytest.approx(hit.score, abs=0.02), hit.passage) for hit in one.hits]
        + [one.total, one.mentions, pytest.approx(one.probability, abs=0.05)]
        for one in told
    ]


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("options", [AskOptions(), AskOptions(Filters(lane=("done",))), AskOptions(sort="newest")])
def test_a_server_answers_as_a_folder_does(machines: list[Knowledge], viewer: Viewer, options: AskOptions) -> None:
    for knowledge in (machines[0], machines[2]):
        knowledge.update([Shelf(*WORLD)])

    assert answers(machines[0], viewer, options) == answers(machines[2], viewer, options)
    assert machines[0].choices(viewer) == machines[2].choices(viewer)
    assert machines[0].entities(viewer) == machines[2].entities(viewer)


def test_what_one_machine_indexes_another_finds(machines: list[Knowledge]) -> None:
    first, second, _ = machines
    first.update([Shelf(PILOT)])
    assert ids(second, "kick-off")[0] == PILOT.id

    second.update([Shelf(PILOT, CRANE)])
    assert ids(first, "harbour of Gdansk")[0] == CRANE.id
    first.update([Shelf(replace(PILOT, sections=(Section("Postponed to autumn."),)), CRANE)])
    assert ids(second, "postponed to autumn")[0] == PILOT.id
    assert second.status().healthy


def test_one_machine_updates_at_a_time(machines: list[Knowledge]) -> None:
    first, second, _ = machines
    first.update([Shelf(PILOT)])

    with first._writing(first._opened().index), pytest.raises(BusyIndex, match="being updated by another process"):
        second.update([Shelf(CRANE)])


def test_looking_what_would_change_makes_no_index(machines: list[Knowledge]) -> None:
    machines[0].update([Shelf(*WORLD)], UpdateOptions(dry_run=True))

    with pytest.raises(NoIndex):
        machines[1].answer([Question("rail")], EVERYBODY)


def test_who_is_forgotten_is_in_no_table_and_no_file(
    machines: list[Knowledge], server: Postgres, tmp_path: Path
) -> None:
    knowledge = machines[0]
    knowledge.update([Shelf(*WORLD)])
    assert list(texts_with("Anna Weiß", tmp_path))

    assert knowledge.erase(those("Anna Weiß", addresses=("anna@ours.example",))) == 1

    assert list(texts_with("Anna Weiß", tmp_path)) == []
    assert not [d for d in knowledge.documents([PILOT.id], EVERYBODY) if d.people]
    assert knowledge.check() == []


def texts_with(name: str, folder: Path) -> Iterator[Path]:
    """Files that hold a name."""
    written = (name.encode(), json.dumps(name).encode())
    files = (path for path in folder.rglob("*") if path.is_file())
    return (path for path in files if any(one in path.read_bytes() for one in written))
