"""The store's rows → columns that can be counted."""

import json
from collections.abc import Sequence

from indexer.engines.narrowing import condition
from indexer.engines.protocol import Scope
from indexer.store import Row, Store
from indexer.tally import NAMED, TOLD, Tally, tallied

_TOLD = ", ".join(f"d.{name}" for name in TOLD)


def tally(store: Store, visibilities: frozenset[str], ids: Sequence[str] | None = None) -> Tally:
    """All documents of these visibilities, or those of them that are asked for, as columns."""
    where, values = condition(Scope(visibilities))
    if ids is not None:
        where, values = f"{where} AND d.id IN (SELECT value FROM json_each(?))", [*values, json.dumps(list(ids))]
    documents = store.rows(f"SELECT {_TOLD} FROM documents d WHERE {where} ORDER BY d.number", values)
    few = None if ids is None else [row[0] for row in documents]
    return tallied(documents, {name: _named(store, table, few) for name, table in NAMED.items()})


def _named(store: Store, table: str, few: Sequence[int] | None) -> list[Row]:
    """Who is named: (number, folded name, name). In few documents they are looked up, else all are read."""
    where = "" if few is None else "WHERE number IN (SELECT value FROM json_each(?))"
    values = () if few is None else (json.dumps(few),)
    return store.rows(f"SELECT number, folded, name FROM {table} {where}", values)
