"""Labelled question sets, asked by every system: each lane alone, both fused by rank, and Signpost as it is used.

A set is a folder with documents.jsonl {id, title, body, url, org?} and queries.jsonl {id, text, relevant[], kind?}; an
empty `relevant` means that nothing answers. `org` is read as a CRM reads its company column: with the url as website.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from indexer import confidence
from indexer.allowed import Allowed
from indexer.asking import EVERYBODY, Answer, AskOptions, Question, Signs
from indexer.confidence import RIVALS
from indexer.documents import EVERYONE, Customer, Document, Section
from indexer.embedding.protocol import Embedder, TokenEmbedder, Tokens, Vectors
from indexer.evaluation import Judged, Labelled
from indexer.knowledge import Knowledge
from indexer.passages import passages
from indexer.ranking import Ranked
from indexer.sources.protocol import Census, Checkpoint, Event, Upsert
from indexer.words import Entry, build

ASKED = 700
"""Questions a set is asked at most: a sample with a fixed seed."""
NOISY = 120
"""Questions a set that are also asked inside a mail of unrelated sentences."""
DEPTH = 50
SEED = 7
PIECES = 5
"""Records that a listed record is cut into, to ask what several documents answer alike."""


Asked = tuple[Judged, list[Ranked], Signs | None]
"""An answer as it is judged, the hits as the calibrator sees them, and what its probability was made of."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one set's questions got: judged answers by system, and what the calibrators saw (share, score, nearest)."""

    name: str
    judged: Mapping[str, Sequence[Judged]]
    features: NDArray[np.float64]
    clean: Sequence[Judged] = ()
    mailed: Sequence[Judged] = ()
    signs: Sequence[Signs | None] = ()

    @property
    def ours(self) -> Sequence[Judged]:
        """What Signpost answered."""
        return self.judged["ours"]


