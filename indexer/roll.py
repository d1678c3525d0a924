"""The roll: who is known to everybody, written down so that a process that starts need not read every document."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from indexer.engines import generations
from indexer.engines.generations import Facts
from indexer.entities import Entity

FORMAT, FILE = "names:" + ",".join(field.name for field in fields(Entity)), "names.json"
"""The format names the fields, so that entities of another shape are read from the documents again."""
LISTS = ("aliases", "domains", "emails", "document_ids")


class Roll:
    """Entities of one index, as checksummed generations in a folder."""

    def __init__(self, folder: Path, identity: str) -> None:
        """Keep the roll of the index `identity` in `folder`."""
        self._folder, self._identity = folder, identity

    def entities(self, sequence: int) -> tuple[Entity, ...] | None:
        """The entities as of this very sequence of names; None where the roll does not hold them intact."""
        found = generations.current(self._folder, lambda facts: facts == self._facts(sequence, facts.count))
        if found is None:
            return None
        try:
            told: list[dict[str, Any]] = json.loads((found.folder / FILE).read_bytes())
            return tuple(Entity(**(one | {name: tuple(one[name]) for name in LISTS})) for one in told)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, sequence: int, entities: Sequence[Entity]) -> None:
        """Write the entities down, unless they are already. Only for whoever may write the index."""
        if self.entities(sequence) is None:
            told = json.dumps([asdict(entity) for entity in entities], ensure_ascii=False)
            facts = self._facts(sequence, len(entities))
            generations.publish(self._folder, facts, lambda folder: _write(folder, told))

    def clear(self) -> None:
        """Forget whoever was written down."""
        generations.clear(self._folder)

    def _facts(self, sequence: int, count: int) -> Facts:
        return Facts(self._identity, sequence, FORMAT, count=count)


def _write(folder: Path, told: str) -> None:
    (folder / FILE).write_text(told, encoding="utf-8")
