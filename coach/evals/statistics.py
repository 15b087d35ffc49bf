"""The figures of an eval run, each with how sure it is."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
# The two-sided 95 % point of the normal distribution.
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class PassRate:
    """How many of the cases passed, and the 95 % interval of the rate.

    Attributes:
        rate: passed out of total, 0 to 1; `low` and `high` bound it.
    """

    passed: int
    total: int
    rate: float
    low: float
    high: float


def pass_rate(passed: int, total: int) -> PassRate:
    """The pass rate with its Wilson score interval at 95 %.

    The interval of E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212. Unlike the usual rate ± 1.96 standard errors it keeps its
    promise for a few dozen cases and for rates near 0 and 1, and never leaves 0 to 1.

    Raises:
        ValueError: `total` is not positive, or `passed` is not within 0 to `total`.
    """
    if total <= 0 or not 0 <= passed <= total:
        raise ValueError(f"{passed} of {total} is no pass rate")
    rate = passed / total
    scale = 1 + _Z**2 / total
    centre = (rate + _Z**2 / (2 * total)) / scale
    half = _Z / scale * math.sqrt(rate * (1 - rate) / total + _Z**2 / (4 * total**2))
    # At 0 and at 1 the bound is exactly the end of the scale; floating point may miss it by a hair.
    low = 0.0 if passed == 0 else max(0.0, centre - half)
    high = 1.0 if passed == total else min(1.0, centre + half)
    return PassRate(passed, total, rate, low, high)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


def spearman(one: Numbers, two: Numbers) -> float:
    """Spearman's rank correlation, -1 to 1, ties at their mean rank; 0 where either has no spread."""
    ranks = [_ranks(one), _ranks(two)]
    if any(np.ptp(rank) == 0 for rank in ranks):
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def partial_spearman(one: Numbers, two: Numbers, given: Numbers) -> float:
    """Spearman's correlation of `one` and `two` with `given` held fixed: the partial correlation of their ranks, -1 to 1."""
    ab, ac, bc = spearman(one, two), spearman(one, given), spearman(two, given)
    left = (1 - ac * ac) * (1 - bc * bc)
    return (ab - ac * bc) / math.sqrt(left) if left > 0 else 0.0


def _ranks(values: Numbers) -> Numbers:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    return np.asarray((ends - (count - 1) / 2)[place], dtype=np.float64)


def weighted_kappa(one: Numbers, two: Numbers) -> float:
    """Cohen's kappa with quadratic weights (J. Cohen, "Weighted kappa", Psychological Bulletin 70 (1968), 213-220).

    1 is agreement, 0 what chance would give from the two marginal distributions; 1 where neither ever disagrees by chance.
    """
    chance = float(np.mean((one[:, None] - two[None, :]) ** 2))
    return 1.0 if chance == 0 else 1.0 - float(np.mean((one - two) ** 2)) / chance


def f1(named: NDArray[np.bool_], seen: NDArray[np.bool_]) -> float:
    """The harmonic mean of precision and recall; 1 where neither names anything."""
    total = int(named.sum() + seen.sum())
    return 2 * int((named & seen).sum()) / total if total else 1.0


def bootstrap(statistic: Callable[[Numbers, Numbers], float], one: Numbers, two: Numbers, *, draws: int = 1000,
              seed: int = 20260101) -> Estimate:
    """`statistic` with its percentile bootstrap interval at 95 % over pairs (Efron, 1979); the same seed, the same interval."""
    random = np.random.default_rng(seed)
    picks = random.integers(0, len(one), size=(draws, len(one)))
    drawn = [statistic(one[pick], two[pick]) for pick in picks]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(statistic(one, two), float(low), float(high))
