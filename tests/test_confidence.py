"""How sure an answer is: names decide where somebody is named, else likeness, and for one answer standing out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking import Mention, Question, QuestionKind
from indexer.confidence import ANY_OF_MANY, nearest, probability
from indexer.ranking import Ranked
from service.replies.outcome import Policy

WHO = Question("Who is talking to Brückner Logistik?", "who")
RAIL = Question("Do we have a reference in rail?", "reference")
BRUECKNER = Mention("Brückner Logistik", "Brückner Logistik", "company", 1.0)
ENOUGH = Policy().enough

scores = st.lists(st.floats(-0.5, 1.0), min_size=1, max_size=30)


def ranked(*values: float, entity: float = 0.0) -> list[Ranked]:
    """Hits with these scores, best first; the first is about somebody named with this sureness."""
    best = sorted(values, reverse=True)
    first = Ranked("d0", best[0] + entity, 0, meaning=best[0], entity=entity)
    return [first, *(Ranked(f"d{n}", score, n) for n, score in enumerate(best[1:], 1))]


def test_nothing_found_is_no_answer() -> None:
    assert probability(WHO, [], [BRUECKNER], []) == 0


def test_a_known_company_with_its_own_document_first_is_sure() -> None:
    assert probability(WHO, ranked(0.5, 0.45, 0.4, entity=1.0), [BRUECKNER], []) > 0.9


def test_a_name_that_nobody_bears_is_never_enough() -> None:
    assert probability(WHO, ranked(0.95, 0.1), [], ["Fabrikam"]) < 0.15
    assert probability(WHO, ranked(0.95, 0.1, entity=1.0), [BRUECKNER], ["Fabrikam"]) < 0.15


def test_a_guessed_name_is_not_enough() -> None:
    guess = replace(BRUECKNER, sureness=0.6)

    assert probability(WHO, ranked(0.9, 0.1, entity=0.6), [guess], []) < ENOUGH


def test_namesakes_are_not_enough() -> None:
    either = replace(BRUECKNER, others=("Brückner Metallbau",))

    assert probability(WHO, ranked(0.9, 0.8, entity=1.0), [either], []) < ENOUGH


def test_a_document_about_another_than_the_named_one_is_not_enough() -> None:
    assert probability(WHO, ranked(0.9, 0.1), [BRUECKNER], []) < ENOUGH


def test_a_statement_about_a_known_company_is_not_enough() -> None:
    said = Question("Brückner Logistik sent the signed contract.")

    assert probability(said, ranked(0.8, 0.3, entity=1.0), [BRUECKNER], []) < 0.3


def test_small_talk_that_is_near_to_everything_is_not_enough() -> None:
    talk = Question("Thanks for lunch yesterday, see you soon!")

    assert probability(talk, ranked(0.22, 0.21, 0.2, 0.2), [], []) < 0.3


def test_the_only_document_of_an_index_is_not_sure_for_being_alone() -> None:
    assert probability(RAIL, ranked(0.3), [], []) < 0.5


def test_where_one_answer_is_right_a_hit_that_stands_out_is_surer_than_one_among_many() -> None:
    where = Question("Where do I file travel expenses?")

    assert probability(where, ranked(0.7, *[0.3] * 19), [], []) > 0.9
    assert probability(where, ranked(0.7, *[0.69] * 19), [], []) < ENOUGH


@pytest.mark.parametrize("kind", sorted(ANY_OF_MANY))
def test_where_many_answers_are_right_none_makes_another_less_sure(kind: QuestionKind) -> None:
    asked = replace(RAIL, kind=kind)

    assert probability(asked, ranked(*[0.6] * 20), [], []) == probability(asked, ranked(0.6, 0.2), [], []) >= ENOUGH


@pytest.mark.parametrize("kind", sorted(ANY_OF_MANY))
def test_many_that_are_hardly_alike_are_not_enough(kind: QuestionKind) -> None:
    assert probability(replace(RAIL, kind=kind), ranked(*[0.3] * 20), [], []) < 0.5


def test_being_preferred_is_no_evidence() -> None:
    plain = ranked(0.4, 0.39, 0.38)
    preferred = [replace(hit, score=hit.score + 0.15, preferred=0.15) for hit in plain]

    assert probability(RAIL, preferred, [], []) == pytest.approx(probability(RAIL, plain, [], []))


def test_the_best_of_those_a_draft_shows_counts_though_another_is_preferred() -> None:
    won, alike = Ranked("won", 0.52, 0, preferred=0.12), Ranked("alike", 0.5, 1)

    assert nearest([won, alike]) == 0.5
    assert nearest([won, won, won, alike]) == pytest.approx(0.4)


@given(scores, st.floats(0, 1), st.booleans(), st.booleans(), st.sampled_from([WHO, RAIL, Question("…")]))
def test_a_probability_lies_between_0_and_1(
    values: list[float], entity: float, named: bool, stranger: bool, question: Question
) -> None:
    mentions = [replace(BRUECKNER, sureness=entity)] if named else []

    assert 0 <= probability(question, ranked(*values, entity=entity), mentions, ["Fabrikam"] * stranger) <= 1


@given(scores, st.floats(0.01, 0.5), st.sampled_from(["who", "similar work", "reference", "other"]))
def test_a_better_first_hit_is_never_less_sure(values: list[float], more: float, kind: QuestionKind) -> None:
    asked, before = replace(RAIL, kind=kind), ranked(*values)
    after = [replace(before[0], score=before[0].score + more), *before[1:]]

    assert probability(asked, after, [], []) >= probability(asked, before, [], [])


@pytest.mark.parametrize(
    "text", ["Has anyone met the people from Brückner Logistik?", "Quick one - Brückner Logistik: mine or yours?"]
)
def test_whoever_asks_of_nothing_but_a_company_asks_who(text: str) -> None:
    asked = ranked(0.3, 0.2, entity=1.0)

    assert probability(Question(text), asked, [BRUECKNER], []) > 0.9
    assert probability(Question("Has Brückner Logistik paid the third invoice?"), asked, [BRUECKNER], []) < ENOUGH


def test_everyday_words_are_figures_of_speech_where_somebody_of_ours_is_asked_for() -> None:
    asked = ranked(0.3, 0.2, entity=1.0)
    foot = "Has anyone a foot in the door at Brückner Logistik?"

    assert probability(Question(foot, "similar work"), asked, [BRUECKNER], []) > 0.9
    assert probability(Question("Has the pump at Brückner Logistik a foot?"), asked, [BRUECKNER], []) < ENOUGH
    assert (
        probability(Question("Has anyone the contract with Brückner Logistik?", "similar work"), asked, [BRUECKNER], [])
        < ENOUGH
    )


def test_one_word_more_than_a_name_is_most_often_a_turn_of_speech() -> None:
    asked = ranked(0.3, 0.2, entity=1.0)

    assert probability(Question("Does Brückner Logistik juggle?"), asked, [BRUECKNER], []) >= ENOUGH
    assert probability(Question("Does Brückner Logistik juggle with chainsaws?"), asked, [BRUECKNER], []) < ENOUGH
    assert probability(Question("Which discount does Brückner Logistik get?"), asked, [BRUECKNER], []) < ENOUGH
