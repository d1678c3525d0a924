"""Answers from a real index: who is in touch, and which known name an unknown one is near, as far as one may know."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from indexer.answering import READ
from indexer.asking import EVERYBODY, NOBODY, Answer, Question, Viewer
from indexer.documents import PRIVATE, Customer, Document, Person
from indexer.knowledge import Knowledge
from tests.builders import NOW, a_card, a_note
from tests.pages import knowing

FABRICAM = Customer("Fabricam GmbH", domains=("fabricam.example",))
NORDFROST = Customer("Nordfrost AG")
QUIET = Customer("Quixwell Aerospace")
TOM, VERA = Person("Tom Okafor", "author"), Person("Vera Brandt", "author")
OF_BOARD = "group:board"
DOCUMENTS: Sequence[Document] = (
    a_card("Pilot with Fabricam", key="pilot", customers=(FABRICAM,), people=(Person("Ana Souza", "owner"),)),
    a_note("Call with Fabricam", "They ask.", key="call", customers=(FABRICAM,), people=(TOM,)),
    a_note("Board call", "Takeover.", key="board", customers=(FABRICAM,), people=(VERA,), visibility=OF_BOARD),
    a_note("Secret call", "…", key="secret", customers=(NORDFROST,), people=(VERA,), visibility=PRIVATE),
    a_note("Quixwell Aerospace", "Makes engines.", kind="company", key="quix", customers=(QUIET,)),
    a_card("Merger of Hohenzollern", key="merger", customers=(Customer("Hohenzollern Werke"),), visibility=OF_BOARD),
)
BOARD = Viewer(frozenset({"board"}))


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    known = knowing(tmp_path_factory.mktemp("index"), DOCUMENTS)
    yield known
    known.close()


def ask(knowledge: Knowledge, text: str, viewer: Viewer = EVERYBODY) -> Answer:
    return knowledge.answer([Question(text, "who")], viewer)[0]


def team(answer: Answer) -> set[str] | None:
    return None if answer.people is None else {colleague.name for colleague in answer.people.team}


def test_who_is_in_touch_is_told_as_far_as_the_viewer_may_know(knowledge: Knowledge) -> None:
    asking = "Who is talking to Fabricam?"

    assert team(ask(knowledge, asking)) == {"Ana Souza", "Tom Okafor"}
    assert team(ask(knowledge, asking, BOARD)) == {"Ana Souza", "Tom Okafor", "Vera Brandt"}
    assert team(ask(knowledge, asking, NOBODY)) is None
    assert team(ask(knowledge, "Who is talking to Nordfrost?")) is None


def test_of_very_many_documents_the_newest_tell_who_is_in_touch(tmp_path: Path) -> None:
    new = a_note("Visit", "They sign.", key="new", customers=(FABRICAM,), people=(TOM,))
    aged = {"customers": (FABRICAM,), "people": (VERA,), "updated_at": NOW - timedelta(days=900)}
    known = knowing(tmp_path, [new, *(a_note(f"Call {n}", "…", key=f"old{n}", **aged) for n in range(READ + 5))])

    told = ask(known, "Who is talking to Fabricam?").people

    known.close()
    assert told is not None
    assert told.team[0].name == "Tom Okafor"


def test_a_known_company_without_one_of_us_is_told_apart_from_an_unknown_one(knowledge: Knowledge) -> None:
    assert team(ask(knowledge, "Who is talking to Quixwell Aerospace?")) == set()
    assert team(ask(knowledge, "Who is talking to Zorblax Aerospace?")) is None


@pytest.mark.parametrize(
    "asking",
    ["Who talks to Fabricam and to Quixwell Aerospace?", "Who at Contoso knows Fabricam?", "Who knows Tom Okafor?"],
)
def test_nothing_is_said_of_people_where_it_is_not_sure_about_whom(knowledge: Knowledge, asking: str) -> None:
    assert team(ask(knowledge, asking)) is None


def test_an_unknown_name_has_a_near_one_only_where_the_viewer_may_know_it(knowledge: Knowledge) -> None:
    asking = "Do we know anyone at Gohenzollerm Werke?"

    assert [near.name for near in ask(knowledge, asking, BOARD).nearest] == ["Hohenzollern Werke"]
    assert ask(knowledge, asking).nearest == ()
    assert ask(knowledge, asking).unknown == ("Gohenzollerm Werke",)
