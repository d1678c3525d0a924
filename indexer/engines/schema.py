"""The tables of the store, as steps from version to version. Pure.

A document's `record` is the whole truth about it, kept apart so that filters need not read past it; `documents`,
`people` and `customers` repeat what filters ask for, folded. Passage ids are never given twice, so whatever remembers
one can only find that very text or nothing. Caches replay the passages above the highest id they have, and the graves
dug since. `naming` is a hash of what tells who is who; `names_sequence` grows when one changes. `questions` are those
that documents answered by somebody's word; no source knows of them. `strays` are texts that lost a passage
or a document, so that their vectors may be needed no more.
"""

MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('sequence', '0'), ('fingerprint', ''), ('updated_at', ''), ('names_sequence', '0'),
        ('identity', lower(hex(randomblob(16))));
    CREATE TABLE sources (name TEXT PRIMARY KEY, cursor TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE documents (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        source TEXT NOT NULL,
        kind TEXT NOT NULL,
        parent TEXT NOT NULL,
        parent_folded TEXT NOT NULL,
        lane TEXT NOT NULL,
        lane_folded TEXT NOT NULL,
        status TEXT NOT NULL,
        visibility TEXT NOT NULL,
        day TEXT NOT NULL,
        updated_at REAL NOT NULL,
        content_hash TEXT NOT NULL,
        cutting TEXT NOT NULL,
        naming TEXT NOT NULL
    );
    CREATE TABLE records (
        number INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
        record TEXT NOT NULL,
        checksum INTEGER NOT NULL
    );
    CREATE INDEX documents_by_source ON documents (source);
    CREATE INDEX documents_by_time ON documents (updated_at, id);
    CREATE TABLE people (
        number INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        folded TEXT NOT NULL,
        name TEXT NOT NULL
    );
    CREATE INDEX people_of ON people (number);
    CREATE INDEX people_by_name ON people (folded);
    CREATE TABLE customers (
        number INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        folded TEXT NOT NULL,
        name TEXT NOT NULL
    );
    CREATE INDEX customers_of ON customers (number);
    CREATE INDEX customers_by_name ON customers (folded);
    CREATE TABLE passages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        number INTEGER NOT NULL REFERENCES documents,
        ordinal INTEGER NOT NULL,
        kind TEXT NOT NULL,
        context TEXT NOT NULL,
        text TEXT NOT NULL,
        anchor TEXT,
        words INTEGER NOT NULL,
        text_hash BLOB NOT NULL
    );
    CREATE INDEX passages_of ON passages (number, id);
    CREATE INDEX passages_by_text ON passages (text_hash);
    CREATE TABLE graves (id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL);
    CREATE TABLE spaces (number INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, dimension INTEGER NOT NULL);
    CREATE TABLE vectors (
        space INTEGER NOT NULL REFERENCES spaces,
        text_hash BLOB NOT NULL,
        vector BLOB NOT NULL,
        UNIQUE (space, text_hash)
    );
    """,
    """
    CREATE TABLE questions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        number INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        text TEXT NOT NULL,
        text_hash BLOB NOT NULL,
        at TEXT NOT NULL,
        by TEXT NOT NULL
    );
    CREATE INDEX questions_of ON questions (number);
    CREATE INDEX questions_by_text ON questions (text_hash);
    """,
    """
    CREATE INDEX records_by_link ON records (json_extract(record, '$.url'));
    """,
    """
    CREATE TABLE strays (text_hash BLOB PRIMARY KEY) WITHOUT ROWID;
    INSERT OR IGNORE INTO strays SELECT text_hash FROM vectors;
    """,
)
