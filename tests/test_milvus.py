"""The lanes on Milvus: they keep the contract on milvus-lite, tell nobody more, and follow what is behind them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.engines.milvus.folder import FolderTruth
from indexer.engines.milvus.index import MilvusIndex
from indexer.engines.milvus.server import Server
from tests.contracts_index import IndexContract

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    opened = Server(str(tmp_path_factory.mktemp("milvus") / "lanes.db"))
    yield opened
    opened.close()


@pytest.fixture
def index(server: Server, tmp_path: Path) -> Iterator[MilvusIndex]:
    opened = MilvusIndex(FolderTruth(tmp_path / "index", create=True), server)
    yield opened
    for name in server.collections("signpost_"):
        server.drop(name)
    opened._index.close()


class TestMilvusIndex(IndexContract):
    pass
