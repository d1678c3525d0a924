"""What an index acknowledged, in a file that outlives whoever wrote it, and whether all of that is still there."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from indexer.documents import published
from indexer.engines.protocol import Batch
from scripts.torturing.index_world import World, is_there

STRAY = 4_000
"""So many documents may be in without a word about it: the batches that were at work when the process was killed."""


class Acknowledgements:
    """A file with a line for everything that was acknowledged, on the disk before anything goes on."""

    def __init__(self, path: Path) -> None:
        """Go on at the end of this file; a last line that was cut off by a kill is no acknowledgement."""
        self._lock, self._heard = Lock(), list[Callable[[], None]]()
        whole = path.read_bytes() if path.exists() else b""
        self._file = path.open("wb")
        self._file.write(whole[: whole.rfind(b"\n") + 1])
        self._keep()
        self.known = Known.of(json.loads(line) for line in whole.splitlines(keepends=True) if line.endswith(b"\n"))

    def batch(self, batch: Batch) -> None:
        """These documents are in, and those are out."""
        puts = {document.id: document.content_hash for document, _ in batch.puts}
        self.tell({"puts": puts, "drops": sorted(batch.drops)})

    def tell(self, what: dict[str, object]) -> None:
        """Write a line, and see to it that it stays."""
        with self._lock:
            self._file.write(json.dumps(what).encode() + b"\n")
            self._keep()
        for heard in self._heard:
            heard()

    def at_each(self, heard: Callable[[], None]) -> None:
        """Call this after every acknowledgement."""
        self._heard.append(heard)

    def close(self) -> None:
        """Nothing more will be told."""
        self._file.close()

    def _keep(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


@dataclass(slots=True)
class Known:
    """All that was acknowledged: documents with their hashes, ids that went, whole steps, shelves with a generation."""

    there: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    steps: int = 0
    shelves: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, lines: Iterator[dict[str, object]]) -> "Known":
        """What these lines come to."""
        known = cls()
        for line in lines:
            known._hear(line)
        return known

    def _hear(self, line: dict[str, object]) -> None:
        match line:
            case {"puts": dict(puts), "drops": list(drops)}:
                self.there |= puts
                self.gone.difference_update(puts)
                self.gone.update(drops)
                for key in drops:
                    self.there.pop(key, None)
            case {"step": int(step)}:
                self.steps = max(self.steps, step + 1)
            case {"shelf": str(shelf)}:
                self.shelves.add(shelf)

    def wrong(self, held: dict[str, str], world: World, state: int) -> Iterator[tuple[str, str]]:
        """What was acknowledged and is not so, given id → hash of all that is held; what is beyond is under way."""
        stray = 0
        for key in {*self.there, *self.gone, *held}:
            said, is_ = self.there.get(key), held.get(key)
            if said == is_:
                continue
            stray += 1
            if is_ != _now(world, key, state):
                yield ("lost" if said else "strange"), f"{key} is {is_ or 'not there'}, acknowledged was {said}"
        if stray > STRAY:
            yield "strange", f"{stray} documents are not as acknowledged"


def _now(world: World, key: str, state: int) -> str | None:
    number = int(key.rpartition(":")[2])
    return published(world.document(number, state)).content_hash if is_there(number, state) else None
