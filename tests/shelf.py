"""An index without vectors that a source updates as in service, and whose program may be killed after any event."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import cast

from indexer.documents import Document
from indexer.embedding.protocol import Embedder
from indexer.engines.protocol import Index
from indexer.sources.protocol import Source
from indexer.updating import SourceUpdate, UpdateOptions
from indexer.vectorising import Here
from tests.trello_chaos import DictIndex, Dying, Killed, Ringing

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Shelf:
    """What the index holds after updates, and all that ever vanished from it."""

    def __init__(self) -> None:
        self.dropped: set[str] = set()
        self._index = DictIndex(self.dropped.update)

    @property
    def documents(self) -> dict[str, Document]:
        """Documents by id."""
        return self._index.documents

    @property
    def titles(self) -> list[str]:
        """What is on it, in order."""
        return sorted(document.title for document in self.documents.values())

    def update(self, source: Source, killed_after: int | None = None) -> tuple[str, ...]:
        """Take over what a source tells, as far as it comes; what went wrong, as the source said it."""
        update = SourceUpdate(cast(Index, self._index), Here(_no_model), UpdateOptions(allow_shrink=True), NOW)
        with suppress(Killed):
            return update.run(Dying(cast(Ringing, source), killed_after)).failures
        return ()


def _no_model() -> Embedder:
    raise AssertionError("nothing is embedded here")
