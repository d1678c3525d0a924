"""Questions to the server: what is known, what is in scope, how it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zlib import crc32

from indexer.documents import Document, Passage
from indexer.engines.brought_up import Fact
from indexer.engines.postgres.narrowing import condition
from indexer.engines.postgres.server import Row, Transaction
from indexer.engines.protocol import Scope, Standing
from indexer.engines.reading import begun_by
from indexer.engines.written import document as read_document
from indexer.errors import DamagedIndex
from indexer.passages import CUTTING

PASSAGE = "p.id, d.id, p.ordinal, p.text, p.kind, p.context, p.anchor, p.text_hash"
RECORDS = "FROM documents d JOIN records r ON r.number = d.number"
DAMAGED = (
    "The index on the server is damaged ({}). Drop its schema signpost and run `signpost reindex`; everything in it "
    "can be made again; questions that were confirmed come back from the ledger."
)


@dataclass(frozen=True, slots=True)
class Meta:
    """The table `meta`: how far the index is, which space is searched, what tells it from one made anew."""

    sequence: int
    names_sequence: int
    fingerprint: str
    identity: str
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Space:
    """The space that is searched."""

    number: int
    dimension: int


def meta(transaction: Transaction) -> Meta:
    """What the index says of itself."""
    (row,) = transaction.run("SELECT sequence, names_sequence, fingerprint, identity, updated_at FROM meta")
    at = row[4].astimezone(UTC) if row[4] else None
    return Meta(row[0], row[1], row[2], row[3], at)


def space(transaction: Transaction) -> Space | None:
    """The space that is searched; None before the first was adopted."""
    rows = transaction.run("SELECT s.number, s.dimension FROM spaces s JOIN meta m ON m.fingerprint = s.fingerprint")
    return Space(*rows[0]) if rows else None


def known(transaction: Transaction, source: str, ids: Sequence[str] | None = None) -> dict[str, str]:
    """Id → content hash; empty for documents cut by older rules, so that they count as changed."""
    hashes = "CASE cutting WHEN %(cutting)s THEN content_hash ELSE '' END"
    statement = f"SELECT id, {hashes} FROM documents WHERE source = %(source)s"
    if ids is not None:
        statement += " AND id = ANY(%(ids)s)"
    return dict(transaction.run(statement, {"cutting": CUTTING, "source": source, "ids": list(ids or ())}))


def size(transaction: Transaction, source: str) -> int:
    """How many documents of a source there are."""
    return int(transaction.run("SELECT count(*) FROM documents WHERE source = %s", (source,))[0][0])


def cursor(transaction: Transaction, source: str) -> str | None:
    """The stored cursor of a source."""
    rows = transaction.run("SELECT cursor FROM sources WHERE name = %(source)s", {"source": source})
    return str(rows[0][0]) if rows else None


def sources(transaction: Transaction) -> tuple[str, ...]:
    """Every source with a document or a cursor, sorted by name."""
    rows = transaction.run("SELECT DISTINCT source FROM documents UNION SELECT name FROM sources")
    return tuple(sorted(str(row[0]) for row in rows))


def outdated(transaction: Transaction, limit: int) -> list[Document]:
    """Documents cut by older rules than today's."""
    # Two ranges, which an index can walk; `<>` would read everything to find nothing.
    where = "d.cutting < %(cutting)s OR d.cutting > %(cutting)s"
    statement = f"SELECT r.record, r.checksum {RECORDS} WHERE {where} ORDER BY d.number LIMIT %(limit)s"
    return [_intact(row) for row in transaction.run(statement, {"cutting": CUTTING, "limit": limit})]


def unembedded(transaction: Transaction, fingerprint: str, hashes: Sequence[str]) -> frozenset[str]:
    """Which of these text hashes have no vector in that space, and were not set aside."""
    statement = """SELECT v.text_hash FROM vectors v JOIN spaces s ON s.number = v.space
        WHERE s.fingerprint = %(fingerprint)s AND v.text_hash = ANY(%(hashes)s::bytea[])
        UNION ALL SELECT text_hash FROM jobs
        WHERE state = 'aside' AND fingerprint = %(fingerprint)s AND text_hash = ANY(%(hashes)s::bytea[])"""
    values = {"fingerprint": fingerprint, "hashes": [bytes.fromhex(one) for one in hashes]}
    return frozenset(hashes) - {row[0].hex() for row in transaction.run(statement, values)}


def lacking(transaction: Transaction, fingerprint: str, limit: int) -> tuple[list[tuple[str, str]], int]:
    """Up to `limit` (text hash, text) of questions and passages without a vector in that space, and how many.

    What was set aside is left out.
    """
    without = """WHERE NOT EXISTS (SELECT 1 FROM vectors v JOIN spaces s ON s.number = v.space
        WHERE s.fingerprint = %(fingerprint)s AND v.text_hash = p.text_hash) AND NOT EXISTS (SELECT 1 FROM jobs j
        WHERE j.state = 'aside' AND j.fingerprint = %(fingerprint)s AND j.text_hash = p.text_hash)"""
    values: dict[str, object] = {"fingerprint": fingerprint, "limit": limit}
    count = 0
    for table in ("questions", "passages"):
        count += transaction.run(f"SELECT count(DISTINCT p.text_hash) FROM {table} p {without}", values)[0][0]
    if not count:
        return [], 0
    one_each = f"{without} GROUP BY p.text_hash LIMIT %(limit)s"
    asked = transaction.run(f"SELECT p.text_hash, min(p.text) FROM questions p {one_each}", values)
    values["limit"] = limit - len(asked)
    ids = [row[0] for row in transaction.run(f"SELECT max(p.id) FROM passages p {one_each}", values)]
    texts = [(p.text_hash, p.embedded_text) for p in passages(transaction, ids).values()]
    return [*((text_hash.hex(), text) for text_hash, text in asked), *texts], count


