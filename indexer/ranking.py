"""Evidence of the lanes → documents in order, each with its reasons. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from indexer.asking import Candidate, Mention, Question, QuestionKind
from indexer.confirming import gained
from indexer.documents import Document, Kind
from indexer.highlights import content_words, highlights, matching_words
from indexer.names import DOUBTFUL
from indexer.ranked import SHIPPED, Ranked, Weights
from indexer.wording import fold

__all__ = ["Evidence", "Ranked", "Weights", "fuse", "highlights", "order"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the lanes brought up: one list of candidates for the question's text, then one for each of its windows.

    `entity_documents` maps the ids of documents about somebody the question names to that mention.
    """

    candidates_by_window: Sequence[Sequence[Candidate]] = ()
    entity_documents: Mapping[str, Mention] = field(default_factory=dict)


@dataclass(slots=True)
class _Best:
    """What a document has to say to one text: its best passage in each lane, and the best in both together.

    It grows from passage to passage: of the thousands that a mail brings up, to make each anew would cost most of all.
    """

    meaning: float
    words: float
    joint: float
    candidate: Candidate
    learned: float = 0.0
    score: float = 0.0

    def take(self, meaning: float, words: float, joint: float, candidate: Candidate) -> None:
        """Take another passage as evidence too; the one that says more is shown."""
        self.meaning, self.words = max(self.meaning, meaning), max(self.words, words)
        if joint > self.joint:
            self.joint, self.candidate = joint, candidate


@dataclass(frozen=True, slots=True)
class _List:
    """What one text brought up, and the most that a document can have scored which it did not bring up."""

    best: Mapping[str, _Best]
    floor: float


def fuse(question: Question, evidence: Evidence, weights: Weights = SHIPPED) -> list[Ranked]:
    """Every document that was brought up, once, best first."""
    named = evidence.entity_documents
    lists = [_listed(candidates, named, weights) for candidates in evidence.candidates_by_window if candidates]
    if not lists:
        return []
    own, wider = lists[0], lists[1:]
    around = _List(_around(wider), min(told.floor for told in wider)) if wider else None
    ids = dict.fromkeys(id_ for told in lists for id_ in told.best)
    ranked = [_ranked(id_, own, around, named.get(id_), weights) for id_ in ids]
    return sorted(ranked, key=lambda r: (-r.score, r.document_id))


def _listed(candidates: Sequence[Candidate], named: Mapping[str, Mention], weights: Weights) -> _List:
    best = _best(candidates, weights)
    _learn(best, candidates, named)
    for one in best.values():
        one.score = weights.meaning * one.meaning + weights.words * one.words + one.learned
    return _List(best, min((one.score for one in best.values()), default=0.0))


def _best(candidates: Sequence[Candidate], weights: Weights) -> dict[str, _Best]:
    """Document → its best passages; a title that many documents share says little about any of them."""
    shares = _shared_titles(candidates)
    best: dict[str, _Best] = {}
    for candidate in candidates:
        if candidate.before:
            continue
        meaning, words = candidate.meaning, candidate.words
        share = shares[_look(candidate)] if candidate.is_title else 1
        if share > 1:
            fair = float(share**-weights.shared_title)
            meaning, words = fair * meaning, fair * words
        told = (meaning, words, weights.meaning * meaning + weights.words * words, candidate)
        known = best.get(candidate.document_id)
        if known:
            known.take(*told)
        else:
            best[candidate.document_id] = _Best(*told)
    return best


def _learn(best: dict[str, _Best], candidates: Sequence[Candidate], named: Mapping[str, Mention]) -> None:
    """Add what documents answered before; where somebody is named, that of others says nothing."""
    for candidate in candidates:
        if candidate.before and (not named or candidate.document_id in named):
            known = best.setdefault(candidate.document_id, _Best(0.0, 0.0, 0.0, candidate))
            known.learned = gained(candidate.before, known.meaning)


def _shared_titles(candidates: Sequence[Candidate]) -> Counter[tuple[float, float]]:
    """How many documents bear each title, told by evidence that is equal to the sixth digit."""
    titles = {(_look(c), c.document_id) for c in candidates if c.is_title}
    return Counter(look for look, _ in titles)


def _look(candidate: Candidate) -> tuple[float, float]:
    return round(candidate.meaning, 6), round(candidate.words, 6)


def _around(wider: Sequence[_List]) -> dict[str, _Best]:
    """Document → what it says best to any window."""
    around: dict[str, _Best] = {}
    for told in wider:
        for id_, best in told.best.items():
            known = around.get(id_)
            if known is None or best.score > known.score:
                around[id_] = best
    return around


def _ranked(id_: str, own: _List, around: _List | None, mention: Mention | None, weights: Weights) -> Ranked:
    """The question's own evidence and its best window's, lifted when the document's name was named."""
    here, near = own.best.get(id_), around.best.get(id_) if around else None
    score = here.score if here else own.floor
    if around:
        score = weights.own * score + (1 - weights.own) * (near.score if near else around.floor)
    shown = max((best for best in (here, near) if best), key=lambda best: best.score)
    sureness = mention.sureness if mention else 0.0
    return Ranked(
        id_,
        score + weights.entity * sureness,
        shown.candidate.passage_id,
        mention,
        shown.meaning,
        shown.words,
        sureness,
        learned=shown.learned,
        weights=weights,
    )


