"""How fast and how small: encoding, indexing, asking, starting, memory, mails, measured on the demo world.

Processor seconds of one thread come first, since the clock of a machine that others use says little; what is compared
is measured in turns, and a ratio is the median of the rounds with the least and the most of them. `--peers` installs
txtai, chromadb, haystack and LlamaIndex, each into an environment of its own, and indexes the same documents with them.
How all that grows up to a million passages comes last, and is an area of its own too: `scripts/bench growth`.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from indexer.embedding.opening import open_embedder
from indexer.knowledge import Knowledge
from scripts.benchmarks import growth
from scripts.benchmarks.speed_asking import asking, starting
from scripts.benchmarks.speed_encode import encoding
from scripts.benchmarks.speed_mails import mails
from scripts.benchmarks.speed_peers import indexing
from scripts.benchmarks.speed_reindex import reindexing
from scripts.benchmarks.speed_world import questions_of, sources_of
from scripts.benchmarks.table import Line
from service.demo.world import build


def lines(data: Path | None, peers: bool = False) -> Iterator[Line]:
    """Measure once, all in this run. `data` is not used: the demo world is the measure."""
    with tempfile.TemporaryDirectory(prefix="signpost-bench-") as scratch:
        world = build(Path(scratch) / "world")
        yield from encoding(world)
        yield from indexing(world, peers)
        index = Path(scratch) / "index"
        knowledge = Knowledge.open(index, open_embedder)
        knowledge.update(sources_of(world))
        yield from asking(knowledge, questions_of(world))
        knowledge.close()
        yield from starting(index)
        yield from mails(world, Path(scratch))
    yield from reindexing()
    yield from growth.lines(data)
