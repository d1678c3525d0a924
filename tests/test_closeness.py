"""How much of a question a passage says, and what that changes in a ranking."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking import Candidate
from indexer.closeness import DEPTH, LONG, closeness, closer, long_passages
from indexer.embedding.protocol import Tokens
from indexer.ranking import Ranked
from tests.fakes import TokenHashingEmbedder

WORDS = ["Brücke", "Signal", "Bahn", "Müller", "Kran", "invoice", "pallet", "harbour", "the", "of"]
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)


def tokens(text: str) -> Tokens:
    return TokenHashingEmbedder().tokens([text])[0]


def close(asked: str, passage: str) -> float | None:
    return closeness(asked, tokens(asked), tokens(passage))


@given(texts, texts)
def test_nothing_says_more_of_a_text_than_the_text_itself(asked: str, other: str) -> None:
    own, its = close(asked, asked), close(asked, other)

    assert own is not None
    assert its is not None
    assert own == pytest.approx(1, abs=1e-5)
    assert its <= own + 1e-5


@given(texts, texts, texts)
def test_a_passage_that_goes_on_says_no_less(asked: str, passage: str, more: str) -> None:
    short, long = close(asked, passage), close(asked, f"{passage} {more}")

    assert short is not None
    assert long is not None
    assert long >= short - 1e-5


def test_words_that_tell_something_count_more_than_those_that_do_not() -> None:
    told, untold = close("the pallet", "pallet"), close("the pallet", "the")

    assert told is not None
    assert untold is not None
    assert told > untold


@pytest.mark.parametrize(("asked", "passage"), [("", "Bahn"), ("?!", "Bahn"), ("Bahn", "")])
def test_where_nothing_is_asked_or_said_nothing_is_close(asked: str, passage: str) -> None:
    assert close(asked, passage) is None


def test_only_long_passages_of_the_first_hits_are_read() -> None:
    ranked = [Ranked(name, 0.5, 0) for name in "abcdefg"]
    lengths = dict.fromkeys("abcdefg", LONG + 1) | {"b": LONG}
    found = {name: [Candidate(ord(name), name, 0.5, length=lengths[name])] for name in lengths}

    assert set(long_passages(ranked, found | {"c": []})) == {"a", "d", "e"}
    assert DEPTH == 5


def test_a_document_of_who_is_named_is_not_weighed_against_others() -> None:
    ranked = [Ranked("named", 1.2, 0, entity=0.9), Ranked("near", 0.7, 0)]
    found = {hit.document_id: [Candidate(1, hit.document_id, 0.5, length=90)] for hit in ranked}

    assert list(long_passages(ranked, found)) == ["named"]


def test_the_closest_rises_and_what_was_not_read_keeps_its_score() -> None:
    ranked = [Ranked("a", 0.50, 0), Ranked("short", 0.49, 0), Ranked("b", 0.48, 0)]

    told = closer(ranked, {"a": 0.5, "b": 0.8})

    assert [hit.document_id for hit in told] == ["b", "short", "a"]
    assert told[1] is ranked[1]
    assert closer(ranked, {"a": 0.1}) == ranked


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-1, 1)), min_size=2, max_size=5))
def test_being_close_never_makes_a_likeness_grow(rows: list[tuple[float, float]]) -> None:
    ranked = [Ranked(str(n), score, 0) for n, (score, _) in enumerate(rows)]

    told = closer(ranked, {str(n): value for n, (_, value) in enumerate(rows)})

    before = {hit.document_id: hit.likeness for hit in ranked}
    assert all(hit.likeness <= before[hit.document_id] + 1e-9 for hit in told)
    assert np.mean([hit.score for hit in told]) == pytest.approx(np.mean([hit.score for hit in ranked]))
