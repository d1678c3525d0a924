"""A small index with two generations of every cache → files of it damaged, one after the other, and what came of each.

Each time: every generation that holds a damaged file is refused; another that is whole stands in, or all is made from
SQLite; the answers are the same as before; and after the next update nothing is damaged any more. Every third time
somebody else has the right to write meanwhile, so that nothing can be mended before it is asked.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from indexer.engines import generations
from indexer.engines.embedded import EmbeddedIndex
from indexer.errors import SignpostError
from indexer.knowledge import Knowledge
from scripts.torturing.index_harm import HARMS, harmed
from scripts.torturing.index_source import QuickEmbedder, WorldSource
from scripts.torturing.index_state import Answered, agree, answers, questions
from scripts.torturing.index_world import FIRST, LATER, World

SHELVES = ("vectors", "words", "names")
DOCUMENTS = 320
ASKED = 4
LOCKED = 3
CHECKED = ("vectors", "words")
"""Shelves that `check` tells of; names are read anew from the documents without a word."""
Wrong = tuple[str, str]


@dataclass(slots=True)
class Damage:
    """One damaged file: how, whether it was seen, what served instead, and what was wrong."""

    number: int
    harm: str
    shelf: str
    file: str
    served: str = ""
    wrong: list[Wrong] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Original:
    """The folder that is copied for every damage, what it answers, and its world."""

    folder: Path
    world: World
    answers: tuple[Answered, ...]


def original(folder: Path, seed: int) -> Original:
    """An index of two states of a small world, with two generations of each cache."""
    world = World(DOCUMENTS, seed)
    knowledge = Knowledge.open(folder, QuickEmbedder)
    for state in (FIRST, LATER):
        knowledge.update([WorldSource(world, name, state) for name in world.sources])
    told = answers(knowledge, questions(world, ASKED))
    knowledge.close()
    return Original(folder, world, told)


def damages(place: Path, had: Original, numbers: range) -> Iterator[Damage]:
    """Damage a copy of it in as many ways as there are numbers."""
    for number in numbers:
        yield _damaged(place, had, number)
        shutil.rmtree(place)


def _damaged(place: Path, had: Original, number: int) -> Damage:
    dice = Random(f"damage {had.world.seed} {number}")
    _copied(had.folder, place)
    folders = [f for shelf in SHELVES for f in generations.folders(place / shelf)]
    while True:
        folder, harm = dice.choice(folders), HARMS[number % len(HARMS)]
        path = dice.choice(_files(folder))
        if touched := harmed(path, harm, dice):
            break
    told = Damage(number, harm, folder.parent.name, path.relative_to(folder).as_posix())
    if len(generations.folders(had.folder / told.shelf)) < 2:
        told.wrong.append(("no old generation", f"of {told.shelf}"))
    told.wrong += _unseen(place, touched)
    told.served = _stand_in(folder, touched)
    try:
        told.wrong += _asked(place, had, number % LOCKED == 0)
    except (SignpostError, ValueError, RuntimeError, OSError) as error:  # the latter of faiss, tantivy, numpy
        told.wrong.append(("not served", str(error)))
    return told


def _copied(folder: Path, place: Path) -> None:
    """The index anew: its database for itself, its caches by links, which keep what two generations share shared."""
    shutil.copytree(folder, place, copy_function=os.link)
    for path in place.glob("index.db*"):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)


def _lacks(was: Answered, now: Answered) -> bool:
    """Whether the first of what was found is not found any more."""
    return bool(was) and was[0][0] not in dict(now)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")


def _unseen(place: Path, touched: set[Path]) -> Iterator[Wrong]:
    """Harmed generations that pass for whole, or of whose newest nobody is told."""
    yield from (
        ("not detected", f"{folder.name} passes for whole") for folder in touched if generations.checked(folder)
    )
    newest = {generations.folders(place / shelf)[0] for shelf in CHECKED}
    problems = generations.problems(*(place / shelf for shelf in CHECKED))
    if len(problems) != len(newest & touched):
        yield "not told", f"{len(newest & touched)} newest generations are harmed, told was {problems}"


def _stand_in(folder: Path, touched: set[Path]) -> str:
    """What serves where this generation is harmed: itself, a newer or older one, or none, so that SQLite must."""
    now = generations.current(folder.parent)
    if now is None:
        return "SQLite"
    return "old generation" if now.folder < max(touched) else "newest generation"


def _asked(place: Path, had: Original, locked: bool) -> Iterator[Wrong]:
    """Answers that are not as they were; while somebody else may write, the old generation has to do."""
    knowledge = Knowledge.open(place, QuickEmbedder)
    asked = questions(had.world, ASKED)
    with closing(knowledge):
        if locked:
            with closing(EmbeddedIndex.open(place)) as other, other.writing():
                told = answers(knowledge, asked)
            yield from (
                ("not served", f"{was} became {now}")
                for was, now in zip(had.answers, told, strict=True)
                if _lacks(was, now)
            )
        told = answers(knowledge, asked)
        yield from (
            ("answers differ", f"{was} became {now}")
            for was, now in zip(had.answers, told, strict=True)
            if not agree(was, now)
        )
        index = knowledge._opened()
        with index.index.writing():
            index.index.settle()
            index.names.settle()
        yield from (("not mended", says) for says in knowledge.check())
