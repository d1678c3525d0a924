"""Scope → the filter expression that passages in it meet on Milvus. Decides who may see what there. Pure.

Every value is a number there, made of a hash of it: no name can be mistaken for a piece of an expression, none is too
long for its field, and none is told to whoever runs the server.
"""

from collections.abc import Collection, Iterable
from hashlib import blake2b

from indexer.asking import Filters
from indexer.engines.narrowing import compared
from indexer.engines.protocol import Scope

LISTS = {"person": "people", "customer": "customers"}


def number(text: str) -> int:
    """A value as Milvus has it: never 0, which is that of no document."""
    return int.from_bytes(blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()) >> 1 or 1


def numbers(texts: Iterable[str]) -> list[int]:
    """Values as Milvus has them, each once, in a lasting order."""
    return sorted({number(text) for text in texts})


def expression(scope: Scope, accounts: Collection[str]) -> str:
    """A condition on passages; `accounts` are all sources there are."""
    return " and ".join([f"visibility in {numbers(scope.visibilities)}", *_filtered(scope.filters, accounts)])


def of_documents(documents: Iterable[str]) -> str:
    """The condition that a passage belongs to one of these documents."""
    return f"document in {numbers(documents)}"


def _filtered(filters: Filters, accounts: Collection[str]) -> Iterable[str]:
    for name, chosen in compared(filters).items():
        if chosen and name in LISTS:
            yield f"array_contains_any({LISTS[name]}, {numbers(chosen)})"
        elif chosen and name != "source":
            yield f"{name} in {numbers(chosen)}"
    if filters.source:
        # Accounts by name, not products: so Milvus looks into no other partition than theirs
        meant = [one for one in accounts if one in filters.source or one.split(":", 1)[0] in filters.source]
        yield f"source in {numbers(meant) or [0]}"
    if filters.since:
        yield f"day >= {filters.since.toordinal()}"
    if filters.until:
        yield f"day > 0 and day <= {filters.until.toordinal()}"
    if filters.archived != "with":
        yield f"status {'==' if filters.archived == 'only' else '!='} {number('archived')}"
