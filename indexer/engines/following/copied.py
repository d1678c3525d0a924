"""The copy on this machine: an embedded index in a folder of its own, and how far it follows which database.

What is taken is one transaction: the copy is what the database was at one sequence or another, and never half of each.
While it is filled for the first time it counts for nothing.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from indexer.confirming import Confirmation
from indexer.engines import reading, writing
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.following.origin import Piece, Stand
from indexer.engines.protocol import Batch, Embedded
from indexer.errors import DamagedIndex, IndexProblem
from indexer.store import Store, Transaction

TABLES = (
    """CREATE TABLE IF NOT EXISTS followed (alone INTEGER PRIMARY KEY, identity TEXT NOT NULL,
        sequence INTEGER NOT NULL, token TEXT NOT NULL, position INTEGER)""",
    "CREATE TABLE IF NOT EXISTS awaited (text_hash BLOB PRIMARY KEY) WITHOUT ROWID",
)
UNEMBEDDED = """INSERT OR IGNORE INTO awaited
    SELECT text_hash FROM (SELECT text_hash FROM passages UNION SELECT text_hash FROM questions) t
    WHERE NOT EXISTS (SELECT 1 FROM spaces s JOIN vectors v ON v.space = s.number
        WHERE s.fingerprint = ? AND v.text_hash = t.text_hash)"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""What is said for a moment until the database's own is written."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Which database a copy follows and how far; `position` is the last document copied, None once all were."""

    identity: str
    sequence: int
    token: str
    position: int | None


class _Unhurried(Store):
    """A store that a power cut may set back some steps, which are then taken again: to wait for the disk costs more."""

    pragmas = (*Store.pragmas, "PRAGMA synchronous = NORMAL")


class Copy:
    """A folder that holds an index and nothing else. One at a time may write, which the caller sees to."""

    def __init__(self, folder: Path) -> None:
        """Open the copy in a folder, or begin one. Raises DamagedIndex, or IndexProblem where it cannot be written."""
        _make(folder)
        self._file = folder / "index.db"
        self._store = _Unhurried.open(self._file, create=True)
        self.index = EmbeddedIndex(folder, self._store)
        with self._store.transaction() as transaction:
            for statement in TABLES:
                transaction.run(statement)
        self._made = self._file.stat().st_ino

    @property
    def is_replaced(self) -> bool:
        """Whether another process has put another copy in its place."""
        return not self._file.exists() or self._file.stat().st_ino != self._made

    @property
    def is_foreign(self) -> bool:
        """Whether there is an index in it that follows nothing."""
        return self.mark() is None and self.index.sequence > 0

    def mark(self) -> Mark | None:
        """How far it is; None before its first document."""
        rows = self._store.rows("SELECT identity, sequence, token, position FROM followed")
        return Mark(*rows[0]) if rows else None

    def awaits(self, after: str, limit: int) -> list[str]:
        """Texts, by their hashes behind that one, that had no vector when they were copied."""
        statement = "SELECT text_hash FROM awaited WHERE text_hash > ? ORDER BY 1 LIMIT ?"
        return [row[0].hex() for row in self._store.rows(statement, (bytes.fromhex(after), limit))]

    def lacking(self, fingerprint: str, hashes: Sequence[str]) -> frozenset[str]:
        """Which of these texts it has no vector of."""
        return reading.unembedded(self._store, fingerprint, hashes)

    def close(self) -> None:
        """Let go of all files."""
        self.index.close()

    def begin(self, at: Stand) -> Mark:
        """From now on it is filled with what that database holds, and behind it with what changed since."""
        with self._store.transaction() as transaction:
            return _remember(transaction, Mark(at.identity, at.sequence, at.token, 0))

    def fill(self, piece: Piece, had: Mark, position: int) -> Mark:
        """Take some documents while all are copied for the first time, up to that position."""
        with self._store.transaction() as transaction:
            _put(transaction, piece, had.sequence)
            return _remember(transaction, replace(had, position=position))

    def take(self, pieces: Iterable[Piece], to: Stand) -> None:
        """Become what the database is, in one step."""
        with self._store.transaction() as transaction:
            for piece in pieces:
                _put(transaction, piece, to.sequence)
            if to.fingerprint and to.fingerprint != _meta(transaction, "fingerprint"):
                writing.adopt(transaction, to.fingerprint, to.dimension)
            writing.remember(transaction, "sequence", str(to.sequence))
            writing.remember(transaction, "names_sequence", str(to.names_sequence))
            writing.remember(transaction, "updated_at", to.updated_at.isoformat() if to.updated_at else "")
            _remember(transaction, Mark(to.identity, to.sequence, to.token, None))

    def await_all(self, fingerprint: str) -> None:
        """Await a vector of every text that has none in that space."""
        with self._store.transaction() as transaction:
            transaction.run(UNEMBEDDED, (fingerprint,))

    def embed(self, embedded: Embedded) -> None:
        """Take vectors that were awaited."""
        with self._store.transaction() as transaction:
            writing.embed(transaction, embedded)
            done = [(bytes.fromhex(text_hash),) for text_hash in embedded.hashes]
            transaction.run_many("DELETE FROM awaited WHERE text_hash = ?", done)

    def stop_awaiting(self) -> None:
        """Await no vector of a text that nothing has any more."""
        with self._store.transaction() as transaction:
            transaction.run(
                """DELETE FROM awaited WHERE text_hash NOT IN (SELECT text_hash FROM passages)
                AND text_hash NOT IN (SELECT text_hash FROM questions)"""
            )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise DamagedIndex(f"{folder} is no folder.") from error
    except OSError as error:
        raise IndexProblem(f"{folder} cannot be written ({error.strerror}). Check its permissions.") from error


def throw_away(folder: Path) -> None:
    """Remove a copy; whoever has it open goes on with what is no copy any more until they look again."""
    for left in folder.parent.glob(f"{folder.name}-gone*"):
        shutil.rmtree(left, ignore_errors=True)
    if folder.is_dir():
        gone = folder.with_name(f"{folder.name}-gone")
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
    folder.unlink(missing_ok=True)


def _meta(transaction: Transaction, key: str) -> str:
    return str(transaction.run("SELECT value FROM meta WHERE key = ?", (key,))[0][0])


def _remember(transaction: Transaction, mark: Mark) -> Mark:
    values = (mark.identity, mark.sequence, mark.token, mark.position)
    transaction.run("INSERT OR REPLACE INTO followed VALUES (1, ?, ?, ?, ?)", values)
    return mark


def _put(transaction: Transaction, piece: Piece, sequence: int) -> None:
    writing.remember(transaction, "sequence", str(sequence - 1))  # so that graves are dug at this very sequence
    writing.write(transaction, Batch("", piece.puts, piece.gone, piece.embedded), EPOCH)
    for document_id, told in piece.asked.items():
        _ask(transaction, document_id, told)
    transaction.run_many("INSERT OR IGNORE INTO awaited VALUES (?)", [(bytes.fromhex(one),) for one in piece.lacking])


def _ask(transaction: Transaction, document_id: str, told: Sequence[Confirmation]) -> None:
    """Bring the questions that a document answered to those that are told."""
    number = transaction.run("SELECT number FROM documents WHERE id = ?", (document_id,))[0][0]
    new = [(number, one.question, bytes.fromhex(one.text_hash), one.at.isoformat(), one.by) for one in told]
    had = transaction.run(
        "SELECT number, text, text_hash, at, by FROM questions WHERE number = ? ORDER BY id", (number,)
    )
    if had != new:
        transaction.run("INSERT OR IGNORE INTO strays SELECT text_hash FROM questions WHERE number = ?", (number,))
        transaction.run("DELETE FROM questions WHERE number = ?", (number,))
        put = "INSERT INTO questions (number, text, text_hash, at, by) VALUES (?, ?, ?, ?, ?)"
        transaction.run_many(put, new)
