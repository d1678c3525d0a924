"""Ledgers for tests, in each of the places where one may be."""

from datetime import timedelta

import pytest

from service.ledger import Ledger
from service.ledgers.dialect import SCHEMA
from service.ledgers.postgres import PostgresFile
from tests.postgres_server import Postgres

PLACES = ["file", pytest.param("server", marks=pytest.mark.server)]


def fresh(server: Postgres) -> str:
    """The URL of a database without a ledger: always the same one, for a new one each time would fill the disk."""
    server.run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    return server.url()


def on_a_server(server: Postgres, lasts: float | None = None) -> Ledger:
    """An empty ledger in a database; `lasts` is how many seconds a lease lasts, if not as long as in earnest."""
    return at(fresh(server), lasts)


def at(url: str, lasts: float | None = None) -> Ledger:
    """The ledger of a database, as another machine has it."""
    made = Ledger(PostgresFile(url))
    if lasts is not None:
        made.leases.lasts = timedelta(seconds=lasts)
    return made
