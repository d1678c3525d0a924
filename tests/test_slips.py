"""Slips of the hand in words that ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.matter import ASKS
from indexer.slips import LONG, meant, mended


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("I need the persoon who handles Blackmoor.", "I need the person who handles Blackmoor."),
        ("has angone met the people from görlitz?", "has anyone met the people from görlitz?"),
        ("Kann mir jemsnd einen Kontakt nennen?", "Kann mir jemand einen Kontakt nennen?"),
        ("Is soembody arleady in touch?", "Is somebody already in touch?"),
        ("or have I misssed something", "or have I missed something"),
    ],
)
def test_a_slip_in_a_word_that_asks_is_put_right(written: str, read: str) -> None:
    assert mended(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "We are baking corks and casting steel with leather.",
        "The parser is locked, I am unsure who proposed the theme.",
        "Talk to Persoon about Angone",
        "Die Klagten von Herrn Kude",
        "S4HANA r0llout 12345 ——",
        "",
    ],
)
def test_what_may_be_written_on_purpose_stays(written: str) -> None:
    assert mended(written) == written


@given(st.text())
def test_mending_twice_changes_nothing_and_no_blank_is_lost(text: str) -> None:
    once = mended(text)

    assert mended(once) == once
    assert len(once.split()) == len(text.split())


@given(st.sampled_from(sorted(word for word in ASKS if len(word) > LONG and word.isalpha())), st.data())
def test_a_swapped_pair_is_mended_or_left_but_never_becomes_another_word(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 2))
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    assert meant(swapped) in {word, swapped}
