"""Confirmed questions in the store: written, taken back, and found by their vectors.

They live in SQLite alone: few enough to be read whole when one was added, and so never in a cache or among the words.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from indexer.allowed import Allowed, Ids
from indexer.asking import Before
from indexer.confirming import Confirmation, kept
from indexer.embedding.protocol import Vectors
from indexer.engines import replay, writing
from indexer.engines.narrowing import condition
from indexer.engines.protocol import Embedded, Scope
from indexer.store import Row, Store, Transaction

BROUGHT_UP = 20
"""Documents that confirmed questions bring up for a text."""
ROWS = 64
"""Texts compared at once."""
THESE = "(SELECT value FROM json_each(?))"
HELD = "SELECT q.id, q.text, q.at, q.by, d.id FROM questions q JOIN documents d ON d.number = q.number"


@dataclass(frozen=True, slots=True, eq=False)
class Confirmed:
    """Vectors of confirmed questions in one space, as the store held them when it had `seen` so many up to that one.

    `documents` are numbers, ascending; the questions of each lie in `vectors` from its `starts` on, their middle is a
    row of `middles`.
    """

    seen: tuple[str, int, int]
    documents: Ids
    starts: Ids
    vectors: Vectors
    middles: Vectors

    def best(self, asked: Vectors, among: Allowed) -> Iterator[list[tuple[int, Before]]]:
        """For each text the allowed documents that answered questions most like it."""
        counts = np.diff(np.append(self.starts, len(self.vectors)))
        barred = ~among.among(self.documents)
        for first in range(0, len(asked), ROWS):
            some = asked[first : first + ROWS]
            near = np.maximum.reduceat(some @ self.vectors.T, self.starts, axis=1)
            for nearest, middle in zip(near, some @ self.middles.T, strict=True):
                turn = np.argsort(np.where(barred, np.inf, -nearest - middle), kind="stable")[:BROUGHT_UP]
                yield [
                    (int(self.documents[n]), Before(float(nearest[n]), float(middle[n]), int(counts[n])))
                    for n in turn
                    if not barred[n]
                ]


def current(store: Store, had: Confirmed | None, fingerprint: str) -> Confirmed | None:
    """All that the store holds in this space; what was `had` where nothing changed; None where there is none."""
    count, last = store.rows(
        """SELECT count(*), coalesce(max(q.id), 0) FROM spaces s CROSS JOIN questions q
        CROSS JOIN vectors v ON v.text_hash = q.text_hash AND v.space = s.number WHERE s.fingerprint = ?""",
        (fingerprint,),
    )[0]
    seen = (fingerprint, int(count), int(last))
    if had and had.seen == seen:
        return had
    pieces = list(replay.questions(store, fingerprint))
    return _gathered(seen, pieces) if pieces else None


def allowed(store: Store, scope: Scope) -> Allowed:
    """The numbers of all documents in scope that have confirmed questions."""
    where, values = condition(scope)
    statement = f"SELECT DISTINCT q.number FROM questions q JOIN documents d ON d.number = q.number WHERE {where}"
    return Allowed(np.fromiter((row[0] for row in store.rows(statement, values)), dtype=np.int64))


def nearest(
    store: Store, confirmed: Confirmed | None, vectors: Sequence[Vectors | None], among: Allowed
) -> list[Mapping[str, Before]]:
    """For each vector the documents that answered questions like it, by their ids."""
    found: list[Mapping[str, Before]] = [{} for _ in vectors]
    rows = [row for row, vector in enumerate(vectors) if vector is not None]
    if confirmed is None or not rows or not len(among):
        return found
    told = list(confirmed.best(np.stack([vector for vector in vectors if vector is not None]), among))
    ids = _ids(store, {number for pairs in told for number, _ in pairs})
    for row, pairs in zip(rows, told, strict=True):
        found[row] = {ids[number]: before for number, before in pairs if number in ids}
    return found


def every(store: Store) -> list[Confirmation]:
    """All confirmed questions, in the order in which they were written."""
    return [_confirmation(row) for row in store.rows(f"{HELD} ORDER BY q.id")]


def unknown(store: Store, confirmations: Sequence[Confirmation]) -> list[Confirmation]:
    """Those whose document is there, and does not have the question in these very words."""
    ids = (json.dumps(sorted({one.document_id for one in confirmations})),)
    there = {row[0] for row in store.rows(f"SELECT id FROM documents WHERE id IN {THESE}", ids)}
    rows = store.rows(f"{HELD} WHERE d.id IN {THESE}", ids)
    held = {(one.document_id, one.question) for one in map(_confirmation, rows)}
    told = (one for one in confirmations if one.document_id in there)
    return [one for one in told if (one.document_id, one.question) not in held]


def lacks(store: Store, confirmed: Confirmed | None) -> bool:
    """Whether a question has no sound vector."""
    count = store.rows("SELECT count(*) FROM questions")[0][0]
    return bool(count) and (confirmed is None or len(confirmed.vectors) < count)


def _gathered(seen: tuple[str, int, int], pieces: Sequence[tuple[Ids, Vectors]]) -> Confirmed:
    numbers = np.concatenate([ids for ids, _ in pieces])
    vectors = np.concatenate([rows for _, rows in pieces])
    documents, starts = np.unique(numbers, return_index=True)
    sums: NDArray[np.float32] = np.add.reduceat(vectors, starts, axis=0)
    middles = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    return Confirmed(seen, documents, starts.astype(np.int64), vectors, middles.astype(np.float32))


def confirm(transaction: Transaction, confirmations: Sequence[Confirmation], embedded: Embedded | None) -> int:
    """Keep what documents answered, with the vectors of what is new; how many questions are new."""
    told: dict[str, list[Confirmation]] = defaultdict(list)
    for one in confirmations:
        told[one.document_id].append(one)
    had = [one for document_id in sorted(told) for one in _held(transaction, document_id).values()]
    written = [one for document_id, new in sorted(told.items()) for one in _taken(transaction, document_id, new)]
    _drop_vectors(transaction, had)
    if written and embedded:
        _keep_vectors(transaction, embedded, {one.text_hash for one in written})
    if written:
        writing.grow(transaction)
    return len(written)


def refute(transaction: Transaction, confirmations: Sequence[Confirmation]) -> int:
    """Take questions back, with their vectors where nothing else needs them; how many there were."""
    gone: list[Confirmation] = []
    for one in confirmations:
        for number, held in _held(transaction, one.document_id).items():
            if held.same == one.same:
                transaction.run("DELETE FROM questions WHERE id = ?", (number,))
                gone.append(held)
    if gone:
        _drop_vectors(transaction, gone)
        writing.grow(transaction)
    return len(gone)


def _ids(store: Store, numbers: set[int]) -> dict[int, str]:
    statement = f"SELECT number, id FROM documents WHERE number IN {THESE}"
    return dict(store.rows(statement, (json.dumps(sorted(numbers)),)))


def _taken(transaction: Transaction, document_id: str, new: Sequence[Confirmation]) -> list[Confirmation]:
    """Bring a document's questions to what is kept of the old and the new; those that are written anew."""
    documents = transaction.run("SELECT number FROM documents WHERE id = ?", (document_id,))
    if not documents:
        return []
    had = _held(transaction, document_id)
    wanted = {one.question: one for one in kept([*had.values(), *new])}
    for number, one in had.items():
        if one.question not in wanted:
            transaction.run("DELETE FROM questions WHERE id = ?", (number,))
        else:
            newer = wanted.pop(one.question)
            transaction.run("UPDATE questions SET at = ?, by = ? WHERE id = ?", (_day(newer.at), newer.by, number))
    for one in wanted.values():
        row = (documents[0][0], one.question, bytes.fromhex(one.text_hash), _day(one.at), one.by)
        transaction.run("INSERT INTO questions (number, text, text_hash, at, by) VALUES (?, ?, ?, ?, ?)", row)
    return list(wanted.values())


