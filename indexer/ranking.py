"""Evidence of the lanes → documents in order, each with its reasons. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from indexer.asking import Candidate, Lane, Mention, Question, QuestionKind, Why
from indexer.confirming import gained
from indexer.documents import Document, Kind
from indexer.highlights import content_words, highlights, matching_words
from indexer.names import DOUBTFUL
from indexer.wording import fold

__all__ = ["Evidence", "Ranked", "Weights", "fuse", "highlights", "order"]

TELLING = 0.02
"""From this part of the score on is said that a document answered a question like this before."""
NEAR = 0.35
"""From this cosine on a hit is said to be close in meaning."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts.

    The first two fuse scores as they are, a document's best passage of each lane: over public question sets that found
    more than any fusion by rank. `entity` is larger than all they can reach together, so a document of somebody who is
    named never ranks below one that is only near in meaning. `own` is the part of a question's own words beside its
    best window: of a mail's sentences most are about something else, and names reach the question by themselves.
    """

    meaning: float = 0.6
    words: float = 0.4
    entity: float = 1.0
    shared_title: float = 0.5
    own: float = 0.7


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the lanes brought up: one list of candidates for the question's text, then one for each of its windows.

    `entity_documents` maps the ids of documents about somebody the question names to that mention.
    """

    candidates_by_window: Sequence[Sequence[Candidate]] = ()
    entity_documents: Mapping[str, Mention] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document that may answer: its score, its best passage, and why.

    Of the score, `entity` is owed to the name (its sureness, or 0), `preferred` to what the question is after, `level`
    to being read closely at all, and `learned` to questions like it that the document answered before.
    """

    document_id: str
    score: float
    passage_id: int
    why: tuple[Why, ...] = ()
    meaning: float = 0.0
    words: float = 0.0
    entity: float = 0.0
    preferred: float = 0.0
    learned: float = 0.0
    level: float = 0.0

    @property
    def likeness(self) -> float:
        """What of the score the texts alone earned: evidence, where names and preferences are something else."""
        return self.score - self.entity - self.preferred - self.level


@dataclass(frozen=True, slots=True)
class _Best:
    """What a document has to say to one text: its best passage in each lane, and the best in both together."""

    meaning: float
    words: float
    joint: float
    candidate: Candidate
    learned: float = 0.0

    def score(self, weights: Weights) -> float:
        return weights.meaning * self.meaning + weights.words * self.words + self.learned


@dataclass(frozen=True, slots=True)
class _List:
    """What one text brought up, and the most that a document can have scored which it did not bring up."""

    best: Mapping[str, _Best]
    floor: float


def fuse(question: Question, evidence: Evidence, weights: Weights = Weights()) -> list[Ranked]:
    """Every document that was brought up, once, best first."""
    named = evidence.entity_documents
    found = (_learned(_best(c, weights), c, named) for c in evidence.candidates_by_window if c)
    lists = [_List(best, min((one.score(weights) for one in best.values()), default=0.0)) for best in found]
    if not lists:
        return []
    own, wider = lists[0], lists[1:]
    ids = dict.fromkeys(id_ for told in lists for id_ in told.best)
    ranked = [_ranked(id_, own, wider, evidence.entity_documents.get(id_), weights) for id_ in ids]
    return sorted(ranked, key=lambda r: (-r.score, r.document_id))


def _best(candidates: Sequence[Candidate], weights: Weights) -> dict[str, _Best]:
    """Document → its best passages; a title that many documents share says little about any of them."""
    shares = _shared_titles(candidates)
    best: dict[str, _Best] = {}
    for candidate in candidates:
        if candidate.before:
            continue
        share = shares[_look(candidate)] if candidate.is_title else 1
        fair = float(share**-weights.shared_title) if share > 1 else 1.0
        meaning, words = fair * candidate.meaning, fair * candidate.words
        found = _Best(meaning, words, weights.meaning * meaning + weights.words * words, candidate)
        known = best.get(candidate.document_id)
        best[candidate.document_id] = _better(known, found) if known else found
    return best


def _learned(best: dict[str, _Best], candidates: Sequence[Candidate], named: Mapping[str, Mention]) -> dict[str, _Best]:
    """The same with what documents answered before; where somebody is named, that of others says nothing."""
    for candidate in candidates:
        if candidate.before and (not named or candidate.document_id in named):
            known = best.get(candidate.document_id) or _Best(0.0, 0.0, 0.0, candidate)
            best[candidate.document_id] = replace(known, learned=gained(candidate.before, known.meaning))
    return best


def _better(one: _Best, other: _Best) -> _Best:
    """Both passages as evidence of their document; the one that says more is shown."""
    shown = one if one.joint >= other.joint else other
    return _Best(max(one.meaning, other.meaning), max(one.words, other.words), shown.joint, shown.candidate)


def _shared_titles(candidates: Sequence[Candidate]) -> Counter[tuple[float, float]]:
    """How many documents bear each title, told by evidence that is equal to the sixth digit."""
    titles = {(_look(c), c.document_id) for c in candidates if c.is_title}
    return Counter(look for look, _ in titles)


def _look(candidate: Candidate) -> tuple[float, float]:
    return round(candidate.meaning, 6), round(candidate.words, 6)


def _ranked(id_: str, own: _List, wider: Sequence[_List], mention: Mention | None, weights: Weights) -> Ranked:
    """The question's own evidence and its best window's, lifted when the document's name was named."""
    near = (told.best[id_] for told in wider if id_ in told.best)
    around = max(near, key=lambda b: b.score(weights), default=None)
    here = own.best.get(id_)
    score = here.score(weights) if here else own.floor
    if wider:
        least = min(told.floor for told in wider)
        wide = around.score(weights) if around else least
        score = weights.own * score + (1 - weights.own) * wide
    shown = max((best for best in (here, around) if best), key=lambda b: b.score(weights))
    sureness = mention.sureness if mention else 0.0
    why = tuple(_reasons(shown, mention, weights))
    total = score + weights.entity * sureness
    told = (shown.candidate.passage_id, why, shown.meaning, shown.words, sureness)
    return Ranked(id_, total, *told, learned=shown.learned)


