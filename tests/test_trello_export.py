"""Trello board exports: every shape that Trello has written, what they leave out, and what must not come in."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Customer, Document, Person
from indexer.errors import SourceError, UnknownExport, UnreadableFile
from indexer.sources.contents import settle
from indexer.sources.protocol import Checkpoint, Failure, Notice, Source
from indexer.sources.trello_board import board_of
from indexer.sources.trello_cards import cards_of, missing_comments, without_id
from indexer.sources.trello_export import TrelloExport
from tests.contracts_source import SourceContract, upserts

REAL = Path(__file__).parents[2] / "shared" / "data" / "sources" / "trello" / "exports_licensed"
ANA = {"id": "m1", "fullName": "Ana Souza", "username": "ana"}


def a_board(*cards: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A board export that states only what matters."""
    return {
        "id": "b1",
        "name": "Sales",
        "prefs": {"permissionLevel": "org"},
        "lists": [{"id": "l1", "name": "In talks"}, {"id": "l2", "name": "Old", "closed": True}],
        "members": [ANA],
        "cards": [{"id": f"5e837c79dac9b968388c88c{n}", "idList": "l1"} | card for n, card in enumerate(cards)],
        "actions": [],
    } | more


def a_comment(text: str, card: int = 0, **more: Any) -> dict[str, Any]:
    """A comment action on the card of this number."""
    data = {"text": text, "card": {"id": f"5e837c79dac9b968388c88c{card}"}}
    facts = {"id": "c1", "type": "commentCard", "date": "2024-05-01T08:00:00.000Z", "data": data, "memberCreator": ANA}
    return facts | more


def read(board: dict[str, Any], visibility: str | None = None) -> list[Document]:
    """The documents of a board."""
    return list(settle(cards_of(board_of(board, "sales.json"), "trello:sales", visibility))[0])


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


def test_comments_carry_author_time_and_link() -> None:
    (card,) = read(a_board({"shortUrl": "https://trello.com/c/abc"}, actions=[a_comment("They **love** it")]))

    (comment,) = card.sections
    assert (comment.kind, comment.text, comment.author) == ("comment", "They love it", "Ana Souza")
    assert comment.anchor == "https://trello.com/c/abc#comment-c1"
    assert str(comment.at) == "2024-05-01 08:00:00+00:00"


def test_a_copied_comment_belongs_to_who_wrote_it() -> None:
    copied = a_comment("Agreed", type="copyCommentCard", memberCreator={"fullName": "Bo Li"})
    copied["data"]["idOriginalCommenter"] = "m1"

    (card,) = read(a_board({}, actions=[copied]))

    assert card.sections[0].author == "Ana Souza"


def test_an_edited_comment_shows_its_last_text_and_a_deleted_one_is_gone() -> None:
    edits = [
        {"type": "deleteComment", "data": {"action": {"id": "c2"}}},
        {"type": "updateComment", "data": {"action": {"id": "c1", "text": "third"}}},
        {"type": "updateComment", "data": {"action": {"id": "c1", "text": "second"}}},
    ]
    board = a_board({}, actions=[*edits, a_comment("first"), a_comment("gone", id="c2")])

    assert [section.text for section in read(board)[0].sections] == ["third"]


def test_comments_that_the_export_left_out_are_counted() -> None:
    cards = [{"badges": {"comments": 3}}, {"badges": {"comments": 1}}, {"badges": {"comments": 0}}]
    board = board_of(a_board(*cards, actions=[a_comment("one", 0), a_comment("two", 1, id="c2")]), "sales.json")

    assert missing_comments(board).startswith("Board 'Sales': 2 of 4 comments (1 card) are not in this file")


def test_templates_separators_and_mirrors_are_no_cards() -> None:
    board = a_board({"isTemplate": True}, {"cardRole": "separator"}, {"cardRole": "mirror"}, {"name": "Real"})

    assert [card.title for card in read(board)] == ["Real"]


@pytest.mark.parametrize(
    ("card", "board", "status"),
    [
        ({}, {}, "open"),
        ({"dueComplete": True}, {}, "done"),
        ({"closed": True, "dueComplete": True}, {}, "archived"),
        ({"idList": "l2"}, {}, "archived"),
        ({}, {"closed": True}, "archived"),
        ({"idList": "l3"}, {"lists": [{"id": "l3", "name": "Won 🎉"}]}, "won"),
    ],
)
def test_status_comes_from_card_list_and_board(card: dict[str, Any], board: dict[str, Any], status: str) -> None:
    assert read(a_board(card, **board))[0].status == status


