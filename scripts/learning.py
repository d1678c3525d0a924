"""Question sets replayed as a team would live them: cards are asked, answers are confirmed, the same is asked again.

Where records list examples, one a line, a card begins as its title alone and the lines are what is confirmed; elsewhere
a card begins whole, and some of the questions to it are confirmed and asked no more.
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from indexer.asking import Question
from indexer.confirming import Confirmation
from indexer.embedding.protocol import Embedder, TokenEmbedder, Tokens, Vectors
from indexer.evaluation import Judged, Labelled
from indexer.knowledge import Knowledge
from scripts.question_sets import ASKED, SEED, Bench, Records, answers_to

STEPS = (1, 5, 20)
"""Confirmed questions a card."""
FEW = 5
LEAST = 8
"""Questions a card has, mostly, in a set that is replayed."""
AT = datetime(2026, 3, 2, tzinfo=UTC)
Learned = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one set's questions got before anything was confirmed, and after so many questions of every card.

    `whole` tells that cards did not begin as their titles alone. `others_before` and `others_after` are the questions
    to cards of which none was confirmed while five were of every second card; `again` are the confirmed questions
    themselves, in small letters, and `embedded` the texts embedded for them, by how many they are.
    """

    name: str
    whole: bool
    before: Sequence[Judged]
    after: Mapping[int, Sequence[Judged]]
    others_before: Sequence[Judged]
    others_after: Sequence[Judged]
    again: Sequence[Judged]
    embedded: float


class Counting:
    """An embedder that counts what it is asked for."""

    def __init__(self, embedder: Embedder) -> None:
        """Count what `embedder` is asked for from now on."""
        self._embedder = embedder
        self.texts = 0
        self.fingerprint, self.dimension = embedder.fingerprint, embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As an embedder does."""
        self.texts += len(texts)
        return self._embedder.embed(texts)

    def tokens(self, texts: Sequence[str]) -> list[Tokens] | None:
        """As an embedder does, where it does."""
        return self._embedder.tokens(texts) if isinstance(self._embedder, TokenEmbedder) else None


class Replay:
    """One set, asked before and after its answers were confirmed."""

    def __init__(self, bench: Bench) -> None:
        """Part what is confirmed from what is asked."""
        self.name = bench.name
        self._embedder = Counting(bench.embedder)
        told = [(row, list(dict.fromkeys(row["body"].splitlines()))) for row in bench.records]
        chance = random.Random(SEED)
        self._whole = not bench.is_listed
        if bench.is_listed:
            self._documents = [replace(document, sections=()) for document in bench.documents]
            self._labels = list(bench.labels)
            self._taught: Learned = {row["id"]: chance.sample(lines, len(lines)) for row, lines in told}
        else:
            self._documents = list(bench.documents)
            self._taught, rest = _parted(bench.every_label, chance)
            self._labels = rest[:ASKED]

    def lesson(self) -> Lesson:
        """Ask, confirm, ask again."""
        with TemporaryDirectory() as folder:
            knowledge = Knowledge.open(Path(folder), lambda: self._embedder)
            knowledge.update([Records(self._documents)])
            before = answers_to(knowledge, self._labels)
            others, others_after = self._beside(knowledge, before)
            had, after = self._embedder.texts, {}
            for count in STEPS:
                if any(len(questions) >= count for questions in self._taught.values()):
                    knowledge.confirm(_confirmed(self._taught, count))
                    embedded = self._embedder.texts - had
                    after[count] = answers_to(knowledge, self._labels)
            asked = len({one.question for one in _confirmed(self._taught, max(after))})
            again = answers_to(knowledge, _again(self._taught))
            knowledge.close()
        return Lesson(self.name, self._whole, before, after, others, others_after, again, embedded / asked)

    def _beside(self, knowledge: Knowledge, before: Sequence[Judged]) -> tuple[list[Judged], list[Judged]]:
        """The questions to every second card, before and while the others have learned."""
        half = dict(sorted(self._taught.items())[::2])
        told = [one for one in before if one.label.relevant and one.label.relevant.isdisjoint(half)]
        knowledge.confirm(_confirmed(half, FEW))
        after = answers_to(knowledge, [one.label for one in told])
        knowledge.refute(_confirmed(half, FEW))
        return told, after


def replayed(benches: Sequence[Bench]) -> list[Lesson]:
    """The lessons of all sets that ask their cards often enough."""
    return [Replay(bench).lesson() for bench in benches if _often(bench.every_label)]


def _often(labels: Sequence[Labelled]) -> bool:
    counts: dict[str, int] = defaultdict(int)
    for label in labels:
        for document in label.relevant:
            counts[document] += 1
    return bool(counts) and median(counts.values()) >= LEAST


def _parted(labels: Sequence[Labelled], chance: random.Random) -> tuple[Learned, list[Labelled]]:
    """A few questions of each card to learn from, and all the others."""
    taught: dict[str, list[str]] = defaultdict(list)
    rest = []
    for label in chance.sample(labels, len(labels)):
        (document,) = label.relevant if len(label.relevant) == 1 else ("",)
        if document and len(taught[document]) < FEW:
            taught[document].append(label.question.text)
        else:
            rest.append(label)
    return taught, rest


def _confirmed(taught: Learned, count: int) -> list[Confirmation]:
    return [
        Confirmation(question, f"{Records.name}:note:{document}", AT, "sent")
        for document, questions in taught.items()
        for question in questions[:count]
    ]


def _again(taught: Learned) -> list[Labelled]:
    """Some confirmed questions, one a card, as somebody in a hurry types them; several cards may have the same one."""
    answered: dict[str, set[str]] = defaultdict(set)
    for document, questions in taught.items():
        for question in questions:
            answered[question.lower()].add(document)
    firsts = [questions[0].lower() for questions in taught.values() if questions]
    return [Labelled(Question(text.rstrip("?.!")), frozenset(answered[text])) for text in firsts]
