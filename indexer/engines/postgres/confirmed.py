"""Confirmed questions on the server: written and taken back. `meaning` finds documents by them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC

from indexer.confirming import Confirmation, kept
from indexer.engines.postgres import vectors, writing
from indexer.engines.postgres.server import Row, Transaction
from indexer.engines.protocol import Embedded

HELD = "SELECT q.id, q.text, q.at, q.by, d.id FROM questions q JOIN documents d ON d.number = q.number"
PUT = "INSERT INTO questions (number, text, text_hash, at, by) VALUES (%s, %s, %s, %s, %s)"


def every(transaction: Transaction) -> list[Confirmation]:
    """All confirmed questions, in the order in which they were written."""
    return [_confirmation(row) for row in transaction.run(f"{HELD} ORDER BY q.id")]


def unknown(transaction: Transaction, confirmations: Sequence[Confirmation]) -> list[Confirmation]:
    """Those whose document is there, and does not have the question in these very words."""
    values = {"ids": sorted({one.document_id for one in confirmations})}
    there = {row[0] for row in transaction.run("SELECT id FROM documents WHERE id = ANY(%(ids)s)", values)}
    rows = transaction.run(f"{HELD} WHERE d.id = ANY(%(ids)s)", values)
    held = {(one.document_id, one.question) for one in map(_confirmation, rows)}
    told = (one for one in confirmations if one.document_id in there)
    return [one for one in told if (one.document_id, one.question) not in held]


def confirm(transaction: Transaction, confirmations: Sequence[Confirmation], embedded: Embedded | None) -> int:
    """Keep what documents answered, with the vectors of what is new; how many questions are new."""
    writing.lock(transaction)
    told: dict[str, list[Confirmation]] = defaultdict(list)
    for one in confirmations:
        told[one.document_id].append(one)
    written = [one for document_id, new in sorted(told.items()) for one in _taken(transaction, document_id, new)]
    vectors.tidy(transaction)
    if written and embedded:
        _keep_vectors(transaction, embedded, {one.text_hash for one in written})
    if written:
        writing.grow(transaction)
    return len(written)


def refute(transaction: Transaction, confirmations: Sequence[Confirmation]) -> int:
    """Take questions back, with their vectors where nothing else needs them; how many there were."""
    writing.lock(transaction)
    gone = 0
    for one in confirmations:
        for number, held in _held(transaction, one.document_id).items():
            if held.same == one.same:
                _delete(transaction, number)
                gone += 1
    if gone:
        vectors.tidy(transaction)
        writing.grow(transaction)
    return gone


def _taken(transaction: Transaction, document_id: str, new: Sequence[Confirmation]) -> list[Confirmation]:
    """Bring a document's questions to what is kept of the old and the new; those that are written anew."""
    documents = transaction.run("SELECT number FROM documents WHERE id = %(id)s", {"id": document_id})
    if not documents:
        return []
    had = _held(transaction, document_id)
    wanted = {one.question: one for one in kept([*had.values(), *new])}
    for number, one in had.items():
        if one.question not in wanted:
            _delete(transaction, number)
        else:
            newer = wanted.pop(one.question)
            transaction.run_many(
                "UPDATE questions SET at = %s, by = %s WHERE id = %s", [(newer.at.astimezone(UTC), newer.by, number)]
            )
    rows = [
        (documents[0][0], one.question, bytes.fromhex(one.text_hash), one.at.astimezone(UTC), one.by)
        for one in wanted.values()
    ]
    transaction.run_many(PUT, rows)
    return list(wanted.values())


def _delete(transaction: Transaction, number: int) -> None:
    rows = transaction.run("DELETE FROM questions WHERE id = %(id)s RETURNING text_hash", {"id": number})
    vectors.loosen(transaction, [row[0] for row in rows])


def _held(transaction: Transaction, document_id: str) -> dict[int, Confirmation]:
    rows = transaction.run(f"{HELD} WHERE d.id = %(id)s ORDER BY q.id", {"id": document_id})
    return {row[0]: _confirmation(row) for row in rows}


def _confirmation(row: Row) -> Confirmation:
    _, text, at, by, document_id = row
    return Confirmation(text, document_id, at.astimezone(UTC), by)


def _keep_vectors(transaction: Transaction, embedded: Embedded, wanted: set[str]) -> None:
    rows = [row for row, text_hash in enumerate(embedded.hashes) if text_hash in wanted]
    if rows:
        hashes = tuple(embedded.hashes[row] for row in rows)
        vectors.embed(transaction, Embedded(embedded.fingerprint, hashes, embedded.vectors[rows]))
