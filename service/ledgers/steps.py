"""A table → its rows, some at a time: what is done with them in between keeps no server waiting for long."""

from collections.abc import Iterator, Sequence
from typing import Any

from service.schema import KEYS, File

AT_ONCE = 500


def in_steps(file: File, table: str, columns: Sequence[str], among: str = "TRUE") -> Iterator[list[tuple[Any, ...]]]:
    """The rows in the order of their key, as far as the condition `among` says. Columns of the key are among `columns`.

    Rows that change meanwhile may come again, if their key grows; none is left out.
    """
    key = KEYS[table][0]
    places, order = [columns.index(column) for column in key], ", ".join(key)
    first = f"SELECT {', '.join(columns)} FROM {table} WHERE {among}"
    rows = file.rows(f"{first} ORDER BY {order} LIMIT ?", (AT_ONCE,))
    while rows:
        yield rows
        last = [rows[-1][place] for place in places]
        after = f"({order}) > ({', '.join('?' * len(key))})"
        rows = file.rows(f"{first} AND {after} ORDER BY {order} LIMIT ?", (*last, AT_ONCE))
