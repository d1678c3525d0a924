"""One ledger → another place, whole or not at all: every row is copied, and compared there before it counts."""

from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from typing import Any

from indexer.errors import LedgerError
from service.ledgers.opening import MOVED
from service.ledgers.steps import in_steps
from service.schema import KEYS, File
from service.watching.lease import FileLeases, Lease, ServerLeases
from service.watching.presence import Presence

Sums = dict[str, tuple[int, int]]
"""For each table how many rows it has, and a sum over them that is another one when any of them is."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What is there now, and whether it was there before."""

    rows: int
    receipts: int
    place: str
    copied: bool


def move(source: File, target: File) -> Carried:
    """Copy all rows in one transaction and mark the source as moved. Done again after a break, it goes on from there.

    Raises LedgerError, and then nothing has changed: where somebody watches, where the target has other rows already,
    or where what arrived is not what was sent.
    """
    with source.writing():
        if watching := _watching(source):
            who = ", ".join(f"{lease.mailbox} ({lease.holder})" for lease in watching)
            raise LedgerError(_WATCHED.format(name=source.name, who=who))
        with target.writing():
            held = _held(target)
            if not held:
                _copy(source, target)
            ours, theirs = _sums(source, target)
            if ours != theirs:
                raise LedgerError(_full(target, held) if held else _DIFFERS.format(name=target.name))
        # The target has everything durably by now. Ending here leaves a source that can be moved there again
        source.put("DELETE FROM secrets WHERE name = ?", [(MOVED,)])
        source.put("INSERT INTO secrets VALUES (?, ?)", [(MOVED, target.name.encode())])
    return Carried(sum(count for count, _ in ours.values()), ours["receipts"][0], target.name, not held)


def _held(target: File) -> dict[str, int]:
    """How many rows each table has already, where it has any; a ledger that was only made has its secret alone."""
    counts = {table: target.rows(f"SELECT count(*) FROM {table}")[0][0] for table in KEYS if table != "secrets"}
    return {table: count for table, count in counts.items() if count}


def _copy(source: File, target: File) -> None:
    target.put("DELETE FROM secrets", [()])
    for table in KEYS:
        columns = source.columns(table)
        into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        for rows in in_steps(source, table, columns, _COUNTS.get(table, "TRUE")):
            target.put(into, rows)
    target.count_on()


def _sums(source: File, target: File) -> tuple[Sums, Sums]:
    """Those of both, read by turns: a server takes the turn to write from who is silent for long."""
    ours, theirs = Sums(), Sums()
    for table in KEYS:
        # By name, for a table that was altered has its columns in another order
        among = _COUNTS.get(table, "TRUE")
        reading = [in_steps(file, table, sorted(file.columns(table)), among) for file in (source, target)]
        ours[table] = theirs[table] = (0, 0)
        for here, there in zip_longest(*reading, fillvalue=[]):
            ours[table], theirs[table] = _added(ours[table], here), _added(theirs[table], there)
    return ours, theirs


def _added(before: tuple[int, int], rows: list[tuple[Any, ...]]) -> tuple[int, int]:
    """Whatever order the rows come in: two places may sort strange characters differently."""
    return before[0] + len(rows), before[1] + sum(int.from_bytes(sha256(repr(row).encode()).digest()) for row in rows)


def _watching(file: File) -> list[Lease]:
    leases = ServerLeases(file) if file.shared else FileLeases(file)
    names = [row[0] for row in file.rows("SELECT mailbox FROM accounts ORDER BY mailbox")]
    return [lease for name in names if (lease := leases.of(name, Presence()))]


def _full(target: File, held: dict[str, int]) -> str:
    told = ", ".join(f"{count} of {table}" for table, count in held.items())
    return f"{target.name} holds another ledger already ({told}). Name an empty place, or move that one away first."


_COUNTS = {"secrets": f"name <> '{MOVED}'"}
"""Which rows of a table count, where that is not all."""
_WATCHED = "{name} is in use: {who}. End `signpost watch` and `signpost serve` everywhere, then move it."
_DIFFERS = "{name} did not keep what was copied; nothing of it was left there. Try another place."
