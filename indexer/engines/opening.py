"""Where an index is kept → the engine that keeps it. Nothing of an engine is loaded that is not used."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.protocol import Index
from indexer.errors import IndexProblem


@dataclass(frozen=True, slots=True)
class Place:
    """Where an index is beside its folder: the URL of a database, that of a Milvus that searches, and its token.

    Each is empty where there is none.
    """

    url: str = field(default="", repr=False)
    search: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def open_index(folder: Path, at: Place | str = "", create: bool = False) -> Index:
    """The index in a folder, or where there is a URL in that database. Raises NoIndex when none is to be created."""
    where = Place(at) if isinstance(at, str) else at
    if where.search:
        return _searched(folder, where, create)
    if not where.url:
        return EmbeddedIndex.open(folder, create)
    with _needing("PostgreSQL", "psycopg", "postgres"):
        from indexer.engines.postgres.index import PostgresIndex
    return PostgresIndex.open(where.url, create)


def _searched(folder: Path, where: Place, create: bool) -> Index:
    with _needing("Milvus", "pymilvus", "milvus"):
        from indexer.engines.milvus.opening import open_searched
        from indexer.engines.milvus.server import Server
    with _needing("PostgreSQL", "psycopg", "postgres"):
        return open_searched(folder, where.url, Server(where.search, where.token), create)


@contextmanager
def _needing(what: str, library: str, extra: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise IndexProblem(
            f"An index on {what} needs {library}, which is not installed. Run: pip install 'signpost[{extra}]'"
        ) from error
