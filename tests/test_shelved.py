"""Words on shelves: what one may not see changes no score, and growing comes to the same as building anew."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.allowed import Allowed
from indexer.shelved import Changes, Shelved, built, grown, opened
from indexer.words import Entry

WORDS = ("rail", "depot", "pilot", "Hohenzollern", "camera", "tram", "the", "of")
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
SHELVES = ("everyone", "group:sales", "private")
ENTRIES = st.lists(st.tuples(st.sampled_from(SHELVES), TEXT), max_size=12)
Told = Sequence[tuple[str, str]]


def entries(told: Told, first: int = 1) -> list[tuple[str, Entry]]:
    return in_order((shelf, Entry(n, "", text)) for n, (shelf, text) in enumerate(told, first))


def in_order(pairs: Iterable[tuple[str, Entry]]) -> list[tuple[str, Entry]]:
    return sorted(pairs, key=lambda pair: (pair[0], pair[1].id))


def found(shelved: Shelved, asked: str, names: Iterable[str]) -> list[tuple[int, float]]:
    return shelved.of(names).best(asked, 5, Allowed(np.arange(100, dtype=np.int64)))


@given(told=ENTRIES, asked=TEXT)
@settings(max_examples=40, deadline=None)
def test_what_lies_on_other_shelves_changes_no_score(told: Told, asked: str) -> None:
    everything = entries(told)
    alone = built([(shelf, entry) for shelf, entry in everything if shelf != "private"])

    for names in (("everyone",), ("everyone", "group:sales")):
        assert found(built(everything), asked, names) == found(alone, asked, names)


def test_a_word_that_only_others_may_read_is_as_rare_as_one_that_nobody_wrote() -> None:
    shelved = built(entries([("everyone", "rail pilot"), *[("private", "Hohenzollern")] * 9]))

    known, unheard = (found(shelved, f"pilot {word}", ["everyone"]) for word in ("Hohenzollern", "Qwertzuiop"))
    assert known == unheard != []


def test_shelves_are_asked_together_as_if_they_were_one() -> None:
    told = [("everyone", "rail depot"), ("everyone", "tram camera"), ("group:sales", "rail tram")]
    apart = built(entries(told))
    whole = built(entries([("everyone", text) for _, text in told]))

    together, one = (found(shelved, "rail camera", SHELVES) for shelved in (apart, whole))
    assert {p: round(score, 5) for p, score in together} == {p: round(score, 5) for p, score in one}


@given(before=ENTRIES, after=ENTRIES, gone=st.sets(st.integers(1, 12)), asked=TEXT)
@settings(max_examples=25, deadline=None)
def test_growing_comes_to_the_same_as_building_anew(before: Told, after: Told, gone: set[int], asked: str) -> None:
    new = entries(after, first=50)
    left = in_order(pair for pair in (*entries(before), *new) if pair[1].id not in gone)
    changes = Changes(new, sorted(gone), lambda name: [entry for shelf, entry in left if shelf == name])
    with TemporaryDirectory() as folder:
        base, place = Path(folder, "base"), Path(folder, "new")
        base.mkdir()
        place.mkdir()
        built(entries(before), base)
        shelved, again = grown(base, place, changes), opened(place)

        for one in (shelved, again):
            assert len(one) == len(left)
            assert found(one, asked, SHELVES) == found(built(left), asked, SHELVES)
