"""Which passage a hit shows."""

from indexer.asking import Candidate, Question
from indexer.documents import Passage
from indexer.evidence import candidates_of, telling
from indexer.ranking import Ranked

FILE = Passage("a", 2, "story.pdf (https://files.example.com/story.pdf)", "field")
SENTENCE = Passage("a", 1, "They would show the shuttles to other dairies.")


def a_candidate(passage_id: int, meaning: float, is_title: bool = False) -> Candidate:
    return Candidate(passage_id, "a", meaning, is_title=is_title)


def test_a_sentence_is_shown_rather_than_the_name_of_a_file() -> None:
    found = [a_candidate(2, 0.6), a_candidate(1, 0.5)]

    assert telling(Question("Who has shuttles?"), found, {1: SENTENCE, 2: FILE}) == SENTENCE


def test_a_fact_is_shown_when_no_sentence_comes_near() -> None:
    found = [a_candidate(2, 0.6), a_candidate(1, 0.1)]

    assert telling(Question("Who has shuttles?"), found, {1: SENTENCE, 2: FILE}) == FILE


def test_titles_are_no_evidence_and_the_best_comes_first() -> None:
    found = [[a_candidate(0, 0.9, is_title=True), a_candidate(1, 0.2)], [a_candidate(2, 0.4)]]

    of = candidates_of([Ranked("a", 1.0, 0)], found)

    assert [c.passage_id for c in of["a"]] == [2, 1]
    assert telling(Question("shuttles"), [], {}) is None


def test_who_is_answered_by_a_fact() -> None:
    owner = Passage("a", 2, "Owner: Anna Weiß", "field")

    assert (
        telling(Question("Who?", "who"), [a_candidate(2, 0.6), a_candidate(1, 0.5)], {1: SENTENCE, 2: owner}) == owner
    )
