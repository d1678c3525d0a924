"""How sure an answer is: names decide where somebody is named, else how far the first hit stands out."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from indexer.asking import Mention, Question
from indexer.confidence import probability
from indexer.ranking import Ranked
from service.replies.outcome import Policy

WHO = Question("Who is talking to Brückner Logistik?", "who")
RAIL = Question("Do we have a reference in rail?", "reference")
BRUECKNER = Mention("Brückner Logistik", "Brückner Logistik", "company", 1.0)
ENOUGH = max(0.75, Policy().enough)

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


def test_a_hit_that_stands_out_is_surer_than_one_among_many() -> None:
    assert probability(RAIL, ranked(0.7, 0.3, 0.3), [], []) > 0.85 > probability(RAIL, ranked(0.7, 0.69, 0.69), [], [])


@given(scores, st.floats(0, 1), st.booleans(), st.booleans(), st.sampled_from([WHO, RAIL, Question("…")]))
def test_a_probability_lies_between_0_and_1(
    values: list[float], entity: float, named: bool, stranger: bool, question: Question
) -> None:
    mentions = [replace(BRUECKNER, sureness=entity)] if named else []

    assert 0 <= probability(question, ranked(*values, entity=entity), mentions, ["Fabrikam"] * stranger) <= 1


@given(scores, st.floats(0.01, 0.5))
def test_a_better_first_hit_is_never_less_sure(values: list[float], more: float) -> None:
    before = ranked(*values)
    after = [replace(before[0], score=before[0].score + more), *before[1:]]

    assert probability(RAIL, after, [], []) >= probability(RAIL, before, [], [])
