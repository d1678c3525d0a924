"""What tests of many files begin with: an empty ledger, once in a file and once on a server."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from service.ledger import Ledger
from tests.ledgers import PLACES, on_a_server
from tests.postgres_server import Postgres, postgres


@pytest.fixture(scope="session")
def ledger_server() -> Iterator[Postgres]:
    """A PostgreSQL that is gone with the tests, and so need not wait for its disk."""
    with postgres(fsync="off") as running:
        yield running


@pytest.fixture(params=PLACES)
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """An empty ledger, once in a file (in memory) and once on a server."""
    if request.param == "file":
        yield Ledger.in_memory()
        return
    with closing(on_a_server(request.getfixturevalue("ledger_server"))) as made:
        yield made
