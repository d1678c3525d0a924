"""The mails of a world → what Signpost makes of them: read, asked and decided on as in production."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from indexer.asking import EVERYBODY, Answer, Question
from indexer.embedding.protocol import Embedder
from indexer.evaluation import Judged, Labelled
from indexer.knowledge import Knowledge
from scripts.world.facts import OWN_DOMAIN, Split
from scripts.world.letters import MAILBOX, Sort, WorldMail
from scripts.world.making import World
from service.mail.letter import Reading
from service.mail.reading import ReadingRules, read
from service.replies.decide import before_search, decide
from service.replies.outcome import Draft, Policy

POLICY = Policy(internal=frozenset({OWN_DOMAIN}), own=frozenset({MAILBOX}))
ANY = Policy(internal=POLICY.internal, own=POLICY.own, enough=0.0)
RULES = ReadingRules(own=POLICY.own)
TOGETHER = 24
SEED = 5


@dataclass(frozen=True, slots=True)
class Tried:
    """A mail, how it was read, what its surest answer would link to, and what was drafted at the default threshold."""

    mail: WorldMail
    reading: Reading
    judged: Judged
    answers: tuple[Answer, ...] = ()
    drafted: tuple[str, ...] | None = None

    @property
    def is_right(self) -> bool:
        """Whether one of the links of the draft answers one of the questions."""
        return not self.mail.relevant.isdisjoint(self.drafted or ())


def sampled(mails: Sequence[WorldMail], sort: Sort, most: int = 0) -> list[WorldMail]:
    """Those of a sort, or as many of them as are wanted, always the same."""
    there = [mail for mail in mails if mail.sort == sort]
    return there if not most or len(there) <= most else random.Random(SEED).sample(there, most)


def sample(world: World, split: Split, asking: int = 0) -> list[WorldMail]:
    """The mails of a split; of those that ask, `asking` in all, as many answerable ones as there are in its share."""
    mails = world.of(split)
    asks: tuple[Sort, ...] = ("answerable", "unanswerable")
    counts = {sort: len(sampled(mails, sort)) for sort in asks}
    share = min(1.0, asking / sum(counts.values())) if asking else 1.0
    asked = [m for sort, count in counts.items() for m in sampled(mails, sort, round(share * count))]
    return [*asked, *sampled(mails, "statement"), *sampled(mails, "nothing")]


def tried(world: World, mails: Sequence[WorldMail], embedder: Embedder) -> list[Tried]:
    """What becomes of these mails where the whole world is indexed."""
    with TemporaryDirectory() as folder:
        knowledge = Knowledge.open(Path(folder), lambda: embedder)
        knowledge.update(world.shelves.sources())
        told = _tried(knowledge, mails)
        knowledge.close()
    return told


def _tried(knowledge: Knowledge, mails: Sequence[WorldMail]) -> list[Tried]:
    readings = [read(mail.raw, RULES) for mail in mails]
    asked = [q for r in readings if before_search(r, POLICY) is None for q in r.questions]
    found = iter(_answers(knowledge, asked))
    return [
        _one(mail, r, [next(found) for _ in r.questions] if before_search(r, POLICY) is None else [])
        for mail, r in zip(mails, readings, strict=True)
    ]


def _answers(knowledge: Knowledge, questions: Sequence[Question]) -> list[Answer]:
    parts = [questions[at : at + TOGETHER] for at in range(0, len(questions), TOGETHER)]
    return [answer for part in parts for answer in knowledge.answer(part, EVERYBODY)]


def _one(mail: WorldMail, reading: Reading, answers: Sequence[Answer]) -> Tried:
    """The surest answer is judged by the links that a draft with it alone would have."""
    label = Labelled(Question(reading.mail.subject), mail.relevant, mail.asked[0].kind if mail.asked else mail.sort)
    surest = max(answers, key=lambda answer: answer.probability, default=None)
    links = _links(reading, [surest], ANY) if surest else None
    judged = Judged(label, links or (), surest.probability if surest and links else 0.0)
    return Tried(mail, reading, judged, tuple(answers), _links(reading, answers, POLICY))


def _links(reading: Reading, answers: Sequence[Answer], policy: Policy) -> tuple[str, ...] | None:
    """The ids of the documents a draft would link to; None where there would be none."""
    outcome = decide(reading, answers, policy)
    if not isinstance(outcome, Draft):
        return None
    return tuple(hit.document.id for answer in outcome.answers for hit in answer.hits)
