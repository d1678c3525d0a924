"""Token ids of texts → what a graph is fed. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.batches import padded

Feed = dict[str, NDArray[np.int64]]
FEWEST = 24
"""Tokens that a text alone is filled up to; most questions are within. To compute these costs less than to prepare the
graph anew, which it is whenever a text has another shape than the last."""


def in_rows(tokens: Sequence[Sequence[int]]) -> Feed:
    """A row a text, all padded to a width that the kernels know."""
    mask = _rows(tokens)
    ids = np.zeros(mask.shape, dtype=np.int64)
    ids[mask] = np.concatenate(tokens)
    return {"input_ids": ids, "attention_mask": mask.astype(np.int64)}


def end_to_end(tokens: Sequence[Sequence[int]]) -> Feed:
    """The texts one after another without padding, and where their tokens stand in rows, which attention wants.

    `places` says for each cell of the rows which token stands there, `cells` for each token where that is.
    """
    mask = _rows(tokens)
    cells, count = np.flatnonzero(mask), int(mask.sum())
    length = padded(max(count, FEWEST))
    places = np.zeros(mask.shape, dtype=np.int64)
    places[mask] = np.arange(count)
    return {
        "input_ids": _filled(np.concatenate(tokens), length),
        "position_ids": _filled(cells % mask.shape[1], length),
        "cells": _filled(cells, length),
        "places": places,
        "attention_mask": mask.astype(np.int64),
    }


def _rows(tokens: Sequence[Sequence[int]]) -> NDArray[np.bool_]:
    """Which cells of the rows hold a token."""
    lengths = np.array([len(own) for own in tokens])
    width = max(lengths.max(), FEWEST) if len(tokens) == 1 else lengths.max()
    return np.arange(padded(int(width))) < lengths[:, None]


def _filled(values: NDArray[np.intp], length: int) -> NDArray[np.int64]:
    filled = np.zeros(length, dtype=np.int64)
    filled[: len(values)] = values
    return filled
