"""The tables of the ledger, and what its parts may do with the file that holds them. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

VERSION = 7
Record = TypeVar("Record")

_QUARANTINE = """
-- Mails that were given up: their bytes, as far as they are kept, and since when somebody wants another try.
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, identity TEXT NOT NULL, at TEXT NOT NULL, raw BLOB,
  wanted TEXT NOT NULL DEFAULT '',
  UNIQUE (mailbox, identity)
);
CREATE INDEX places_by_identity ON places (mailbox, identity)
"""

_CONFIRMATIONS = """
-- What people said of a document and a question: it answered it ('sent', 'marked'), or it does not ('refuted').
-- `same` is what questions have in common that count as one. The index holds a copy, and may lose it.
CREATE TABLE confirmations (
  document_id TEXT, same TEXT, question TEXT NOT NULL, at TEXT NOT NULL, said TEXT NOT NULL,
  PRIMARY KEY (document_id, same)
) WITHOUT ROWID
"""

_LABELS = """
-- What people said of answers: whether one of the links was right, and what its probability was made of then, as JSON.
-- `asked` is a hash of mail and question: what was asked does not stand here.
CREATE TABLE labels (asked TEXT PRIMARY KEY, at TEXT NOT NULL, told TEXT NOT NULL) WITHOUT ROWID
"""

_SOURCES = """
-- The last look at each source: when, when the last one was that went well, and what it told, as JSON.
CREATE TABLE sources (
  name TEXT PRIMARY KEY, tried_at TEXT NOT NULL, done_at TEXT NOT NULL, told TEXT NOT NULL
) WITHOUT ROWID
"""

_ACCESS = """
-- Who may log in here by a password; of that a hash (argon2) is kept.
CREATE TABLE people (
  email TEXT PRIMARY KEY, name TEXT NOT NULL, password TEXT NOT NULL, at TEXT NOT NULL
) WITHOUT ROWID;

-- Who is logged in, and the tokens of programs. Of a cookie and of a token only a hash is kept.
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL, how TEXT NOT NULL, groups TEXT NOT NULL,
  at TEXT NOT NULL, seen_at TEXT NOT NULL, until TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_email ON sessions (email);
