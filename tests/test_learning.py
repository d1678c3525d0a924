"""Knowledge that learns: a question that was answered finds its document at once, stays, and can be taken back."""

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.asking import EVERYBODY, Answer, Question, Viewer
from indexer.confirming import Confirmation
from indexer.documents import Document, Section
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.schema import MIGRATIONS
from indexer.errors import NoIndex
from indexer.knowledge import Knowledge
from tests.builders import NOW, a_card
from tests.fakes import HashingEmbedder
from tests.test_knowledge import BOARD, CRANE, PILOT, WORLD, AnotherEmbedder, Shelf

ASKED = "Wer hat Erfahrung mit autonomen Staplern?"
LIKE = "Hat jemand Erfahrung mit den autonomen Staplern?"
ANSWERED = "answered a question like this before"
MEMO = Viewer(frozenset({"board"}))
QUESTIONS = st.sampled_from([ASKED, ASKED.upper(), "Who mends lifts?", "who mends lifts", "Soup?"])
CONFIRMATIONS = st.lists(
    st.builds(
        lambda question, card, day: Confirmation(question, card.id, NOW + timedelta(days=day)),
        *(QUESTIONS, st.sampled_from([PILOT, CRANE]), st.integers(0, 2)),
    ),
    max_size=6,
)


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def knowledge(tmp_path: Path, embedder: HashingEmbedder) -> Iterator[Knowledge]:
    opened = Knowledge.open(tmp_path / "index", lambda: embedder)
    opened.update([Shelf(*WORLD)])
    yield opened
    opened.close()


def confirmed(question: str = ASKED, document_id: str = PILOT.id) -> list[Confirmation]:
    return [Confirmation(question, document_id, NOW)]


def asked(knowledge: Knowledge, text: str = LIKE, viewer: Viewer = EVERYBODY) -> Answer:
    return knowledge.answer([Question(text)], viewer)[0]


def told(knowledge: Knowledge) -> list[object]:
    """What a few questions find, scores and reasons included."""
    answers = knowledge.answer([Question(text) for text in (ASKED, LIKE, "who mends the lifts", "soup")], EVERYBODY)
    return [[(hit.document.id, round(hit.score, 5), hit.why) for hit in answer.hits] for answer in answers]


def test_the_next_answer_knows_what_was_confirmed_and_says_so(knowledge: Knowledge, embedder: HashingEmbedder) -> None:
    before, texts = asked(knowledge), embedder.texts_embedded

    assert knowledge.confirm(confirmed()) == 1

    after = asked(knowledge)
    assert embedder.texts_embedded == texts + 1
    assert (before.hits[0].document.id, after.hits[0].document.id) == (CRANE.id, PILOT.id)
    assert ANSWERED in [why.says for why in after.hits[0].why]
    assert after.probability > before.probability


def test_a_hit_shows_its_own_words_and_never_the_question(knowledge: Knowledge) -> None:
    knowledge.confirm(confirmed())

    first = asked(knowledge, ASKED).hits[0]

    assert first.passage == "Kick-off in Lübeck."
    assert "Staplern" not in repr(first)


def test_a_question_asked_again_is_surely_answered(knowledge: Knowledge) -> None:
    knowledge.confirm(confirmed())

    again = asked(knowledge, ASKED.lower().rstrip("?"))

    assert again.hits[0].document.id == PILOT.id
    assert again.probability > 0.8


def test_a_question_about_somebody_says_nothing_about_others(knowledge: Knowledge) -> None:
    knowledge.confirm(confirmed("Who is talking to the harbour?", CRANE.id))

    named = asked(knowledge, "Who is talking to Brückner Logistik?")

    assert named.hits[0].document.id == PILOT.id
    assert ANSWERED not in [why.says for hit in named.hits for why in hit.why]


