"""The server's rows → columns that can be counted."""

from collections.abc import Sequence

from indexer.engines.postgres.narrowing import condition
from indexer.engines.postgres.server import Transaction
from indexer.engines.protocol import Scope
from indexer.tally import NAMED, TOLD, Tally, tallied

_TOLD = ", ".join(f"d.{name}" for name in TOLD)


def tally(transaction: Transaction, visibilities: frozenset[str], ids: Sequence[str] | None = None) -> Tally:
    """All documents of these visibilities, or those of them that are asked for, as columns."""
    where, values = condition(Scope(visibilities))
    if ids is not None:
        where, values = f"{where} AND d.id = ANY(%(ids)s)", {**values, "ids": list(ids)}
    documents = transaction.run(f"SELECT {_TOLD} FROM documents d WHERE {where} ORDER BY d.number", values)
    named = "SELECT n.number, n.folded, n.name FROM {} n JOIN documents d ON d.number = n.number WHERE " + where
    return tallied(documents, {name: transaction.run(named.format(table), values) for name, table in NAMED.items()})
