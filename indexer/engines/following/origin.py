"""What a copy asks of the database that it follows: how far that is, and what changed since. One state each."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from indexer.confirming import Confirmation
from indexer.documents import Document, Passage
from indexer.engines.postgres import reading, vectors
from indexer.engines.postgres.server import Transaction
from indexer.engines.protocol import Embedded, Scope

STAND = """SELECT m.sequence, o.token::text, m.identity, m.fingerprint, coalesce(s.dimension, 0), m.names_sequence,
    m.updated_at FROM meta m LEFT JOIN spaces s ON s.fingerprint = m.fingerprint
    LEFT JOIN moments o ON o.sequence = m.sequence"""
CHANGED = """SELECT t.id FROM touched t LEFT JOIN documents d ON d.id = t.id WHERE t.sequence > %(since)s
    ORDER BY d.number NULLS FIRST, t.id"""
AGE = """SELECT clock_timestamp() - min(at) FROM moments WHERE sequence > %(since)s"""
Lacking = Callable[[Sequence[str]], frozenset[str]]
"""Which of these texts, by their hashes, a copy has no vector of."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a database is. Its token is that of the sequence, and no other server can have given the same."""

    sequence: int
    token: str
    identity: str
    fingerprint: str
    dimension: int
    names_sequence: int
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Some documents as they are now, whole; `gone` are those that are not there, `lacking` have no vector yet."""

    puts: tuple[tuple[Document, tuple[Passage, ...]], ...]
    gone: frozenset[str]
    asked: Mapping[str, tuple[Confirmation, ...]]
    embedded: Embedded | None
    lacking: tuple[str, ...]


def stand(transaction: Transaction) -> Stand:
    """How far the database is."""
    ((sequence, token, identity, fingerprint, dimension, names, at),) = transaction.run(STAND)
    return Stand(sequence, token or "", identity, fingerprint, dimension, names, at.astimezone(UTC) if at else None)


def goes_on(transaction: Transaction, sequence: int, token: str) -> bool:
    """Whether what was at a sequence under this token is part of this database's past, and not long past."""
    held = "SELECT 1 FROM moments WHERE sequence = %(sequence)s AND token::text = %(token)s"
    return bool(transaction.run(held, {"sequence": sequence, "token": token}))


def changed(transaction: Transaction, since: int) -> list[str]:
    """Documents that were put or dropped after a sequence, or asked for otherwise; in the order in which they came."""
    return [row[0] for row in transaction.run(CHANGED, {"since": since})]


def age(transaction: Transaction, since: int) -> timedelta:
    """How long ago the first change after a sequence was, by the server's clock."""
    return transaction.run(AGE, {"since": since})[0][0] or timedelta(0)


def page(transaction: Transaction, after: int, limit: int) -> tuple[list[str], int]:
    """The next documents behind a number, and the number of the last."""
    statement = "SELECT id, number FROM documents WHERE number > %(after)s ORDER BY number LIMIT %(limit)s"
    rows = transaction.run(statement, {"after": after, "limit": limit})
    return [row[0] for row in rows], rows[-1][1] if rows else after


def piece(transaction: Transaction, ids: Sequence[str], fingerprint: str, lacking: Lacking) -> Piece:
    """These documents with everything that hangs on them, but for vectors that the copy has."""
    there = "SELECT DISTINCT visibility FROM documents WHERE id = ANY(%(ids)s)"
    every = Scope(frozenset(row[0] for row in transaction.run(there, {"ids": list(ids)})))
    documents = reading.documents(transaction, ids, every) if every.visibilities else []
    cut, asked = _passages(transaction, ids), _asked(transaction, ids)
    hashes = [passage.text_hash for passages in cut.values() for passage in passages]
    hashes += [one.text_hash for told in asked.values() for one in told]
    wanted = sorted(lacking(list(dict.fromkeys(hashes))))
    embedded = told_vectors(transaction, fingerprint, wanted)
    return Piece(
        tuple((document, tuple(cut[document.id])) for document in documents),
        frozenset(ids) - {document.id for document in documents},
        {document.id: tuple(asked[document.id]) for document in documents},
        embedded,
        tuple(sorted(set(wanted).difference(embedded.hashes if embedded else ()))),
    )


def told_vectors(transaction: Transaction, fingerprint: str, hashes: Sequence[str]) -> Embedded | None:
    """The vectors of these texts in a space; None where there are none."""
    told = vectors.told(transaction, fingerprint, hashes) if hashes else None
    return told if told and told.hashes else None


def _passages(transaction: Transaction, ids: Sequence[str]) -> Mapping[str, list[Passage]]:
    """The passages of documents, as they were cut by whoever wrote them."""
    statement = """SELECT p.id FROM documents d JOIN passages p ON p.number = d.number WHERE d.id = ANY(%(ids)s)
        ORDER BY p.ordinal, p.id"""
    numbers = [row[0] for row in transaction.run(statement, {"ids": list(ids)})]
    held, found = reading.passages(transaction, numbers), defaultdict[str, list[Passage]](list)
    for number in numbers:
        found[held[number].document_id].append(held[number])
    return found


def _asked(transaction: Transaction, ids: Sequence[str]) -> Mapping[str, list[Confirmation]]:
    statement = """SELECT d.id, q.text, q.at, q.by FROM documents d JOIN questions q ON q.number = d.number
        WHERE d.id = ANY(%(ids)s) ORDER BY q.id"""
    found = defaultdict[str, list[Confirmation]](list)
    for document_id, text, at, by in transaction.run(statement, {"ids": list(ids)}):
        found[document_id].append(Confirmation(text, document_id, at.astimezone(UTC), by))
    return found
