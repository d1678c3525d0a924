"""Confirmed questions outlive the index: what is deleted, broken off or late is put back without asking anybody."""

import json
import logging
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from indexer.asking import EVERYBODY, Question
from indexer.confirming import Confirmation
from indexer.documents import Document
from indexer.embedding.protocol import Vectors
from indexer.errors import BusyIndex, LedgerError
from indexer.knowledge import Knowledge
from service import learning as teaching
from service.app import App
from service.learning import Learning, catch_up, confirm
from service.ledger import Ledger
from tests.builders import NOW, a_board, a_card
from tests.fakes import HashingEmbedder
from tests.test_knowledge import CRANE, PILOT, WORLD, Shelf
from tests.tripwire import Killed

ASKED = "Wer hat Erfahrung mit autonomen Staplern?"
LIKE = "Hat jemand Erfahrung mit den autonomen Staplern?"
MARKED = Confirmation(ASKED, PILOT.id, NOW, "marked")
LATE = a_card("Roof of the depot", key="late")


class Office:
    """An index in a folder that may be deleted, and the ledger beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "index"
        self.ledger = Ledger.open(folder / "ledger.db")
        self.embedder = HashingEmbedder()
        self.begin()

    def begin(self) -> None:
        """A new process."""
        self.knowledge = Knowledge.open(self.folder, lambda: self.embedder)
        self.learning = Learning(self.knowledge, self.ledger)

    def reindex(self, *documents: Document) -> None:
        self.knowledge.update([Shelf(*(documents or WORLD))])
        self.learning.catch_up()

    def lose_the_index(self) -> None:
        self.knowledge.close()
        shutil.rmtree(self.folder)
        self.begin()

    def first(self, text: str = LIKE) -> str:
        return self.knowledge.answer([Question(text)], EVERYBODY)[0].hits[0].document.id

    def close(self) -> None:
        self.knowledge.close()
        self.ledger.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = Office(tmp_path)
    opened.reindex()
    yield opened
    opened.close()


def test_an_index_that_was_deleted_knows_everything_again(office: Office) -> None:
    office.learning.confirm([MARKED])
    assert office.first() == PILOT.id

    office.lose_the_index()
    office.reindex()

    assert office.first() == PILOT.id
    assert office.knowledge.confirmed() == [MARKED]


def test_signpost_itself_puts_them_back(tmp_path: Path) -> None:
    (tmp_path / "sales.json").write_text(
        json.dumps(a_board({"name": "Pilot", "shortUrl": "https://trello.com/c/brueck01"})), "utf-8"
    )
    (tmp_path / "signpost.toml").write_text('[[sources]]\nkind = "trello-export"\npath = "sales.json"\n', "utf-8")
    with App.open(tmp_path) as app:
        app.reindex()
        (card,) = app.knowledge.linked(["https://trello.com/c/brueck01"], EVERYBODY)
        confirm(app.learning, ASKED, card, NOW)
    shutil.rmtree(tmp_path / "signpost-data" / "index")

    with App.open(tmp_path) as app:
        app.reindex()
        assert [one.question for one in app.knowledge.confirmed()] == [ASKED]


def test_catching_up_twice_embeds_and_changes_nothing(office: Office) -> None:
    office.learning.confirm([MARKED])
    before, texts = office.knowledge.status().sequence, office.embedder.texts_embedded

    assert [office.learning.catch_up() for _ in range(2)] == [0, 0]

    assert (office.knowledge.status().sequence, office.embedder.texts_embedded) == (before, texts)


def test_what_was_refuted_stays_away_from_a_new_index_whatever_drafts_say(office: Office) -> None:
    office.learning.confirm([MARKED])
    office.learning.refute([MARKED])

    office.lose_the_index()
    office.reindex()
    office.learning.confirm([Confirmation(ASKED.lower(), PILOT.id, NOW, "sent")])

    assert office.knowledge.confirmed() == []


class Unlucky(Knowledge):
    """The process ends before the index hears of anything."""

    def confirm(self, confirmations: Sequence[Confirmation]) -> int:
        raise Killed

    refute = confirm


@pytest.mark.parametrize("said", [True, False])
def test_a_word_that_the_index_did_not_hear_before_the_end_is_heard_at_the_next_start(
    office: Office, said: bool
) -> None:
    office.learning.confirm([] if said else [MARKED])
    unlucky = Learning(Unlucky(office.folder, lambda: office.embedder), office.ledger)

    with pytest.raises(Killed):
        (unlucky.confirm if said else unlucky.refute)([MARKED])
    unlucky.knowledge.close()

    office.learning.catch_up()
    assert office.knowledge.confirmed() == ([MARKED] if said else [])


class Tiring(HashingEmbedder):
    """The process ends at the second call."""

    calls = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        if self.calls > 1:
            raise Killed
        return super().embed(texts)


def test_catching_up_that_was_broken_off_goes_on_where_it_stopped(office: Office) -> None:
    cards = [a_card(f"Card {n}", key=f"n{n}") for n in range(teaching.AT_ONCE + 3)]
    office.reindex(*cards)
    office.ledger.confirmations.keep([Confirmation(f"Question {card.id}?", card.id, NOW, "sent") for card in cards])
    office.embedder = Tiring()
    office.begin()

    with pytest.raises(Killed):
        office.learning.catch_up()
    office.embedder = HashingEmbedder()
    office.begin()

    assert office.learning.catch_up() == 3
    assert len(office.knowledge.confirmed()) == len(cards)


def test_a_document_that_comes_late_or_comes_back_gets_its_questions_then(office: Office) -> None:
    late = Confirmation(ASKED, LATE.id, NOW, "sent")
    assert office.learning.confirm([late]) == 0

    seen = []
    for documents in ([*WORLD, LATE], WORLD, [*WORLD, LATE]):
        office.reindex(*documents)
        seen.append(office.knowledge.confirmed())

    assert seen == [[late], [], [late]]


def test_questions_of_what_is_not_there_are_not_embedded(office: Office) -> None:
    office.learning.confirm([Confirmation(ASKED, LATE.id, NOW, "sent")])
    texts = office.embedder.texts_embedded

    office.learning.catch_up()

    assert office.embedder.texts_embedded == texts


def test_what_the_index_learned_before_the_ledger_kept_it_is_taken_over(office: Office) -> None:
    office.knowledge.confirm([MARKED])

    office.reindex()
    office.lose_the_index()
    office.reindex()

    assert office.first() == PILOT.id


def test_the_words_of_a_person_are_put_back_rather_than_those_of_a_draft(office: Office) -> None:
    office.knowledge.confirm([Confirmation(ASKED.lower(), PILOT.id, NOW, "sent")])
    office.ledger.confirmations.keep([MARKED])

    office.learning.catch_up()

    assert office.knowledge.confirmed() == [MARKED]


def test_a_word_that_only_the_index_knows_is_taken_over_where_the_ledger_knows_a_lesser_one(office: Office) -> None:
    office.ledger.confirmations.keep([Confirmation(ASKED.lower(), PILOT.id, NOW, "sent")])
    office.knowledge.confirm([MARKED])

    assert office.learning.catch_up() == 0

    assert office.ledger.confirmations.standing() == [MARKED]


def test_a_source_that_was_forgotten_teaches_nothing_when_it_comes_back(office: Office) -> None:
    office.learning.confirm([MARKED])

    office.learning.forget(["trello:sales"])
    office.reindex()

    assert (office.first(), office.knowledge.confirmed()) == (CRANE.id, [])


def test_what_stands_in_the_way_is_said_and_stops_nobody(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    class Busy(Learning):
        def catch_up(self) -> int:
            raise BusyIndex("Another process is writing.")

    def no_ledger() -> Learning:
        raise LedgerError("The ledger cannot be used.")

    catch_up(lambda: Busy(office.knowledge, office.ledger))
    catch_up(no_ledger)

    assert "not put back into the index: Another process is writing." in caplog.text
    assert "The ledger cannot be used." in caplog.text


def test_where_nothing_was_indexed_there_is_nothing_to_say(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    office = Office(tmp_path)
    office.ledger.confirmations.keep([MARKED])

    catch_up(lambda: office.learning)

    assert (caplog.text, office.folder.exists()) == ("", False)
    office.close()
