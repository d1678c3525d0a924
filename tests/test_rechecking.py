"""Sources are asked once more before a draft links to what they hold."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from indexer.asking import EVERYBODY, Answer, Hit, Question, Viewer
from indexer.documents import PRIVATE, Document
from indexer.sources.protocol import Event
from service.connecting import Connected
from service.rechecking import Rechecking
from service.replies.gone import without
from service.replies.outcome import Draft
from tests.builders import a_card
from tests.telling import Told
from tests.watching import Knowing, a_judge, a_mail, read

PILOT, CRANE = a_card("Pilot with Brückner", key="pilot"), a_card("Crane maintenance", key="crane")
FILED = replace(PILOT, id="crm:files:note:1")


def rechecked(*there: Document, breaks: str = "") -> tuple[set[str], list[tuple[str, list[str]]]]:
    rung: list[tuple[str, list[str]]] = []
    source = Told("trello:sales", *there)
    source.breaks = breaks
    asking = Rechecking([Connected(source, 60)], lambda name, ids: rung.append((name, list(ids))))
    return set(asking.still_there([PILOT.id, CRANE.id, FILED.id], EVERYBODY)), rung


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


def test_a_source_that_breaks_in_an_unforeseen_way_counts_as_one_that_cannot_be_asked() -> None:
    class Mad(Told):
        def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
            raise ZeroDivisionError

    asking = Rechecking([Connected(Mad("trello:sales"), 60)], lambda name, ids: None)

    assert asking.still_there([PILOT.id, FILED.id], EVERYBODY) == {FILED.id}


class Two(Knowing):
    """Knows two cards."""

    def _one(self, question: Question) -> Answer:
        return replace(an_answer(PILOT, CRANE), question=question)


def judged(there: set[str], *asking: str) -> tuple[list[frozenset[str]], list[set[str]]]:
    asked: list[set[str]] = []

    def recheck(ids: Collection[str], viewer: Viewer) -> frozenset[str]:
        asked.append(set(ids))
        return frozenset(ids) & there

    outcomes = a_judge(Two(), recheck=recheck).judge([read(a_mail(text)) for text in asking])
    return [o.documents if isinstance(o, Draft) else frozenset() for o in outcomes], asked


def test_sources_are_asked_once_for_all_mails() -> None:
    found, asked = judged({PILOT.id, CRANE.id}, "Who is on Brückner?", "Who is on the crane?", "Is there a pilot?")

    assert asked == [{PILOT.id, CRANE.id}]
    assert found == 3 * [frozenset({PILOT.id, CRANE.id})]


def test_a_draft_is_decided_on_anew_without_what_is_gone() -> None:
    assert judged({PILOT.id}, "Who is on Brückner?", "Who is on it?")[0] == 2 * [frozenset({PILOT.id})]
    assert judged({CRANE.id}, "Who is on Brückner?")[0] == [frozenset()]
