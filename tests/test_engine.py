"""The embedded engine: it keeps the contract, survives damage and death, and serves while others write."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.engines.embedded import EmbeddedIndex
from tests.contracts_index import IndexContract


@pytest.fixture
def index(tmp_path: Path) -> Iterator[EmbeddedIndex]:
    opened = EmbeddedIndex.open(tmp_path / "index", create=True)
    yield opened
    opened.close()


class TestEmbeddedIndex(IndexContract):
    pass
