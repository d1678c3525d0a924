"""Questions to the store: what is known, what is in scope, what caches have to replay."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

import numpy as np

from indexer.allowed import Allowed
from indexer.documents import Document, Passage
from indexer.engines.brought_up import Fact
from indexer.engines.narrowing import condition
from indexer.engines.protocol import Scope, Standing
from indexer.engines.written import document as read_document
from indexer.engines.written import remembered
from indexer.passages import CUTTING
from indexer.store import Row, Store

PASSAGE = "p.id, d.id, p.ordinal, p.text, p.kind, p.context, p.anchor, p.text_hash"
RECORDS = "FROM documents d JOIN records r ON r.number = d.number"
THESE = "(SELECT value FROM json_each(?))"
WALKED = 12
"""So many documents in scope for each that is wanted make it worth to look for them in the order of time."""
FEW = 5_000
"""So many documents in scope are read at once and sorted here, which spares the table a second look."""
MANY = 10_000
"""Values in one statement; SQLite takes 32,766."""


@dataclass(frozen=True, slots=True)
class Meta:
    """The table `meta`: how far the store is, which space is searched, what tells it from one made anew in its place.

    `names_sequence` is the sequence at which who is who last changed.
    """

    sequence: int
    names_sequence: int
    fingerprint: str
    identity: str
    updated_at: datetime | None


def meta(store: Store) -> Meta:
    """What the store says of itself. Raises DamagedIndex where it says nothing that could be."""
    told: dict[str, str] = dict(store.rows("SELECT key, value FROM meta"))
    try:
        at = datetime.fromisoformat(told["updated_at"]) if told["updated_at"] else None
        sequence, names = int(told["sequence"]), int(told["names_sequence"])
        return Meta(sequence, names, told["fingerprint"], told["identity"], at)
    except (KeyError, ValueError) as error:
        raise store.damaged(f"the table meta does not hold what it should: {error}") from error


def known(store: Store, source: str, ids: Sequence[str] | None = None) -> dict[str, str]:
    """Id → content hash; empty for documents cut by older rules, so that they count as changed."""
    statement = "SELECT id, CASE cutting WHEN ? THEN content_hash ELSE '' END FROM documents WHERE source = ?"
    if ids is None:
        return dict(store.rows(statement, (CUTTING, source)))
    return dict(store.rows(f"{statement} AND id IN {THESE}", (CUTTING, source, json.dumps(list(ids)))))


def size(store: Store, source: str) -> int:
    """How many documents of a source there are."""
    return int(store.rows("SELECT count(*) FROM documents WHERE source = ?", (source,))[0][0])


def cursor(store: Store, source: str) -> str | None:
    """The stored cursor of a source."""
    return next((str(row[0]) for row in store.rows("SELECT cursor FROM sources WHERE name = ?", (source,))), None)


def sources(store: Store) -> tuple[str, ...]:
    """Every source with a document or a cursor, sorted by name."""
    rows = store.rows("SELECT source FROM documents UNION SELECT name FROM sources ORDER BY 1")
    return tuple(str(row[0]) for row in rows)


def outdated(store: Store, limit: int) -> list[Document]:
    """Documents cut by older rules than today's."""
    statement = f"SELECT r.record, r.checksum {RECORDS} WHERE d.cutting <> ? ORDER BY d.number LIMIT ?"
    return [_intact(store, row) for row in store.rows(statement, (CUTTING, limit))]


def unembedded(store: Store, fingerprint: str, hashes: Sequence[str]) -> frozenset[str]:
    """Which of these text hashes have no vector in that space."""
    had: set[str] = set()
    for first in range(0, len(hashes), MANY):
        some = [bytes.fromhex(text_hash) for text_hash in hashes[first : first + MANY]]
        statement = f"""SELECT v.text_hash FROM vectors v JOIN spaces s ON s.number = v.space
            WHERE s.fingerprint = ? AND v.text_hash IN ({", ".join("?" * len(some))})"""
        had.update(row[0].hex() for row in store.rows(statement, (fingerprint, *some)))
    return frozenset(hashes) - had


