"""The text of a CSV file → a table with row numbers, and a sentence for each row that is broken. Pure."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.errors import UnreadableFile
from indexer.sources.text import clean, one_line

csv.field_size_limit(16 * 1024 * 1024)  # a note may be longer than the 128 KiB that the csv module allows

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 64 * 1024
_MOST_TOLD = 5
_END = "\x1fend of the file"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: `number` is the line of the file on which it begins (the first is 1); one cell for each header."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with distinct headers; `failures` are sentences on rows that could not be read."""

    file: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    failures: tuple[str, ...] = ()

    @property
    def preview(self) -> str:
        """Header and first three rows, one a line, for a question to the user."""
        lines = (self.headers, *(row.cells for row in self.rows[:3]))
        return "\n".join(" | ".join(one_line(cell, 30) for cell in line) for line in lines)


def table_of(text: str, file: str) -> Table:
    """The table that the text of a CSV file holds, whatever its delimiter.

    Raises UnreadableFile, with row and column, where a quoted cell never ends; a row that does not fit its
    header is left out and told in `failures`.
    """
    text, delimiter = _delimited(text)
    rows = _rows(text, delimiter, file)
    start = _header_at(rows)
    if start is None:
        raise UnreadableFile(f"{file} holds no table. Export it again as CSV with a header row.")
    headers = _distinct(rows[start].cells)
    body = _without_footer(rows[start + 1 :], len(headers))
    fitting = tuple(_fitted(row, len(headers)) for row in body if not _beyond(row, len(headers)))
    told = [*_misfits(body, len(headers), delimiter, file), *_cut_short(text, fitting, body, file)]
    return Table(file, headers, fitting, tuple(told))


def _delimited(text: str) -> tuple[str, str]:
    """The text without Excel's `sep=;` line, and its delimiter."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return "\n" + rest, first[4]  # an empty line stays, so that row numbers are those of the file
    return text, max(_DELIMITERS, key=lambda d: _fit(text[:_SAMPLE], d))


def _fit(sample: str, delimiter: str) -> float:
    """How well a delimiter explains the sample: its columns times the share of rows that have as many."""
    try:
        rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row][:50]
    except csv.Error:
        return 0.0
    wide = max((len(row) for row in rows[:10]), default=1)
    alike = sum(len(row) == wide for row in rows)
    return (wide - 1) * (0.1 + alike / max(1, len(rows)))


def _rows(text: str, delimiter: str, file: str) -> list[Row]:
    """All rows, blank ones too, each with the line it begins on. Stray quotes are read as spreadsheets read them."""
    lines = io.StringIO(f"{text.rstrip()}\n{_END}", newline="")
    reader, begins, rows = csv.reader(lines, delimiter=delimiter), 1, list[Row]()
    try:
        for cells in reader:
            rows.append(Row(begins, tuple(cells)))
            begins = reader.line_num + 1
    except csv.Error as problem:
        raise UnreadableFile(f"{file} is no CSV at row {begins} ({problem}). Export it again.") from problem
    last = rows.pop()
    if last.cells != (_END,):  # a quote before the end swallowed it
        row = last.number + sum(cell.count("\n") for cell in last.cells[:-1])
        raise UnreadableFile(
            f"{file} is cut short or broken: the quote that opens at row {row}, column {len(last.cells)} "
            "is never closed. Export it again."
        )
    return [Row(row.number, tuple(clean(cell) for cell in row.cells)) for row in rows]


def _header_at(rows: Sequence[Row]) -> int | None:
    """The first row that says something; a title of one cell above a wider row is no header."""
    filled = [(i, sum(map(bool, row.cells))) for i, row in enumerate(rows[:50])]
    told = [(i, count) for i, count in filled if count]
    while len(told) > 1 and told[0][1] == 1 < told[1][1]:
        told = told[1:]
    return told[0][0] if told else None


def _distinct(cells: Sequence[str]) -> tuple[str, ...]:
    """Header names without repetition: an empty one is called by its position, a second `Name` is `Name (2)`."""
    names: dict[str, None] = {}
    uses: Counter[str] = Counter()
    for position, cell in enumerate(cells, start=1):
        name = plain = one_line(cell, 200) or f"column {position}"
        while name in names:
            uses[plain] += 1
            name = f"{plain} ({uses[plain] + 1})"
        names[name] = None
    return tuple(names)


def _without_footer(rows: Sequence[Row], width: int) -> list[Row]:
    """Rows that say something, without what a report prints below its table after an empty line."""
    full = [sum(map(bool, row.cells)) for row in rows]
    table = 1 + max((i for i, cells in enumerate(full) if cells > 1), default=-1)
    footer = next((i for i in range(table, len(rows)) if not full[i]), len(rows)) if width > 2 else len(rows)
    return [row for row, cells in zip(rows[:footer], full, strict=False) if cells]


def _fitted(row: Row, width: int) -> Row:
    """The row with exactly `width` cells: spreadsheets leave empty cells at its end away, or add some."""
    cells = row.cells[:width]
    return Row(row.number, cells + ("",) * (width - len(cells)))


def _beyond(row: Row, width: int) -> int | None:
    """The position of the first cell that lies beyond the header, if there is one."""
    return next((i for i, cell in enumerate(row.cells[width:], start=width) if cell), None)


def _misfits(rows: Sequence[Row], width: int, delimiter: str, file: str) -> list[str]:
    """A sentence for each of the first rows that are too long, and how many more there are."""
    wrong = [(row, at) for row in rows if (at := _beyond(row, width))]
    told = [
        f"{file}, row {row.number}, column {at + 1}: {one_line(row.cells[at], 40)!r} lies beyond the {width} columns "
        f"of the header, so the row was left out. Quote cells that contain {delimiter!r}, or export again."
        for row, at in wrong[:_MOST_TOLD]
    ]
    return told + ([f"{file}: {len(wrong) - _MOST_TOLD} more rows are too long."] if len(wrong) > _MOST_TOLD else [])


def _cut_short(text: str, fitting: Sequence[Row], body: Sequence[Row], file: str) -> list[str]:
    """A sentence when the file ends inside its last row although all others are full."""
    widths = [len(row.cells) for row in body]
    whole = not widths or text.endswith(("\n", "\r")) or len(widths) < 3 or not fitting
    if whole or widths[-1] >= min(widths[:-1]):
        return []
    return [
        f"{file} ends in row {body[-1].number} after column {widths[-1]} of {min(widths[:-1])}: it seems cut short. "
        "Export it again."
    ]