CREATE TABLE tokens (
  id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, label TEXT NOT NULL, email TEXT NOT NULL, scopes TEXT NOT NULL,
  at TEXT NOT NULL, until TEXT NOT NULL, used_at TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- What people did here: who, when, what, and to what, as JSON. Rows are added and, once old, removed.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, told TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (at);
"""

_WISHES = """
-- Searches that somebody keeps: `query` as it stands in the address; whoever has `feed` reads it as a feed.
CREATE TABLE searches (
  id TEXT PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL, at TEXT NOT NULL,
  feed TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX searches_by_email ON searches (email);

-- Keyed hashes of names and mail addresses that must not be kept, and of how many words each is.
CREATE TABLE forgotten (hash TEXT PRIMARY KEY, words INTEGER NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;

-- Mailboxes in which no drafts are to be written just now, and drafts that somebody wants taken back.
CREATE TABLE pauses (mailbox TEXT PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE takebacks (
  mailbox TEXT, identity TEXT, at TEXT NOT NULL, who TEXT NOT NULL, PRIMARY KEY (mailbox, identity)
) WITHOUT ROWID
"""

TABLES = (
    """
CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- One row a mail and mailbox: what became of it. `told` is the whole receipt as JSON, the rest is there to filter by.
CREATE TABLE receipts (
  id INTEGER PRIMARY KEY,
  mailbox TEXT NOT NULL, identity TEXT NOT NULL, message_id TEXT NOT NULL, draft_message_id TEXT NOT NULL,
  at TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL,
  sender TEXT NOT NULL, subject TEXT NOT NULL, told TEXT NOT NULL,
  UNIQUE (mailbox, identity)
);
CREATE INDEX receipts_by_message_id ON receipts (message_id);
CREATE INDEX receipts_by_draft ON receipts (draft_message_id);
CREATE INDEX receipts_by_identity ON receipts (identity);
CREATE INDEX receipts_by_outcome ON receipts (outcome, reason, state);
CREATE INDEX receipts_by_time ON receipts (at);

-- Every place at which a mail was met, so that a number is never taken for a mail.
CREATE TABLE places (
  mailbox TEXT, folder TEXT, validity INTEGER, uid INTEGER, identity TEXT NOT NULL,
  PRIMARY KEY (mailbox, folder, validity, uid)
) WITHOUT ROWID;

-- How far each folder was read, since when it is watched, and up to which UID it is being looked at anew.
CREATE TABLE folders (
  mailbox TEXT, folder TEXT, validity INTEGER NOT NULL, uid INTEGER NOT NULL, since TEXT NOT NULL,
  again_until INTEGER NOT NULL,
  PRIMARY KEY (mailbox, folder)
) WITHOUT ROWID;

-- Mails in work. A row that outlives its pass tells that the mail, or its neighbour, brought the process down.
CREATE TABLE tries (
  mailbox TEXT, folder TEXT, validity INTEGER, uid INTEGER, tries INTEGER NOT NULL, trouble TEXT NOT NULL,
  PRIMARY KEY (mailbox, folder, validity, uid)
) WITHOUT ROWID;

-- The draft protocol: a row is durable before APPEND; `raw` is kept until the draft is known to be there.
-- Then its life goes on: `sha256` tells whether it is untouched, `basis` what it links to for whom, `words` are hashes.
CREATE TABLE drafts (
  mailbox TEXT NOT NULL, identity TEXT NOT NULL, message_id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
  sender TEXT NOT NULL, at TEXT NOT NULL, tried_at TEXT NOT NULL, tries INTEGER NOT NULL,
  drafts_folder TEXT NOT NULL, drafts_validity INTEGER NOT NULL, drafts_uidnext INTEGER NOT NULL,
  drafts_uid INTEGER NOT NULL DEFAULT 0, sha256 TEXT NOT NULL, raw BLOB, source TEXT NOT NULL,
  basis TEXT NOT NULL, words BLOB NOT NULL, why TEXT NOT NULL DEFAULT '', changed_at TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (mailbox, identity)
) WITHOUT ROWID;
CREATE INDEX drafts_by_state ON drafts (mailbox, state);
CREATE INDEX drafts_by_time ON drafts (mailbox, at);

-- The Message-IDs of the threads that drafts belong to.
CREATE TABLE threads (
  mailbox TEXT, message_id TEXT, draft_message_id TEXT,
  PRIMARY KEY (mailbox, message_id, draft_message_id)
) WITHOUT ROWID;

-- Who watches a mailbox, until when, and what was last seen of it. `fence` grows with every new holder.
CREATE TABLE accounts (
  mailbox TEXT PRIMARY KEY, holder TEXT NOT NULL DEFAULT '', fence INTEGER NOT NULL DEFAULT 0,
  expires TEXT NOT NULL DEFAULT '', looked_at TEXT NOT NULL DEFAULT '', trouble TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
"""
    + _QUARANTINE
    + ";"
    + _CONFIRMATIONS
    + ";"
    + _LABELS
    + ";"
    + _SOURCES
    + ";"
    + _ACCESS
    + _WISHES
)

LATER = {
    2: """
ALTER TABLE drafts ADD COLUMN basis TEXT NOT NULL DEFAULT '{"documents": [], "groups": [], "inside": true}';
ALTER TABLE drafts ADD COLUMN words BLOB NOT NULL DEFAULT x'';
ALTER TABLE drafts ADD COLUMN why TEXT NOT NULL DEFAULT '';
ALTER TABLE drafts ADD COLUMN changed_at TEXT NOT NULL DEFAULT ''
""",
    3: _QUARANTINE,
    4: _CONFIRMATIONS,
    5: _LABELS,
    6: _SOURCES,
    7: _ACCESS + _WISHES,
}
"""What makes a ledger of the version before into one of this version."""


KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "secrets": (("name",),),
    "receipts": (("id",), ("mailbox", "identity")),
    "places": (("mailbox", "folder", "validity", "uid"),),
    "folders": (("mailbox", "folder"),),
    "tries": (("mailbox", "folder", "validity", "uid"),),
    "drafts": (("mailbox", "identity"), ("message_id",)),
    "threads": (("mailbox", "message_id", "draft_message_id"),),
    "accounts": (("mailbox",),),
    "quarantine": (("id",), ("mailbox", "identity")),
    "confirmations": (("document_id", "same"),),
    "labels": (("asked",),),
    "sources": (("name",),),
    "people": (("email",),),
    "sessions": (("hash",),),
    "tokens": (("id",), ("hash",)),
    "audit": (("id",),),
    "searches": (("id",),),
    "forgotten": (("hash",),),
    "pauses": (("mailbox",),),
    "takebacks": (("mailbox", "identity"),),
}
"""Every table, and what its rows are known by, the first of them being the primary key."""


class File(Protocol):
    """What the ledger's rows lie in: a file, or a database. All raise LedgerError, as a sentence, where it cannot.

    Statements are written once, for SQLite and PostgreSQL: `?` marks a value and stands for nothing else. `shared` is
    whether other machines may have it open too; `name` begins sentences about it.
    """

    shared: bool
    name: str

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one reading statement and return all it finds."""
        ...

    def read(self, make: Callable[[tuple[Any, ...]], Record], sql: str, values: Sequence[Any] = ()) -> list[Record]:
        """As `rows`, and make a record of each; a row that no record can be made of is a damaged file."""
        ...

    def put(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """Run one writing statement for each row, within `writing`, and return how many rows it changed."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """Everything inside is one transaction, durable when the block ends and void when it raises; may be nested.

        One block at a time in all processes, so that what it reads holds until it ends.
        """
        ...

    def columns(self, table: str) -> list[str]:
        """The columns of a table, in their order."""
        ...

    def count_on(self) -> None:
        """Rows were brought in with their numbers: those of new rows go on after them."""
        ...

    def shrink(self) -> None:
        """Write all anew, so that nothing of what was taken out is left in it."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
