"""Vectors on the server: kept under the texts they were made of, in spaces of which one is searched."""

from collections.abc import Sequence

import numpy as np

from indexer.engines.postgres.server import Halves, Transaction
from indexer.engines.protocol import Embedded

HEAD = 4
"""Bytes before the numbers of a vector: how many there are, and two that mean nothing."""


def embed(transaction: Transaction, embedded: Embedded) -> None:
    """Keep vectors under their texts; what is there already stays."""
    space = _space(transaction, embedded.fingerprint, embedded.vectors.shape[1])
    rows = [
        (space, bytes.fromhex(text_hash), Halves(vector))
        for text_hash, vector in zip(embedded.hashes, embedded.vectors, strict=True)
    ]
    kept = "INSERT INTO vectors (space, text_hash, vector) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
    transaction.run_many(kept, rows)


def told(transaction: Transaction, fingerprint: str, hashes: Sequence[str]) -> Embedded:
    """The vectors in a space of these text hashes, as far as there are any."""
    # As the bytes that they are sent as: read number by number they would take longer than all the rest
    statement = """SELECT v.text_hash, halfvec_send(v.vector) FROM vectors v JOIN spaces s ON s.number = v.space
        WHERE s.fingerprint = %(fingerprint)s AND v.text_hash = ANY(%(hashes)s::bytea[])"""
    values = {"fingerprint": fingerprint, "hashes": [bytes.fromhex(one) for one in hashes]}
    rows = transaction.run(statement, values)
    numbers = np.frombuffer(b"".join(row[1][HEAD:] for row in rows), dtype=">f2").astype(np.float32)
    matrix = numbers.reshape(len(rows), -1 if rows else 0)
    return Embedded(fingerprint, tuple(row[0].hex() for row in rows), matrix)


def adopt(transaction: Transaction, fingerprint: str, dimension: int) -> None:
    """Make this the space that is searched; the vectors of all others go."""
    space = {"space": _space(transaction, fingerprint, dimension), "fingerprint": fingerprint}
    # First of all, so that no worker brings back anything for a space that goes
    transaction.run("DELETE FROM jobs WHERE fingerprint <> %(fingerprint)s", space)
    others = transaction.run("SELECT number FROM spaces WHERE number <> %(space)s", space)
    transaction.run("DELETE FROM vectors WHERE space <> %(space)s", space)
    transaction.run("DELETE FROM spaces WHERE number <> %(space)s", space)
    for (number,) in others:
        transaction.run(f"DROP INDEX IF EXISTS vectors_of_{number}")
    transaction.run("UPDATE meta SET sequence = sequence + 1, fingerprint = %(fingerprint)s", space)


def tidy(transaction: Transaction) -> None:
    """Forget vectors of texts that were lost and that no passage or question has any more, nor will soon have."""
    transaction.run(
        """DELETE FROM vectors v USING (SELECT DISTINCT text_hash FROM loose) l WHERE v.text_hash = l.text_hash
        AND NOT EXISTS (SELECT 1 FROM passages p WHERE p.text_hash = l.text_hash)
        AND NOT EXISTS (SELECT 1 FROM questions q WHERE q.text_hash = l.text_hash)
        AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.text_hash = l.text_hash)"""
    )
    transaction.run("DELETE FROM loose")


def loosen(transaction: Transaction, hashes: Sequence[bytes]) -> None:
    """Remember texts that something has lost, for `tidy`."""
    transaction.run_many("INSERT INTO loose VALUES (%s)", [(text_hash,) for text_hash in hashes])


def _space(transaction: Transaction, fingerprint: str, dimension: int) -> int:
    values = {"fingerprint": fingerprint, "dimension": dimension}
    transaction.run(
        "INSERT INTO spaces (fingerprint, dimension) VALUES (%(fingerprint)s, %(dimension)s) ON CONFLICT DO NOTHING",
        values,
    )
    return int(transaction.run("SELECT number FROM spaces WHERE fingerprint = %(fingerprint)s", values)[0][0])
