"""Recognises the card that a question belongs to, from the questions and passages of all cards; and what belongs to none.

Linear discriminant analysis (Fisher 1936; one covariance for all cards, shrunk towards a sphere as in Friedman,
"Regularized Discriminant Analysis", 1989): of two cards about like matters it weighs what tells them apart, which a cosine
does not know. Learned while the index is built, in closed form, from what the index holds.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np

from coach.datafile import content_hash
from coach.language.embeddings import Vectors

# How far the covariance is shrunk: of .1, .3, .5 and .7 best on the development half of the labelled questions.
SHRUNK = 0.3


class Recogniser:
    """Reading is safe from several threads."""

    def __init__(self, ids: Sequence[str], weights: Vectors, bias: Vectors, elsewhere: Vectors, texts: str) -> None:
        self.ids = tuple(ids)
        self._weights, self._bias, self._elsewhere, self._texts = weights, bias, elsewhere, texts

    @classmethod
    def of(cls, vectors: Mapping[str, Vectors], elsewhere: Vectors, texts: Sequence[str]) -> Self:
        """Learn it.

        Args:
            vectors: by card, shape (n, width): its questions and passages.
            elsewhere: shape (n, width): the vectors of `texts`, questions that no card answers.
            texts: those questions.
        """
        ids, told = sorted(vectors), content_hash("\n".join(texts))
        if not ids:
            width = elsewhere.shape[1]
            return cls((), np.zeros((width, 0), np.float32), np.zeros(0, np.float32), elsewhere, told)
        means = np.stack([vectors[one].mean(axis=0) for one in ids])
        rest = np.concatenate([vectors[one] - mean for one, mean in zip(ids, means, strict=True)])
        spread = rest.T @ rest / len(rest)
        width = len(spread)
        # Where every card has one vector there is no spread; then all directions count alike.
        size = float(np.trace(spread)) / width or 1.0
        shrunk = (1 - SHRUNK) * spread + SHRUNK * size * np.eye(width)
        weights = np.linalg.solve(shrunk, means.T)
        bias = -0.5 * np.einsum("ij,ji->i", means, weights)
        return cls(ids, weights.astype(np.float32), bias.astype(np.float32), elsewhere, told)

    def save(self, path: Path) -> None:
        """Write it to `path`."""
        np.savez(path, ids=np.array(self.ids), weights=self._weights, bias=self._bias, elsewhere=self._elsewhere,
                 texts=np.array(self._texts))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Back from `save`.

        Raises:
            OSError: it is missing.
            ValueError: it is damaged.
        """
        with np.load(path) as kept:
            return cls([str(one) for one in kept["ids"]], kept["weights"], kept["bias"], kept["elsewhere"], str(kept["texts"]))

    def elsewhere_of(self, texts: Sequence[str]) -> Vectors | None:
        """The vectors of the questions that no card answers, where they are those of `texts`."""
        return self._elsewhere if self._texts == content_hash("\n".join(texts)) else None

    def likely(self, vector: Vectors) -> dict[str, float]:
        """How likely each card is meant, in standard deviations above the mean over all cards."""
        if not self.ids:
            return {}
        scores = vector @ self._weights + self._bias
        spread = float(scores.std())
        if not spread:
            return dict.fromkeys(self.ids, 0.0)
        return {card: float(score) for card, score in zip(self.ids, (scores - scores.mean()) / spread, strict=True)}

    def elsewhere(self, vector: Vectors, most: int) -> tuple[float, ...]:
        """The highest cosines, at most so many, to questions that no card answers, the nearest first."""
        if not len(self._elsewhere):
            return ()
        return tuple(float(cosine) for cosine in np.sort(self._elsewhere @ vector)[::-1][:most])
