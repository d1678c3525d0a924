"""The queue of texts to embed, statement by statement: put in, leased, brought back, given up, cleared.

A row is one text for one model. A lease is a number that is never given twice, and every statement that ends one asks
for it: whoever comes back after another was given the text changes nothing. Vectors are kept under the text they were
made of and never overwritten, so that a text that was embedded twice has one vector all the same.
"""

from collections.abc import Mapping, Sequence

from indexer.engines.postgres import vectors
from indexer.engines.postgres.server import Transaction
from indexer.engines.protocol import Embedded
from indexer.engines.queued import Leased, Queued, SetAside, tokens_in

CHANNEL = "signpost_embedding"
"""What is told on it: that there is something to do, or that something is done."""
ATTEMPTS = 3
"""A text is leased so often; the last time alone, so that it takes no other text with it."""
MOST = 512
"""Texts of one lease, however short."""
SMALLER = 8
"""What was leased in vain once is leased in lots of this part of the usual size."""
GAVE_OUT = f"{ATTEMPTS} workers ended, or took too long, while they had it"
FREE = "state = 'waiting' AND (leased_until IS NULL OR leased_until < clock_timestamp())"
HAD = """(EXISTS (SELECT 1 FROM passages p WHERE p.text_hash = j.text_hash)
    OR EXISTS (SELECT 1 FROM questions q WHERE q.text_hash = j.text_hash))"""
PUT = """
    WITH new AS (
        INSERT INTO jobs (text_hash, fingerprint, text, size)
        SELECT text_hash, %(fingerprint)s, text, size
        FROM unnest(%(hashes)s::bytea[], %(texts)s::text[], %(sizes)s::integer[]) t (text_hash, text, size)
        ON CONFLICT DO NOTHING RETURNING 1
    ) SELECT count(*) FROM new
"""
GIVE_UP = f"""
    UPDATE jobs SET state = 'aside', text = NULL, lease = NULL, why = CASE why WHEN '' THEN %(why)s ELSE why END
    WHERE (text_hash, fingerprint) IN (
        SELECT text_hash, fingerprint FROM jobs
        WHERE lease IS NOT NULL AND attempts >= {ATTEMPTS} AND {FREE} ORDER BY number FOR UPDATE SKIP LOCKED
    )
"""
TAKE = f"""
    WITH free AS (
        SELECT text_hash, number, size, attempts FROM jobs
        WHERE fingerprint = %(fingerprint)s AND {FREE} ORDER BY number LIMIT {MOST} FOR UPDATE SKIP LOCKED
    ), placed AS (
        SELECT text_hash, row_number() OVER (ORDER BY number) AS place, sum(
            CASE attempts WHEN 0 THEN size WHEN {ATTEMPTS - 1} THEN %(tokens)s
            ELSE greatest(size, %(tokens)s / {SMALLER}) END
        ) OVER (ORDER BY number) AS tokens FROM free
    ), lease AS MATERIALIZED (SELECT nextval('leases') AS number)
    UPDATE jobs j SET lease = lease.number, attempts = j.attempts + 1,
        leased_until = clock_timestamp() + make_interval(secs => %(seconds)s)
    FROM placed, lease
    WHERE j.text_hash = placed.text_hash AND j.fingerprint = %(fingerprint)s
        AND (placed.tokens <= %(tokens)s OR placed.place = 1)
    RETURNING j.lease, j.text_hash, j.text
"""
HELD = """
    SELECT text_hash FROM jobs WHERE fingerprint = %(fingerprint)s AND lease = %(lease)s AND state = 'waiting'
    AND text_hash = ANY(%(hashes)s::bytea[]) ORDER BY text_hash FOR UPDATE
"""
COUNTED = f"""
    SELECT count(*) FILTER (WHERE {FREE}), count(*) FILTER (WHERE state = 'waiting' AND NOT ({FREE})),
    count(*) FILTER (WHERE state = 'aside') FROM jobs
"""
ASIDE = """
    SELECT j.text_hash, j.why, coalesce(min(d.id), '') FROM jobs j LEFT JOIN passages p ON p.text_hash = j.text_hash
    LEFT JOIN documents d ON d.number = p.number
    WHERE j.state = 'aside' AND (%(hashes)s::bytea[] IS NULL OR j.text_hash = ANY(%(hashes)s::bytea[]))
    GROUP BY j.text_hash, j.fingerprint, j.why ORDER BY 3, 1 LIMIT %(limit)s
"""


def put(transaction: Transaction, fingerprint: str, texts: Mapping[str, str]) -> int:
    """Let these texts wait for a worker with that model, those that do not yet; what waits for another model goes."""
    loosen(transaction, "fingerprint <> %(fingerprint)s", fingerprint)
    values = {
        "fingerprint": fingerprint,
        "hashes": [bytes.fromhex(text_hash) for text_hash in texts],
        "texts": list(texts.values()),
        "sizes": [tokens_in(text) for text in texts.values()],
    }
    new = int(transaction.run(PUT, values)[0][0])
    if new:
        _tell(transaction)
    return new


def take(transaction: Transaction, fingerprint: str, tokens: int, seconds: float) -> Leased | None:
    """About so many tokens of texts that are nobody's, from the oldest on; None where there are none."""
    transaction.run(GIVE_UP, {"why": GAVE_OUT})
    rows = transaction.run(TAKE, {"fingerprint": fingerprint, "tokens": tokens, "seconds": seconds})
    return Leased(rows[0][0], {row[1].hex(): row[2] for row in rows}) if rows else None


