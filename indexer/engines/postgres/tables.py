"""The tables on a server: made, brought to this version, cleared of what is gone, checked."""

from indexer.engines.postgres import leasing, reading, touched, vectors
from indexer.engines.postgres.meaning import EXACT
from indexer.engines.postgres.schema import MIGRATIONS, SCHEMA
from indexer.engines.postgres.server import Server, Transaction
from indexer.engines.protocol import Scope
from indexer.errors import IndexProblem, NoIndex

OLDEST, PGVECTOR = 160_000, (0, 8)
MAKING = 0x5167_6E70_6F73_7401
TABLES = (
    *("documents", "records", "people", "customers", "passages", "words", "word_counts", "word_totals"),
    *("vectors", "questions", "loose", "jobs", "sources", "meta"),
)
HNSW = """
    CREATE INDEX IF NOT EXISTS vectors_of_{space} ON vectors
    USING hnsw ((vector::halfvec({dimension})) halfvec_ip_ops) WITH (m = 16, ef_construction = 128)
    WHERE space = {space}
"""


def open_tables(server: Server, create: bool) -> None:
    """See that the tables are those of this version. Raises NoIndex where there are none and none are to be made."""
    with server.writing() as transaction:
        _fit(transaction)
        transaction.run("SELECT pg_advisory_xact_lock(%(making)s)", {"making": MAKING})
        version = _version(transaction)
        if not version and not create:
            raise NoIndex("Nothing has been indexed yet. Run `signpost reindex` first.")
        if version > len(MIGRATIONS):
            raise IndexProblem(f"{server.name} was written by a newer Signpost. Update Signpost to use it.")
        if version < len(MIGRATIONS):
            _take_steps(transaction, version)


def settle(transaction: Transaction) -> None:
    """Clear what nothing needs any more, and make search quick where there is much to search."""
    vectors.tidy(transaction)
    transaction.run("SELECT gin_clean_pending_list('words_by_term')")
    space = reading.space(transaction)
    ((there, counted),) = transaction.run(
        """SELECT (SELECT count(*) FROM (SELECT 1 FROM passages LIMIT %(exact)s + 1) s),
        (SELECT reltuples FROM pg_class WHERE oid = 'passages'::regclass)""",
        {"exact": EXACT},
    )
    if space and there > EXACT:
        transaction.run("SET LOCAL maintenance_work_mem = '512MB'")
        transaction.run(HNSW.format(space=space.number, dimension=space.dimension))
    if counted < 0 or (counted < EXACT < there):
        # Autovacuum comes a minute later, and until then plans would be made for empty tables
        for table in TABLES:
            transaction.run(f"ANALYZE {table}")


def purge(server: Server) -> None:
    """Write every table anew, so that nothing dropped is left in one; the write-ahead log is the server's."""
    with server.writing() as transaction:
        leasing.clear(transaction)
        transaction.run("DELETE FROM word_counts WHERE passages = 0")
        touched.begin_anew(transaction)
    server.alone([f"VACUUM (FULL, ANALYZE) {table}" for table in TABLES])


def check(transaction: Transaction) -> list[str]:
    """A sentence for everything that is damaged, after reading all of it."""
    found: list[str] = []
    visibilities = frozenset(row[0] for row in transaction.run("SELECT DISTINCT visibility FROM documents"))
    try:
        for _ in reading.every_document(transaction, Scope(visibilities)):
            pass
    except IndexProblem as error:
        found.append(str(error))
    hashes = """SELECT count(*) FROM passages WHERE text_hash <> sha256(convert_to(
        CASE context WHEN '' THEN text ELSE context || E'\\n' || text END, 'UTF8'))
        AND position(E'\\uFDD0' IN context || text) = 0"""
    lengths = "SELECT count(*) FROM vectors WHERE abs(l2_norm(vector) - 1) > 0.02"
    words = """SELECT count(*) FROM passages p LEFT JOIN words w ON w.passage = p.id WHERE w.passage IS NULL"""
    for statement, what in ((hashes, "passages"), (lengths, "vectors"), (words, "words of passages")):
        number = transaction.run(statement)[0][0]
        found += [reading.DAMAGED.format(f"{number} {what} are not what was written")] if number else []
    return found


def _fit(transaction: Transaction) -> None:
    ((server, vector, encoding),) = transaction.run(
        """SELECT current_setting('server_version_num')::int,
        (SELECT max(coalesce(e.extversion, a.default_version)) FROM pg_available_extensions a
            LEFT JOIN pg_extension e ON e.extname = a.name WHERE a.name = 'vector'),
        current_setting('server_encoding')"""
    )
    if server < OLDEST:
        raise IndexProblem(f"The server of the index is PostgreSQL {server // 10_000}; it must be 16 or newer.")
    if vector is None or tuple(map(int, vector.split(".")[:2])) < PGVECTOR:
        raise IndexProblem(
            f"The server of the index has pgvector {vector or 'not at all'}; it needs 0.8 or newer "
            "(Debian: postgresql-16-pgvector; then ALTER EXTENSION vector UPDATE)."
        )
    if encoding != "UTF8":
        raise IndexProblem(f"The database of the index is kept in {encoding}. Create it with ENCODING 'UTF8'.")


def _version(transaction: Transaction) -> int:
    if transaction.run(f"SELECT to_regclass('{SCHEMA}.version')")[0][0] is None:
        return 0
    return int(transaction.run(f"SELECT number FROM {SCHEMA}.version")[0][0])


def _take_steps(transaction: Transaction, version: int) -> None:
    """Bring the tables from a version to this one."""
    if not version:
        # The schema first: where the extension is not there yet it goes into it, for `public` may be closed
        transaction.run(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        transaction.run("CREATE EXTENSION IF NOT EXISTS vector")
        transaction.run("CREATE TABLE version (number integer NOT NULL)")
        transaction.run("INSERT INTO version VALUES (0)")
    for step in MIGRATIONS[version:]:
        transaction.run(step)
    transaction.run("UPDATE version SET number = %(number)s", {"number": len(MIGRATIONS)})
