"""When each source was last read, for whoever wants to know how fresh a document is."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from indexer.errors import LedgerError
from service.web.site import Site


def read_at(site: Site) -> Mapping[str, datetime]:
    """Source → when it was last read without a failure; what nobody knows is left out, and nothing waits for it."""
    with suppress(LedgerError):
        return {name: looked.done_at for name, looked in site.ledger.freshness.all().items() if looked.done_at}
    return {}
