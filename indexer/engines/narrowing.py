"""Scope → the SQL condition that documents in it meet. The only place that decides who may see what. Pure."""

from collections.abc import Iterable, Sequence

from indexer.asking import Filters
from indexer.engines.protocol import Scope
from indexer.wording import fold

PLAIN = ("kind", "status")
FOLDED = ("parent", "lane")


def condition(scope: Scope) -> tuple[str, list[object]]:
    """A condition on the table `documents AS d` and its values."""
    parts = [_any("d.visibility", sorted(scope.visibilities))]
    parts += _filtered(scope.filters)
    return " AND ".join(sql for sql, _ in parts), [value for _, values in parts for value in values]


def squeezed(text: str) -> str:
    """A name as filters compare it: folded, blanks single."""
    return " ".join(fold(text).split())


def compared(filters: Filters) -> dict[str, Sequence[str]]:
    """The values of the filters by name as they are compared with what documents have."""
    plain: dict[str, Sequence[str]] = {name: getattr(filters, name) for name in (*PLAIN, "source")}
    return plain | {name: _squeezed(getattr(filters, name)) for name in (*FOLDED, "customer", "person")}


def _filtered(filters: Filters) -> Iterable[tuple[str, Sequence[object]]]:
    plain = [(f"d.{column}", getattr(filters, column)) for column in PLAIN]
    plain += [(f"d.{column}_folded", _squeezed(getattr(filters, column))) for column in FOLDED]
    yield from (_any(column, chosen) for column, chosen in plain if chosen)
    if filters.source:
        yield _source(filters.source)
    for table, names in (("people", filters.person), ("customers", filters.customer)):
        if names:
            named, values = _any("folded", _squeezed(names))
            yield f"d.number IN (SELECT number FROM {table} WHERE {named})", values
    yield from _within(filters)
    if filters.archived != "with":
        yield f"d.status {'=' if filters.archived == 'only' else '<>'} 'archived'", ()


def _within(filters: Filters) -> Iterable[tuple[str, Sequence[object]]]:
    if filters.since:
        yield "d.day >= ?", [filters.since.isoformat()]
    if filters.until:
        yield "d.day BETWEEN '0' AND ?", [filters.until.isoformat()]


def _squeezed(names: Sequence[str]) -> list[str]:
    return [squeezed(name) for name in names]


def _source(chosen: Sequence[str]) -> tuple[str, Sequence[object]]:
    """`trello:sales` means that account, `trello` all accounts of that product."""
    exact, values = _any("d.source", chosen)
    family, more = _any("substr(d.source, 1, instr(d.source, ':') - 1)", chosen)
    return f"({exact} OR {family})", [*values, *more]


def _any(column: str, values: Sequence[object]) -> tuple[str, Sequence[object]]:
    return f"{column} IN ({', '.join('?' * len(values))})", values
