"""Logistic regression by Newton's method, with a breath of ridge. Pure."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RIDGE = 1e-3
STEPS = 30


def fitted(rows: Floats, right: Floats, weight: Floats | None = None) -> Floats:
    """A weight for each column of `rows` (n, k), then the bias; `weight` (n,) says how much each row counts."""
    told = np.column_stack([rows, np.ones(len(rows))])
    share = np.ones(len(rows)) if weight is None else weight
    weights = np.zeros(told.shape[1])
    for _ in range(STEPS):
        said = 1 / (1 + np.exp(-np.clip(told @ weights, -30, 30)))
        slope = told.T @ (share * (right - said)) - RIDGE * weights
        bend = (told * (share * said * (1 - said))[:, None]).T @ told + RIDGE * np.eye(len(weights))
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def log_odds(rows: Floats, weights: Floats) -> Floats:
    """What the fit says of each row, as log-odds."""
    return np.asarray(rows @ weights[:-1] + weights[-1], dtype=np.float64)
