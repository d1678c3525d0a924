"""The passages that one search may bring up; both lanes ask it before they rank. Pure."""

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Allowed:
    """A set of passage ids that answers for whole arrays at once."""

    def __init__(self, ids: Ids) -> None:
        """Keep `ids`, sorted and without repeats."""
        self.ids = np.unique(ids)
        self._mask = np.zeros(int(self.ids[-1]) + 1 if len(self.ids) else 0, dtype=np.bool_)
        self._mask[self.ids] = True

    def __len__(self) -> int:
        return len(self.ids)

    def among(self, ids: Ids) -> Mask:
        """For each id whether it is allowed; ids below 0 never are."""
        inside = (ids >= 0) & (ids < len(self._mask))
        return inside & self._mask[np.where(inside, ids, 0)] if len(self._mask) else inside
