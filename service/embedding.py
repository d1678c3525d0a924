"""A process that embeds for an index on PostgreSQL: until it is told to stop, whatever becomes of the server."""

import logging
import time
from contextlib import closing
from threading import Event

from indexer.embedding.opening import open_embedder
from indexer.embedding_worker import Worker
from indexer.engines.opening import open_index
from indexer.errors import IndexProblem, SettingsError
from indexer.vectorising import queue_of
from service.settings import Settings
from service.watching.loop import stop_on_signals

AGAIN, STEADY = 5.0, 30.0
"""Seconds after which a server is asked again that could not be reached, and after which it counts as back."""
PATIENCE = 600.0
"""So long a server may be away before its workers end too."""
NO_QUEUE = (
    "The index is in a folder, and one process embeds for it. Workers take from an index on PostgreSQL: name it in "
    "SIGNPOST_INDEX_URL (docs/scaling.md)."
)
log = logging.getLogger(__name__)


def embed(settings: Settings, until_empty: bool, lease: float) -> int:
    """Work until SIGTERM, Ctrl-C or, where asked, until nothing waits; how many texts that were.

    Raises SettingsError without a server, ModelError where texts wait for another model, NoIndex, and IndexProblem
    once the server was away for ten minutes.
    """
    if not settings.index_at:
        raise SettingsError([NO_QUEUE])
    with stop_on_signals() as stop, closing(open_index(settings.data / "index", settings.index_at)) as index:
        queue = queue_of(index)
        assert queue is not None, "an index with a URL has a queue"
        embedder = open_embedder(settings.model.name, settings.model.precision)
        worker = Worker(queue, embedder, lease)
        log.info("embedding with %s for %s", embedder.fingerprint, "whoever reindexes")
        _persistently(worker, stop, until_empty)
        return worker.done


def _persistently(worker: Worker, stop: Event, until_empty: bool) -> None:
    """Work, and go on once a server is back that was away."""
    away = 0.0
    while True:
        began = time.monotonic()
        try:
            return worker.run(stop.is_set, until_empty)
        except IndexProblem as problem:
            away = 0.0 if time.monotonic() - began > STEADY else away + AGAIN
            if away > PATIENCE:
                raise
            log.warning("%s", problem)
            if stop.wait(AGAIN):
                return None
