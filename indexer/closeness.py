"""A question and a passage, token by token → how much of the question the passage says, and what that changes. Pure.

One vector for a whole paragraph says what it is about and hides that one of its sentences answers. Here each token of
the question looks for the token of the passage nearest to it, and the mean of these cosines is the closeness ("late
interaction", as in ColBERT).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexer.asking import Candidate
from indexer.embedding.protocol import Tokens
from indexer.evidence import worth
from indexer.highlights import content_words
from indexer.ranking import Ranked
from indexer.wording import stem, tokens

DEPTH = 5
"""Hits whose passages are read closely."""
LONG = 60
"""Words above which a passage is: a short one is told whole by its vector."""
WEIGHT = 0.45
"""What closeness counts beside meaning and words, and how much a word counts that is about nothing ("who", "the").

Learned on public question sets with the set left out that they are judged on; `scripts/bench quality --data DIR` prints
what comes of it.
"""
FUNCTION_WORD = 0.3


def closeness(asked: str, question: Tokens, passage: Tokens) -> float | None:
    """How much of the question a passage says, a cosine in [-1, 1]; None where one of them has no tokens."""
    weights = _weights(asked, question.spans)
    if not len(passage.spans) or not weights.any():
        return None
    nearest = (question.vectors @ passage.vectors.T).max(axis=1)
    return float(np.average(nearest, weights=weights))


def long_passages(ranked: Sequence[Ranked], brought_up: Mapping[str, Sequence[Candidate]]) -> dict[str, int]:
    """Document → the long passage that speaks for it, of the first hits, as far as they are named like the first."""
    best = {hit.document_id: max(brought_up[hit.document_id], key=worth, default=None) for hit in ranked[:DEPTH]}
    level = [hit.document_id for hit in ranked[:DEPTH] if hit.entity == ranked[0].entity]
    return {id_: c.passage_id for id_ in level if (c := best[id_]) and c.length > LONG}


def closer(ranked: Sequence[Ranked], found: Mapping[str, float], weight: float = WEIGHT) -> list[Ranked]:
    """The same hits, best first, where `found` tells the closeness of some: these are weighed against each other.

    What lies closer than their mean rises and what lies less close sinks, so that hits which were not read keep their
    place among them. Their likeness only ever falls: being the closest is no proof that something is answered.
    """
    if len(found) < 2:
        return list(ranked)
    mean, most = float(np.mean(list(found.values()))), max(found.values())
    lifted = [
        replace(hit, score=hit.score + weight * (found[hit.document_id] - mean), level=weight * (most - mean))
        if hit.document_id in found
        else hit
        for hit in ranked
    ]
    return sorted(lifted, key=lambda hit: (-hit.score, hit.document_id))


def _weights(asked: str, spans: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """What each token of a question counts: words that say what it is about most, marks nothing."""
    telling = {stem(word) for word in content_words(asked)}
    words = [(word.start, word.end, stem(word.text) in telling) for word in tokens(asked)]
    return np.array([_weight(asked[start:end], start, words) for start, end in spans], dtype=np.float64)


def _weight(token: str, start: int, words: Sequence[tuple[int, int, bool]]) -> float:
    if not any(letter.isalnum() for letter in token):
        return 0.0
    return 1.0 if any(first <= start < last and tells for first, last, tells in words) else FUNCTION_WORD
