"""What is worth remembering between questions: vectors of texts asked before, and what there is to choose from."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from indexer.asking import Filters
from indexer.embedding.protocol import Embedder, Vectors
from indexer.engines.narrowing import compared
from indexer.engines.protocol import Index
from indexer.tally import Choices, Tally

TEXTS = 4096
"""Texts whose vectors are kept: about 6 MB."""
VIEWERS = 16


class RememberedVectors:
    """An embedder that embeds no text twice. Threads may share one."""

    def __init__(self, embedder: Callable[[], Embedder]) -> None:
        """Make the embedder when the first text needs it."""
        self._make = embedder
        self._embedder: Embedder | None = None
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    @property
    def embedder(self) -> Embedder:
        """The embedder itself, made now if it was not."""
        with self._lock:
            if self._embedder is None:
                self._embedder = self._make()
            return self._embedder

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """The vectors of these texts in their order; only unknown ones are embedded, in one call."""
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
        new = tuple(dict.fromkeys(text for text in texts if text not in found))
        if new:
            found |= zip(new, self.embedder.embed(new), strict=True)
            self._keep(found)
        return np.stack([found[text] for text in texts])

    def _keep(self, found: dict[str, Vectors]) -> None:
        with self._lock:
            for text, vector in found.items():
                self._kept[text] = vector
                self._kept.move_to_end(text)
            while len(self._kept) > TEXTS:
                self._kept.popitem(last=False)


class RememberedChoices:
    """What there is to choose from for each viewer, read anew when the index has changed."""

    def __init__(self, index: Index) -> None:
        """Count in `index`."""
        self._index = index
        self._kept: dict[frozenset[str], _Counted] = {}
        self._lock = Lock()

    def of(self, visibilities: frozenset[str]) -> Choices:
        """For each filter its values in documents of these visibilities, with their numbers."""
        return self._counted(visibilities).choices

    def under(self, visibilities: frozenset[str], filters: Filters) -> Choices:
        """The same, each value counted among the documents that all other filters let through."""
        return self._counted(visibilities).tally.counts(filters, compared(filters))

    def _counted(self, visibilities: frozenset[str]) -> "_Counted":
        with self._lock:
            sequence, kept = self._index.sequence, self._kept.get(visibilities)
            if kept is None or kept.sequence != sequence:
                tally = self._index.tally(visibilities)
                if len(self._kept) >= VIEWERS:
                    self._kept.clear()
                self._kept[visibilities] = kept = _Counted(sequence, tally, tally.counts())
            return kept


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """What one viewer may choose from, as of `sequence`."""

    sequence: int
    tally: Tally
    choices: Choices
