"""The engine on a server: it keeps the contract, on a PostgreSQL that is really running."""

from collections.abc import Iterator

import pytest

from indexer.engines.postgres.index import PostgresIndex
from tests.contracts_index import IndexContract
from tests.postgres_server import Postgres, postgres

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres(fsync="off") as running:
        yield running


@pytest.fixture(scope="module")
def url(server: Postgres) -> str:
    return server.database()


@pytest.fixture
def index(server: Postgres, url: str) -> Iterator[PostgresIndex]:
    server.run("DROP SCHEMA IF EXISTS signpost CASCADE", database=url.rpartition("/")[2])
    opened = PostgresIndex.open(url, create=True)
    yield opened
    opened.close()


class TestPostgresIndex(IndexContract):
    pass