def lacking(store: Store, fingerprint: str, limit: int) -> tuple[list[tuple[str, str]], int]:
    """Up to `limit` (text hash, text) of passages and questions without a vector in that space, and how many there are.

    Questions come first: they are few.
    """
    without = """WHERE NOT EXISTS (SELECT 1 FROM vectors v JOIN spaces s ON s.number = v.space
        WHERE s.fingerprint = ? AND v.text_hash = p.text_hash)"""
    tables = ("questions", "passages")
    counts = [store.rows(f"SELECT count(DISTINCT p.text_hash) FROM {t} p {without}", (fingerprint,)) for t in tables]
    one_each = f"{without} GROUP BY p.text_hash LIMIT ?"
    asked = store.rows(f"SELECT p.text_hash, p.text FROM questions p {one_each}", (fingerprint, limit))
    ids = [r[0] for r in store.rows(f"SELECT max(p.id) FROM passages p {one_each}", (fingerprint, limit - len(asked)))]
    texts = [(p.text_hash, p.embedded_text) for p in passages(store, ids).values()]
    return [*((text_hash.hex(), text) for text_hash, text in asked), *texts], sum(int(c[0][0]) for c in counts)


def allowed(store: Store, scope: Scope) -> Allowed:
    """All passages of the documents in scope."""
    where, values = condition(scope)
    statement = f"SELECT p.id FROM documents d JOIN passages p ON p.number = d.number WHERE {where}"
    return Allowed(np.fromiter((row[0] for row in store.rows(statement, values)), dtype=np.int64))


def passages_of(store: Store, ids: Sequence[str]) -> list[int]:
    """All passages of these documents."""
    statement = f"SELECT p.id FROM documents d JOIN passages p ON p.number = d.number WHERE d.id IN {THESE}"
    return [row[0] for row in store.rows(statement, (json.dumps(list(ids)),))]


def facts(store: Store, ids: Sequence[int]) -> dict[int, Fact]:
    """What is known of these passages, as far as they exist."""
    statement = f"""SELECT p.id, d.id, p.ordinal, p.kind = 'title', p.words
        FROM passages p JOIN documents d ON d.number = p.number WHERE p.id IN {THESE}"""
    rows = store.rows(statement, (json.dumps(list(ids)),))
    return {row[0]: Fact(row[1], row[2], bool(row[3]), row[4]) for row in rows}


def passages(store: Store, ids: Sequence[int]) -> dict[int, Passage]:
    """These passages. Raises DamagedIndex when one is not what was written."""
    statement = f"SELECT {PASSAGE} FROM passages p JOIN documents d ON d.number = p.number WHERE p.id IN {THESE}"
    return {row[0]: _passage(store, row) for row in store.rows(statement, (json.dumps(list(ids)),))}


def documents(store: Store, ids: Sequence[str], scope: Scope) -> list[Document]:
    """These documents in this order, as far as they are in scope."""
    where, values = condition(scope)
    statement = f"SELECT d.id, r.record, r.checksum {RECORDS} WHERE d.id IN {THESE} AND {where}"
    rows = store.rows(statement, (json.dumps(list(ids)), *values))
    found = {row[0]: _intact(store, row[1:], remembered) for row in rows}
    return [found[document_id] for document_id in ids if document_id in found]


def with_links(store: Store, links: Sequence[str], scope: Scope) -> list[Document]:
    """The documents in scope that these links lead to, in the order of the links."""
    where, values = condition(scope)
    begun = list(dict.fromkeys(part for link in links for part in begun_by(link)))
    statement = f"SELECT r.record, r.checksum {RECORDS} WHERE json_extract(r.record, '$.url') IN {THESE} AND {where}"
    found = [_intact(store, row) for row in store.rows(statement, (json.dumps(begun), *values))]
    place = {link: n for n, link in enumerate(begun)}
    return sorted(found, key=lambda document: (place[document.url], document.id))


