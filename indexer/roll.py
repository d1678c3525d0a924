"""The roll: who is known to everybody, written down so that a process that starts need not read every document."""

import sys
from dataclasses import fields
from pathlib import Path

from indexer import mapped
from indexer.bearers import Told
from indexer.engines import generations
from indexer.engines.generations import Facts
from indexer.enrolled import Enrolled, packed
from indexer.entities import Entity

FORMAT = f"names-3-{sys.byteorder}:" + ",".join(field.name for field in fields(Entity))
"""Whoever changes what is written, or how names are spelled, folded or sorted, counts up: what was written otherwise is
not read, and made anew. The fields of an entity are named, for one of another shape is read from the documents again.
"""
FILE = "names.tables"


class Roll:
    """Entities of one index, as checksummed generations in a folder."""

    def __init__(self, folder: Path, identity: str) -> None:
        """Keep the roll of the index `identity` in `folder`."""
        self._folder, self._identity = folder, identity

    def enrolled(self, sequence: int) -> Enrolled | None:
        """Everybody as of this very sequence of names; None where the roll does not hold them intact."""
        found = generations.current(self._folder, lambda facts: facts == self._facts(sequence, facts.count))
        try:
            return Enrolled(mapped.read(found.folder / FILE)) if found else None
        except (OSError, ValueError, KeyError):
            return None

    def keep(self, sequence: int, told: Told, seconds: float = 0.0) -> None:
        """Write them down, who took so long to read from the documents. Only for whoever may write the index."""
        facts = self._facts(sequence, len(told))
        generations.publish(self._folder, facts, lambda folder: mapped.write(folder / FILE, packed(told, seconds)))

    def clear(self) -> None:
        """Forget whoever was written down."""
        generations.clear(self._folder)

    def _facts(self, sequence: int, count: int) -> Facts:
        return Facts(self._identity, sequence, FORMAT, count=count)
