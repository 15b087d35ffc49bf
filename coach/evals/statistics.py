"""The figures of an eval run, each with how sure it is."""

import math
from dataclasses import dataclass

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
