"""Labelled question sets → what Signpost answers to them, with the passages that a judge would read.

A set is a folder with documents.jsonl and queries.jsonl (as `scripts/bench quality` reads it), or a label file of
`signpost label`, which is asked of the index that the settings name.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from indexer.asking import EVERYBODY, Answer, AskOptions, Question
from indexer.embedding.protocol import Embedder
from indexer.errors import SignpostError
from indexer.evaluation import Judged, Labelled
from indexer.knowledge import Knowledge
from scripts.question_sets import Bench, Records
from service.labelling import rows_in
from service.terminal import opened

DEPTH = 10
"""Hits of a question that are kept: the judge reads the first few, the others are wrong answers to learn from."""
TOGETHER = 32


@dataclass(frozen=True, slots=True)
class Seen:
    """A hit as a judge reads it: title and passage, and what it was worth without a judge."""

    document: str
    text: str
    score: float
    likeness: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A labelled question of a set with its first hits, and how probable the answer was said to be."""

    label: Labelled
    seen: tuple[Seen, ...]
    probability: float

    @property
    def judged(self) -> Judged:
        """The same as the figures take it."""
        return Judged(self.label, tuple(hit.document for hit in self.seen), self.probability)

    def answers(self, hit: Seen) -> bool:
        """Whether this hit is one of those that answer."""
        return hit.document in self.label.relevant


@dataclass(frozen=True, slots=True)
class AskedSet:
    """A set by its name, the licence that its README states, and its questions."""

    name: str
    licence: str
    asked: tuple[Asked, ...]


def saved(sets: Sequence[AskedSet]) -> list[dict[str, Any]]:
    """The same as plain data, of each question what a judge needs."""
    return [
        {
            "name": part.name,
            "licence": part.licence,
            "asked": [
                {
                    "text": asked.label.question.text,
                    "kind": asked.label.question.kind,
                    "relevant": sorted(asked.label.relevant),
                    "probability": asked.probability,
                    "seen": [asdict(hit) for hit in asked.seen],
                }
                for asked in part.asked
            ],
        }
        for part in sets
    ]


def loaded(told: Sequence[Mapping[str, Any]]) -> list[AskedSet]:
    """What `saved` made plain."""
    return [AskedSet(part["name"], part["licence"], tuple(map(_again, part["asked"]))) for part in told]


def _again(row: Mapping[str, Any]) -> Asked:
    label = Labelled(Question(row["text"], row["kind"]), frozenset(row["relevant"]))
    return Asked(label, tuple(Seen(**hit) for hit in row["seen"]), row["probability"])


def asked_sets(sets: Sequence[Path], embedder: Embedder, most: int, seed: int) -> list[AskedSet]:
    """These folders and label files, asked; of each at most so many questions, drawn with the seed."""
    return [_from_folder(s, embedder, most, seed) if s.is_dir() else _from_own(s, most, seed) for s in sets]


def sets_in(place: Path) -> list[Path]:
    """The set that a place is, or the sets in it. Raises SignpostError where there are none."""
    if place.suffix == ".jsonl":
        return [place]
    found = sorted(path.parent for path in [*place.glob("queries.jsonl"), *place.glob("*/queries.jsonl")])
    if not found:
        raise SignpostError(f"{place} is no label file (.jsonl) and holds no folder with queries.jsonl in it.")
    return found


def _from_folder(folder: Path, embedder: Embedder, most: int, seed: int) -> AskedSet:
    bench = Bench(folder, embedder)
    labels = _drawn(bench.every_label, most, seed)
    with TemporaryDirectory() as place:
        knowledge = Knowledge.open(Path(place), lambda: bench.embedder)
        knowledge.update([Records(bench.documents)])
        asked = tuple(_asked(knowledge, labels))
        knowledge.close()
    return AskedSet(bench.name, _licence(folder / "README.md"), asked)


def _from_own(file: Path, most: int, seed: int) -> AskedSet:
    with opened(None) as app:
        return asked_rows(file, app.knowledge, most, seed)


def asked_rows(file: Path, knowledge: Knowledge, most: int, seed: int) -> AskedSet:
    """The rows of a label file, asked of this index; a link stands for its document. Raises SignpostError."""
    labels = [Labelled(row.question, frozenset(row.relevant), row.kind) for row in rows_in(file)]
    return AskedSet(file.stem, "your own", tuple(_asked(knowledge, _drawn(labels, most, seed))))


def _drawn(labels: Sequence[Labelled], most: int, seed: int) -> list[Labelled]:
    return list(labels) if len(labels) <= most else random.Random(seed).sample(labels, most)


def _asked(knowledge: Knowledge, labels: Sequence[Labelled]) -> Iterator[Asked]:
    for at in range(0, len(labels), TOGETHER):
        part = labels[at : at + TOGETHER]
        answers = knowledge.answer([label.question for label in part], EVERYBODY, AskOptions(limit=DEPTH))
        yield from (_told(label, answer) for label, answer in zip(part, answers, strict=True))


def _told(label: Labelled, answer: Answer) -> Asked:
    seen = []
    for hit in answer.hits:
        called = {hit.document.id, hit.document.id.rpartition(":")[2], hit.document.url, hit.anchor}
        name = next(iter(sorted(called & label.relevant)), hit.document.id)
        text = hit.passage if hit.passage == hit.document.title else f"{hit.document.title}\n{hit.passage}"
        named = sum(why.score for why in hit.why if why.lane == "entity")
        seen.append(Seen(name, text, hit.score, hit.score - named))
    return Asked(label, tuple(seen), answer.probability)


def _licence(readme: Path) -> str:
    """The line of a set's README that states its licence."""
    rows = readme.read_text(encoding="utf-8").splitlines() if readme.is_file() else []
    return next((row.split(":", 1)[1].strip() for row in rows if row.lower().startswith("licence:")), "not stated")