@pytest.mark.parametrize(
    ("level", "stated", "visibility"),
    [
        ("org", None, "everyone"),
        ("public", None, "everyone"),
        ("private", None, "private"),
        (None, None, "private"),
        ("private", "everyone", "everyone"),
        ("public", "group:board", "group:board"),
    ],
)
def test_a_board_is_shown_to_whom_trello_shows_it(level: str | None, stated: str | None, visibility: str) -> None:
    board = a_board({}, prefs={"permissionLevel": level} if level else None)

    assert read(board, stated)[0].visibility == visibility


def test_the_secret_address_of_a_card_is_nowhere() -> None:
    secret = "ana+4f1b@boards.trello.com"
    card = {"name": f"Mail {secret}", "email": secret, "desc": f"write to {secret}", "attachments": [{"name": secret}]}

    (document,) = read(a_board(card, actions=[a_comment(f"or {secret}")]))

    assert "boards.trello.com" not in repr(document)


@pytest.mark.parametrize(
    ("card", "url"),
    [
        ({"shortUrl": "https://trello.com/c/NtCqXrXa", "url": "https://trello.com/c/NtCqXrXa/1-x"}, "https://trello.com/c/NtCqXrXa"),
        ({"shortLink": "NtCqXrXa"}, "https://trello.com/c/NtCqXrXa"),
        ({"shortlink": "NtCqXrXa", "shortUrl": "javascript:alert(1)"}, "https://trello.com/c/NtCqXrXa"),
        ({}, "https://trello.com/c/5e837c79dac9b968388c88c0"),
    ],
)  # fmt: skip
def test_the_link_survives_renaming(card: dict[str, Any], url: str) -> None:
    assert read(a_board(card))[0].url == url


def test_customers_are_taken_from_labels_and_fields_that_say_so() -> None:
    card = {"labels": [{"name": "Customer: Brückner AG"}, {"name": "rail"}, {"name": ""}],
            "customFieldItems": [{"idCustomField": "f1", "value": {"text": "Acme, Inc.; Müller KG"}}]}  # fmt: skip

    (document,) = read(a_board(card, customFields=[{"id": "f1", "name": "Client", "type": "text"}]))

    assert document.customers == (Customer("Acme, Inc."), Customer("Müller KG"), Customer("Brückner AG"))
    assert document.labels == ("Customer: Brückner AG", "rail")


def test_attachments_are_named_and_never_followed() -> None:
    attached = [{"name": "Offer.pdf", "url": "https://files.example/o.pdf"}, {"name": "bad", "url": "javascript:x()"}]

    (document,) = read(a_board({"attachments": attached}))

    assert document.sections[0].text == "Offer.pdf (https://files.example/o.pdf)\nbad"


def test_times_come_from_the_id_and_the_last_activity() -> None:
    (card,) = read(a_board({"dateLastActivity": "2024-01-02T03:04:05.678Z", "due": "2024-06-30T12:00:00.000Z"}))

    assert str(card.created_at) == "2020-03-31 17:23:05+00:00"
    assert str(card.updated_at) == "2024-01-02 03:04:05+00:00"
    assert ("Due", "2024-06-30") in card.fields


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


def test_a_card_without_any_id_is_reported() -> None:
    board = board_of(a_board({"id": None, "name": "Lost"}), "sales.json")

    assert without_id(board) == ["A card named 'Lost' in sales.json has no id and was left out."]


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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["l1", "m1", "c1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "name", "cards", "lists", "actions", "data", "card", "type", "text", "labels", "members",
                         "idLabels", "customFields", "customFieldItems", "value", "options", "checklists", "badges",
                         "checkItems", "attachments", "url", "shortUrl", "prefs", "dateLastActivity", "due"]),
        inner, max_size=6),
    max_leaves=30,
)  # fmt: skip


@given(
    st.lists(JSON, max_size=3),
    st.lists(JSON, max_size=3),
    st.dictionaries(st.sampled_from(["actions", "members"]), JSON),
)
def test_no_json_makes_the_reader_fail(cards: list[Any], lists: list[Any], more: dict[str, Any]) -> None:
    board = board_of({"cards": cards, "lists": lists} | more, "any.json")

    documents, _ = settle(cards_of(board, "trello:any", None))
    missing_comments(board)

    assert all(document.content_hash for document in documents)
