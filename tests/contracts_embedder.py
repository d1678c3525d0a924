"""What every embedder promises; each implementation's test class inherits these tests."""

import numpy as np
import pytest

from indexer.embedding.protocol import Embedder, TokenEmbedder, Tokens

TEXTS = ["Who is talking to Brückner Logistik?", "Reference for rail signalling", "", "😀 ünïcödé " * 400]


class EmbedderContract:
    """Inherit and provide a fixture `embedder`."""

    def test_gives_one_unit_vector_a_text_in_order(self, embedder: Embedder) -> None:
        together = embedder.embed(TEXTS)

        assert together.shape == (len(TEXTS), embedder.dimension)
        assert together.dtype == np.float32
        assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)

    def test_a_text_has_the_same_vector_alone_and_in_company(self, embedder: Embedder) -> None:
        together = embedder.embed(TEXTS)

        for text, vector in zip(TEXTS, together, strict=True):
            assert float(embedder.embed([text])[0] @ vector) == pytest.approx(1, abs=2e-3)

    def test_the_like_is_nearer_than_the_unlike(self, embedder: Embedder) -> None:
        asked, near, far = embedder.embed(
            ["a reference customer in rail", "our rail reference customer", "lunch menu of the canteen"]
        )

        assert asked @ near > asked @ far

    def test_no_texts_give_no_vectors(self, embedder: Embedder) -> None:
        assert embedder.embed([]).shape == (0, embedder.dimension)

    def test_names_itself(self, embedder: Embedder) -> None:
        assert embedder.fingerprint
        assert embedder.fingerprint == embedder.fingerprint.strip()


class TokenContract:
    """Inherit beside EmbedderContract where the embedder tells what it makes of each token."""

    def test_tells_a_unit_vector_and_a_place_for_each_token(self, embedder: Embedder) -> None:
        for text, told in zip(TEXTS, _tokens(embedder, TEXTS), strict=True):
            assert len(told.vectors) == len(told.spans)
            assert np.linalg.norm(told.vectors, axis=1) == pytest.approx(1, abs=1e-4)
            assert all(0 <= start < end <= len(text) for start, end in told.spans)

    def test_leaves_out_the_marks_around_a_text(self, embedder: Embedder) -> None:
        empty, asked = _tokens(embedder, ["", "rail signalling"])

        assert empty.spans == ()
        assert (asked.spans[0][0], asked.spans[-1][1]) == (0, len("rail signalling"))

    def test_a_token_has_the_same_vector_alone_and_in_company(self, embedder: Embedder) -> None:
        (alone,) = _tokens(embedder, TEXTS[:1])
        beside = _tokens(embedder, TEXTS)[0]

        assert np.sum(alone.vectors * beside.vectors, axis=1).min() > 0.99

    def test_no_texts_have_no_tokens(self, embedder: Embedder) -> None:
        assert _tokens(embedder, []) == []


def _tokens(embedder: Embedder, texts: list[str]) -> list[Tokens]:
    assert isinstance(embedder, TokenEmbedder)
    told = embedder.tokens(texts)
    assert told is not None
    return told
