"""The passages that one search may bring up; both lanes ask it before they rank. Pure."""

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Allowed:
    """A set of passage ids that answers for whole arrays at once."""

    def __init__(self, ids: Ids) -> None:
        """Keep `ids`, sorted and without repeats."""
        self._mask = np.zeros(int(ids.max()) + 1 if len(ids) else 0, dtype=np.bool_)
        self._mask[ids] = True
        self.ids: Ids = np.flatnonzero(self._mask)  # sorted, and a hundredth of the time that np.unique takes

    def without(self, ids: Ids) -> "Allowed":
        """The same set without these."""
        left = Allowed(self.ids)
        left._mask[ids[ids < len(left._mask)]] = False
        left.ids = np.flatnonzero(left._mask)
        return left

    def __len__(self) -> int:
        return len(self.ids)

    def among(self, ids: Ids) -> Mask:
        """For each id whether it is allowed; ids below 0 never are."""
        inside = (ids >= 0) & (ids < len(self._mask))
        return inside & self._mask[np.where(inside, ids, 0)] if len(self._mask) else inside