def facts(transaction: Transaction, ids: Sequence[int]) -> dict[int, Fact]:
    """What is known of these passages, as far as they exist."""
    statement = """SELECT p.id, d.id, p.ordinal, p.kind = 'title', p.words
        FROM passages p JOIN documents d ON d.number = p.number WHERE p.id = ANY(%(ids)s::bigint[])"""
    return {row[0]: Fact(*row[1:]) for row in transaction.run(statement, {"ids": list(ids)})}


def passages(transaction: Transaction, ids: Sequence[int]) -> dict[int, Passage]:
    """These passages. Raises DamagedIndex when one is not what was written."""
    statement = f"""SELECT {PASSAGE} FROM passages p JOIN documents d ON d.number = p.number
        WHERE p.id = ANY(%(ids)s::bigint[])"""
    return {row[0]: _passage(row) for row in transaction.run(statement, {"ids": list(ids)})}


def documents(transaction: Transaction, ids: Sequence[str], scope: Scope) -> list[Document]:
    """These documents in this order, as far as they are in scope."""
    where, values = condition(scope)
    statement = f"SELECT d.id, r.record, r.checksum {RECORDS} WHERE d.id = ANY(%(ids)s) AND {where}"
    found = {row[0]: _intact(row[1:]) for row in transaction.run(statement, {**values, "ids": list(ids)})}
    return [found[document_id] for document_id in ids if document_id in found]


def with_links(transaction: Transaction, links: Sequence[str], scope: Scope) -> list[Document]:
    """The documents in scope that these links lead to, in the order of the links."""
    where, values = condition(scope)
    begun = list(dict.fromkeys(part for link in links for part in begun_by(link) if part))
    statement = f"SELECT r.record, r.checksum {RECORDS} WHERE r.link = ANY(%(links)s) AND {where}"
    found = [_intact(row) for row in transaction.run(statement, {**values, "links": begun})]
    place = {link: n for n, link in enumerate(begun)}
    return sorted(found, key=lambda document: (place[document.url], document.id))


def every_document(transaction: Transaction, scope: Scope) -> Iterator[Document]:
    """All documents in scope, in the order they came."""
    where, values = condition(scope)
    statement = f"SELECT r.record, r.checksum {RECORDS} WHERE {where} ORDER BY d.number"
    return (_intact(row) for row in transaction.stream(statement, values))


def among(transaction: Transaction, ids: Sequence[str], scope: Scope) -> frozenset[str]:
    """Which of these documents are in scope."""
    where, values = condition(scope)
    statement = f"SELECT d.id FROM documents d WHERE d.id = ANY(%(ids)s) AND {where}"
    return frozenset(row[0] for row in transaction.run(statement, {**values, "ids": list(ids)}))


def newest(transaction: Transaction, ids: Sequence[str], limit: int, oldest: bool) -> list[str]:
    """As many of these documents as are wanted, by their last change, those without a date last."""
    way = "ASC" if oldest else "DESC"
    statement = f"""SELECT id FROM documents WHERE id = ANY(%(ids)s)
        ORDER BY day = '', updated_at {way}, id {way} LIMIT %(limit)s"""
    return [row[0] for row in transaction.run(statement, {"ids": list(ids), "limit": limit})]


def browse(transaction: Transaction, scope: Scope, limit: int, offset: int, oldest: bool) -> tuple[list[str], int]:
    """Ids in scope by their last change, those without a date last, and how many there are."""
    where, values = condition(scope)
    counts = f"SELECT count(*), count(*) FILTER (WHERE d.day = '') FROM documents d WHERE {where}"
    ((total, undated),) = transaction.run(counts, values)
    way, dated = "ASC" if oldest else "DESC", total - undated
    order = f"ORDER BY d.updated_at {way}, d.id {way} LIMIT %(limit)s OFFSET %(offset)s"
    statement = f"SELECT d.id FROM documents d WHERE {where} AND d.day {{}} '' {order}"
    found = [r[0] for r in transaction.run(statement.format("<>"), {**values, "limit": limit, "offset": offset})]
    if undated and len(found) < limit:
        rest = {**values, "limit": limit - len(found), "offset": max(0, offset - dated)}
        found += [row[0] for row in transaction.run(statement.format("="), rest)]
    return found, int(total)


def counted(transaction: Transaction) -> Standing:
    """The counts of the index, without when and by which model."""
    by_source = transaction.run("SELECT source, count(*) FROM documents GROUP BY 1")
    return Standing(
        documents=sum(count for _, count in by_source),
        passages=transaction.run("SELECT count(*) FROM passages")[0][0],
        by_source=tuple(sorted((str(source), int(count)) for source, count in by_source)),
    )


def _intact(row: Row) -> Document:
    record, checksum = row
    if crc32(record.encode()) != checksum:
        raise DamagedIndex(DAMAGED.format("a document is not what was written"))
    try:
        return read_document(record)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DamagedIndex(DAMAGED.format("a document has another shape than those of this version")) from error


def _passage(row: Row) -> Passage:
    passage = Passage(row[1], row[2], row[3], row[4], row[5], row[6])
    if bytes.fromhex(passage.text_hash) != row[7]:
        raise DamagedIndex(DAMAGED.format("a passage is not what was written"))
    return passage
