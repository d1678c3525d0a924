"""What caches read from the store: all that lives, and the tail behind what they have."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from indexer.allowed import Ids
from indexer.embedding.protocol import Vectors
from indexer.engines.protocol import Embedded
from indexer.store import Row, Store
from indexer.words import Entry

MANY = 20_000
"""Vectors or texts handed over at once."""
THESE = "(SELECT value FROM json_each(?))"
SOUND = 0.02
"""How far from 1 the length of a kept unit vector may be; farther, and its bytes are not what was written."""


def last_passage(store: Store) -> int:
    """The highest passage id there is, 0 without one."""
    return int(store.rows("SELECT coalesce(max(id), 0) FROM passages")[0][0])


def graves_after(store: Store, sequence: int) -> list[int]:
    """Passages that were deleted since that sequence."""
    return [row[0] for row in store.rows("SELECT id FROM graves WHERE sequence > ?", (sequence,))]


def shelved_after(store: Store, last: int) -> Iterator[tuple[str, int]]:
    """Passages with a higher id than `last`, ascending, behind their visibility."""
    # CROSS JOIN keeps SQLite to this order of tables, here and below: it would walk through the larger first
    return store.stream(
        """SELECT d.visibility, p.id FROM passages p CROSS JOIN documents d ON d.number = p.number
        WHERE p.id > ? ORDER BY p.id""",
        (last,),
    )


def entries_after(store: Store, last: int) -> Iterator[tuple[str, Entry]]:
    """Passages with a higher id than `last`, as words are indexed, with the visibility of each, one after the other."""
    which = """SELECT d.visibility, p.id FROM passages p JOIN documents d ON d.number = p.number WHERE p.id > ?
        ORDER BY 1, 2"""
    return _entries(store, store.rows(which, (last,)))


def entries_of(store: Store, visibility: str) -> Iterator[Entry]:
    """All passages of this visibility, as words are indexed."""
    which = """SELECT d.visibility, p.id FROM passages p JOIN documents d ON d.number = p.number
        WHERE d.visibility = ? ORDER BY 2"""
    return (entry for _, entry in _entries(store, store.rows(which, (visibility,))))


def _entries(store: Store, which: Iterable[Row]) -> Iterator[tuple[str, Entry]]:
    keys = iter(which)
    while some := list(islice(keys, MANY)):
        shelf = {number: visibility for visibility, number in some}
        told = store.rows(f"SELECT id, context, text FROM passages WHERE id IN {THESE}", (json.dumps(list(shelf)),))
        held = {row[0]: Entry(*row) for row in told}
        yield from ((visibility, held[number]) for number, visibility in shelf.items() if number in held)


def vectors_after(store: Store, fingerprint: str, last: int) -> Iterator[tuple[Ids, Vectors]]:
    """Passages with a higher id than `last` and their vectors in a space; unsound ones are left out."""
    return _vectors(store, "SELECT t.id, v.vector FROM passages t {} WHERE t.id > ? ORDER BY t.id", fingerprint, last)


def questions(store: Store, fingerprint: str) -> Iterator[tuple[Ids, Vectors]]:
    """For each confirmed question the number of its document, ascending, and its vector; unsound ones are left out."""
    statement = "SELECT t.number, v.vector FROM questions t {} WHERE t.id > ? ORDER BY t.number"
    return _vectors(store, statement, fingerprint, 0)


def _vectors(store: Store, statement: str, fingerprint: str, last: int) -> Iterator[tuple[Ids, Vectors]]:
    """Numbers and vectors as the statement tells them, which joins {} for the vectors of this space."""
    for space, dimension in store.rows("SELECT number, dimension FROM spaces WHERE fingerprint = ?", (fingerprint,)):
        joined = "CROSS JOIN vectors v ON v.text_hash = t.text_hash AND v.space = ?"
        rows = store.stream(statement.format(joined), (space, last))
        while some := list(islice(rows, MANY)):
            vectors = _matrix([blob for _, blob in some], dimension)
            sound = _sound(vectors)
            if sound.any():
                yield np.array([number for number, _ in some], dtype=np.int64)[sound], vectors[sound]


def vectors_of(store: Store, fingerprint: str, hashes: Sequence[str]) -> Embedded:
    """The sound vectors of these text hashes in a space."""
    told, rows = list[str](), list[Vectors]()
    for space, dimension in store.rows("SELECT number, dimension FROM spaces WHERE fingerprint = ?", (fingerprint,)):
        for first in range(0, len(hashes), MANY):
            some = [bytes.fromhex(text_hash) for text_hash in hashes[first : first + MANY]]
            asked = f"text_hash IN ({', '.join('?' * len(some))})"
            found = store.rows(f"SELECT text_hash, vector FROM vectors WHERE space = ? AND {asked}", (space, *some))
            vectors = _matrix([blob for _, blob in found], dimension)
            sound = _sound(vectors)
            told += [found[n][0].hex() for n in np.flatnonzero(sound)]
            rows.append(vectors[sound])
    return Embedded(fingerprint, tuple(told), np.concatenate(rows) if rows else np.empty((0, 0), dtype=np.float32))


def unsound(store: Store, fingerprint: str) -> list[bytes]:
    """Text hashes whose kept vector is not a unit vector of the space's dimension."""
    found: list[bytes] = []
    for space, dimension in store.rows("SELECT number, dimension FROM spaces WHERE fingerprint = ?", (fingerprint,)):
        rows = store.stream("SELECT text_hash, vector FROM vectors WHERE space = ?", (space,))
        while some := list(islice(rows, MANY)):
            bad = ~_sound(_matrix([blob for _, blob in some], dimension))
            found += [some[n][0] for n in np.flatnonzero(bad)]
    return found


def _sound(vectors: Vectors) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(np.abs(np.linalg.norm(vectors, axis=1) - 1) < SOUND)


def _matrix(blobs: list[bytes], dimension: int) -> Vectors:
    """Kept vectors as rows; zeros for a blob of a wrong length."""
    right = 2 * dimension
    joined = b"".join(blob if len(blob) == right else bytes(right) for blob in blobs)
    return np.frombuffer(joined, dtype="<f2").reshape(-1, dimension).astype(np.float32)
