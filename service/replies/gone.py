"""Answers without documents that turned out to be gone. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from indexer.asking import Answer
from service.replies import people


def without(answers: Sequence[Answer], gone: Collection[str]) -> list[Answer]:
    """The same answers, but for these documents.

    One whose best hit is gone answers nothing for now: how sure it was, it was because of that hit. Who is in touch
    is left unsaid where a document that shows it is gone.
    """
    return [_without(answer, frozenset(gone)) for answer in answers]


def _without(answer: Answer, gone: frozenset[str]) -> Answer:
    hits = tuple(hit for hit in answer.hits if hit.document.id not in gone)
    same = hits[:1] == answer.hits[:1]
    shown = {document.id for document in people.documents(answer)}
    return replace(
        answer,
        hits=hits,
        probability=answer.probability if same else 0.0,
        people=answer.people if gone.isdisjoint(shown) else None,
    )