def _held(transaction: Transaction, document_id: str) -> dict[int, Confirmation]:
    rows = transaction.run(f"{HELD} WHERE d.id = ? ORDER BY q.id", (document_id,))
    return {row[0]: _confirmation(row) for row in rows}


def _confirmation(row: Row) -> Confirmation:
    _, text, at, by, document_id = row
    return Confirmation(text, document_id, datetime.fromisoformat(at), by)


def _drop_vectors(transaction: Transaction, held: Sequence[Confirmation]) -> None:
    """Forget the vectors of questions that nothing needs any more; only once all is written that may need them."""
    transaction.run_many(
        """DELETE FROM vectors WHERE space IN (SELECT number FROM spaces) AND text_hash = ?1
            AND NOT EXISTS (SELECT 1 FROM passages WHERE text_hash = ?1)
            AND NOT EXISTS (SELECT 1 FROM questions WHERE text_hash = ?1)""",
        [(bytes.fromhex(one.text_hash),) for one in held],
    )


def _keep_vectors(transaction: Transaction, embedded: Embedded, wanted: set[str]) -> None:
    rows = [row for row, text_hash in enumerate(embedded.hashes) if text_hash in wanted]
    if rows:
        hashes = tuple(embedded.hashes[row] for row in rows)
        writing.embed(transaction, Embedded(embedded.fingerprint, hashes, embedded.vectors[rows]))


def _day(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
