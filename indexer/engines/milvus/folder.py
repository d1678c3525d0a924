"""The truth in a folder: SQLite, with a log of what changed that triggers keep."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from indexer.asking import Before
from indexer.embedding.protocol import Vectors
from indexer.engines import confirmed, reading, replay
from indexer.engines.brought_up import Fact
from indexer.engines.confirmed import Confirmed
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.milvus.truth import Stand, Worth
from indexer.engines.postgres.terms import number
from indexer.engines.protocol import Scope
from indexer.engines.terms import Terms, TermShelf
from indexer.store import Store
from indexer.words import SATURATION

KEEP = """
    DELETE FROM touched WHERE id = {row}.id;
    INSERT INTO touched SELECT {row}.id, value + 1 FROM meta WHERE key = 'sequence';
"""
LOG = (
    "CREATE TABLE IF NOT EXISTS touched (id TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS touched_since (alone INTEGER PRIMARY KEY, sequence INTEGER NOT NULL)",
    "INSERT OR IGNORE INTO touched_since SELECT 1, value FROM meta WHERE key = 'sequence'",
    *(
        f"CREATE TRIGGER IF NOT EXISTS touched_{what} AFTER {what} ON documents BEGIN {KEEP.format(row=row)} END"
        for what, row in (("insert", "new"), ("update", "new"), ("delete", "old"))
    ),
)


class FolderTruth:
    """A `Truth` in the files of one machine."""

    def __init__(self, folder: Path, create: bool = False) -> None:
        """Open the index in a folder. Raises NoIndex when there is none and none is to be created."""
        self._store = Store.open(folder / "index.db", create)
        self.index = EmbeddedIndex(folder, self._store)
        self._shelf = TermShelf(self._store, folder / "words")
        self._terms: Terms | None = None
        self._confirmed: Confirmed | None = None
        with self._store.transaction() as transaction:
            for statement in LOG:
                transaction.run(statement)

    def stand(self) -> Stand:
        """How far it is."""
        told = reading.meta(self._store)
        rows = self._store.rows("SELECT dimension FROM spaces WHERE fingerprint = ?", (told.fingerprint,))
        return Stand(told.sequence, told.identity, told.fingerprint, int(rows[0][0]) if rows else 0)

    def changed(self, since: int) -> list[str] | None:
        """Documents that were put or dropped after that sequence."""
        first = self._store.rows("SELECT sequence FROM touched_since")[0][0]
        rows = self._store.rows("SELECT id FROM touched WHERE sequence > ? ORDER BY 1", (since,))
        return [row[0] for row in rows] if since >= int(first) else None

    def followed(self, sequence: int) -> None:
        """Forget what changed up to that sequence."""
        with self._store.transaction() as transaction:
            transaction.run("DELETE FROM touched WHERE sequence <= ?", (sequence,))
            transaction.run("UPDATE touched_since SET sequence = max(sequence, ?)", (sequence,))

    def passages_of(self, documents: Sequence[str]) -> list[int]:
        """All passages of these documents."""
        return reading.passages_of(self._store, documents)

    def facts(self, passages: Sequence[int]) -> dict[int, Fact]:
        """What is known of these passages."""
        return reading.facts(self._store, passages)

    def worth(self, texts: Sequence[str], visibilities: Sequence[str]) -> list[Worth]:
        """For each text what its terms are worth, counted over nothing but these visibilities."""
        self._terms = terms = self._counted()
        shelves = terms.words.of(visibilities)
        told = [shelves.worth(text) for text in texts]
        return [
            Worth({number(term): idf for term, idf in idfs.items()}, SATURATION * sum(idfs.values())) for idfs in told
        ]

    def before(self, vectors: Sequence[Vectors | None], scope: Scope) -> Sequence[Mapping[str, Before]]:
        """For each vector the documents in scope that answered questions like it."""
        fingerprint = reading.meta(self._store).fingerprint
        self._confirmed = held = confirmed.current(self._store, self._confirmed, fingerprint)
        return confirmed.nearest(self._store, held, vectors, confirmed.allowed(self._store, scope))

    def _counted(self) -> Terms:
        had = self._shelf.current(self._terms)
        behind = had.generation is None and replay.last_passage(self._store) > had.last
        return self._shelf.current(None) if behind else had
