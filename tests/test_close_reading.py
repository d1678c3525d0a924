"""Long passages of the first hits are read closely, each once, many questions in one call."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer.asking import EVERYBODY, Question
from indexer.close_reading import RememberedTokens
from indexer.documents import Document
from indexer.embedding.protocol import Embedder, Tokens
from indexer.knowledge import Knowledge
from tests.builders import a_note
from tests.fakes import HashingEmbedder, TokenHashingEmbedder
from tests.pages import Shelf

CHATTER = [" ".join(f"{stem}{n}" for n in range(90)) for stem in ("hafen", "kran", "wagen")]
ANSWER = f"{CHATTER[0]} gauge of the Gotthard shuttle trains {CHATTER[1]}"[:900]
LONG = (a_note("Minutes A", f"{ANSWER}.", key="a"), a_note("Minutes B", f"gauge gauge {CHATTER[2]}.", key="b"))
SHORT = (a_note("Rail", "gauge of the Gotthard", key="c"), a_note("Harbour", "gauge of cranes", key="d"))
ASKED = Question("Which gauge has the Gotthard shuttle?")


class WithoutTokens(TokenHashingEmbedder):
    """A model of sentences alone."""

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        raise AssertionError("a short passage was read")


def scores(folder: Path, documents: Sequence[Document], embedder: Embedder) -> dict[str, float]:
    knowledge = Knowledge.open(folder, lambda: embedder)
    knowledge.update([Shelf(documents, "crm:hubspot")])
    (answer,) = knowledge.answer([ASKED], EVERYBODY)
    knowledge.close()
    return {hit.document.id: hit.score for hit in answer.hits}


def test_the_long_passage_that_says_what_was_asked_is_lifted(tmp_path: Path) -> None:
    before = scores(tmp_path / "plain", LONG, HashingEmbedder())
    after = scores(tmp_path / "close", LONG, TokenHashingEmbedder())

    assert after[LONG[0].id] > before[LONG[0].id]
    assert after[LONG[1].id] < before[LONG[1].id]


def test_short_passages_are_never_read(tmp_path: Path) -> None:
    before = scores(tmp_path / "plain", SHORT, HashingEmbedder())

    assert scores(tmp_path / "close", SHORT, WithoutTokens()) == pytest.approx(before)


def test_many_questions_are_read_in_one_call_and_the_same_again_in_none(tmp_path: Path) -> None:
    embedder = TokenHashingEmbedder()
    knowledge = Knowledge.open(tmp_path, lambda: embedder)
    knowledge.update([Shelf(LONG, "crm:hubspot")])
    asked = [ASKED, Question("Where do the shuttle trains run?")]

    first = knowledge.answer(asked, EVERYBODY)
    again = knowledge.answer(asked, EVERYBODY)

    assert embedder.calls == 1
    assert [[hit.document for hit in a.hits] for a in again] == [[hit.document for hit in a.hits] for a in first]


def test_what_is_remembered_stays_within_its_bytes() -> None:
    embedder, kept = TokenHashingEmbedder(), RememberedTokens(most=2 * 3 * 64 * 2)
    texts = ["eins zwei drei", "vier fünf sechs", "sieben acht neun"]

    for text in [*texts, texts[2], texts[0]]:
        told = kept.tokens([text], embedder.tokens)
        assert told is not None
        assert len(told[0].spans) == 3

    assert embedder.texts_read == 4


def test_a_model_without_tokens_changes_nothing() -> None:
    assert RememberedTokens().tokens(["Bahn"], lambda texts: None) is None
