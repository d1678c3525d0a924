"""Evidence of the lanes becomes one ranking that says why."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking import Candidate, Mention, Question
from indexer.documents import Customer, Document
from indexer.ranking import Evidence, Ranked, fuse, highlights, order
from tests.builders import NOW, a_card, a_note

ASKED = Question("Do we have a reference in rail?")
BRUECKNER = Mention("Brückner", "Brückner Logistik", "company", 0.98)


def a_candidate(document: str, meaning: float, words: float = 0.0, **more: Any) -> Candidate:
    return Candidate(hash((document, meaning)) % 1000, document, meaning, words, **more)


def ids(ranked: list[Ranked]) -> list[str]:
    return [hit.document_id for hit in ranked]


def test_a_document_ranks_by_its_best_passage_and_comes_once() -> None:
    evidence = Evidence([[a_candidate("a", 0.2), a_candidate("b", 0.5), a_candidate("a", 0.7)]])

    assert ids(fuse(ASKED, evidence)) == ["a", "b"]


def test_words_and_meaning_both_count() -> None:
    evidence = Evidence([[a_candidate("words", 0.50, 0.6), a_candidate("meaning", 0.55, 0.0)]])

    assert ids(fuse(ASKED, evidence)) == ["words", "meaning"]


def test_a_document_of_who_is_named_never_ranks_below_one_that_is_only_near() -> None:
    evidence = Evidence([[a_candidate("far", 0.0), a_candidate("near", 0.95)]], {"far": BRUECKNER})

    assert ids(fuse(ASKED, evidence)) == ["far", "near"]


def test_a_title_that_many_share_says_little() -> None:
    calls = [a_candidate(f"call{n}", 0.6, is_title=True) for n in range(4)]

    assert ids(fuse(ASKED, Evidence([[*calls, a_candidate("told", 0.5)]])))[0] == "told"


def test_a_window_brings_the_name_that_the_question_leaves_out() -> None:
    alone = [a_candidate("a", 0.50), a_candidate("b", 0.49)]
    around = [a_candidate("a", 0.20), a_candidate("b", 0.60)]

    assert ids(fuse(replace(ASKED, windows=("…",)), Evidence([alone, around])))[0] == "b"


def test_what_stands_around_a_question_counts_less_than_its_own_words() -> None:
    alone = [a_candidate("asked", 0.60), a_candidate("chat", 0.30)]
    around = [a_candidate("asked", 0.20), a_candidate("chat", 0.70)]

    assert ids(fuse(replace(ASKED, windows=("…",)), Evidence([alone, around])))[0] == "asked"


def test_every_hit_says_why_in_words_a_person_understands() -> None:
    card = a_card("Rail pilot", "References for rail operators", key="a")
    evidence = Evidence([[a_candidate(card.id, 0.6, 0.4)]], {card.id: BRUECKNER})

    (hit,) = order(ASKED, fuse(ASKED, evidence), {card.id: card}, NOW)

    assert [why.says for why in hit.why] == [
        "names Brückner Logistik (written “Brückner”)",
        "has the words: reference, rail",
        "close in meaning",
    ]


def test_nothing_found_is_nothing_ranked() -> None:
    assert fuse(ASKED, Evidence()) == []
    assert fuse(ASKED, Evidence([[], []])) == []


def test_who_asks_for_people_before_cards() -> None:
    contact, card = a_note("Eva Lund", "Buyer", kind="contact"), a_card("Eva Lund", "Buyer")
    ranked = [Ranked(card.id, 0.51, 1), Ranked(contact.id, 0.5, 2)]

    ordered = order(Question("Who knows Eva?", "who"), ranked, {d.id: d for d in (card, contact)}, NOW)

    assert ids(ordered) == [contact.id, card.id]


def test_a_reference_is_rather_a_won_deal_than_an_open_one() -> None:
    won, still = a_card("Rail A", key="won", status="won"), a_card("Rail B", key="open")
    ranked = [Ranked(still.id, 0.53, 1), Ranked(won.id, 0.5, 2)]

    ordered = order(replace(ASKED, kind="reference"), ranked, {d.id: d for d in (won, still)}, NOW)

    assert ids(ordered) == [won.id, still.id]


REFERENCES = [
    a_card("Rail A", key="r", status="won"),
    a_card("Rail A", key="r", lane="Referenzen"),
    a_card("Rail A", key="r", parent="Customer references"),
    a_card("Rail A", key="r", labels=("Case study",)),
    a_card("Success story: Rail A", key="r"),
]


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_reference_beats_an_open_card_that_is_about_as_near(reference: Document) -> None:
    pursued = a_card("Rail B", key="open", lane="Pipeline")
    ranked = [Ranked(pursued.id, 0.58, 1), Ranked(reference.id, 0.5, 2)]
    documents = {d.id: d for d in (reference, pursued)}

    assert ids(order(replace(ASKED, kind="reference"), ranked, documents, NOW)) == [reference.id, pursued.id]
    assert ids(order(replace(ASKED, kind="similar work"), ranked, documents, NOW)) == [pursued.id, reference.id]


def test_a_reference_for_something_else_does_not_beat_what_was_asked_for() -> None:
    won, still = a_card("Bakery", key="won", status="won"), a_card("Rail B", key="open")
    ranked = [Ranked(still.id, 0.55, 1), Ranked(won.id, 0.4, 2)]

    ordered = order(replace(ASKED, kind="reference"), ranked, {d.id: d for d in (won, still)}, NOW)

    assert ids(ordered) == [still.id, won.id]


@pytest.mark.parametrize("other", [a_card("Rail", key="x", status="lost"), a_card("Wonderland wonders", key="x")])
def test_what_was_lost_or_only_sounds_like_won_is_no_reference(other: Document) -> None:
    still = a_card("Rail B", key="open")
    ranked = [Ranked(other.id, 0.52, 1), Ranked(still.id, 0.5, 2)]

    ordered = order(replace(ASKED, kind="reference"), ranked, {d.id: d for d in (other, still)}, NOW)

    assert (ordered[0].document_id == still.id) == (other.status == "lost")


def test_what_a_score_owes_to_names_and_preferences_is_told_apart() -> None:
    won = a_card("Rail", key="won", status="won")

    (hit,) = order(replace(ASKED, kind="reference"), [Ranked(won.id, 1.5, 1, entity=1.0)], {won.id: won}, NOW)

    assert hit.preferred > 0.1
    assert hit.likeness == pytest.approx(0.5)


def test_an_archived_card_steps_back_but_stays() -> None:
    old, new = a_card("Rail", key="old", status="archived"), a_card("Rail", key="new")
    ranked = [Ranked(old.id, 0.55, 1), Ranked(new.id, 0.5, 2)]

    assert ids(order(ASKED, ranked, {d.id: d for d in (old, new)}, NOW)) == [new.id, old.id]


def test_of_two_equals_the_one_touched_last_comes_first() -> None:
    old, new = a_card("Rail", key="a", updated_at=NOW - timedelta(days=900)), a_card("Rail", key="b")
    ranked = [Ranked(old.id, 0.5, 1), Ranked(new.id, 0.5, 2)]

    assert ids(order(ASKED, ranked, {d.id: d for d in (old, new)}, NOW)) == [new.id, old.id]


def test_another_companys_document_steps_back_when_one_is_named() -> None:
    other = a_card("Rail", key="other", customers=(Customer("Contoso"),))
    neutral, named = a_card("Rail", key="neutral"), a_card("Rail", key="named")
    ranked = [Ranked(named.id, 1.2, 1, entity=0.98), Ranked(other.id, 0.5, 2), Ranked(neutral.id, 0.45, 3)]

    ordered = order(ASKED, ranked, {d.id: d for d in (other, neutral, named)}, NOW)

    assert ids(ordered) == [named.id, neutral.id, other.id]


def test_a_quoted_phrase_beats_what_is_only_near_in_meaning() -> None:
    said, near = a_card("Note", "They run SAP S/4 rail edition", key="said"), a_card("Trains", key="near")
    ranked = [Ranked(near.id, 0.6, 1, meaning=0.8), Ranked(said.id, 0.2, 2, words=0.3)]

    ordered = order(Question('Who wrote "S/4 rail edition"?'), ranked, {d.id: d for d in (said, near)}, NOW)

    assert ids(ordered) == [said.id, near.id]


@pytest.mark.parametrize(
    ("question", "passage", "marked"),
    [
        ("Do we have references in rail?", "A rail reference", ["rail reference"]),
        ("Wer kennt Brückner?", "Visit at Bruckner, Köln", ["Bruckner"]),
        ("the of and", "what is the use", ["the"]),
        ("", "anything", []),
    ],
)
def test_highlights_mark_the_shared_words(question: str, passage: str, marked: list[str]) -> None:
    assert [passage[start:end] for start, end in highlights(question, passage)] == marked


@given(st.text(max_size=60), st.text(max_size=120))
def test_highlights_are_in_range_sorted_and_apart(question: str, passage: str) -> None:
    spans = highlights(question, passage)

    assert all(0 <= start < end <= len(passage) for start, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(-1, 1), st.floats(0, 1), st.booleans()), max_size=30))
def test_ranking_keeps_every_document_and_falls(rows: list[tuple[str, float, float, bool]]) -> None:
    candidates = [Candidate(n, d, m, w, title) for n, (d, m, w, title) in enumerate(rows)]

    ranked = fuse(ASKED, Evidence([candidates, candidates[::2]]))

    assert {hit.document_id for hit in ranked} == {row[0] for row in rows}
    assert [hit.score for hit in ranked] == sorted((hit.score for hit in ranked), reverse=True)
    assert all(hit.why for hit in ranked)
