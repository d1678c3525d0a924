"""BM25: names and codes as people type them, only what is allowed, scores that mean the same everywhere."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.allowed import Allowed
from indexer.words import FEW, Entry, Words, build, grow, load

TEXTS = (
    "Pilot with Brückner Logistik in Gdańsk",
    "References for rail signalling, won in 2024",
    "Offer PRJ-2024-017 was sent to jane.doe@acme.example",
    "The Øresund crossing, straße und Köln",
    "Lunch menu of the canteen",
)


def every(count: int) -> Allowed:
    return Allowed(np.arange(1, count + 1, dtype=np.int64))


def entries(*texts: str) -> list[Entry]:
    return [Entry(n, "", text) for n, text in enumerate(texts, 1)]


@pytest.fixture(scope="module")
def words() -> Words:
    return build(entries(*TEXTS))


def best(words: Words, text: str) -> list[int]:
    return [passage for passage, _ in words.best(text, 10, every(len(TEXTS)))]


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("who talks to Brückner?", 1),
        ("BRUCKNER", 1),
        ("brueckner logistik", 1),
        ("gdansk", 1),
        ("a reference in the rail sector", 2),
        ("prj-2024-017", 3),
        ("017", 3),
        ("jane.doe@acme.example", 3),
        ("oresund", 4),
        ("Strasse", 4),
        ("KOELN", 4),
    ],
)
def test_names_and_codes_are_found_as_people_type_them(words: Words, text: str, passage: int) -> None:
    assert best(words, text)[0] == passage


def test_what_shares_no_word_is_not_found(words: Words) -> None:
    assert best(words, "zebra") == best(words, "?!") == best(words, "") == []


@settings(deadline=None)
@given(text=st.one_of(st.text(), st.text("AND OR NOT()\"'+-:*^~[]{}\\/ rail", max_size=60)))
def test_any_text_can_be_looked_for_and_scores_are_shares(words: Words, text: str) -> None:
    found = words.best(text, 10, every(len(TEXTS)))

    assert all(0 < score <= 1 for _, score in found)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_a_word_that_nobody_has_lowers_the_score(words: Words) -> None:
    ((_, sure),) = words.best("canteen", 1, every(5))
    ((_, unsure),) = words.best("canteen zebra", 1, every(5))

    assert sure > unsure > 0


def test_what_a_passage_is_about_outweighs_what_it_mentions() -> None:
    words = build([Entry(1, "Rail", "canteen and more"), Entry(2, "Canteen", "rail and more")])

    assert words.best("rail", 1, every(2))[0][0] == 1


def test_only_allowed_passages_come_up_be_they_few_or_many() -> None:
    words = build(entries(*["rail rail rail"] * (4 * FEW), *["rail and many other words besides"] * 20))
    low = Allowed(np.arange(4 * FEW + 1, 4 * FEW + 21, dtype=np.int64))
    half = Allowed(np.arange(2 * FEW, 4 * FEW + 21, dtype=np.int64))

    assert {passage for passage, _ in words.best("rail", 50, low)} == set(low.ids.tolist())
    assert all(passage >= 2 * FEW for passage, _ in words.best("rail", 50, half))
    assert len(words.best("rail", 50, half)) == 50
    assert words.best("rail", 50, Allowed(np.empty(0, dtype=np.int64))) == []


def test_growing_adds_and_removes_and_leaves_the_base_alone(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    build(entries(*TEXTS), old)

    grown = grow(old, new, [Entry(6, "", "A new crane")], [5])

    for words in (grown, load(new)):
        assert (len(words), [p for p, _ in words.best("crane canteen", 5, every(6))]) == (5, [6])
    assert best(load(old), "crane canteen") == [5]


def test_nothing_can_be_indexed_and_asked() -> None:
    assert build([]).best("rail", 5, every(3)) == []
