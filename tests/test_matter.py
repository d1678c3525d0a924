"""What a question is about, without the words that ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.matter import beyond_touch, matter
from indexer.wording import tokens


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Who has tackled voice picking with a customer?", "voice picking"),
        ("Do we have a reference for exchanging orders and delivery notes?", "exchanging orders and delivery notes"),
        ("Any reference in rail?", "rail"),
        ("Hat jemand von euch schon mal eine Kühlkette überwacht?", "Kühlkette überwacht"),
        ("Avons-nous une référence pour l'archivage légal des courriels ?", "l'archivage légal des courriels"),
        ("Do we have a reference for IT security?", "IT security"),
        ("Did we build something like that before?", ""),
        ("HAVE WE EVER DONE THIS?", ""),
        ("", ""),
    ],
)
def test_what_is_left_of_a_question_is_what_it_is_about(text: str, about: str) -> None:
    assert matter(text) == about


def test_what_lies_far_apart_is_told_apart() -> None:
    assert matter("For Kubernetes, do we have any colleague who has done cost reports?") == "Kubernetes, cost reports"


def test_words_of_being_in_touch_are_left_out_where_that_is_wanted() -> None:
    assert beyond_touch("Who is in charge of Pumps and who covers them?") == ("pumps",)
    assert beyond_touch("Any of the team close to them?") == ()


@given(st.text(alphabet=st.sampled_from("WHOwho any done für 'l.,?-ÄßİI5 pumpen\n"), max_size=120))
def test_every_word_of_it_stands_in_the_question_and_asking_again_changes_nothing(text: str) -> None:
    told = matter(text)

    assert {word.key for word in tokens(told)} <= {word.key for word in tokens(text)}
    assert all(piece in text for piece in told.split(", "))
