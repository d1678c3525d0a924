"""Where an index is kept → the engine that keeps it. Nothing of an engine is loaded that is not used."""

from pathlib import Path

from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.protocol import Index
from indexer.errors import IndexProblem


def open_index(folder: Path, url: str = "", create: bool = False) -> Index:
    """The index in a folder, or where there is a URL in that database. Raises NoIndex when none is to be created."""
    if not url:
        return EmbeddedIndex.open(folder, create)
    try:
        from indexer.engines.postgres.index import PostgresIndex
    except ModuleNotFoundError as error:
        raise IndexProblem(
            "An index on PostgreSQL needs psycopg, which is not installed. Run: pip install 'signpost[postgres]'"
        ) from error
    return PostgresIndex.open(url, create)