PREFERRED: dict[QuestionKind, dict[Kind, float]] = {
    "who": {"contact": 0.08, "note": 0.05, "activity": 0.05, "deal": 0.04, "company": 0.04},
    "similar work": {"card": 0.05, "deal": 0.04, "company": -0.04, "contact": -0.08},
    "reference": {"card": 0.03, "deal": 0.02, "company": -0.04, "contact": -0.08},
    "other": {},
}
"""What a document's kind is worth to a question's, in points of score: enough to settle near ties, no more."""
REFERENCE = re.compile(r"referen[czs]|case stud|success stor|temoignage|erfolgsgeschicht|\b(?:won|gewonnen|gagn\w+)\b")
"""What a list, a board, a label or a title says of work that may be shown, folded."""
ARCHIVED, LOST, WON, RECENT, ELSEWHERE = -0.1, -0.06, 0.12, 0.02, -0.15
"""An archived document, a lost or won one for a reference, a touch this week, another company's document.

The first twenty scores of a question spread by .04 to .10 on every public question set, .06 being usual. A won deal
outdoes an open one within twice that: among hits that are alike, but not one that is about something else.
"""
HALF_LIFE_DAYS = 180.0
SHOWN = 20
"""Hits that are told which words they share; nobody reads on."""


def order(
    question: Question, ranked: Sequence[Ranked], documents: Mapping[str, Document], now: datetime
) -> list[Ranked]:
    """The same hits by what the question is after; documents that are not at hand keep their score."""
    named = any(hit.entity > DOUBTFUL for hit in ranked)
    shifted = []
    for hit in ranked:
        document = documents.get(hit.document_id)
        if document is not None:
            elsewhere = named and not hit.entity and bool(document.customers)
            preferred = _shift(question.kind, document, now) + elsewhere * ELSEWHERE
            hit = replace(hit, score=hit.score + preferred, preferred=preferred)
        shifted.append(hit)
    first = sorted(_phrases_first(question.text, shifted, documents), key=lambda r: (-r.score, r.document_id))
    return [*explained(question, first[:SHOWN], documents), *first[SHOWN:]]


def explained(question: Question, hits: Sequence[Ranked], documents: Mapping[str, Document]) -> list[Ranked]:
    """The hits with the very words they share with the question, as far as their documents are at hand."""
    wanted = content_words(question.text)
    return [_explained(hit, documents, wanted) for hit in hits]


def _phrases_first(text: str, ranked: Sequence[Ranked], documents: Mapping[str, Document]) -> Iterator[Ranked]:
    """Lift documents that hold what a question quotes, or a short question itself, over those near in meaning only."""
    phrases = _phrases(text)
    near = max((hit.score for hit in ranked if not hit.words and not hit.entity), default=0.0)
    for hit in ranked:
        document = documents.get(hit.document_id) if phrases and hit.words else None
        told = fold(_text(document)) if document else ""
        yield replace(hit, score=max(hit.score, near + 1e-6)) if any(phrase in told for phrase in phrases) else hit


def _shift(asked: QuestionKind, document: Document, now: datetime) -> float:
    """What a document's kind, state and age are worth to a question of this kind."""
    shift = PREFERRED[asked].get(document.kind, 0.0) + RECENT * _freshness(document, now)
    shift += ARCHIVED * (document.status == "archived")
    if asked != "reference":
        return shift
    return shift + (LOST if document.status == "lost" else WON * _is_reference(document))


def _explained(hit: Ranked, documents: Mapping[str, Document], wanted: Sequence[str]) -> Ranked:
    """The hit with the very words it shares with the question."""
    document = documents.get(hit.document_id)
    if document is None or not hit.words:
        return hit
    return replace(hit, shared=matching_words(wanted, _text(document)))


def _text(document: Document) -> str:
    return "\n".join((document.title, *(section.text for section in document.sections)))


def _freshness(document: Document, now: datetime) -> float:
    """1 for what was touched just now, half of it after half a year, 0 without a date."""
    if document.updated_at is None:
        return 0.0
    days = max(0.0, (now - document.updated_at).total_seconds() / 86400)
    return float(0.5 ** (days / HALF_LIFE_DAYS))


def _is_reference(document: Document) -> bool:
    told = fold(" ".join((document.parent, document.lane, *document.labels, document.title)))
    return document.status == "won" or REFERENCE.search(told) is not None


def _phrases(question: str) -> list[str]:
    """What a question quotes, or the whole of a short one, folded."""
    parts = question.translate(str.maketrans("“”„«»", '"""""')).split('"')
    quoted = [fold(part).strip() for part in parts[1:-1:2] if len(part.split()) > 1]
    whole = fold(question).strip(" ?.!")
    return [*quoted, whole] if 1 < len(whole.split()) <= 6 else quoted
