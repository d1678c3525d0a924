"""Where an index and its Milvus are → both as one index."""

from pathlib import Path

from indexer.engines.milvus.folder import FolderTruth
from indexer.engines.milvus.index import MilvusIndex
from indexer.engines.milvus.server import Server


def open_searched(folder: Path, url: str, server: Server, create: bool) -> MilvusIndex:
    """The index in a folder, or at a URL, that a Milvus searches. Raises NoIndex when none is to be created."""
    if not url:
        return MilvusIndex(FolderTruth(folder, create), server)
    from indexer.engines.milvus.database import DatabaseTruth, QueuedMilvusIndex

    return QueuedMilvusIndex(DatabaseTruth(url, create), server)
