"""What documents have, in columns → how many of them have each value, under any filters. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from indexer.asking import Filters

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]
Choices = dict[str, tuple[tuple[str, int], ...]]
EVERYTHING = Filters()


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The values of one filter: entry n says that the document in row `rows[n]` has the value `codes[n]`.

    `keys` are the values as filters compare them, by code; `names` as they are shown, in the order of the alphabet.
    A value without a name is found by filters but offered to nobody.
    """

    rows: Ids
    codes: Ids
    keys: tuple[str, ...]
    names: tuple[str, ...]

    def counts(self, mask: Mask) -> tuple[tuple[str, int], ...]:
        """The shown values with how many of the masked documents have them, most first."""
        numbers = np.bincount(self.codes[mask[self.rows]], minlength=len(self.names))
        order = np.argsort(-numbers, kind="stable").tolist()
        told = numbers.tolist()
        return tuple((self.names[code], told[code]) for code in order if told[code] and self.names[code])

    def having(self, keys: Iterable[str], size: int) -> Mask:
        """Which documents have any of these values."""
        wanted = frozenset(keys)
        codes = [code for code, key in enumerate(self.keys) if key in wanted]
        mask = np.zeros(size, dtype=np.bool_)
        mask[self.rows[np.isin(self.codes, codes)]] = True
        return mask


def column(entries: Iterable[tuple[int, str, str]]) -> Column:
    """A column of (row, value as compared, value as shown); of several ways to show one the last by alphabet stays."""
    shown: dict[str, str] = {}
    place: dict[str, int] = {}
    rows, places = list[int](), list[int]()
    for row, key, name in entries:
        rows.append(row)
        places.append(place.setdefault(key, len(place)))
        if name > shown.setdefault(key, ""):
            shown[key] = name
    keys = sorted(shown, key=lambda key: (shown[key], key))
    code = np.zeros(len(place), dtype=np.int64)
    code[[place[key] for key in keys]] = np.arange(len(keys))
    pairs = np.unique(np.array(rows, dtype=np.int64) * max(1, len(keys)) + code[places]) if rows else code
    told = np.divmod(pairs, max(1, len(keys)))
    return Column(told[0], told[1], tuple(keys), tuple(shown[key] for key in keys))


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Documents as columns by the names of the filters; `days` as 20260302, 0 where there is no date."""

    size: int
    columns: Mapping[str, Column]
    days: Ids

    def counts(self, filters: Filters = EVERYTHING, wanted: Mapping[str, Sequence[str]] | None = None) -> Choices:
        """For each filter its values with how many documents have them that all other filters let through.

        `wanted` are the values of the filters as the columns compare them.
        """
        masks = {name: self._masked(name, keys) for name, keys in (wanted or {}).items() if keys}
        base = self._base(filters)
        return {name: column.counts(self._all(base, masks, name)) for name, column in self.columns.items()}

    def _all(self, base: Mask, masks: Mapping[str, Mask], but: str) -> Mask:
        for name, mask in masks.items():
            base = base if name == but else base & mask
        return base

    def _masked(self, name: str, keys: Sequence[str]) -> Mask:
        column = self.columns[name]
        if name != "source":
            return column.having(keys, self.size)
        family = [key for key in column.keys if key in keys or key.partition(":")[0] in keys]
        return column.having(family, self.size)

    def _base(self, filters: Filters) -> Mask:
        """What days and the archive let through."""
        mask = np.ones(self.size, dtype=np.bool_)
        if filters.since:
            mask &= self.days >= number_of(filters.since)
        if filters.until:
            mask &= (self.days > 0) & (self.days <= number_of(filters.until))
        if filters.archived != "with":
            archived = self.columns["status"].having(["archived"], self.size)
            mask &= archived if filters.archived == "only" else ~archived
        return mask


def number_of(day: date) -> int:
    """A day as a number that grows with time: 20260302."""
    return day.year * 10_000 + day.month * 100 + day.day