def finish(transaction: Transaction, lease: int, embedded: Embedded) -> int:
    """Keep the vectors of those texts that the lease still covers; how many these are."""
    held = set(_held(transaction, lease, embedded.fingerprint, embedded.hashes))
    rows = sorted((text_hash, row) for row, text_hash in enumerate(embedded.hashes) if text_hash in held)
    if not rows:
        return 0
    hashes = tuple(text_hash for text_hash, _ in rows)
    vectors.embed(transaction, Embedded(embedded.fingerprint, hashes, embedded.vectors[[row for _, row in rows]]))
    values = _values(lease, embedded.fingerprint, hashes)
    mine = "j.fingerprint = %(fingerprint)s AND j.text_hash = ANY(%(hashes)s::bytea[])"
    transaction.run(f"DELETE FROM jobs j WHERE {mine} AND {HAD}", values)
    # What no passage has yet stays known until one has it, or the update ends: else nothing would ever miss it
    transaction.run(f"UPDATE jobs j SET state = 'embedded', text = NULL, lease = NULL WHERE {mine}", values)
    _tell(transaction)
    return len(rows)


def fail(transaction: Transaction, lease: int, fingerprint: str, why: Mapping[str, str]) -> None:
    """Say why texts could not be embedded: they wait for another try, or are set aside after the last."""
    held = _held(transaction, lease, fingerprint, tuple(why))
    rows = [(why[one], bytes.fromhex(one), fingerprint) for one in held]
    last = f"attempts >= {ATTEMPTS}"
    transaction.run_many(
        f"""UPDATE jobs SET why = %s, lease = NULL, leased_until = NULL,
        text = CASE WHEN {last} THEN NULL ELSE text END,
        state = CASE WHEN {last} THEN 'aside' ELSE 'waiting' END
        WHERE text_hash = %s AND fingerprint = %s""",
        rows,
    )
    _tell(transaction)


def give_back(transaction: Transaction, lease: int, fingerprint: str, hashes: Sequence[str]) -> None:
    """Let texts wait again as if nobody had taken them."""
    held = _held(transaction, lease, fingerprint, hashes)
    transaction.run(
        """UPDATE jobs SET lease = NULL, leased_until = NULL, attempts = attempts - 1
        WHERE fingerprint = %(fingerprint)s AND text_hash = ANY(%(hashes)s::bytea[])""",
        _values(lease, fingerprint, held),
    )
    _tell(transaction)


def others(transaction: Transaction, fingerprint: str) -> list[str]:
    """The models of texts that wait for another one than this."""
    statement = "SELECT DISTINCT fingerprint FROM jobs WHERE state = 'waiting' AND fingerprint <> %(fingerprint)s"
    return sorted(row[0] for row in transaction.run(statement, {"fingerprint": fingerprint}))


def aside(transaction: Transaction, hashes: Sequence[str] | None, limit: int) -> list[SetAside]:
    """Texts that were set aside, of all or of these."""
    values = {"hashes": None if hashes is None else [bytes.fromhex(one) for one in hashes], "limit": limit}
    return [SetAside(row[0].hex(), row[1], row[2]) for row in transaction.run(ASIDE, values)]


def counted(transaction: Transaction, examples: int) -> Queued:
    """How the queue stands."""
    ((waiting, leased, set_aside),) = transaction.run(COUNTED)
    return Queued(waiting, leased, set_aside, tuple(aside(transaction, None, examples) if set_aside else ()))


def retry(transaction: Transaction) -> int:
    """Forget what was set aside, so that it counts as never embedded; how many texts these were."""
    return len(transaction.run("DELETE FROM jobs WHERE state = 'aside' RETURNING 1"))


def taken(transaction: Transaction, hashes: Sequence[bytes]) -> None:
    """Passages have these texts now: their vectors need no other reason to be kept."""
    statement = "DELETE FROM jobs WHERE state = 'embedded' AND text_hash = ANY(%(hashes)s::bytea[])"
    transaction.run(statement, {"hashes": list(hashes)})


def clear(transaction: Transaction) -> None:
    """Nobody wants anything any more: what waits goes, and vectors that no passage took are loose."""
    loosen(transaction, "state <> 'aside'")
    transaction.run(f"DELETE FROM jobs j WHERE NOT {HAD}")
    vectors.tidy(transaction)


def loosen(transaction: Transaction, which: str, fingerprint: str = "") -> None:
    """Take texts out of the queue; vectors that some of them have already are kept only where a passage has them."""
    gone = f"WITH gone AS (DELETE FROM jobs WHERE {which} RETURNING text_hash)"
    transaction.run(f"{gone} INSERT INTO loose SELECT text_hash FROM gone", {"fingerprint": fingerprint})


def _held(transaction: Transaction, lease: int, fingerprint: str, hashes: Sequence[str]) -> list[str]:
    return [row[0].hex() for row in transaction.run(HELD, _values(lease, fingerprint, hashes))]


def _values(lease: int, fingerprint: str, hashes: Sequence[str]) -> dict[str, object]:
    return {"lease": lease, "fingerprint": fingerprint, "hashes": [bytes.fromhex(one) for one in hashes]}


def _tell(transaction: Transaction) -> None:
    transaction.run(f"SELECT pg_notify('{CHANNEL}', '')")
