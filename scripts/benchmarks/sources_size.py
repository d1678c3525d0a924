"""How long the connectors to services are, in lines that hold code: no blank line, no comment, no docstring."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from indexer.sources import protocol
from scripts.benchmarks.table import Line

SERVICES = ("trello", "hubspot", "salesforce", "pipedrive", "carddav", "kanboard")
FOR_FILES = frozenset({"trello_board", "trello_cards", "trello_comments", "trello_export"})
"""What reads exported files too is no part of the connector."""
MOST = 400


def lines(data: Path | None) -> Iterator[Line]:
    """A line for each connector there is; `data` is not needed."""
    sizes: Counter[str] = Counter()
    for file in Path(protocol.__file__).parent.glob("*.py"):
        service = file.stem.partition("_")[0]
        if service in SERVICES and file.stem not in FOR_FILES:
            sizes[service] += length(file.read_text(encoding="utf-8"))
    for service in SERVICES:
        if sizes[service]:
            yield Line(
                f"length of the connector to {service.title()}", sizes[service], "lines", goal=MOST, better="lower"
            )


def length(source: str) -> int:
    """How many lines of a module hold code."""
    tree = ast.parse(source)
    words = {line for node in ast.walk(tree) for line in _docstring(node)}
    held = {n for n, line in enumerate(source.splitlines(), 1) if line.strip() and not line.lstrip().startswith("#")}
    return len(held - words)


def _docstring(node: ast.AST) -> range:
    """The lines of an expression that is nothing but a text."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return range(0)
