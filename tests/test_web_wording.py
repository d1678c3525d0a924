from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.wording import Piece, ago, counted, excerpt, flowing, linked, marked, percent
from tests.builders import NOW

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6)


def text_of(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


@given(st.text(max_size=50), spans)
def test_marking_loses_no_character_wherever_the_spans_are(text: str, where: list[tuple[int, int]]) -> None:
    assert text_of(marked(text, where)) == text


@given(st.text(max_size=200))
def test_linking_loses_no_character(text: str) -> None:
    assert text_of(linked(text)) == text


def test_the_words_of_the_evidence_are_marked() -> None:
    assert marked("a pilot in rail", [(2, 7)]) == (Piece("a "), Piece("pilot", marked=True), Piece(" in rail"))


def test_an_excerpt_of_a_long_passage_holds_the_first_marked_word() -> None:
    passage = "word " * 200 + "Brückner " + "more " * 200
    at = passage.index("Brückner")

    pieces = excerpt(passage, [(at, at + 8)])

    assert Piece("Brückner", marked=True) in pieces
    assert len(text_of(pieces)) < 360
    assert text_of(pieces).startswith("… ")


@given(st.text(min_size=0, max_size=900), spans)
def test_an_excerpt_shows_only_what_the_passage_says(text: str, where: list[tuple[int, int]]) -> None:
    shown = text_of(excerpt(text, where, width=100)).removeprefix("… ").removesuffix(" …")

    assert shown in text


def test_a_web_address_becomes_a_link_without_the_full_stop() -> None:
    told = linked("See https://docs.example.com/plan.")

    assert told == (
        Piece("See "),
        Piece("https://docs.example.com/plan", href="https://docs.example.com/plan"),
        Piece("."),
    )


def test_a_script_address_in_a_text_stays_text() -> None:
    assert linked("javascript:alert(1)") == (Piece("javascript:alert(1)"),)


@pytest.mark.parametrize(
    ("past", "said"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=1), "yesterday"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(days=21), "3 weeks ago"),
        (timedelta(days=45), "1 month ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(days=-2), "on 4 Mar 2026"),
    ],
)
def test_ages_are_said_as_people_say_them(past: timedelta, said: str) -> None:
    assert ago(NOW - past, NOW) == said


def test_one_thing_is_not_counted_in_the_plural() -> None:
    assert (counted(1, "document"), counted(2_314, "document"), counted(3, "company")) == (
        "1 document",
        "2,314 documents",
        "3 companies",
    )


def test_nothing_is_ever_certain_nor_impossible() -> None:
    assert (percent(1.0), percent(0.0), percent(0.823)) == ("99 %", "1 %", "82 %")


def test_lines_without_a_full_stop_are_told_apart() -> None:
    told = flowing([Piece("Employees: 120\nStage: Customer.\n\nNext")])

    assert told == (Piece("Employees: 120 · Stage: Customer. Next"),)
