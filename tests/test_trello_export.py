"""Trello board exports: every shape that Trello has written, what they leave out, and what must not come in."""

import json
from pathlib import Path

import pytest

from indexer.documents import Person
from indexer.errors import SourceError, UnknownExport, UnreadableFile
from indexer.sources.protocol import Checkpoint, Failure, Notice, Source
from indexer.sources.trello_export import TrelloExport
from tests.builders import a_board, a_comment
from tests.contracts_source import SourceContract, upserts

REAL = Path(__file__).parents[2] / "shared" / "data" / "sources" / "trello" / "exports_licensed"


def written(folder: Path, board: object, name: str = "sales.json") -> Path:
    """The board as an exported file."""
    (folder / name).write_text(json.dumps(board), encoding="utf-8")
    return folder / name


class TestTrelloExport(SourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        board = a_board({"name": "Pilot Brückner", "desc": "**wants** it", "shortUrl": "https://trello.com/c/abc"}, {})
        return TrelloExport(written(tmp_path, board | {"actions": [a_comment("Müller\u202e ruft an")]}), "sales")


class TestRealExports(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        if not REAL.exists():
            pytest.skip("the real exports are not here")
        return TrelloExport(REAL, "real")


@pytest.mark.parametrize(("file", "cards"), [("mclang_board_a", 4), ("mclang_board_b", 5), ("wekan_project100", 3)])
def test_real_boards_have_all_their_cards(file: str, cards: int) -> None:
    path = REAL / f"{file}.json"
    if not path.exists():
        pytest.skip("the real exports are not here")

    assert len(TrelloExport(path, "real").census().ids) == cards


def test_every_type_of_custom_field_of_a_real_board_is_read() -> None:
    if not REAL.exists():
        pytest.skip("the real exports are not here")

    cards = {d.title: d for d in upserts(list(TrelloExport(REAL / "wekan_project100.json", "real").pull(None)))}

    assert dict(cards["Visualize code"].fields) == {
        "Logical Value": "yes",
        "Date Value": "2021-01-28",
        "Dropdown": "Down",
        "Number Value": "100.32",
        "Text Value": "Test text",
    }
    assert cards["Write code"].people[0] == Person("Test User", "assignee")
    assert cards["Write code"].lane == "Todo"


def test_a_real_checklist_and_a_lower_case_shortlink_are_read() -> None:
    if not REAL.exists():
        pytest.skip("the real exports are not here")

    cards = {d.title: d for d in upserts(list(TrelloExport(REAL / "mclang_board_b.json", "real").pull(None)))}
    card = cards["Card 1 of list 2: this one has a checklist"]

    assert card.url == "https://trello.com/c/asd8ZRzybA8S"
    assert card.sections[0].text.startswith("Checklist in card 1 of list 2\n[ ] Item 1")
    assert "[x] Item 2" in card.sections[0].text


def test_of_two_exports_of_a_board_only_the_newer_counts(tmp_path: Path) -> None:
    written(tmp_path, a_board({"name": "Gone since"}, dateLastActivity="2024-01-01T00:00:00Z"), "january.json")
    written(tmp_path, a_board({"name": "New name"}, dateLastActivity="2024-02-01T00:00:00Z"), "february.json")

    events = list(TrelloExport(tmp_path, "sales").pull(None))

    assert [document.title for document in upserts(events)] == ["New name"]
    assert any("january.json is an older export" in e.text for e in events if isinstance(e, Notice))


def test_a_card_that_occurs_twice_is_told_once_and_both_places_are_named(tmp_path: Path) -> None:
    card = {"id": "5e837c79dac9b968388c88c1", "name": "Pilot"}
    events = list(TrelloExport(written(tmp_path, a_board(card, card)), "sales").pull(None))

    assert len(upserts(events)) == 1
    assert any("sales.json, card 1 and sales.json, card 2" in e.text for e in events if isinstance(e, Notice))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"cards": [', r"line 1, column 12 .*cut short"),
        ('{"cards": [}]}', r"line 1, column 12 .*Export it again"),
        ("{'cards': []}", r"line 1, column 2"),
        ('{"name": "Pipe", "tasks": []}', "no Trello board"),
        ('{"_format": "wekan-board-1.0.0", "cards": [], "lists": [], "swimlanes": []}', "WeKan"),
        ("[1, 2]", "no Trello board"),
        ("[" * 100_000, "no JSON|not valid JSON"),
        ("", "empty"),
        ("<html>sign in</html>", "web page"),
    ],
)
def test_a_wrong_file_says_where_and_what_to_do(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "sales.json").write_text(text)
    source = TrelloExport(tmp_path / "sales.json", "sales")

    with pytest.raises((UnreadableFile, UnknownExport), match=says):
        list(source.pull(None))
    assert not source.census().complete
    assert len(source.check()) == 1


def test_a_broken_file_among_others_is_a_failure_and_deletes_nothing(tmp_path: Path) -> None:
    written(tmp_path, a_board({"name": "Pilot"}))
    (tmp_path / "torn.json").write_text('{"cards"')
    source = TrelloExport(tmp_path, "sales")

    events = list(source.pull(None))

    assert [document.title for document in upserts(events)] == ["Pilot"]
    assert [event for event in events if isinstance(event, Failure)]
    assert not source.census().complete
    assert isinstance(next(iter(source.fetch(["trello:sales:card:gone"]))), Failure)


def test_a_changed_file_is_read_anew_and_an_old_checkpoint_tells_everything(tmp_path: Path) -> None:
    source = TrelloExport(written(tmp_path, a_board({"name": "Pilot"}, {"name": "Offer"})), "sales")
    *_, checkpoint = source.pull(None)
    assert isinstance(checkpoint, Checkpoint)

    written(tmp_path, a_board({"name": "Pilot with Brückner"}, {"name": "Offer"}))

    assert [d.title for d in upserts(list(source.pull(checkpoint.cursor)))] == ["Pilot with Brückner", "Offer"]


def test_a_long_pull_can_be_taken_up_at_every_checkpoint(tmp_path: Path) -> None:
    cards = [{"id": f"{n:024x}", "name": f"Card {n}"} for n in range(1, 1202)]
    source = TrelloExport(written(tmp_path, a_board(*cards)), "sales")
    cursors = [event.cursor for event in source.pull(None) if isinstance(event, Checkpoint)]

    assert [len(upserts(list(source.pull(cursor)))) for cursor in cursors] == [701, 201, 0]


def test_an_account_with_a_colon_is_refused() -> None:
    with pytest.raises(SourceError, match="colon"):
        TrelloExport(Path("x.json"), "a:b")
