"""What is counted, as tables: for a page, and as CSV (RFC 4180) that no spreadsheet takes for formulas. Pure."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from service.analytics import Figures, Topic
from service.gaps import Gap
from service.replies.clean import one_line

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | date | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head. `numbers` are the columns that hold numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[int] = frozenset()


def as_csv(table: Table) -> str:
    """The table with a mark at its begin that tells spreadsheets it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.head)
    writer.writerows([_guarded(cell) for cell in row] for row in table.rows)
    return f"\ufeff{out.getvalue()}"


def _guarded(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text


def of_weeks(told: Figures) -> Table:
    """Mails, questions and drafts by week."""
    rows = tuple((week.start, week.mails, week.questions, week.drafts.made) for week in told.weeks)
    return _table(("Week of", "Mails", "Questions", "Drafts"), rows)


def of_drafts(told: Figures) -> Table:
    """What became of drafts, by the week of their mails."""
    head = ("Week of", "Drafts", "Sent as they were", "Changed and sent", "In a person's hands", "Unused")
    rows = []
    for week in told.weeks:
        d = week.drafts
        rows.append(
            (week.start, d.made, d.as_they_were, d.changed, d.held, d.unused, d.overtaken, d.waiting),
        )
    return _table((*head, "Overtaken", "Waiting"), tuple(rows))


def of_reasons(told: Figures) -> Table:
    """How mails ended without a draft."""
    return _table(("Outcome", "Reason", "Mails"), tuple(told.ends), first=2)


def of_topics(topics: Sequence[Topic], weeks: Sequence[date]) -> Table:
    """How often each company was asked about, by week."""
    head = ("Asked about", "In all", "First draft", "First sent", *(week.isoformat() for week in weeks))
    rows = tuple((one_line(t.name, 100), t.total, t.first_draft, t.first_sent, *t.asked) for t in topics)
    return Table(head, rows, frozenset({1, *range(4, len(head))}))


def of_gaps(gaps: Sequence[Gap]) -> Table:
    """What was asked and not answered."""
    rows = tuple((one_line(g.text, 300), g.kind, g.asks, g.people, g.first, g.last) for g in gaps)
    return Table(("Question", "Kind", "Asked", "People", "First", "Last"), rows, frozenset({2, 3}))


def _table(head: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...], first: int = 1) -> Table:
    return Table(head, rows, frozenset(range(first, len(head))))
