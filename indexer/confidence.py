"""Evidence of a ranking → the probability that one of its first three hits, which a draft shows, answers. Pure.

Two kinds of evidence, never mixed. Where somebody is named, the name decides: whoever is not known is not answered
about. Where nobody is named, the likeness of the texts decides: by itself where many documents may answer, for one
right answer does not make another one wrong; else together with how far the first hit stands out, its share of a
soft-max over the best twenty (with "none of them" as one more rival).
"""

import math
import re
from collections.abc import Sequence

from indexer.asking import Mention, Question, QuestionKind
from indexer.matter import FACTS, beyond_touch, weight
from indexer.names import DOUBTFUL
from indexer.ranking import Ranked
from indexer.slips import mended

RIVALS = 20
TEMPERATURE = 0.05
NONE_OF_THEM = 0.3
"""The score at which "none of them answers" competes; without it the only document of an index would always be sure."""

SHOWN = 3
"""The most hits of an answer that a draft links to."""
ANY_OF_MANY: frozenset[QuestionKind] = frozenset({"who", "similar work", "reference"})
"""Kinds of questions that several documents may answer. A "who" that names nobody asks who knows about something."""

# Logistic regressions for "one of the first three answers", sets of equal weight: the first on five public ones (FAQ
# threads, support intents, live support messages, banking, encyclopaedia), the second on those whose records list
# examples, each record cut into five that answer equally. Printed by `scripts/bench quality --data DIR`.
SHARE_WEIGHT, SCORE_WEIGHT, BIAS = 0.60, 4.38, -1.66
MANY_WEIGHT, MANY_BIAS = 9.55, -4.03
# The same for what is asked by its matter alone, on whole mails of the tune split of scripts/world and on sentences of
# its mails that ask nothing. Words that a question shares with a document are then words of its matter, and tell as
# much as likeness does; but of a matter of a word or two they may be shared by chance.
MATTER_WEIGHT, SHARED_WEIGHT, MATTER_BIAS = 16.4, 19.6, -5.7
MOST_SHARED, MANY_WORDS = 0.3, 4
"""No larger share of a question's words tells more; it tells all it can where the matter has so many words."""
OF_MATTER: frozenset[QuestionKind] = frozenset({"similar work", "reference"})

NAMED: dict[QuestionKind, tuple[float, float]] = {
    "who": (0.93, 0.05),
    "reference": (0.45, 0.45),
    "similar work": (0.45, 0.45),
    "other": (0.4, 0.45),
}
"""What the right name is worth to a question of each kind, and how much what else was asked can add to it."""
ONE_WORD_MORE = 0.8
"""What the right name is worth where a single word more is asked, no fact: most often a turn of speech."""
AMBIGUOUS, STRANGER, OTHER_COMPANY, GUESSED, STATED = 0.6, 0.1, 0.3, 0.3, 0.25

ASKING = re.compile(
    r"\?|\b(?:who|whom|whose|which|what|where|when|how|why|any(?:one|body)|some(?:one|body)|wonder\w*|curious|need|"
    r"looking for|interested in|let me know|tell me|find out|"
    r"wer|wen|wem|welche\w*|wo|wann|wie|warum|jemand\w*|suche\w*|brauche\w*|gibt es|"
    r"qui|quel\w*|où|quand|comment|pourquoi|cherche\w*|besoin)\b|"
    r"(?:^|[.!\n])\s*(?:do|does|did|is|are|was|were|can|could|would|will|has|have|any|kann|kannst|k[oö]nn\w+|hat|haben|habt|"
    r"ist|sind|est-ce|avez|connai\w+|kenn\w+|wei(?:ß|ss)\w*)\b",
    re.I,
)


def probability(
    question: Question, ranked: Sequence[Ranked], mentions: Sequence[Mention], unknown: Sequence[str]
) -> float:
    """How likely one of the first three of `ranked` answers the question, in [0, 1]; 0 where nothing was found."""
    if not ranked:
        return 0.0
    alike = _by_likeness(question, ranked)
    sure = [mention for mention in mentions if mention.sureness > DOUBTFUL]
    if unknown:
        return STRANGER * alike
    if sure:
        return _by_name(question, ranked[0], sure, alike)
    return min(alike, GUESSED) if mentions else alike


def features(ranked: Sequence[Ranked]) -> tuple[float, float]:
    """How the first hit stands out: minus the log of its rivals' weight beside its own, and its own likeness."""
    scores = [hit.likeness for hit in ranked[:RIVALS]]
    rivals = [*scores[1:], NONE_OF_THEM]
    weight = math.fsum(math.exp(min(0.0, (rival - scores[0])) / TEMPERATURE) for rival in rivals)
    return -math.log(weight + 1e-3), scores[0]


def nearest(ranked: Sequence[Ranked]) -> float:
    """The likeness of the best hit that a draft would show; preferences may have put another one first."""
    return max(hit.likeness for hit in ranked[:SHOWN])


def asks(text: str) -> bool:
    """Whether a text has any sign of asking, in English, German or French."""
    return ASKING.search(text) is not None


def _by_likeness(question: Question, ranked: Sequence[Ranked]) -> float:
    if question.kind in OF_MATTER:
        return _by_matter(question, ranked)
    if question.kind in ANY_OF_MANY:
        return _logistic(MANY_WEIGHT * nearest(ranked) + MANY_BIAS)
    share, score = features(ranked)
    return _logistic(SHARE_WEIGHT * share + SCORE_WEIGHT * score + BIAS)


def _by_matter(question: Question, ranked: Sequence[Ranked]) -> float:
    words = next(filter(None, map(weight, (question.text, *question.windows))), 0)
    shared = min(MOST_SHARED, max(hit.words for hit in ranked[:SHOWN])) * min(1.0, words / MANY_WORDS)
    return _logistic(MATTER_WEIGHT * nearest(ranked) + SHARED_WEIGHT * shared + MATTER_BIAS)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def _by_name(question: Question, first: Ranked, sure: Sequence[Mention], alike: float) -> float:
    """The name's sureness; less where it is ambiguous, the first hit is about another, or nothing is asked."""
    if first.entity <= DOUBTFUL:
        return OTHER_COMPANY * alike
    rest = _beyond_name(question, sure)
    base, more = NAMED[question.kind if rest else "who"]
    value = first.entity * (base + more * alike)
    if len(rest) == 1 and rest[0] not in FACTS:
        value = max(value, first.entity * ONE_WORD_MORE)
    if any(mention.others for mention in sure):
        value *= AMBIGUOUS
    return value if asks(question.text) else value * STATED


def _beyond_name(question: Question, sure: Sequence[Mention]) -> tuple[str, ...]:
    """What is asked beyond the name: nothing in "Has anyone met Contoso's people?", more in "Has Contoso paid?"."""
    rest = question.text
    for mention in sure:
        rest = rest.replace(mention.written, " ")
    return beyond_touch(mended(rest), figurative=question.kind != "other")