class Remembering:
    """An embedder that embeds no text twice, so that every system shares the vectors."""

    def __init__(self, embedder: Embedder) -> None:
        """Remember what `embedder` yields."""
        self._embedder = embedder
        self._kept: dict[str, NDArray[np.float32]] = {}
        self.fingerprint, self.dimension = embedder.fingerprint, embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As an embedder does."""
        new = [text for text in dict.fromkeys(texts) if text not in self._kept]
        if new:
            self._kept |= zip(new, self._embedder.embed(new), strict=True)
        return np.array([self._kept[text] for text in texts], dtype=np.float32).reshape(len(texts), self.dimension)

    def tokens(self, texts: Sequence[str]) -> list[Tokens] | None:
        """As an embedder does, where it does."""
        return self._embedder.tokens(texts) if isinstance(self._embedder, TokenEmbedder) else None


class Records:
    """The documents of a set as a source."""

    name = "records:set"

    def __init__(self, documents: Sequence[Document]) -> None:
        """Tell these documents."""
        self._documents = {document.id: document for document in documents}

    def check(self) -> list[str]:
        """Nothing is ever missing."""
        return []

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """Every document, then a checkpoint."""
        yield from (Upsert(document) for document in self._documents.values())
        yield Checkpoint("all")

    def census(self) -> Census:
        """All of them."""
        return Census(frozenset(self._documents), True)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """Those that are there."""
        yield from (Upsert(self._documents[id_]) for id_ in ids if id_ in self._documents)


class Bench:
    """One set, asked by every system."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        """Read the set and sample its questions."""
        self.name = folder.name
        self.embedder = Remembering(embedder)
        self.records = list(_rows(folder / "documents.jsonl"))
        self.documents = [_document(row) for row in self.records]
        self.every_label = [_labelled(row) for row in _rows(folder / "queries.jsonl")]
        self.labels = _sample(self.every_label, ASKED)

    @property
    def is_listed(self) -> bool:
        """Whether most records are lists of examples, one a line, so that a piece of one answers as the whole does."""
        return median(len(row["body"].splitlines()) for row in self.records) >= 2 * PIECES

    def told(self, filler: Sequence[str] = ()) -> Told:
        """Ask every system every question; with `filler`, ask some of them inside mails too."""
        labels = _sample([label for label in self.labels if label.relevant], NOISY) if filler else []
        chance = random.Random(SEED)
        mails = [_mailed(label, chance.sample(filler, 5)) for label in labels]
        ours, clean, mailed = self._asked(self.documents, (self.labels, labels, mails))
        judged = {"ours": _only_judged(ours), **self._alone()}
        return Told(
            self.name,
            judged,
            _features(ours),
            _only_judged(clean),
            _only_judged(mailed),
            [signs for _, _, signs in ours],
        )

    def told_in_pieces(self) -> Told:
        """Ask where each record is cut into several that answer alike."""
        pieces = {row["id"]: _cut(row) for row in self.records}
        documents = [_document(piece) for cut in pieces.values() for piece in cut]
        labels = [_many(label, pieces) for label in _sample(self.labels, ASKED // 2)]
        (ours,) = self._asked(documents, (labels,))
        return Told(f"{self.name} in pieces", {"ours": _only_judged(ours)}, _features(ours))

    def _asked(self, documents: Sequence[Document], asked: Iterable[Sequence[Labelled]]) -> list[list[Asked]]:
        with TemporaryDirectory() as folder:
            knowledge = Knowledge.open(Path(folder), lambda: self.embedder)
            knowledge.update([Records(documents)])
            told = [_answered(knowledge, labels) for labels in asked]
            knowledge.close()
        return told

    def _alone(self) -> dict[str, list[Judged]]:
        """What each lane finds by itself, and what fusing their ranks finds (reciprocal rank fusion, k = 60)."""
        held = [passage for document in self.documents for passage in passages(document)]
        vectors = self.embedder.embed([passage.embedded_text for passage in held])
        asked = self.embedder.embed([label.question.text for label in self.labels])
        index = build(Entry(i, p.context, p.text) for i, p in enumerate(held))
        every = Allowed(np.arange(len(held)))
        found: dict[str, list[Judged]] = {"BM25": [], "meaning": [], "RRF": []}
        for label, vector in zip(self.labels, asked, strict=True):
            near = np.argsort(-(vectors @ vector))[:DEPTH]
            words = _once(held[number].document_id for number, _ in index.best(label.question.text, DEPTH, every))
            meaning = _once(held[number].document_id for number in near)
            for name, ids in (("BM25", words), ("meaning", meaning), ("RRF", _by_rank(words, meaning))):
                found[name].append(Judged(label, tuple(ids)))
        return found


def answers_to(knowledge: Knowledge, labels: Sequence[Labelled]) -> list[Judged]:
    """What Signpost answers to these questions."""
    return _only_judged(_answered(knowledge, labels))


def _answered(knowledge: Knowledge, labels: Sequence[Labelled]) -> list[Asked]:
    answers = knowledge.answer([label.question for label in labels], EVERYBODY, AskOptions(limit=RIVALS))
    return [(_judged(label, a), _ranked(a), a.signs) for label, a in zip(labels, answers, strict=True)]


def _only_judged(told: Sequence[Asked]) -> list[Judged]:
    return [judged for judged, _, _ in told]


def _features(told: Sequence[Asked]) -> NDArray[np.float64]:
    found = [ranked for _, ranked, _ in told]
    seen = [(*confidence.features(ranked), confidence.nearest(ranked)) if ranked else (0.0,) * 3 for ranked in found]
    return np.array(seen, dtype=np.float64)


def _judged(label: Labelled, answer: Answer) -> Judged:
    return Judged(label, tuple(hit.document.id.rpartition(":")[2] for hit in answer.hits[:10]), answer.probability)


def _ranked(answer: Answer) -> list[Ranked]:
    """The hits as the calibrator sees them: the score, and what of it is owed to a name."""
    named = [sum(why.score for why in hit.why if why.lane == "entity") for hit in answer.hits]
    return [Ranked(h.document.id, h.score, 0, entity=name) for h, name in zip(answer.hits, named, strict=True)]


def _by_rank(*lists: Sequence[str]) -> list[str]:
    scores: dict[str, float] = defaultdict(float)
    for ids in lists:
        for rank, id_ in enumerate(ids, 1):
            scores[id_] += 1 / (60 + rank)
    return sorted(scores, key=lambda id_: -scores[id_])


def _once(ids: Iterable[str]) -> list[str]:
    return [id_.rpartition(":")[2] for id_ in dict.fromkeys(ids)]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _document(row: Mapping[str, Any]) -> Document:
    """A row as a note that everyone may read; its company, if it names one, with the host of its link as domain."""
    host = (urlsplit(row.get("url", "")).hostname or "").removeprefix("www.")
    company = (Customer(row["org"], domains=(host,) if host else ()),) if row.get("org") else ()
    return Document(
        id=f"{Records.name}:note:{row['id']}",
        kind="note",
        title=row["title"],
        url=row.get("url", ""),
        sections=(Section(row["body"]),),
        customers=company,
        visibility=EVERYONE,
    )


def _labelled(row: Mapping[str, Any]) -> Labelled:
    """A question; one that names an organisation asks who talks to it."""
    question = Question(row["text"], "who" if row.get("entity") else "other")
    return Labelled(question, frozenset(row["relevant"]), row.get("kind", ""))


def _cut(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The record as several, each with every fifth of its lines and called by the first of them."""
    lines = [line for line in row["body"].splitlines() if line.strip()] or [row["title"]]
    pieces = [lines[start::PIECES] for start in range(min(PIECES, len(lines)))]
    return [
        {**row, "id": f"{row['id']}~{n}", "title": told[0], "body": "\n".join(told)} for n, told in enumerate(pieces)
    ]


def _many(label: Labelled, pieces: Mapping[str, Sequence[Mapping[str, Any]]]) -> Labelled:
    """The same question as one that several documents may answer."""
    relevant = frozenset(piece["id"] for id_ in label.relevant for piece in pieces[id_])
    return replace(label, question=replace(label.question, kind="similar work"), relevant=relevant)


def _sample(labels: Sequence[Labelled], most: int) -> list[Labelled]:
    return list(labels) if len(labels) <= most else random.Random(SEED).sample(labels, most)


def _mailed(label: Labelled, filler: Sequence[str]) -> Labelled:
    """The question between five sentences of other people: asked by itself, with its neighbours, and whole."""
    text = label.question.text
    near = f"{filler[1]} {text} {filler[2]}"
    whole = " ".join((*filler[:2], text, *filler[2:]))
    return replace(label, question=replace(label.question, windows=(near, whole)))
