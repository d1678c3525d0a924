"""Texts of a queue → their vectors, a lease at a time. A text that cannot be embedded harms no other."""

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from indexer.embedding.protocol import Embedder, Vectors
from indexer.engines.protocol import Embedded
from indexer.engines.queued import Leased
from indexer.errors import ModelError

if TYPE_CHECKING:
    from indexer.engines.postgres.queue import Queue

TOKENS = 8192
"""About so many tokens make a lease: a second or two of one core, and little is lost when its worker dies."""
SECONDS = 60.0
"""A lease this old is anybody's again: many times what the slowest machine needs for it."""
PAUSE = 1.0
"""Whoever waits looks at the queue this often, although it is told: leases end in silence."""
PROBE = "Who knows this customer?"
"""A text that every model can read. Where it cannot be embedded, the model is broken and not the text."""
UNSOUND = "the model makes something of it that is not a number or has no length"
log = logging.getLogger(__name__)


class Worker:
    """Takes texts from a queue and brings their vectors back."""

    def __init__(self, queue: "Queue", embedder: Embedder, seconds: float = SECONDS) -> None:
        """Lease texts of `queue` for so many seconds, and embed them; `done` counts them."""
        self._queue, self._embedder, self._seconds = queue, embedder, seconds
        self.done = 0

    def once(self) -> int:
        """Take what one lease holds and bring it back; how many texts that were, 0 where none is free.

        Raises ModelError where the model embeds nothing at all; then others may have the texts.
        """
        lease = self._queue.take(self._embedder.fingerprint, TOKENS, self._seconds)
        if lease is None:
            return 0
        found, failed = self._tried(lease.texts)
        if not found:
            self._prove(lease)
        if found:
            kept = self._queue.finish(lease, self._whole(found))
            if kept < len(found):
                log.warning("%d texts took too long, and others have them now", len(found) - kept)
        if failed:
            self._queue.fail(lease, self._embedder.fingerprint, failed)
        self.done += len(found)
        return len(lease.texts)

    def run(self, stopped: Callable[[], bool], until_empty: bool = False) -> None:
        """Work until told to stop, or until nothing is left.

        What is begun is finished. Raises ModelError where texts wait for another model and none for this one.
        """
        with self._queue.listening() as wait:
            while not stopped():
                if told := self.once():
                    log.info("%d texts embedded", told)
                    continue
                self._refuse_others()
                if until_empty and self._is_empty():
                    break
                wait(PAUSE)

    def _is_empty(self) -> bool:
        queued = self._queue.counted()
        return not queued.waiting and not queued.leased

    def _refuse_others(self) -> None:
        others = self._queue.others(self._embedder.fingerprint)
        if others:
            raise ModelError(
                f"The texts that wait are to be embedded by the model {others[0]}, and this is "
                f"{self._embedder.fingerprint}. Give this machine the same [model] in its settings as the one that "
                "runs `signpost reindex`."
            )

    def _tried(self, texts: Mapping[str, str]) -> tuple[dict[str, Vectors], dict[str, str]]:
        """Vectors of texts, and why others have none."""
        try:
            return _sound(texts, self._embedder.embed(tuple(texts.values())))
        # Whatever a runtime throws at a text: it shall not stop the others, and is told where it can be seen
        except Exception as error:
            if len(texts) == 1:
                return {}, dict.fromkeys(texts, _said(error))
        found: dict[str, Vectors] = {}
        failed: dict[str, str] = {}
        for text_hash, text in texts.items():
            vectors, why = self._tried({text_hash: text})
            found |= vectors
            failed |= why
        return found, failed

    def _prove(self, lease: Leased) -> None:
        """See that the model still embeds anything."""
        found, why = self._tried({"": PROBE})
        if not found:
            self._queue.give_back(lease, self._embedder.fingerprint)
            raise ModelError(f"The model {self._embedder.fingerprint} embeds nothing any more: {why['']}")

    def _whole(self, found: Mapping[str, Vectors]) -> Embedded:
        return Embedded(self._embedder.fingerprint, tuple(found), np.stack(list(found.values())))


def _sound(texts: Mapping[str, str], vectors: Vectors) -> tuple[dict[str, Vectors], dict[str, str]]:
    lengths = np.linalg.norm(vectors, axis=1)
    whole = np.isfinite(lengths) & (lengths > 0)
    found = {key: vector for key, vector, good in zip(texts, vectors, whole, strict=True) if good}
    return found, {key: UNSOUND for key, good in zip(texts, whole, strict=True) if not good}


def _said(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__
