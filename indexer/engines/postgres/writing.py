"""Batches → rows on the server: documents, passages with lasting ids, their words, vectors."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from indexer.documents import Document, Passage
from indexer.engines.postgres import counting, leasing, vectors
from indexer.engines.postgres.rows import COLUMNS, columns, customers_in, passage_row, people_in
from indexer.engines.postgres.server import Transaction
from indexer.engines.postgres.terms import told
from indexer.engines.protocol import Batch
from indexer.engines.writing import naming
from indexer.engines.written import written

PUT_DOCUMENT = f"""
    INSERT INTO documents ({", ".join(COLUMNS)}) VALUES ({", ".join(["%s"] * len(COLUMNS))})
    ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
"""
PUT_PASSAGE = """
    INSERT INTO passages (id, number, ordinal, kind, context, text, anchor, words, text_hash)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
PUT_WORDS = "INSERT INTO words (passage, number, terms, counts, tokens) VALUES (%s, %s, %s::integer[], %s, %s)"
LOOSEN = """INSERT INTO loose SELECT text_hash FROM passages WHERE {0} = ANY(%(these)s::bigint[])
    UNION SELECT text_hash FROM questions WHERE number = ANY(%(numbers)s::bigint[])"""


@dataclass(slots=True)
class _Change:
    """What a batch does to passages: those that go, that move within their document, that come."""

    gone: list[int]
    moved: list[tuple[int, str | None, int]]
    come: list[tuple[int, Passage]]


def write(transaction: Transaction, batch: Batch, now: datetime) -> None:
    """Take a whole batch into an open transaction; the sequence grows when it changes anything."""
    sequence = lock(transaction) + 1
    puts = {document.id: (document, cut) for document, cut in batch.puts}
    renamed = bool(batch.drops) or _renames(transaction, [document for document, _ in puts.values()])
    had = _numbers(transaction, [*puts, *batch.drops])
    counting.count(transaction, list(had.values()), -1)
    _drop(transaction, [had[one] for one in batch.drops if one in had])
    _put(transaction, [pair for pair in puts.values() if pair[0].id not in batch.drops])
    if batch.embedded:
        vectors.embed(transaction, batch.embedded)
    if batch.cursor is not None:
        _keep_cursor(transaction, batch.source, batch.cursor)
    values = {"sequence": sequence, "changed": bool(puts or batch.drops), "renamed": renamed, "now": now}
    transaction.run(
        """UPDATE meta SET updated_at = %(now)s, sequence = CASE WHEN %(changed)s THEN %(sequence)s ELSE sequence END,
        names_sequence = CASE WHEN %(renamed)s THEN %(sequence)s ELSE names_sequence END""",
        values,
    )


def lock(transaction: Transaction) -> int:
    """The present sequence; who asked for it writes alone until the transaction ends."""
    return int(transaction.run("SELECT sequence FROM meta FOR UPDATE")[0][0])


def grow(transaction: Transaction) -> None:
    """Let the sequence grow."""
    transaction.run("UPDATE meta SET sequence = sequence + 1")


def forget(transaction: Transaction, sources: Sequence[str], now: datetime) -> int:
    """Drop the documents and cursors of these sources, and vectors of texts that no other has; how many documents."""
    sequence = lock(transaction) + 1
    values = {"sources": list(sources), "sequence": sequence, "now": now}
    numbers = [r[0] for r in transaction.run("SELECT number FROM documents WHERE source = ANY(%(sources)s)", values)]
    transaction.run("DELETE FROM sources WHERE name = ANY(%(sources)s)", values)
    if numbers:
        counting.count(transaction, numbers, -1)
        _drop(transaction, numbers)
        vectors.tidy(transaction)
        transaction.run("DELETE FROM word_counts WHERE passages = 0")
        transaction.run(
            "UPDATE meta SET sequence = %(sequence)s, names_sequence = %(sequence)s, updated_at = %(now)s", values
        )
    return len(numbers)


def _renames(transaction: Transaction, documents: Sequence[Document]) -> bool:
    statement = "SELECT id, naming FROM documents WHERE id = ANY(%(ids)s)"
    had: dict[str, str] = dict(transaction.run(statement, {"ids": [document.id for document in documents]}))
    return any(had.get(document.id) != naming(document) for document in documents)


