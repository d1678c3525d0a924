"""Evidence of a ranking → the probability that its first hit answers. Pure.

Two kinds of evidence, never mixed. Where nobody is named, what tells right from wrong is how far the first hit stands
out: its share of a soft-max over the best twenty (with "none of them" as one more rival), and its own score. Where
somebody is named, the name decides: whoever is not known is not answered about.
"""

import math
import re
from collections.abc import Sequence

from indexer.asking import Mention, Question, QuestionKind
from indexer.names import DOUBTFUL
from indexer.ranking import Ranked

RIVALS = 20
TEMPERATURE = 0.05
NONE_OF_THEM = 0.3
"""The score at which "none of them answers" competes; without it the only document of an index would always be sure."""

# Logistic regression on five public question sets of equal weight (FAQ threads, support intents, live support messages,
# banking, encyclopaedia); left out one at a time its mean AUROC is .862. Printed by `scripts/bench quality --data DIR`.
SHARE_WEIGHT, SCORE_WEIGHT, BIAS = 0.86, 1.94, -1.05

NAMED: dict[QuestionKind, tuple[float, float]] = {
    "who": (0.93, 0.05),
    "reference": (0.45, 0.45),
    "similar work": (0.45, 0.45),
    "other": (0.4, 0.45),
}
"""What the right name is worth to a question of each kind, and how much what else was asked can add to it."""
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
    """How likely the first of `ranked` answers the question, in [0, 1]; 0 where nothing was found."""
    if not ranked:
        return 0.0
    alike = _by_likeness(ranked)
    sure = [mention for mention in mentions if mention.sureness > DOUBTFUL]
    if unknown:
        return STRANGER * alike
    if sure:
        return _by_name(question, ranked[0], sure, alike)
    return min(alike, GUESSED) if mentions else alike


def features(ranked: Sequence[Ranked]) -> tuple[float, float]:
    """How the first hit stands out: minus the log of its rivals' weight beside its own, and its score without names."""
    scores = [hit.score - hit.entity for hit in ranked[:RIVALS]]
    rivals = [*scores[1:], NONE_OF_THEM]
    weight = math.fsum(math.exp(min(0.0, (rival - scores[0])) / TEMPERATURE) for rival in rivals)
    return -math.log(weight + 1e-3), scores[0]


def asks(text: str) -> bool:
    """Whether a text has any sign of asking, in English, German or French."""
    return ASKING.search(text) is not None


def _by_likeness(ranked: Sequence[Ranked]) -> float:
    share, score = features(ranked)
    return 1 / (1 + math.exp(-(SHARE_WEIGHT * share + SCORE_WEIGHT * score + BIAS)))


def _by_name(question: Question, first: Ranked, sure: Sequence[Mention], alike: float) -> float:
    """The name's sureness; less where it is ambiguous, the first hit is about another, or nothing is asked."""
    if first.entity <= DOUBTFUL:
        return OTHER_COMPANY * alike
    base, more = NAMED[question.kind]
    value = first.entity * (base + more * alike)
    if any(mention.others for mention in sure):
        value *= AMBIGUOUS
    return value if asks(question.text) else value * STATED
