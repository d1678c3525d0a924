"""Where an index is kept → the engine that keeps it. Nothing of an engine is loaded that is not used."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.protocol import Index
from indexer.errors import IndexProblem

COPY = "folder:"
"""What says that a copy on this machine searches; behind it a path, or nothing for the index's own folder."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an index is beside its folder: the URL of a database, that of a Milvus that searches, and its token.

    `search` may also be `folder:`, for a copy on this machine. Each is empty where there is none.
    """

    url: str = field(default="", repr=False)
    search: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def open_index(folder: Path, at: Place | str = "", create: bool = False) -> Index:
    """The index in a folder, or where there is a URL in that database. Raises NoIndex when none is to be created."""
    where = Place(at) if isinstance(at, str) else at
    if where.search.startswith(COPY):
        return _followed(folder, where, create)
    if where.search:
        return _searched(folder, where, create)
    if not where.url:
        return EmbeddedIndex.open(folder, create)
    with _needing("PostgreSQL", "psycopg", "postgres"):
        from indexer.engines.postgres.index import PostgresIndex
    return PostgresIndex.open(where.url, create)


def _followed(folder: Path, where: Place, create: bool) -> Index:
    told = where.search.removeprefix(COPY)
    if not where.url or (told and not Path(told).is_absolute()):
        raise IndexProblem(
            "SIGNPOST_SEARCH_URL=folder: has this machine answer from a copy of the index in a PostgreSQL database. "
            "Name that in SIGNPOST_INDEX_URL; behind folder: there may be an absolute path."
        )
    with _needing("PostgreSQL", "psycopg", "postgres"):
        from indexer.engines.following.opening import open_following
    return open_following(Path(told) if told else folder, where.url, create)


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
