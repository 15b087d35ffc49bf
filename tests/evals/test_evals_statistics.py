"""The Wilson interval: against published figures, and what must hold of it anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.evals import pass_rate

counts = st.integers(1, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@pytest.mark.parametrize(("passed", "total", "low", "high"), [
    # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3.
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
])
def test_as_published(passed: int, total: int, low: float, high: float) -> None:
    rate = pass_rate(passed, total)
    assert (round(rate.low, 4), round(rate.high, 4)) == (low, high)


@given(counts)
def test_the_interval_lies_on_the_scale_and_holds_the_rate(given_counts: tuple[int, int]) -> None:
    rate = pass_rate(*given_counts)
    assert 0 <= rate.low <= rate.rate <= rate.high <= 1


@given(counts)
def test_passing_and_failing_mirror_each_other(given_counts: tuple[int, int]) -> None:
    passed, total = given_counts
    one, other = pass_rate(passed, total), pass_rate(total - passed, total)
    assert one.low == pytest.approx(1 - other.high, abs=1e-12)


@given(counts)
def test_more_cases_make_it_surer(given_counts: tuple[int, int]) -> None:
    passed, total = given_counts
    few, many = pass_rate(passed, total), pass_rate(passed * 4, total * 4)
    assert many.high - many.low < few.high - few.low


@pytest.mark.parametrize(("passed", "total"), [(0, 0), (-1, 3), (4, 3)])
def test_what_is_no_rate_is_refused(passed: int, total: int) -> None:
    with pytest.raises(ValueError, match="no pass rate"):
        pass_rate(passed, total)
