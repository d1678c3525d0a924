"""What an embedder is. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

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


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """A text as a model reads it: a vector of length 1 for each token, and the characters that the token stands for.

    `vectors` has the shape (tokens, width); `spans` are (start, end) in the text. Marks that a model puts around every
    text are left out, so a text may have no token at all, and what exceeds the model's window has none.
    """

    vectors: Vectors
    spans: tuple[tuple[int, int], ...]


@runtime_checkable
class TokenEmbedder(Protocol):
    """An embedder that also tells what it makes of each token."""

    def tokens(self, texts: Sequence[str]) -> list[Tokens] | None:
        """The tokens of each text, in order; None where the model has no vectors of tokens."""
        ...