def test_what_was_confirmed_stays_with_new_text_and_new_caches_and_is_embedded_once(
    knowledge: Knowledge, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    knowledge.confirm(confirmed())
    knowledge.update([Shelf(replace(PILOT, sections=(Section("All new."),)), CRANE, BOARD)])
    texts = embedder.texts_embedded
    knowledge.close()
    for cache in ("vectors", "words", "names"):
        shutil.rmtree(tmp_path / "index" / cache)

    again = Knowledge.open(tmp_path / "index", lambda: embedder)

    assert asked(again).hits[0].document.id == PILOT.id
    assert embedder.texts_embedded == texts + 1
    again.close()


def test_another_model_reads_the_questions_anew(knowledge: Knowledge, tmp_path: Path) -> None:
    knowledge.confirm(confirmed())
    knowledge.close()

    other = Knowledge.open(tmp_path / "index", AnotherEmbedder)
    other.update([Shelf(*WORLD)])

    assert ANSWERED in [why.says for why in asked(other).hits[0].why]
    other.close()


def test_what_is_confirmed_of_a_memo_is_found_by_its_readers_alone(knowledge: Knowledge) -> None:
    before = told(knowledge)

    knowledge.confirm(confirmed(document_id=BOARD.id))

    assert told(knowledge) == before
    assert asked(knowledge, viewer=MEMO).hits[0].document.id == BOARD.id


def test_a_forgotten_source_leaves_no_letter_of_a_question(knowledge: Knowledge, tmp_path: Path) -> None:
    knowledge.confirm(confirmed())
    assert holds(tmp_path, "Staplern")

    knowledge.forget(["trello:sales"])

    knowledge.close()
    assert not holds(tmp_path, "Staplern")


def test_a_question_taken_back_leaves_no_letter(knowledge: Knowledge, tmp_path: Path) -> None:
    before = told(knowledge)
    knowledge.confirm(confirmed())

    assert (knowledge.refute(confirmed()), knowledge.refute(confirmed())) == (1, 0)

    assert told(knowledge) == before
    knowledge.close()
    assert not holds(tmp_path, "Staplern")


def holds(folder: Path, text: str) -> bool:
    """Whether any file holds these letters."""
    return any(text.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_confirming_waits_for_no_update(knowledge: Knowledge, tmp_path: Path) -> None:
    updating = EmbeddedIndex.open(tmp_path / "index")

    with updating.writing():
        knowledge.confirm(confirmed())
        assert asked(knowledge).hits[0].document.id == PILOT.id
    updating.close()


def test_without_an_index_there_is_nothing_to_confirm(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="signpost reindex"):
        Knowledge.open(tmp_path / "none", HashingEmbedder).confirm(confirmed())


def test_an_index_of_the_version_before_opens_and_learns(knowledge: Knowledge, tmp_path: Path) -> None:
    before = told(knowledge)
    knowledge.close()
    connection = sqlite3.connect(tmp_path / "index" / "index.db")
    connection.executescript(
        "DROP TABLE questions; DROP TABLE strays; DROP INDEX records_by_link; PRAGMA user_version = 1"
    )
    connection.close()
    assert len(MIGRATIONS) == 4

    again = Knowledge.open(tmp_path / "index", HashingEmbedder)

    assert told(again) == before
    assert again.confirm(confirmed()) == 1
    again.close()


def test_a_card_confirmed_for_everything_does_not_come_first_everywhere(tmp_path: Path) -> None:
    about = [a_card(f"Depot {word}", f"The {word} of the depot.", key=word) for word in HUB]
    knowledge = Knowledge.open(tmp_path / "index", HashingEmbedder)
    knowledge.update([Shelf(*about)])

    knowledge.confirm([one for word in HUB for one in confirmed(f"Where does {word} come from?", about[0].id)])

    asks = [Question(f"What of the {word} at the depot?") for word in HUB]
    firsts = [answer.hits[0].document.id for answer in knowledge.answer(asks, EVERYBODY)]
    assert firsts == [card.id for card in about]
    knowledge.close()


HUB = ("roof", "gate", "crane", "lamp", "fence", "clock", "scale", "pump", "ramp", "yard")


def test_a_question_that_moves_from_one_document_to_another_keeps_its_vector(knowledge: Knowledge) -> None:
    def said(question: str, card: Document) -> Confirmation:
        return Confirmation(question, card.id, NOW)

    knowledge.confirm([said("Who mends lifts?", CRANE)])
    knowledge.confirm([said("Who mends lifts?", PILOT), said("who mends lifts", CRANE)])

    (answer,) = knowledge.answer([Question("Who mends lifts?")], EVERYBODY)
    assert {hit.document.id for hit in answer.hits if ANSWERED in [why.says for why in hit.why]} == {CRANE.id, PILOT.id}


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=CONFIRMATIONS, then=CONFIRMATIONS)
def test_order_and_repeats_do_not_matter_and_refuting_all_leaves_nothing(
    knowledge: Knowledge, first: list[Confirmation], then: list[Confirmation]
) -> None:
    nothing = told(knowledge)

    knowledge.confirm(first)
    knowledge.confirm(then)
    forward = told(knowledge)
    knowledge.confirm([*then, *first])
    assert told(knowledge) == forward

    knowledge.refute([*first, *then])
    assert told(knowledge) == nothing
    knowledge.confirm([*reversed(then), *reversed(first)])
    assert told(knowledge) == forward
    knowledge.refute([*first, *then])
