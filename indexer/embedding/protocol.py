"""What an embedder is. Pure."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors; the same text always into the same vector."""

    @property
    def fingerprint(self) -> str:
        """Names model, precision and pooling; vectors of different fingerprints must not be compared."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), float32, length 1, in the order of `texts`.

        Raises ModelError when the model yields a NaN or a zero vector.
        """
        ...
