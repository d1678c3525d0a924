"""The server's rows → columns that can be counted."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.engines.postgres.narrowing import condition
from indexer.engines.postgres.server import Transaction
from indexer.engines.protocol import Scope
from indexer.tally import Tally, column

PLAIN = ("source", "kind", "parent", "lane", "status")
NAMED = {"customer": "customers", "person": "people"}
FOLDED = {"parent": 7, "lane": 8}
_TELLS = "d.number, d.source, d.kind, d.parent, d.lane, d.status, d.day, d.parent_folded, d.lane_folded"
Numbers = NDArray[np.int64]


def tally(transaction: Transaction, visibilities: frozenset[str], ids: Sequence[str] | None = None) -> Tally:
    """All documents of these visibilities, or those of them that are asked for, as columns."""
    where, values = condition(Scope(visibilities))
    if ids is not None:
        where, values = f"{where} AND d.id = ANY(%(ids)s)", {**values, "ids": list(ids)}
    rows = transaction.run(f"SELECT {_TELLS} FROM documents d WHERE {where} ORDER BY d.number", values)
    numbers = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    days = np.fromiter((int(row[6].replace("-", "") or 0) for row in rows), dtype=np.int64, count=len(rows))
    columns = {
        name: column((n, row[FOLDED.get(name, place)], row[place]) for n, row in enumerate(rows) if row[place])
        for place, name in enumerate(PLAIN, 1)
    }
    for name, table in NAMED.items():
        named = (
            f"SELECT n.number, n.folded, n.name FROM {table} n JOIN documents d ON d.number = n.number WHERE {where}"
        )
        columns[name] = column(_placed(transaction.run(named, values), numbers))
    return Tally(len(rows), columns, days)


def _placed(rows: Sequence[tuple[int, str, str]], numbers: Numbers) -> Iterator[tuple[int, str, str]]:
    """Who is named in these documents: (row, folded name, name)."""
    places = np.searchsorted(numbers, np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows)))
    for place, (_, folded, name) in zip(places.tolist(), rows, strict=True):
        yield place, folded, name
