"""The store's rows → columns that can be counted."""

import json
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.engines.narrowing import condition
from indexer.engines.protocol import Scope
from indexer.store import Store
from indexer.tally import Column, Tally, column

PLAIN = ("source", "kind", "parent", "lane", "status")
NAMED = {"customer": "customers", "person": "people"}
_TELLS = "d.number, d.source, d.kind, d.parent, d.lane, d.status, d.day, d.parent_folded, d.lane_folded"
Numbers = NDArray[np.int64]
_FOLDED = {"parent": 7, "lane": 8}


def tally(store: Store, visibilities: frozenset[str], ids: Sequence[str] | None = None) -> Tally:
    """All documents of these visibilities, or those of them that are asked for, as columns."""
    where, values = condition(Scope(visibilities))
    if ids is not None:
        where, values = f"{where} AND d.id IN (SELECT value FROM json_each(?))", [*values, json.dumps(list(ids))]
    rows = store.rows(f"SELECT {_TELLS} FROM documents d WHERE {where} ORDER BY d.number", values)
    numbers = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    days = np.fromiter((int(row[6].replace("-", "") or 0) for row in rows), dtype=np.int64, count=len(rows))
    columns = {
        name: column((n, row[_FOLDED.get(name, place)], row[place]) for n, row in enumerate(rows) if row[place])
        for place, name in enumerate(PLAIN, 1)
    }
    columns |= {name: _named(store, table, numbers, few=ids is not None) for name, table in NAMED.items()}
    return Tally(len(rows), columns, days)


def _named(store: Store, table: str, numbers: Numbers, few: bool) -> Column:
    return column(_entries(store, table, numbers, few) if len(numbers) else ())


def _entries(store: Store, table: str, numbers: Numbers, few: bool) -> Iterator[tuple[int, str, str]]:
    """Who is named in these documents: (row, folded name, name). Few are looked up, many are picked from all."""
    where = "WHERE number IN (SELECT value FROM json_each(?))" if few else ""
    values = (json.dumps(numbers.tolist()),) if few else ()
    rows = store.rows(f"SELECT number, folded, name FROM {table} {where}", values)
    places = np.searchsorted(numbers, np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows)))
    for place, (number, folded, name) in zip(places.tolist(), rows, strict=True):
        if place < len(numbers) and numbers[place] == number:
            yield place, folded, name
