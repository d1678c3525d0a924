"""Sources are asked once more before a draft links to what they hold."""

from dataclasses import replace

from indexer.asking import EVERYBODY, Answer, Hit, Question
from indexer.documents import PRIVATE, Document
from service.connecting import Connected
from service.rechecking import Rechecking
from service.replies.gone import without
from tests.builders import a_card
from tests.telling import Told

PILOT, CRANE = a_card("Pilot with Brückner", key="pilot"), a_card("Crane maintenance", key="crane")
FILED = replace(PILOT, id="crm:files:note:1")


def rechecked(*there: Document, breaks: str = "") -> tuple[frozenset[str], list[tuple[str, list[str]]]]:
    rung: list[tuple[str, list[str]]] = []
    source = Told("trello:sales", *there)
    source.breaks = breaks
    asking = Rechecking([Connected(source, 60)], lambda name, ids: rung.append((name, list(ids))))
    return asking.still_there([PILOT.id, CRANE.id, FILED.id], EVERYBODY), rung


def test_what_is_there_for_its_readers_may_be_linked_to() -> None:
    assert rechecked(PILOT, CRANE) == ({PILOT.id, CRANE.id, FILED.id}, [])


def test_what_is_gone_or_became_private_may_not_and_is_read_again() -> None:
    assert rechecked(PILOT) == ({PILOT.id, FILED.id}, [("trello:sales", [CRANE.id])])
    assert rechecked(PILOT, replace(CRANE, visibility=PRIVATE))[0] == {PILOT.id, FILED.id}


def test_what_cannot_be_asked_counts_as_gone() -> None:
    assert rechecked(PILOT, CRANE, breaks="Trello does not answer.")[0] == {FILED.id}


def an_answer(*documents: Document) -> Answer:
    return Answer(Question("Who is on it?"), tuple(Hit(d, 0.9, d.title, d.url) for d in documents), probability=0.9)


def test_an_answer_whose_best_hit_is_gone_answers_nothing_for_now() -> None:
    (first, second) = without([an_answer(PILOT, CRANE), an_answer(CRANE, PILOT)], {PILOT.id})

    assert ([h.document for h in first.hits], first.probability) == ([CRANE], 0.0)
    assert ([h.document for h in second.hits], second.probability) == ([CRANE], 0.9)
    assert without([an_answer(PILOT)], set()) == [an_answer(PILOT)]
