"""Scope → the condition that documents in it meet, on a server. Decides who may see what there. Pure."""

from collections.abc import Iterable, Sequence

from indexer.asking import Filters
from indexer.engines.narrowing import squeezed
from indexer.engines.protocol import Scope

Condition = tuple[str, dict[str, object]]


def condition(scope: Scope) -> Condition:
    """A condition on the table `documents AS d` and its values, by name."""
    parts: list[tuple[str, str, object]] = [
        ("d.visibility = ANY(%(visibilities)s)", "visibilities", sorted(scope.visibilities))
    ]
    parts += _filtered(scope.filters)
    return " AND ".join(sql for sql, _, _ in parts), {name: value for _, name, value in parts if name}


def _filtered(filters: Filters) -> Iterable[tuple[str, str, object]]:
    for name in ("kind", "status"):
        if chosen := getattr(filters, name):
            yield f"d.{name} = ANY(%({name})s)", name, list(chosen)
    for name in ("parent", "lane"):
        if chosen := getattr(filters, name):
            yield f"d.{name}_folded = ANY(%({name})s)", name, _squeezed(chosen)
    for name, table in (("person", "people"), ("customer", "customers")):
        if chosen := getattr(filters, name):
            within = f"SELECT number FROM {table} WHERE folded = ANY(%({name})s)"
            yield f"d.number IN ({within})", name, _squeezed(chosen)
    if filters.source:
        # `trello:sales` means that account, `trello` all accounts of that product.
        account = "d.source = ANY(%(source)s) OR split_part(d.source, ':', 1) = ANY(%(source)s)"
        yield f"({account})", "source", list(filters.source)
    yield from _within(filters)


def _within(filters: Filters) -> Iterable[tuple[str, str, object]]:
    if filters.since:
        yield "d.day >= %(since)s", "since", filters.since.isoformat()
    if filters.until:
        yield "d.day BETWEEN '0' AND %(until)s", "until", filters.until.isoformat()
    if filters.archived != "with":
        yield f"d.status {'=' if filters.archived == 'only' else '<>'} 'archived'", "", None


def _squeezed(names: Sequence[str]) -> list[str]:
    return [squeezed(name) for name in names]
