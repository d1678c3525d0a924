"""An index in a folder → all that it holds and some of what it answers, and how two of them differ.

In which order things came does not count; everything else does. What a word is worth is counted over passages that have
just gone as well, until tantivy merges their segments; so what is answered by the caches as they are has to agree in
what comes first, and what is answered by caches made anew, in everything but the order of what is equally good.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from indexer.asking import EVERYBODY, Answer, Question, Viewer
from indexer.engines import generations
from indexer.engines.protocol import Scope
from indexer.knowledge import Knowledge
from indexer.store import Store
from scripts.torturing.index_source import QuickEmbedder
from scripts.torturing.index_world import LATER, World, code

QUESTIONS = 40
TIE = 0.03
"""Scores that differ by less may stand in either order, or fall off the end of the list."""
VIEWERS = (EVERYBODY, Viewer(frozenset({"board", "sales"})))
Answered = tuple[tuple[str, float], ...]
PASSAGES = """SELECT d.id, p.ordinal, p.kind, p.context, p.text, p.anchor, hex(p.text_hash), d.visibility
    FROM passages p JOIN documents d ON d.number = p.number ORDER BY d.id, p.ordinal"""
VECTORS = "SELECT hex(text_hash), vector FROM vectors ORDER BY text_hash"


@dataclass(frozen=True, slots=True)
class State:
    """Documents by their hashes, everything else by a digest, and what is answered."""

    documents: Mapping[str, str]
    cursors: tuple[str | None, ...]
    passages: str
    vectors: str
    problems: tuple[str, ...]
    served: tuple[Answered, ...]
    answers: tuple[Answered, ...]


def read(folder: Path, world: World) -> State:
    """All of an index: every record read and checked, every question asked of each viewer."""
    knowledge = Knowledge.open(folder, QuickEmbedder)
    try:
        index = knowledge._opened().index
        every = index.every_document(Scope(index.visibilities()))
        return State(
            {document.id: document.content_hash for document in every},
            tuple(index.cursor(source) for source in world.sources),
            _digest(folder, PASSAGES),
            _digest(folder, VECTORS),
            tuple(knowledge.check()),
            answers(knowledge, questions(world)),
            _answered_anew(folder, world),
        )
    finally:
        knowledge.close()


def _answered_anew(folder: Path, world: World) -> tuple[Answered, ...]:
    """What is answered where all caches are made anew."""
    generations.clear(folder / "vectors", folder / "words")
    with closing(Knowledge.open(folder, QuickEmbedder)) as knowledge:
        return answers(knowledge, questions(world))


def questions(world: World, number: int = QUESTIONS) -> list[Question]:
    """So many questions: half for a document by its own word, half for what a title tells."""
    dice = Random(f"questions {world.seed}")
    drawn = [dice.randrange(world.documents) for _ in range(number)]
    titles = [world.document(one, LATER).title.rpartition(" ")[0] for one in drawn]
    return [Question(code(one) if place % 2 else titles[place]) for place, one in enumerate(drawn)]


def answers(knowledge: Knowledge, asked: Sequence[Question]) -> tuple[Answered, ...]:
    """What each viewer is answered."""
    return tuple(_told(answer) for viewer in VIEWERS for answer in knowledge.answer(asked, viewer))


def differences(one: State, other: State) -> Iterator[str]:
    """A sentence for everything in which two differ."""
    odd = [key for key in one.documents.keys() | other.documents.keys() if _differ(one, other, key)]
    if odd:
        yield f"{len(odd):,} documents differ, {min(odd)} for one"
    for name in ("cursors", "passages", "vectors"):
        if getattr(one, name) != getattr(other, name):
            yield f"the {name} differ"
    yield from other.problems
    firsts = zip(one.served, other.served, strict=True)
    if odd_firsts := sum(not (_covers(a[:1], b) and _covers(b[:1], a)) for a, b in firsts):
        yield f"{odd_firsts} of {len(one.served)} answers begin differently"
    apart = [n for n, (a, b) in enumerate(zip(one.answers, other.answers, strict=True)) if not agree(a, b)]
    if apart:
        yield f"{len(apart)} of {len(one.answers)} answers differ: {one.answers[apart[0]]}, {other.answers[apart[0]]}"


def agree(one: Answered, other: Answered) -> bool:
    """Whether two answers are the same but for what is equally good."""
    return _covers(one, other) and _covers(other, one)


def _covers(one: Answered, other: Answered) -> bool:
    """Whether all that the one answer has is in the other with about this score, or would come after its end."""
    had, end = dict(other), min((score for _, score in other), default=0.0)
    return all(abs(had[key] - score) < TIE if key in had else score < end + TIE for key, score in one)


def _differ(one: State, other: State, key: str) -> bool:
    return one.documents.get(key) != other.documents.get(key)


def _told(answer: Answer) -> Answered:
    return tuple((hit.document.id, round(hit.score, 4)) for hit in answer.hits)


def _digest(folder: Path, statement: str) -> str:
    store, digest = Store.open(folder / "index.db"), hashlib.sha256()
    try:
        for row in store.stream(statement):
            digest.update(repr(row).encode())
    finally:
        store.close()
    return digest.hexdigest()