def begun_by(link: str) -> list[str]:
    """The link itself, and all that it may be without a place in it or the name of what it leads to."""
    ends = [n for n, c in enumerate(link) if n and c in "/?#"]
    return [link, *(link[:n] for n in reversed(ends))]


def every_document(store: Store, scope: Scope) -> Iterator[Document]:
    """All documents in scope, in the order they came."""
    where, values = condition(scope)
    statement = f"SELECT r.record, r.checksum {RECORDS} WHERE {where} ORDER BY d.number"
    return (_intact(store, row) for row in store.stream(statement, values))


def among(store: Store, ids: Sequence[str], scope: Scope) -> frozenset[str]:
    """Which of these documents are in scope."""
    where, values = condition(scope)
    statement = f"SELECT d.id FROM documents d WHERE d.id IN {THESE} AND {where}"
    return frozenset(row[0] for row in store.rows(statement, (json.dumps(list(ids)), *values)))


def newest(store: Store, ids: Sequence[str], limit: int, oldest: bool = False) -> list[str]:
    """As many of these documents as are wanted, by their last change, those without a date last."""
    way = "ASC" if oldest else "DESC"
    statement = f"SELECT id FROM documents WHERE id IN {THESE} ORDER BY day = '', updated_at {way}, id {way} LIMIT ?"
    return [row[0] for row in store.rows(statement, (json.dumps(list(ids)), limit))]


def browse(store: Store, scope: Scope, limit: int, offset: int, oldest: bool = False) -> tuple[list[str], int]:
    """Ids in scope by their last change, those without a date last, and how many there are."""
    where, values = condition(scope)
    few = store.rows(f"SELECT d.updated_at, d.id, d.day FROM documents d WHERE {where} LIMIT ?", (*values, FEW + 1))
    if len(few) <= FEW:
        ordered = sorted(sorted(few, reverse=not oldest), key=lambda row: not row[2])
        return [row[1] for row in ordered[offset : offset + limit]], len(few)
    counts = f"SELECT count(*), coalesce(sum(d.day = ''), 0) FROM documents d WHERE {where}"
    total, undated = (int(number) for number in store.rows(counts, values)[0])
    way, dated = "ASC" if oldest else "DESC", total - undated
    # Where few are wanted of many, walking along the index of times finds them soonest; the sign keeps it off else
    time = "d.updated_at" if dated > WALKED * (limit + offset) else "+d.updated_at"
    statement = f"SELECT d.id FROM documents d WHERE {where} AND d.day <> '' ORDER BY {time} {way}, d.id {way}"
    found = [row[0] for row in store.rows(f"{statement} LIMIT ? OFFSET ?", (*values, limit, offset))]
    if undated and len(found) < limit:
        rest = f"SELECT d.id FROM documents d WHERE {where} AND d.day = '' ORDER BY d.id {way} LIMIT ? OFFSET ?"
        found += [row[0] for row in store.rows(rest, (*values, limit - len(found), max(0, offset - dated)))]
    return found, total


def counted(store: Store) -> Standing:
    """The counts of the store, without when and by which model."""
    by_source = store.rows("SELECT source, count(*) FROM documents GROUP BY 1 ORDER BY 1")
    return Standing(
        documents=sum(count for _, count in by_source),
        passages=store.rows("SELECT count(*) FROM passages")[0][0],
        by_source=tuple((str(source), int(count)) for source, count in by_source),
    )


def confirmed(store: Store) -> int:
    """How many questions were confirmed."""
    return int(store.rows("SELECT count(*) FROM questions")[0][0])


def _intact(store: Store, row: Row, read: Callable[[str], Document] = read_document) -> Document:
    record, checksum = row
    if crc32(record.encode()) != checksum:
        raise store.damaged("a document is not what was written")
    try:
        return read(record)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise store.damaged("a document has another shape than those of this version") from error


def _passage(store: Store, row: Row) -> Passage:
    passage = Passage(row[1], row[2], row[3], row[4], row[5], row[6])
    if bytes.fromhex(passage.text_hash) != row[7]:
        raise store.damaged("a passage is not what was written")
    return passage
