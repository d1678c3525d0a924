"""The roll: who is known to everybody, written down so that a process that starts need not read every document."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from indexer.engines import generations
from indexer.engines.generations import Facts
from indexer.entities import Bearers, Entity
from indexer.names import Spelling

FORMAT = "names-2:" + ",".join(field.name for field in fields(Entity))
"""The format names the fields, so that entities of another shape are read from the documents again."""
FILE, SPELLINGS = "names.json", "spellings.json"
LISTS = ("aliases", "domains", "emails", "document_ids")


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """Who is known, and how each of them is written: working that out takes four times as long as reading it."""

    entities: tuple[Entity, ...]
    bearers: Bearers


class Roll:
    """Entities of one index, as checksummed generations in a folder."""

    def __init__(self, folder: Path, identity: str) -> None:
        """Keep the roll of the index `identity` in `folder`."""
        self._folder, self._identity = folder, identity

    def enrolled(self, sequence: int) -> Enrolled | None:
        """Everybody as of this very sequence of names; None where the roll does not hold them intact."""
        found = generations.current(self._folder, lambda facts: facts == self._facts(sequence, facts.count))
        try:
            return _read(found.folder) if found else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, sequence: int, who: Enrolled) -> None:
        """Write them down, unless they are already. Only for whoever may write the index."""
        if self.enrolled(sequence) is None:
            facts = self._facts(sequence, len(who.entities))
            generations.publish(self._folder, facts, lambda folder: _write(folder, who))

    def clear(self) -> None:
        """Forget whoever was written down."""
        generations.clear(self._folder)

    def _facts(self, sequence: int, count: int) -> Facts:
        return Facts(self._identity, sequence, FORMAT, count=count)


def _read(folder: Path) -> Enrolled:
    told: list[dict[str, Any]] = json.loads((folder / FILE).read_bytes())
    entities = tuple(Entity(**(one | {name: tuple(one[name]) for name in LISTS})) for one in told)
    spelled: dict[str, list[list[Any]]] = json.loads((folder / SPELLINGS).read_bytes())
    return Enrolled(
        entities,
        {key: [(n, Spelling(tuple(words), sureness)) for n, sureness, words in some] for key, some in spelled.items()},
    )


def _write(folder: Path, who: Enrolled) -> None:
    entities = [asdict(entity) for entity in who.entities]
    spelled = {key: [(n, one.sureness, one.words) for n, one in some] for key, some in who.bearers.items()}
    for name, told in ((FILE, entities), (SPELLINGS, spelled)):
        (folder / name).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
