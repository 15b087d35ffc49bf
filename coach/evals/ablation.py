"""What each group of features is worth: the scorer's agreement with the training ratings when one is left out.

All figures are over replies of writers whose other replies were not trained on (cross-validation by group).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coach.evals.fitting import Matrix
from coach.evals.statistics import f1, spearman
from coach.evals.training import Examples, alike_of, cross_last, cross_words, folds_of, rows_of, thresholds
from coach.scoring.learned import SCALES, TARGETS

_FIRST_BEHAVIOUR = len(SCALES) + 1
_COMMONEST = 15


@dataclass(frozen=True, slots=True)
class Worth:
    """The figures without one group (empty: with all).

    Attributes:
        spearman: by scale.
        macro_f1: the mean F1 over the 15 commonest behaviours.
    """

    without: str
    spearman: Mapping[str, float]
    macro_f1: float


def ablation(found: Examples) -> tuple[Worth, ...]:
    """With everything first, then without each group."""
    folds = folds_of(found.groups)
    rows = rows_of(found, cross_words(alike_of(found.words), found.targets, folds), found.read)
    columns = columns_of(found)
    worths = [_worth("", rows, found, folds)]
    for group, mine in columns.items():
        rest = np.setdiff1d(np.arange(rows.shape[1]), mine)
        worths.append(_worth(group, rows[:, rest], found, folds))
    return tuple(worths)


def columns_of(found: Examples) -> Mapping[str, NDArray[np.int64]]:
    """The columns of `rows_of` by group, in the order of `learned.inputs`."""
    sizes = {"words (n-grams)": len(TARGETS), "reading (tuned encoder)": len(TARGETS)}
    sizes |= {group: len(named) for group, named in found.features[0].items()}
    ends = np.cumsum(list(sizes.values()))
    return {group: np.arange(end - size, end) for (group, size), end in zip(sizes.items(), ends, strict=True)}


def _worth(without: str, rows: Matrix, found: Examples, folds: NDArray[np.int64]) -> Worth:
    said, targets = cross_last(rows, found.targets, folds)[found.own], found.targets[found.own]
    least = thresholds(said, targets)
    likely = 1 / (1 + np.exp(-said[:, _FIRST_BEHAVIOUR:]))
    named = targets[:, _FIRST_BEHAVIOUR:] > 0
    commonest = np.argsort(-named.sum(axis=0))[:_COMMONEST]
    return Worth(without, {scale: spearman(said[:, i], targets[:, i]) for i, scale in enumerate(SCALES)},
                 float(np.mean([f1(named[:, i], likely[:, i] >= least[i]) for i in commonest])))