def _reasons(seen: _Best, mention: Mention | None, weights: Weights) -> list[Why]:
    why: list[tuple[Lane, str, float]] = []
    if mention:
        why.append(("entity", _names(mention), weights.entity * mention.sureness))
    if seen.words > 0:
        why.append(("word", "shares words with the question", weights.words * seen.words))
    if seen.meaning >= NEAR or not why:
        says = "close in meaning" if seen.meaning >= NEAR else "the nearest in meaning"
        why.append(("meaning", says, weights.meaning * seen.meaning))
    if seen.learned > TELLING:
        why.append(("meaning", "answered a question like this before", seen.learned))
    return [Why(lane, says, round(score, 4)) for lane, says, score in why]


def _names(mention: Mention) -> str:
    if mention.sureness <= DOUBTFUL:
        return f"may be meant by “{mention.written}”: {mention.name}"
    same = fold(mention.written) == fold(mention.name)
    return f"names {mention.name}" if same else f"names {mention.name} (written “{mention.written}”)"


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
    wanted = content_words(question.text)
    return [*(_explained(hit, documents, wanted) for hit in first[:SHOWN]), *first[SHOWN:]]


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
    found = matching_words(wanted, _text(document))
    return replace(hit, why=tuple(_told(reason, found) for reason in hit.why))


def _text(document: Document) -> str:
    return "\n".join((document.title, *(section.text for section in document.sections)))


def _told(reason: Why, found: Sequence[str]) -> Why:
    if reason.lane != "word" or not found:
        return reason
    return replace(reason, says=f"has the words: {', '.join(found[:6])}")


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
