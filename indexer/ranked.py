"""A document that may answer: its score, what the score is made of, and why in words. Pure."""

from dataclasses import dataclass

from indexer.asking import Lane, Mention, Why
from indexer.names import DOUBTFUL
from indexer.wording import fold

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


SHIPPED = Weights()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document that may answer: its score, its best passage, and what speaks for it.

    Of the score, `entity` is owed to the name (its sureness, or 0) that `mention` is, `preferred` to what the question
    is after, `level` to being read closely at all, and `learned` to questions like it that the document answered
    before. `shared` are words of the question that the document holds, as far as they were looked for.
    """

    document_id: str
    score: float
    passage_id: int
    mention: Mention | None = None
    meaning: float = 0.0
    words: float = 0.0
    entity: float = 0.0
    preferred: float = 0.0
    learned: float = 0.0
    level: float = 0.0
    shared: tuple[str, ...] = ()
    weights: Weights = SHIPPED

    @property
    def likeness(self) -> float:
        """What of the score the texts alone earned: evidence, where names and preferences are something else."""
        return self.score - self.entity - self.preferred - self.level

    @property
    def why(self) -> tuple[Why, ...]:
        """Every reason to be here; put into words only when asked, since few of all hits are shown."""
        return tuple(Why(lane, says, round(score, 4)) for lane, says, score in _reasons(self))


def _reasons(hit: Ranked) -> list[tuple[Lane, str, float]]:
    why: list[tuple[Lane, str, float]] = []
    if hit.mention:
        why.append(("entity", _names(hit.mention), hit.weights.entity * hit.mention.sureness))
    if hit.words > 0:
        says = f"has the words: {', '.join(hit.shared[:6])}" if hit.shared else "shares words with the question"
        why.append(("word", says, hit.weights.words * hit.words))
    if hit.meaning >= NEAR or not why:
        says = "close in meaning" if hit.meaning >= NEAR else "the nearest in meaning"
        why.append(("meaning", says, hit.weights.meaning * hit.meaning))
    if hit.learned > TELLING:
        why.append(("meaning", "answered a question like this before", hit.learned))
    return why


def _names(mention: Mention) -> str:
    if mention.sureness <= DOUBTFUL:
        return f"may be meant by “{mention.written}”: {mention.name}"
    same = fold(mention.written) == fold(mention.name)
    return f"names {mention.name}" if same else f"names {mention.name} (written “{mention.written}”)"
