"""New texts → their vectors: made here, or by whoever takes them from the index's queue, this process among them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from indexer.embedding.protocol import Embedder
from indexer.embedding_worker import PAUSE, Worker
from indexer.engines.protocol import Embedded, Index
from indexer.engines.queued import SetAside
from indexer.errors import ModelError

if TYPE_CHECKING:
    from indexer.engines.postgres.queue import Queue

FEW = 32
"""So many texts are embedded sooner than anybody is told of them."""


class Vectoriser(Protocol):
    """What an update has its new texts embedded by."""

    @property
    def embedder(self) -> Embedder:
        """The model that vectors are to be of."""
        ...

    def expect(self, texts: Mapping[str, str]) -> None:
        """These texts, by their hashes, will be asked for soon."""
        ...

    def vectors(self, texts: Mapping[str, str]) -> Embedded | None:
        """The vectors of these texts; None once the index has them already. Raises ModelError."""
        ...

    def aside(self, hashes: Sequence[str]) -> Sequence[SetAside]:
        """Which of these texts have no vector, for they could not be embedded."""
        ...


@runtime_checkable
class HasQueue(Protocol):
    """An index that many workers may embed for."""

    queue: "Queue"


class Here:
    """Embeds in this process, when it is asked."""

    def __init__(self, embedder: Callable[[], Embedder]) -> None:
        """Make the embedder when the first text needs it."""
        self._embedder = embedder

    @property
    def embedder(self) -> Embedder:
        """The model, made now if it was not."""
        return self._embedder()

    def expect(self, texts: Mapping[str, str]) -> None:
        """Nothing can be done before it is asked for."""

    def vectors(self, texts: Mapping[str, str]) -> Embedded:
        """The vectors of these texts."""
        embedder = self.embedder
        return Embedded(embedder.fingerprint, tuple(texts), embedder.embed(tuple(texts.values())))

    def aside(self, hashes: Sequence[str]) -> Sequence[SetAside]:
        """None: what cannot be embedded ends an update here."""
        return ()


class Shared:
    """Puts texts into a queue, takes from it as every worker does, and waits for what others took. For threads too."""

    def __init__(self, queue: "Queue", embedder: Callable[[], Embedder]) -> None:
        """Work with everybody who takes from `queue`. Only inside `writing`."""
        self._queue, self._here = queue, Here(embedder)
        self._expected: set[str] = set()

    @property
    def embedder(self) -> Embedder:
        """The model, made now if it was not."""
        return self._here.embedder

    def expect(self, texts: Mapping[str, str]) -> None:
        """Let everybody begin with these texts."""
        if len(texts) > FEW:
            self._queue.put(self.embedder.fingerprint, texts)
            self._expected.update(texts)

    def vectors(self, texts: Mapping[str, str]) -> Embedded | None:
        """None, once the index has them all; or the vectors of a few that nobody was told of."""
        if len(texts) <= FEW and self._expected.isdisjoint(texts):
            with suppress(ModelError):  # one of them cannot be embedded, and the queue finds out which
                return self._here.vectors(texts)
        self._queue.put(self.embedder.fingerprint, texts)
        self._await(texts)
        self._expected.difference_update(texts)
        return None

    def aside(self, hashes: Sequence[str]) -> Sequence[SetAside]:
        """Which of these texts were set aside."""
        return self._queue.aside(hashes) if hashes else ()

    def _await(self, texts: Mapping[str, str]) -> None:
        fingerprint, worker = self.embedder.fingerprint, Worker(self._queue, self.embedder)
        with self._queue.listening() as wait:
            while pending := self._queue.pending(fingerprint, tuple(texts)):
                if not worker.once():
                    # Somebody has them; or they were taken out of the queue, and nobody else would put them back
                    self._queue.put(fingerprint, {key: texts[key] for key in pending})
                    wait(PAUSE)


def queue_of(index: Index) -> "Queue | None":
    """The queue of an index, where it has one."""
    return index.queue if isinstance(index, HasQueue) else None


def vectoriser_of(index: Index, embedder: Callable[[], Embedder]) -> Here | Shared:
    """What embeds for an index: everybody who likes to where it has a queue, else this process."""
    queue = queue_of(index)
    return Shared(queue, embedder) if queue else Here(embedder)


def leave(index: Index) -> None:
    """Once all updates are done, before the right to write is given back: nobody waits for anything any more."""
    if queue := queue_of(index):
        queue.clear()
