"""Ledgers for tests, in each of the places where one may be."""

from datetime import timedelta

import pytest

from service.ledger import Ledger
from service.ledgers.postgres import PostgresFile
from tests.postgres_server import Postgres

PLACES = ["file", pytest.param("server", marks=pytest.mark.server)]


def on_a_server(server: Postgres, lasts: float | None = None) -> Ledger:
    """A ledger in a new database; `lasts` is how many seconds a lease lasts, if not as long as in earnest."""
    return at(server.database(), lasts)


def at(url: str, lasts: float | None = None) -> Ledger:
    """The ledger of a database, as another machine has it."""
    made = Ledger(PostgresFile(url))
    if lasts is not None:
        made.leases.lasts = timedelta(seconds=lasts)
    return made
