"""One ledger → another place, whole or not at all: every row is copied, and compared there before it counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from indexer.errors import LedgerError
from service.ledgers.opening import MOVED
from service.schema import KEYS, File
from service.watching.lease import FileLeases, Lease, ServerLeases
from service.watching.presence import Presence

AT_ONCE = 500
"""Rows that are read in one go."""
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
            raise LedgerError(
                _WATCHED.format(name=source.name, who=", ".join(f"{w.mailbox} ({w.holder})" for w in watching))
            )
        before = _sums(source)
        with target.writing():
            there = {table: count for table, (count, _) in _sums(target).items() if count and table != "secrets"}
            fresh = not there
            if fresh:
                _copy(source, target)
            if _sums(target) != before:
                raise LedgerError(_DIFFERS.format(name=target.name) if fresh else _full(target, there))
        # The target has everything durably by now. Ending here leaves a source that can be moved there again
        source.put("DELETE FROM secrets WHERE name = ?", [(MOVED,)])
        source.put("INSERT INTO secrets VALUES (?, ?)", [(MOVED, target.name.encode())])
    return Carried(sum(count for count, _ in before.values()), before["receipts"][0], target.name, fresh)


def _copy(source: File, target: File) -> None:
    target.put("DELETE FROM secrets", [()])
    for table in KEYS:
        columns = source.columns(table)
        into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        for rows in _rows(source, table, columns):
            target.put(into, rows)
    target.count_on()


def _rows(file: File, table: str, columns: list[str]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table, some at a time, without the mark of one that was moved."""
    left_out = f"WHERE name <> '{MOVED}'" if table == "secrets" else ""
    order = ", ".join(KEYS[table][0])
    sql = f"SELECT {', '.join(columns)} FROM {table} {left_out} ORDER BY {order} LIMIT ? OFFSET ?"
    start = 0
    while rows := file.rows(sql, (AT_ONCE, start)):
        yield rows
        start += len(rows)


def _sums(file: File) -> Sums:
    return {table: _sum(file, table) for table in KEYS}


def _sum(file: File, table: str) -> tuple[int, int]:
    """Whatever order the rows come in: two places may sort strange characters differently."""
    count = total = 0
    # By name, for a table that was altered has its columns in another order
    for rows in _rows(file, table, sorted(file.columns(table))):
        count += len(rows)
        total += sum(int.from_bytes(sha256(repr(row).encode()).digest()) for row in rows)
    return count, total


def _watching(file: File) -> list[Lease]:
    leases = ServerLeases(file) if file.shared else FileLeases(file)
    names = [row[0] for row in file.rows("SELECT mailbox FROM accounts ORDER BY mailbox")]
    return [lease for name in names if (lease := leases.of(name, Presence()))]


def _full(target: File, there: dict[str, int]) -> str:
    held = ", ".join(f"{count} of {table}" for table, count in there.items())
    return f"{target.name} holds another ledger already ({held}). Name an empty place, or move that one away first."


_WATCHED = "{name} is in use: {who}. End `signpost watch` and `signpost serve` everywhere, then move it."
_DIFFERS = "{name} did not keep what was copied; nothing of it was left there. Try another place."
