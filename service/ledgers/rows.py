"""Rows → records; one that makes no sense is a damaged ledger. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from indexer.errors import LedgerError
from service.schema import Record


def records(
    make: Callable[[tuple[Any, ...]], Record], rows: Iterable[tuple[Any, ...]], name: str, way_out: str
) -> list[Record]:
    """A record of each row. Raises LedgerError where `make` cannot."""
    try:
        return [make(row) for row in rows]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        says = f"{name} is damaged: it holds a row that makes no sense ({type(error).__name__}: {error}); "
        raise LedgerError(says + way_out) from error
