"""Labelled sets → what the index answers, as figures with intervals; and two such runs compared."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from indexer.asking import EVERYBODY, Answer, Hit, Question, Viewer
from indexer.bounds import Promise, clopper_pearson, promise
from indexer.calibrating import Verdict
from indexer.comparing import Difference, paired
from indexer.documents import Document
from indexer.errors import SignpostError
from indexer.evaluation import (
    Figure,
    Judged,
    Labelled,
    auroc,
    discounted_gain,
    gain,
    hit_at,
    kept_at,
    one_over_rank,
    reciprocal_rank,
)
from indexer.promising import Promises, promised
from service.labelling import Row
from service.replies.decide import NEARLY

TOGETHER = 24
SHOWN = 3
"""Links of a draft: an answer counts as right where one of them is."""


class Knowing(Protocol):
    """What answers questions and knows its documents; Knowledge does."""

    def answer(self, questions: Sequence[Question], viewer: Viewer) -> list[Answer]:
        """An answer for each question, in their order."""
        ...

    def documents(self, ids: Sequence[str], viewer: Viewer) -> list[Document]:
        """Those of these documents that exist."""
        ...


@dataclass(frozen=True, slots=True)
class Shares:
    """What a threshold makes of the questions: drafts, how many are wrong, and of those that nothing answers."""

    drafted: int
    wrong: int
    unanswerable: int
    unanswerable_drafted: int

    @property
    def wrong_interval(self) -> tuple[float, float]:
        """The exact 95 % interval of the share of wrong drafts."""
        return clopper_pearson(self.wrong, self.drafted)


@dataclass(frozen=True, slots=True)
class Part:
    """The figures of all questions, or of one kind."""

    name: str
    questions: int
    answerable: int
    figures: tuple[tuple[str, Figure], ...]
    at_default: Shares
    promise: Promise | None


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation. `missing` are labelled ids that the index does not hold, `promises` what the labels bear out."""

    parts: tuple[Part, ...]
    judged: tuple[Judged, ...]
    keys: tuple[str, ...]
    enough: float
    bound: float
    missing: tuple[str, ...]
    promises: Promises | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two runs over the questions that both have, by measure; `only` counts those that just one of them has."""

    differences: tuple[tuple[str, Difference], ...]
    common: int
    only: int


def evaluated(rows: Sequence[Row], knowledge: Knowing, enough: float, bound: float) -> Run:
    """Ask every question as a mail of a colleague would, and judge what is found."""
    questions = [row.question for row in rows]
    answers = answers_to(questions, knowledge)
    judged = tuple(map(_judged, rows, questions, answers))
    kinds = sorted({j.label.kind for j in judged})
    parts = [_part("all", judged, enough, bound)]
    if len(kinds) > 1:
        parts += [_part(kind, [j for j in judged if j.label.kind == kind], enough, bound) for kind in kinds]
    keys = tuple(json.dumps(row.key, ensure_ascii=False) for row in rows)
    verdicts = [verdict_on(a, row.relevant, linked(a)) for row, a in zip(rows, answers, strict=True)]
    promises = promised([verdict for verdict in verdicts if verdict], bound, enough)
    return Run(tuple(parts), judged, keys, enough, bound, _missing(rows, knowledge), promises)


def _judged(row: Row, question: Question, answer: Answer) -> Judged:
    found = tuple(name_of(hit, row.relevant) for hit in answer.hits)
    label = Labelled(question, frozenset(row.relevant), question.kind)
    return Judged(label, found, answer.probability if answer.hits else 0.0)


def answers_to(questions: Sequence[Question], knowledge: Knowing) -> list[Answer]:
    """What everybody is answered, asked as many at a time as a mailbox asks."""
    parts = [questions[at : at + TOGETHER] for at in range(0, len(questions), TOGETHER)]
    return [answer for part in parts for answer in knowledge.answer(part, EVERYBODY)]


def name_of(hit: Hit, relevant: Sequence[str]) -> str:
    """What the label calls this document, by id or by link; else its id."""
    called = {hit.document.id, *map(_bare, filter(None, (hit.document.url, hit.anchor)))}
    return next((told for told in relevant if told in called or _bare(told) in called), hit.document.id)


def linked(answer: Answer) -> list[Hit]:
    """The hits that a draft would show of an answer by itself."""
    hits = answer.hits[:SHOWN]
    return [hit for rank, hit in enumerate(hits) if not rank or hit.score >= NEARLY * hits[0].score]


def verdict_on(answer: Answer, relevant: Sequence[str], shown: Sequence[Hit]) -> Verdict | None:
    """Whether a draft that shows these hits of the answer is right; None where nothing was found."""
    if answer.signs is None or not shown:
        return None
    return Verdict(answer.question.kind, answer.signs, any(name_of(hit, relevant) in relevant for hit in shown))


def _bare(link: str) -> str:
    return link.strip().rstrip("/")


def _missing(rows: Sequence[Row], knowledge: Knowing) -> tuple[str, ...]:
    ids = list(dict.fromkeys(told for row in rows for told in row.relevant if "://" not in told))
    there = {document.id for document in knowledge.documents(ids, EVERYBODY)} if ids else set()
    return tuple(id_ for id_ in ids if id_ not in there)


def _part(name: str, judged: Sequence[Judged], enough: float, bound: float) -> Part:
    right = [j.is_right_within(SHOWN) for j in judged]
    figures = (
        ("hit@1", hit_at(judged, 1)),
        ("hit@3", hit_at(judged, 3)),
        ("hit@10", hit_at(judged, 10)),
        ("MRR", reciprocal_rank(judged)),
        ("nDCG@10", discounted_gain(judged)),
        ("AUROC", auroc(judged, SHOWN)),
        ("kept at 95 %", kept_at(judged, 0.95, SHOWN)),
        ("kept at 98 %", kept_at(judged, 0.98, SHOWN)),
    )
    answerable = sum(bool(j.label.relevant) for j in judged)
    told = promise([j.probability for j in judged], right, bound)
    return Part(name, len(judged), answerable, figures, _shares(judged, enough), told)


def _shares(judged: Sequence[Judged], enough: float) -> Shares:
    drafts = [j for j in judged if j.found and j.probability >= enough]
    unanswerable = [j for j in judged if not j.label.relevant]
    wrong = sum(not j.is_right_within(SHOWN) for j in drafts)
    return Shares(len(drafts), wrong, len(unanswerable), sum(not j.label.relevant for j in drafts))


def saved(run: Run) -> dict[str, Any]:
    """The run as plain data that `loaded` takes back: every question with what was found, and the figures."""
    rows = [
        {
            "key": key,
            "kind": j.label.kind,
            "relevant": sorted(j.label.relevant),
            "found": list(j.found),
            "probability": round(j.probability, 6),
        }
        for key, j in zip(run.keys, run.judged, strict=True)
    ]
    figures = {
        part.name: {name: [f.value, f.low, f.high, f.count] for name, f in part.figures if f.count}
        for part in run.parts
    }
    return {"signpost eval": 1, "enough": run.enough, "bound": run.bound, "figures": figures, "questions": rows}


def loaded(file: Path) -> dict[str, Judged]:
    """The questions of a saved run by their keys. Raises SignpostError where the file is none."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return {row["key"]: _again(row) for row in told["questions"]}
    except OSError as problem:
        raise SignpostError(f"{file} cannot be read: {problem.strerror}.") from problem
    except (ValueError, KeyError, TypeError) as fault:
        raise SignpostError(f"{file} is no run that `signpost eval --json FILE` saved.") from fault


