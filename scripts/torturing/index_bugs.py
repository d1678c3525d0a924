"""Known mistakes of the index, planted into the production code: `--index` must catch each."""

from datetime import datetime
from functools import partial
from pathlib import Path

from indexer import checksums
from indexer.engines import generations
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.generations import Facts, Generation
from indexer.engines.protocol import Batch
from indexer.updating import SourceUpdate
from scripts.planting import Bugs, Change, into

KILLED: Bugs = {}
"""Those that a kill brings to light."""
DAMAGED: Bugs = {}
"""Those that damaged files bring to light."""
_killed, _damaged = partial(into, KILLED), partial(into, DAMAGED)


@_killed("acknowledges before it writes")
def _() -> list[Change]:
    write, waiting = EmbeddedIndex.write, list[tuple[Batch, datetime]]()

    def later(index: EmbeddedIndex, batch: Batch, now: datetime) -> None:
        waiting.append((batch, now))
        if not batch.puts:
            while waiting:
                write(index, *waiting.pop(0))

    return [(EmbeddedIndex, "write", later)]


@_killed("stores the cursor before the documents")
def _() -> list[Change]:
    flush = SourceUpdate._flush

    def wrong(update: SourceUpdate) -> None:
        if update._told.cursor is not None:
            update._send(Batch(update._report.source, cursor=update._told.cursor))
        flush(update)

    return [(SourceUpdate, "_flush", wrong)]


@_killed("removes old generations before the new one is in place")
def _() -> list[Change]:
    following = generations._next

    def wrong(shelf: Path) -> int:
        number = following(shelf)
        for old in generations.folders(shelf):
            generations.shutil.rmtree(old)
        return number

    return [(generations, "_next", wrong)]


@_damaged("believes files whatever their sums")
def _() -> list[Change]:
    def wrong(folder: Path) -> Generation | None:
        try:
            told = generations.json.loads((folder / generations.MANIFEST).read_bytes())
            return Generation(folder, Facts(**told["facts"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    return [(generations, "checked", wrong)]


@_damaged("sums only the beginning of a file")
def _() -> list[Change]:
    def wrong(path: Path) -> str:
        with path.open("rb") as file:
            return generations.hashlib.sha256(file.read(256)).hexdigest()[:32]

    return [(generations, "digest", wrong), (checksums, "digest", wrong)]


@_damaged("keeps no generation but the newest")
def _() -> list[Change]:
    return [(generations, "KEPT", 1)]


BUGS = KILLED | DAMAGED
