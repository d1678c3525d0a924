"""Labelled question sets, indexed in memory and asked by every system: each lane alone, fused by rank, Signpost.

A set is a folder with documents.jsonl {id, title, body, url, org?} and queries.jsonl {id, text, relevant[], kind?}; an
empty `relevant` means that nothing answers. `org` is read as a CRM reads its company column: with the url as website.
"""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from indexer import confidence
from indexer.allowed import Allowed
from indexer.asking import Candidate, Mention, Question
from indexer.documents import EVERYONE, Customer, Document, Passage, Section
from indexer.embedding.protocol import Embedder
from indexer.entities import Directory, entities_of
from indexer.evaluation import Judged, Labelled
from indexer.passages import passages
from indexer.ranking import Evidence, Ranked, fuse, order
from indexer.wording import tokens
from indexer.words import Entry, build

ASKED = 500
"""Questions a set is asked at most: a sample with a fixed seed."""
NOISY = 120
"""Questions a set that are also asked inside a mail of unrelated sentences."""
DEPTH = 50
SEED = 7
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """What one set's questions got: judged answers by system, and the features that the calibrator saw."""

    name: str
    judged: Mapping[str, Sequence[Judged]]
    features: NDArray[np.float64]
    clean: Sequence[Judged] = ()
    mailed: Sequence[Judged] = ()

    @property
    def ours(self) -> Sequence[Judged]:
        """What Signpost answered."""
        return self.judged["ours"]


class Bench:
    """One set, indexed in memory, asked by every system."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        """Read, cut and embed the set."""
        self.name = folder.name
        self._embedder = embedder
        self._documents = {d.id: d for d in (_document(row) for row in _rows(folder / "documents.jsonl"))}
        self._passages: list[Passage] = [p for d in self._documents.values() for p in passages(d)]
        self._vectors = embedder.embed([p.embedded_text for p in self._passages])
        self._words = build(Entry(i, p.context, p.text) for i, p in enumerate(self._passages))
        self._directory = Directory(entities_of(self._documents.values()), _vocabulary(self._documents.values()))
        self._labels = _sample([_labelled(row) for row in _rows(folder / "queries.jsonl")], ASKED)

    def told(self, filler: Sequence[str] = ()) -> Told:
        """Ask every system every question; with `filler`, ask some of them inside mails too."""
        vectors = self._embedder.embed([label.question.text for label in self._labels])
        judged: dict[str, list[Judged]] = defaultdict(list)
        seen = []
        for label, vector in zip(self._labels, vectors, strict=True):
            candidates = self._candidates(label.question.text, vector)
            ranked, answer = self._answer(label, [candidates])
            judged["ours"].append(answer)
            seen.append(confidence.features(ranked) if ranked else (0.0, 0.0))
            for system, ids in _alone(candidates).items():
                judged[system].append(Judged(label, tuple(ids)))
        clean, mailed = self._mailed(filler) if filler else ([], [])
        return Told(self.name, judged, np.array(seen), clean, mailed)

    def _mailed(self, filler: Sequence[str]) -> tuple[list[Judged], list[Judged]]:
        """Some questions alone, and the same inside mails of unrelated sentences."""
        chance = random.Random(SEED)
        labels = _sample([label for label in self._labels if label.relevant], NOISY)
        mails = [_mailed(label, chance.sample(filler, 5)) for label in labels]
        return [self._asked(label) for label in labels], [self._asked(mail) for mail in mails]

    def _asked(self, label: Labelled) -> Judged:
        texts = [label.question.text, *label.question.windows]
        lists = [self._candidates(t, v) for t, v in zip(texts, self._embedder.embed(texts), strict=True)]
        return self._answer(label, lists)[1]

    def _candidates(self, text: str, vector: NDArray[np.float32]) -> list[Candidate]:
        """The best passages of each lane and those of whoever is named, with the evidence of both lanes."""
        near = self._vectors @ vector
        best = set(np.argsort(-near)[:DEPTH].tolist())
        every = Allowed(np.arange(len(self._passages)))
        best |= {number for number, _ in self._words.best(text, DEPTH, every)}
        named = self._named(text)
        best |= {i for i, p in enumerate(self._passages) if p.document_id in named} if named else set()
        shared = dict(self._words.best(text, len(best), Allowed(np.array(sorted(best)))))
        return [self._candidate(i, float(near[i]), shared.get(i, 0.0)) for i in sorted(best)]

    def _candidate(self, number: int, meaning: float, words: float) -> Candidate:
        passage = self._passages[number]
        length = len(passage.text.split())
        return Candidate(number, passage.document_id, meaning, words, passage.kind == "title", length)

    def _named(self, text: str) -> dict[str, Mention]:
        mentions = sorted(self._directory.find(text), key=lambda mention: mention.sureness)
        return {id_: mention for mention in mentions for id_ in self._directory.documents_of(mention)}

    def _answer(self, label: Labelled, lists: Sequence[Sequence[Candidate]]) -> tuple[list[Ranked], Judged]:
        text = label.question.text
        ranked = fuse(label.question, Evidence(lists, self._named(text)))
        ranked = order(label.question, ranked, self._documents, NOW)
        said = confidence.probability(label.question, ranked, self._directory.find(text), self._directory.unknown(text))
        return ranked, Judged(label, tuple(hit.document_id for hit in ranked[:10]), said)


def _alone(candidates: Sequence[Candidate]) -> dict[str, list[str]]:
    """What each lane finds by itself, and what fusing their ranks finds (reciprocal rank fusion, k = 60)."""
    words = _best_first(candidates, lambda c: c.words)
    meaning = _best_first(candidates, lambda c: c.meaning)
    ranks = {id_: 1 / (60 + rank) for rank, id_ in enumerate(words, 1)}
    both = {id_: ranks.get(id_, 0.0) + 1 / (60 + rank) for rank, id_ in enumerate(meaning, 1)}
    return {"BM25": words, "meaning": meaning, "RRF": sorted(both, key=lambda id_: -both[id_])}


def _best_first(candidates: Sequence[Candidate], score: Callable[[Candidate], float]) -> list[str]:
    ordered = sorted((c for c in candidates if score(c) > 0), key=lambda c: -score(c))
    return list(dict.fromkeys(candidate.document_id for candidate in ordered))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _document(row: Mapping[str, Any]) -> Document:
    """A row as a note that everyone may read; its company, if it names one, with the host of its link as domain."""
    host = (urlsplit(row.get("url", "")).hostname or "").removeprefix("www.")
    company = (Customer(row["org"], domains=(host,) if host else ()),) if row.get("org") else ()
    return Document(
        id=row["id"],
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


def _sample(labels: Sequence[Labelled], most: int) -> list[Labelled]:
    return list(labels) if len(labels) <= most else random.Random(SEED).sample(labels, most)


def _mailed(label: Labelled, filler: Sequence[str]) -> Labelled:
    """The question between five sentences of other people: asked by itself, with its neighbours, and whole."""
    text = label.question.text
    near = f"{filler[1]} {text} {filler[2]}"
    whole = " ".join((*filler[:2], text, *filler[2:]))
    return replace(label, question=replace(label.question, windows=(near, whole)))


def _vocabulary(documents: Iterable[Document]) -> frozenset[str]:
    return frozenset(w.key for d in documents for s in (d.title, *(x.text for x in d.sections)) for w in tokens(s))
