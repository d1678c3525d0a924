"""`python -m scripts.torturing.index_worker TASK`: opens an index, says what it finds, and goes on with its reindex.

It says so in JSON lines: `opened` (seconds from its start to the first hits and to the whole answer, without those in
which other programs had the processor; and how many it had it), `wrong` (what was acknowledged and is not so),
`finished`. It kills itself where the task says.
"""

import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random

from indexer.asking import EVERYBODY, Question
from indexer.documents import EVERYONE
from indexer.engines import generations
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.protocol import Batch, Query, Scope
from indexer.errors import NoIndex, SignpostError
from indexer.knowledge import Knowledge
from scripts.planting import changed
from scripts.torturing.disk import say
from scripts.torturing.index_acks import Acknowledgements
from scripts.torturing.index_bugs import BUGS
from scripts.torturing.index_doom import Doom
from scripts.torturing.index_points import Task
from scripts.torturing.index_source import QuickEmbedder, WorldSource
from scripts.torturing.index_world import FIRST, LATER, World, code

TOGETHER = 4
"""Sources that are read side by side; the others come after them."""
ASKED = 5
"""Documents that are asked for by their own words after each kill, and as many that went."""
SHELVES = ("words", "vectors")
Wrong = tuple[str, str]


def work(task: Task) -> None:
    """Open, look, and go on to the end or to the point of death."""
    folder, world = Path(task.folder), World(task.documents, task.seed)
    acks, doom = Acknowledgements(folder / "acknowledged.jsonl"), Doom(task.point, str(folder / "index"))
    knowledge = Knowledge.open(folder / "index", QuickEmbedder)
    for kind, says in looked(knowledge, folder / "index", world, (acks, task.began)):
        say(wrong=[kind, says])
    EmbeddedIndex.write = _acknowledged(EmbeddedIndex.write, acks)  # type: ignore[method-assign]
    acks.at_each(doom.batch)
    doom.begin()
    for number, (state, sources) in enumerate(steps(world)):
        if number >= acks.known.steps:
            knowledge.update([WorldSource(world, name, state) for name in sources])
            acks.tell({"step": number})
    knowledge.close()
    say(finished=True)


def steps(world: World) -> list[tuple[int, tuple[str, ...]]]:
    """What is updated one after the other: all sources as they are at first, then as they are later."""
    some = [world.sources[first : first + TOGETHER] for first in range(0, len(world.sources), TOGETHER)]
    return [(state, sources) for state in (FIRST, LATER) for sources in some]


def looked(knowledge: Knowledge, folder: Path, world: World, had: tuple[Acknowledgements, float]) -> Iterator[Wrong]:
    """Open the index, ask it, say how long that took, and compare all that it holds with what was acknowledged."""
    acks, began = had
    missing = [shelf for shelf in acks.known.shelves if not generations.current(folder / shelf)]
    yield from (("no generation", f"of {shelf} is intact, though one was") for shelf in missing)
    try:
        index = knowledge._opened().index
        index.search([Query("first")], Scope())
        found = time.monotonic() - began - _kept_waiting()
        knowledge.answer([Question("Who knows the first?")], EVERYBODY)
        say(opened=[found, time.monotonic() - began - _kept_waiting(), time.process_time()])
    except NoIndex:
        if acks.known.there:
            yield "lost", "there is no index any more"
        return
    held = {key: told for source in world.sources for key, told in index.known(source).items()}
    state = steps(world)[min(acks.known.steps, len(steps(world)) - 1)][0]
    yield from acks.known.wrong(held, world, state)
    yield from _unfound(knowledge, world, acks)
    for shelf in SHELVES:
        if shelf not in acks.known.shelves and generations.current(folder / shelf):
            acks.tell({"shelf": shelf})


def _unfound(knowledge: Knowledge, world: World, acks: Acknowledgements) -> Iterator[Wrong]:
    """Some documents that were acknowledged and are not found by their own words, some that went and are."""
    dice, there, gone = Random(len(acks.known.there)), sorted(acks.known.there), sorted(acks.known.gone)
    drawn = [_number(key) for key in dice.sample(there, min(4 * ASKED, len(there)))]
    still = [n for n in drawn if not world.is_changed(n) and world.document(n, FIRST).visibility == EVERYONE][:ASKED]
    went = [_number(key) for key in dice.sample(gone, min(ASKED, len(gone)))]
    answers = knowledge.answer([Question(code(number)) for number in [*still, *went]], EVERYBODY)
    for number, answer in zip([*still, *went], answers, strict=True):
        ids = [_number(hit.document.id) for hit in answer.hits]
        if number in still and number not in ids:
            yield "not found", f"{code(number)} brings up {ids[:3]}"
        if number in went and number in ids:
            yield "not gone", f"{code(number)} is still found"


def _kept_waiting() -> float:
    """Seconds for which this was ready to run and other programs had the processor, where the system counts them."""
    counted = Path("/proc/thread-self/schedstat")
    return int(counted.read_text().split()[1]) / 1e9 if counted.exists() else 0.0


def _number(key: str) -> int:
    return int(key.rpartition(":")[2])


_Write = Callable[[EmbeddedIndex, Batch, datetime], None]


def _acknowledged(write: _Write, acks: Acknowledgements) -> _Write:
    """The same, and what it took is written down before anything goes on."""

    def told(index: EmbeddedIndex, batch: Batch, now: datetime) -> None:
        write(index, batch, now)
        acks.batch(batch)

    return told


if __name__ == "__main__":
    given = Task.of(sys.argv[1])
    with changed(BUGS[given.bug]() if given.bug else []):
        try:
            work(given)
        except SignpostError as error:
            say(wrong=["stuck", str(error)])
            sys.exit(1)