def _numbers(transaction: Transaction, ids: Sequence[str]) -> dict[str, int]:
    return dict(transaction.run("SELECT id, number FROM documents WHERE id = ANY(%(ids)s)", {"ids": list(ids)}))


def _keep_cursor(transaction: Transaction, source: str, cursor: str) -> None:
    kept = "INSERT INTO sources VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor"
    transaction.run_many(kept, [(source, cursor)])


def _drop(transaction: Transaction, numbers: Sequence[int]) -> None:
    if numbers:
        values = {"these": list(numbers), "numbers": list(numbers)}
        transaction.run(LOOSEN.format("number"), values)
        transaction.run("DELETE FROM documents WHERE number = ANY(%(numbers)s::bigint[])", values)


def _put(transaction: Transaction, puts: Sequence[tuple[Document, tuple[Passage, ...]]]) -> None:
    if not puts:
        return
    documents = [document for document, _ in puts]
    transaction.run_many(PUT_DOCUMENT, [columns(document) for document in documents])
    numbers = _numbers(transaction, [document.id for document in documents])
    _put_records(transaction, documents, numbers)
    change = _changed(transaction, {numbers[document.id]: cut for document, cut in puts})
    if change.gone:
        transaction.run(LOOSEN.format("id"), {"these": change.gone, "numbers": []})
        transaction.run("DELETE FROM passages WHERE id = ANY(%(gone)s::bigint[])", {"gone": change.gone})
    transaction.run_many("UPDATE passages SET ordinal = %s, anchor = %s WHERE id = %s", change.moved)
    _add(transaction, change.come)
    leasing.taken(transaction, [bytes.fromhex(passage.text_hash) for _, passage in change.come])
    counting.count(transaction, list(numbers.values()), 1)


def _put_records(transaction: Transaction, documents: Sequence[Document], numbers: Mapping[str, int]) -> None:
    values = {"numbers": list(numbers.values())}
    records = [(numbers[document.id], written(document), document.url) for document in documents]
    people = [row for document in documents for row in people_in(numbers[document.id], document)]
    companies = [row for document in documents for row in customers_in(numbers[document.id], document)]
    for table in ("records", "people", "customers"):
        transaction.run(f"DELETE FROM {table} WHERE number = ANY(%(numbers)s::bigint[])", values)
    rows = [(number, record, crc32(record.encode()), link) for number, record, link in records]
    transaction.run_many("INSERT INTO records VALUES (%s, %s, %s, %s)", rows)
    for table, named in (("people", people), ("customers", companies)):
        transaction.run_many(f"INSERT INTO {table} VALUES (%s, %s, %s)", named)


def _changed(transaction: Transaction, cut: Mapping[int, Sequence[Passage]]) -> _Change:
    """A passage whose text stays keeps its id, so that whoever remembers it finds that very text."""
    had: dict[tuple[int, bytes, str], list[int]] = defaultdict(list)
    statement = """SELECT number, text_hash, kind, id FROM passages WHERE number = ANY(%(numbers)s::bigint[])
        ORDER BY id DESC"""
    for number, text_hash, kind, passage_id in transaction.run(statement, {"numbers": list(cut)}):
        had[number, text_hash, kind].append(passage_id)
    change = _Change([], [], [])
    for number, cut_now in cut.items():
        for passage in cut_now:
            same = had[number, bytes.fromhex(passage.text_hash), passage.kind]
            if same:
                change.moved.append((passage.ordinal, passage.anchor, same.pop()))
            else:
                change.come.append((number, passage))
    change.gone = [passage_id for ids in had.values() for passage_id in ids]
    return change


def _add(transaction: Transaction, come: Sequence[tuple[int, Passage]]) -> None:
    taken = "SELECT nextval(pg_get_serial_sequence('passages', 'id')) FROM generate_series(1, %(count)s::int)"
    ids = [row[0] for row in transaction.run(taken, {"count": len(come)})] if come else []
    placed = list(zip(ids, come, strict=True))
    transaction.run_many(PUT_PASSAGE, [passage_row(passage_id, *pair) for passage_id, pair in placed])
    terms = [(passage_id, number, told(passage)) for passage_id, (number, passage) in placed]
    transaction.run_many(PUT_WORDS, [(one, number, t.terms, t.counts, t.tokens) for one, number, t in terms])
