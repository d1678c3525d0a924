"""Hits and what the lanes brought up → the passage that each hit shows. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from indexer.asking import Candidate, Question
from indexer.documents import Passage
from indexer.ranking import Ranked, Weights

SENTENCE = 0.6
"""A sentence somebody wrote is shown instead of a bare fact or a file's name from this share of its worth on."""


def candidates_of(shown: Sequence[Ranked], found: Sequence[Sequence[Candidate]]) -> dict[str, list[Candidate]]:
    """Document id → the candidates of a hit, without titles, which are shown anyway; the best first."""
    wanted = {ranked.document_id for ranked in shown}
    of: dict[str, list[Candidate]] = {document: [] for document in wanted}
    for candidate in (c for candidates in found for c in candidates):
        if candidate.document_id in wanted and not (candidate.is_title or candidate.before):
            of[candidate.document_id].append(candidate)
    return {document: sorted(candidates, key=worth, reverse=True) for document, candidates in of.items()}


def telling(question: Question, candidates: Sequence[Candidate], passages: Mapping[int, Passage]) -> Passage | None:
    """The passage that says best why a document is a hit; None where nothing but its title was brought up.

    Whoever asks *who* is answered by a bare fact ("Owner: …"); for any other question a sentence tells more.
    """
    held = [(worth(c), passages[c.passage_id]) for c in candidates if c.passage_id in passages]
    if not held:
        return None
    most, best = held[0]
    if question.kind == "who":
        return best
    return next((p for p_worth, p in _written(held) if p_worth >= SENTENCE * most), best)


def worth(candidate: Candidate) -> float:
    """How well a passage speaks to the question, by both lanes."""
    weights = Weights()
    return weights.meaning * candidate.meaning + weights.words * candidate.words


def _written(held: Iterable[tuple[float, Passage]]) -> Iterable[tuple[float, Passage]]:
    return ((p_worth, p) for p_worth, p in held if p.kind != "field")
