"""Which documents changed and when, and the moment of each sequence: a log that triggers keep, for who follows.

`touched` is for all who follow. `moments` are for copies on other machines: a token that no other server can have
given to that sequence, and when it came; who does not find their own again has to begin anew.
"""

from collections.abc import Sequence

from indexer.engines.postgres import writing
from indexer.engines.postgres.server import Server, Transaction

CHANNEL = "signpost_changed"
REMEMBERED = 10_000
"""Sequences of which the moment is kept; who is farther behind begins anew."""
TOUCH = """INSERT INTO signpost.touched SELECT {id}, m.sequence + 1 FROM signpost.meta m {more}
    ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence"""
DOCUMENTS = (
    'CREATE TABLE IF NOT EXISTS signpost.touched (id text COLLATE "C" PRIMARY KEY, sequence bigint NOT NULL)',
    "CREATE TABLE IF NOT EXISTS signpost.touched_since (alone boolean PRIMARY KEY, sequence bigint NOT NULL)",
    "INSERT INTO signpost.touched_since SELECT true, sequence FROM signpost.meta ON CONFLICT DO NOTHING",
    f"""CREATE OR REPLACE FUNCTION signpost.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {TOUCH.format(id="coalesce(new.id, old.id)", more="")};
        RETURN NULL;
    END $$""",
    """CREATE OR REPLACE TRIGGER touched AFTER INSERT OR UPDATE OR DELETE ON signpost.documents
        FOR EACH ROW EXECUTE FUNCTION signpost.touch()""",
)
MOMENTS = (
    *DOCUMENTS,
    "CREATE INDEX IF NOT EXISTS touched_by_sequence ON signpost.touched (sequence)",
    f"""CREATE OR REPLACE FUNCTION signpost.touch_asked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {TOUCH.format(id="d.id", more="JOIN signpost.documents d ON d.number = coalesce(new.number, old.number)")};
        RETURN NULL;
    END $$""",
    """CREATE OR REPLACE TRIGGER touched AFTER INSERT OR UPDATE OR DELETE ON signpost.questions
        FOR EACH ROW EXECUTE FUNCTION signpost.touch_asked()""",
    """CREATE TABLE IF NOT EXISTS signpost.moments (
        sequence bigint PRIMARY KEY, token uuid NOT NULL DEFAULT gen_random_uuid(),
        at timestamptz NOT NULL DEFAULT clock_timestamp())""",
    f"""CREATE OR REPLACE FUNCTION signpost.note_moment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM signpost.moments WHERE sequence <= new.sequence - {REMEMBERED};
        INSERT INTO signpost.moments VALUES (new.sequence)
            ON CONFLICT (sequence) DO UPDATE SET token = excluded.token, at = excluded.at;
        PERFORM pg_notify('{CHANNEL}', '');
        RETURN NULL;
    END $$""",
    """CREATE OR REPLACE TRIGGER noted AFTER UPDATE ON signpost.meta FOR EACH ROW
        WHEN (new.sequence <> old.sequence) EXECUTE FUNCTION signpost.note_moment()""",
    "INSERT INTO signpost.moments SELECT sequence FROM signpost.meta ON CONFLICT DO NOTHING",
)
MAKING = 0x5167_6E70_6F73_7402


def keep_log(server: Server, statements: Sequence[str], table: str) -> None:
    """See that the log is kept which these statements make, `table` being what they make last."""
    with server.reading() as transaction:
        if _is_there(transaction, table):  # a standby that only answers may not make it, nor has to
            return
    with server.writing() as transaction:
        transaction.run("SELECT pg_advisory_xact_lock(%(making)s)", {"making": MAKING})
        writing.lock(transaction)  # nobody may write between a trigger and the first thing it has to tell
        for statement in statements:
            transaction.run(statement)


def forget_followed(transaction: Transaction, sequence: int) -> None:
    """Forget what changed up to a sequence, unless copies may still have to hear of it."""
    if _is_there(transaction, "moments"):
        return
    values = {"sequence": sequence}
    transaction.run("DELETE FROM touched WHERE sequence <= %(sequence)s", values)
    transaction.run("UPDATE touched_since SET sequence = greatest(sequence, %(sequence)s)", values)


def begin_anew(transaction: Transaction) -> None:
    """Let every copy be thrown away and made anew: nothing of what was dropped is to be left in one."""
    if not _is_there(transaction, "moments"):
        return
    writing.lock(transaction)
    transaction.run("DELETE FROM touched t WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.id = t.id)")
    transaction.run("UPDATE touched_since SET sequence = m.sequence FROM meta m")
    transaction.run("DELETE FROM moments")
    transaction.run("INSERT INTO moments SELECT sequence FROM meta")
    transaction.run(f"NOTIFY {CHANNEL}")


def _is_there(transaction: Transaction, table: str) -> bool:
    return bool(transaction.run(f"SELECT to_regclass('signpost.{table}') IS NOT NULL")[0][0])