def _again(row: Mapping[str, Any]) -> Judged:
    label = Labelled(Question(str(row["key"])), frozenset(row["relevant"]), str(row["kind"]))
    return Judged(label, tuple(row["found"]), float(row["probability"]))


def compared(run: Run, earlier: Mapping[str, Judged]) -> Compared:
    """What this run gained over an earlier one. Raises SignpostError where they have no question in common."""
    now = dict(zip(run.keys, run.judged, strict=True))
    keys = [key for key in now if key in earlier]
    if not keys:
        raise SignpostError("The two runs have no question in common, so there is nothing to compare.")
    pairs = [(earlier[key], now[key]) for key in keys]
    able = [(a, b) for a, b in pairs if b.label.relevant]
    measures = [
        (f"hit@{n}", [(float(a.is_right_within(n)), float(b.is_right_within(n))) for a, b in able]) for n in (1, 3)
    ]
    measures.append(("MRR", [(one_over_rank(a), one_over_rank(b)) for a, b in able]))
    measures.append(("nDCG@10", [(gain(a, 10), gain(b, 10)) for a, b in able]))
    told = [(f"right and drafted at {run.enough:g}", [(_drafted(a, run), _drafted(b, run)) for a, b in able])]
    none = [(a, b) for a, b in pairs if not b.label.relevant]
    told.append((f"unanswerable drafted at {run.enough:g}", [(_reaches(a, run), _reaches(b, run)) for a, b in none]))
    differences = [(n, paired([a for a, _ in p], [b for _, b in p])) for n, p in (*measures, *told) if p]
    return Compared(tuple(differences), len(keys), len(now.keys() ^ earlier.keys()))


def _reaches(judged: Judged, run: Run) -> float:
    return float(bool(judged.found) and judged.probability >= run.enough)


def _drafted(judged: Judged, run: Run) -> float:
    return _reaches(judged, run) * judged.is_right_within(SHOWN)
