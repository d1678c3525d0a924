"""Cards of a Trello board: what becomes of each of their parts, in every shape that Trello has written."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.documents import Customer, Document
from indexer.sources.contents import settle
from indexer.sources.trello_board import board_of
from indexer.sources.trello_cards import cards_of, missing_comments, without_id
from tests.builders import a_board, a_comment


def read(board: dict[str, Any], visibility: str | None = None) -> list[Document]:
    """The documents of a board."""
    return list(settle(cards_of(board_of(board, "sales.json"), "trello:sales", visibility))[0])


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


def test_a_card_without_any_id_is_reported() -> None:
    board = board_of(a_board({"id": None, "name": "Lost"}), "sales.json")

    assert without_id(board) == ["A card named 'Lost' in sales.json has no id and was left out."]


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
    st.dictionaries(st.sampled_from(["actions", "members"]), JSON)
    | st.fixed_dictionaries({"prefs": st.dictionaries(st.just("permissionLevel"), JSON)}),
)
@example([], [], {"actions": [{"type": []}]})
def test_no_json_makes_the_reader_fail(cards: list[Any], lists: list[Any], more: dict[str, Any]) -> None:
    board = board_of({"cards": cards, "lists": lists} | more, "any.json")

    documents, _ = settle(cards_of(board, "trello:any", None))
    missing_comments(board)

    assert all(document.content_hash for document in documents)
