"""Batches → rows of the store: documents, passages with lasting ids, vectors, graves."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zlib import crc32

from indexer.documents import Document, Passage, Person, plain
from indexer.embedding.protocol import Vectors
from indexer.engines.narrowing import squeezed
from indexer.engines.protocol import Batch, Embedded
from indexer.engines.written import written
from indexer.names import MOST_NAMED, is_name
from indexer.passages import CUTTING
from indexer.store import Transaction

PUT_DOCUMENT = """
    INSERT INTO documents (id, source, kind, parent, parent_folded, lane, lane_folded, status, visibility, day,
        updated_at, content_hash, cutting, naming)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET source = excluded.source, kind = excluded.kind, parent = excluded.parent,
        parent_folded = excluded.parent_folded, lane = excluded.lane, lane_folded = excluded.lane_folded,
        status = excluded.status, visibility = excluded.visibility, day = excluded.day,
        updated_at = excluded.updated_at, content_hash = excluded.content_hash, cutting = excluded.cutting,
        naming = excluded.naming
    RETURNING number
"""
PUT_PASSAGE = """
    INSERT INTO passages (number, ordinal, kind, context, text, anchor, words, text_hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


def write(transaction: Transaction, batch: Batch, now: datetime) -> None:
    """Take a whole batch into an open transaction; the sequence grows when it changes anything."""
    sequence = _next(transaction)
    renamed = bool(batch.drops) or _renames(transaction, [document for document, _ in batch.puts])
    for document, passages in batch.puts:
        _out_of_sight(transaction, document, sequence)
        number = transaction.run(PUT_DOCUMENT, _columns(document))[0][0]
        _record(transaction, number, document)
        _name(transaction, number, document)
        _replace_passages(transaction, number, passages, sequence)
    for document_id in sorted(batch.drops):
        _drop(transaction, document_id, sequence)
    if batch.embedded:
        embed(transaction, batch.embedded)
    if batch.cursor is not None:
        transaction.run("INSERT OR REPLACE INTO sources VALUES (?, ?)", (batch.source, batch.cursor))
    if batch.puts or batch.drops:
        remember(transaction, "sequence", str(sequence))
    if renamed:
        remember(transaction, "names_sequence", str(sequence))
    remember(transaction, "updated_at", now.isoformat())


def naming(document: Document) -> str:
    """A hash of all that tells who is who, and who may know: equal ones need no new look at the names."""
    d = document
    told = (d.kind, d.title, d.people, d.customers, d.fields, d.visibility)
    return hashlib.sha256(json.dumps(told, default=plain).encode()).hexdigest()


def _renames(transaction: Transaction, documents: Sequence[Document]) -> bool:
    had = "SELECT 1 FROM documents WHERE id = ? AND naming = ?"
    return any(not transaction.run(had, (document.id, naming(document))) for document in documents)


def remember(transaction: Transaction, key: str, value: str) -> None:
    """Set a value of the table `meta`."""
    transaction.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def embed(transaction: Transaction, embedded: Embedded) -> None:
    """Keep vectors under their texts; what is there already stays."""
    space = _space(transaction, embedded.fingerprint, embedded.vectors.shape[1])
    rows = [
        (space, bytes.fromhex(text_hash), packed(vector))
        for text_hash, vector in zip(embedded.hashes, embedded.vectors, strict=True)
    ]
    transaction.run_many("INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)", rows)


def packed(vector: Vectors) -> bytes:
    """A vector as it is kept: half precision, little endian. Unit vectors lose under 0.0005 a component."""
    return vector.astype("<f2").tobytes()


def adopt(transaction: Transaction, fingerprint: str, dimension: int) -> None:
    """Make this the space that is searched; the vectors of all others go."""
    space = _space(transaction, fingerprint, dimension)
    transaction.run("DELETE FROM vectors WHERE space <> ?", (space,))
    transaction.run("DELETE FROM spaces WHERE number <> ?", (space,))
    transaction.run("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'sequence'")
    remember(transaction, "fingerprint", fingerprint)


def discard(transaction: Transaction, hashes: Sequence[bytes]) -> None:
    """Forget the vectors of these texts, so that they are embedded anew."""
    transaction.run_many(
        "DELETE FROM vectors WHERE space IN (SELECT number FROM spaces) AND text_hash = ?",
        [(text_hash,) for text_hash in hashes],
    )


def tidy(transaction: Transaction, sequence: int) -> None:
    """Forget vectors of texts that no passage or question has any more, and graves that every cache has replayed.

    Only texts that lost a passage are looked at: a changed card costs no walk through everything.
    """
    _forget_vectors(transaction)
    transaction.run("DELETE FROM graves WHERE sequence <= ?", (sequence,))


def forget(transaction: Transaction, sources: Sequence[str], now: datetime) -> int:
    """Drop the documents and cursors of these sources, and vectors of texts that no other has; how many documents."""
    known = "SELECT id FROM documents WHERE source = ?"
    ids = [row[0] for source in dict.fromkeys(sources) for row in transaction.run(known, (source,))]
    transaction.run_many("DELETE FROM sources WHERE name = ?", [(source,) for source in sources])
    if ids:
        sequence = grow(transaction)
        for document_id in ids:
            _drop(transaction, document_id, sequence)
        _forget_vectors(transaction)
        remember(transaction, "names_sequence", str(sequence))
        remember(transaction, "updated_at", now.isoformat())
    return len(ids)


def _forget_vectors(transaction: Transaction) -> None:
    transaction.run(
        """DELETE FROM vectors WHERE space IN (SELECT number FROM spaces) AND text_hash IN (
            SELECT text_hash FROM strays s
            WHERE NOT EXISTS (SELECT 1 FROM passages p WHERE p.text_hash = s.text_hash)
            AND NOT EXISTS (SELECT 1 FROM questions q WHERE q.text_hash = s.text_hash))"""
    )
    transaction.run("DELETE FROM strays")


def grow(transaction: Transaction) -> int:
    """The next sequence, which from now on is the present one."""
    sequence = _next(transaction)
    remember(transaction, "sequence", str(sequence))
    return sequence


def _next(transaction: Transaction) -> int:
    return int(transaction.run("SELECT value FROM meta WHERE key = 'sequence'")[0][0]) + 1


def _space(transaction: Transaction, fingerprint: str, dimension: int) -> int:
    transaction.run("INSERT OR IGNORE INTO spaces (fingerprint, dimension) VALUES (?, ?)", (fingerprint, dimension))
    return int(transaction.run("SELECT number FROM spaces WHERE fingerprint = ?", (fingerprint,))[0][0])


def _columns(document: Document) -> Sequence[object]:
    at = document.updated_at.astimezone(UTC) if document.updated_at else None
    return (
        document.id,
        document.source,
        document.kind,
        document.parent,
        squeezed(document.parent),
        document.lane,
        squeezed(document.lane),
        document.status,
        document.visibility,
        at.date().isoformat() if at else "",
        at.timestamp() if at else 0.0,
        document.content_hash,
        CUTTING,
        naming(document),
    )


def _record(transaction: Transaction, number: int, document: Document) -> None:
    record = written(document)
    transaction.run("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", (number, record, crc32(record.encode())))


def _name(transaction: Transaction, number: int, document: Document) -> None:
    """Who and which companies the document names, for the filters; people under their name and their address."""
    people = {name for person in document.people[:MOST_NAMED] for name in _called(person)}
    _replace(transaction, "people", number, [(number, squeezed(name), shown) for name, shown in sorted(people)])
    companies = {c.name for c in document.customers[:MOST_NAMED] if is_name(c.name)}
    _replace(transaction, "customers", number, [(number, squeezed(name), name) for name in sorted(companies)])


def _called(person: Person) -> Iterator[tuple[str, str]]:
    """What somebody is found by, and how that is shown: an address beside a name is not."""
    told = [name for name in (person.name, person.email or "") if is_name(name)]
    return ((name, name if name == told[0] else "") for name in told)


def _replace(transaction: Transaction, table: str, number: int, rows: Sequence[Sequence[object]]) -> None:
    transaction.run(f"DELETE FROM {table} WHERE number = ?", (number,))
    transaction.run_many(f"INSERT INTO {table} VALUES (?, ?, ?)", rows)


def _replace_passages(transaction: Transaction, number: int, passages: Sequence[Passage], sequence: int) -> None:
    """A passage whose text stays keeps its id, so that caches need not hear of it."""
    had: dict[tuple[bytes, str], list[int]] = defaultdict(list)
    for passage_id, text_hash, kind in transaction.run(
        "SELECT id, text_hash, kind FROM passages WHERE number = ? ORDER BY id DESC", (number,)
    ):
        had[text_hash, kind].append(passage_id)
    for passage in passages:
        text_hash = bytes.fromhex(passage.text_hash)
        if same := had[text_hash, passage.kind]:
            place = (passage.ordinal, passage.anchor, same.pop())
            transaction.run("UPDATE passages SET ordinal = ?, anchor = ? WHERE id = ?", place)
        else:
            transaction.run(PUT_PASSAGE, _passage_columns(number, passage, text_hash))
    _bury(transaction, [passage_id for ids in had.values() for passage_id in ids], sequence)


def _out_of_sight(transaction: Transaction, document: Document, sequence: int) -> None:
    """Bury the passages of a document that others may see from now on: caches keep them apart by who may."""
    had = "SELECT p.id FROM passages p JOIN documents d ON d.number = p.number WHERE d.id = ? AND d.visibility <> ?"
    _bury(transaction, [row[0] for row in transaction.run(had, (document.id, document.visibility))], sequence)


def _passage_columns(number: int, passage: Passage, text_hash: bytes) -> Sequence[object]:
    p, words = passage, len(passage.text.split())
    return number, p.ordinal, p.kind, p.context, p.text, p.anchor, words, text_hash


def _drop(transaction: Transaction, document_id: str, sequence: int) -> None:
    for (number,) in transaction.run("SELECT number FROM documents WHERE id = ?", (document_id,)):
        ids = [row[0] for row in transaction.run("SELECT id FROM passages WHERE number = ?", (number,))]
        _bury(transaction, ids, sequence)
        transaction.run("INSERT OR IGNORE INTO strays SELECT text_hash FROM questions WHERE number = ?", (number,))
        transaction.run("DELETE FROM documents WHERE number = ?", (number,))


def _bury(transaction: Transaction, ids: Sequence[int], sequence: int) -> None:
    each = [(passage_id,) for passage_id in ids]
    transaction.run_many("INSERT OR IGNORE INTO strays SELECT text_hash FROM passages WHERE id = ?", each)
    transaction.run_many("DELETE FROM passages WHERE id = ?", each)
    transaction.run_many("INSERT INTO graves VALUES (?, ?)", [(passage_id, sequence) for passage_id in ids])
