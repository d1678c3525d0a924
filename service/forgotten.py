"""Who is to be forgotten for good, as hashes, and the ledger without them. Rows of the ledger."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from indexer.forgetting import Forgotten, hash_of, ways_to_write
from service.ledgers.steps import in_steps
from service.schema import KEYS, File

THEIRS = ("people", "sessions", "tokens", "searches")
"""Tables whose rows belong to whoever has the address in `email`."""
_ADD = "INSERT INTO forgotten (hash, words, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_KEPT_AS_IT_IS = frozenset({"secrets", "forgotten"})


class ForgottenPeople:
    """The hashes of names and addresses that are struck out wherever they come from."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def all(self) -> Forgotten:
        """Everybody who is forgotten."""
        rows = self._file.rows("SELECT hash, words FROM forgotten")
        return Forgotten(self._key(), frozenset(r[0] for r in rows), max((r[1] for r in rows), default=0))

    def add(self, addresses: Iterable[str], names: Iterable[str], now: datetime) -> Forgotten:
        """Forget these from now on, and return everybody who is forgotten by then."""
        key = self._key()
        told = {(address,) for address in addresses} | {way for name in names for way in ways_to_write(name)}
        rows = [(hash_of(key, words), len(words), now.isoformat()) for words in told]
        with self._file.writing():
            self._file.put(_ADD, rows)
        return self.all()

    def strike(self, who: Forgotten, addresses: Iterable[str]) -> int:
        """Take them out of every row, and whole rows that are theirs; how many rows that were. One transaction."""
        with self._file.writing():
            emails = [(address,) for address in addresses]
            gone = sum(max(0, self._file.put(f"DELETE FROM {t} WHERE email = ?", emails)) for t in THEIRS)
            return gone + sum(self._strike(table, who) for table in KEYS if table not in _KEPT_AS_IT_IS)

    def shrink(self) -> None:
        """Write the ledger anew, so that nothing of what was taken out is left in it."""
        self._file.shrink()

    def _strike(self, table: str, who: Forgotten) -> int:
        columns = self._file.columns(table)
        changed = 0
        for row in (row for rows in in_steps(self._file, table, columns) for row in rows):
            struck = tuple(_struck(value, who.text) for value in row)
            if struck != row:
                self._replace(table, dict(zip(columns, row, strict=True)), dict(zip(columns, struck, strict=True)))
                changed += 1
        return changed

    def _replace(self, table: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Put the new row in the place of the old one, and of any that it cannot stand beside."""
        primary, *_ = KEYS[table]
        for row, keys in ((old, [primary]), (new, KEYS[table])):
            for key in keys:
                where = " AND ".join(f"{column} = ?" for column in key)
                self._file.put(f"DELETE FROM {table} WHERE {where}", [[row[column] for column in key]])
        marks = ", ".join("?" * len(new))
        self._file.put(f"INSERT INTO {table} ({', '.join(new)}) VALUES ({marks})", [list(new.values())])

    def _key(self) -> bytes:
        found: bytes = self._file.rows("SELECT value FROM secrets WHERE name = 'message id'")[0][0]
        return found


def _struck(value: Any, text: Callable[[str], str]) -> Any:
    """A value of a row without whom it names. A mail's bytes that name them are not kept at all."""
    if isinstance(value, bytes):
        told = value.decode("utf-8", "replace")
        return value if text(told) == told else None
    if not isinstance(value, str):
        return value
    if value[:1] in ("{", "["):
        try:
            return json.dumps(_in_json(json.loads(value), text), ensure_ascii=False)
        except ValueError:
            return text(value)
    return text(value)


def _in_json(told: Any, text: Callable[[str], str]) -> Any:
    match told:
        case str():
            return text(told)
        case list():
            return [_in_json(each, text) for each in told]
        case dict():
            return {text(name): _in_json(value, text) for name, value in told.items()}
    return told
