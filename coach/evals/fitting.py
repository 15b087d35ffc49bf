"""Fitting linear layers: standardised inputs, logistic regression."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted layer; see `learned.Layer`."""

    mean: Matrix
    spread: Matrix
    weights: Matrix
    bias: Matrix

    def __call__(self, rows: Matrix) -> Matrix:
        """Its outputs for `rows`."""
        return np.asarray((rows - self.mean) / self.spread @ self.weights + self.bias)

    def named(self, name: str) -> dict[str, NDArray[np.generic]]:
        """As the model keeps it."""
        return {f"{name}/{part}": getattr(self, part).astype(np.float32) for part in ("mean", "spread", "weights", "bias")}


def standard(rows: Matrix) -> tuple[Matrix, Matrix]:
    """Mean and standard deviation of each column; a column that never moves counts as it is."""
    spread = rows.std(axis=0)
    return rows.mean(axis=0), np.where(spread > 1e-6, spread, 1.0)  # noqa: PLR2004 - next to nothing


def standardised(rows: Matrix) -> Matrix:
    """Each column with mean 0 and standard deviation 1."""
    mean, spread = standard(rows)
    return np.asarray((rows - mean) / spread)


def logistic(rows: Matrix, truths: Matrix, ridge: float) -> tuple[Matrix, Matrix]:
    """Logistic regression by Newton's method, one for each column of `truths`: weights (columns, truths) and biases."""
    padded = np.hstack([rows, np.ones((len(rows), 1))])
    penalty = np.diag([ridge] * rows.shape[1] + [1e-6])
    found = np.zeros((padded.shape[1], truths.shape[1]))
    for column in range(truths.shape[1]):
        weights = found[:, column]
        for _ in range(12):
            p = 1 / (1 + np.exp(-np.clip(padded @ weights, -30, 30)))
            curvature = (padded * np.maximum(p * (1 - p), 1e-6)[:, None]).T @ padded + penalty
            weights = weights + np.linalg.solve(curvature, padded.T @ (truths[:, column] - p) - penalty @ weights)
        found[:, column] = weights
    return found[:-1], found[-1]
