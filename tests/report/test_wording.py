"""Differences in words."""

from hypothesis import given
from hypothesis import strategies as st

from backstop.report.wording import compared, points, told_apart


@given(st.floats(-1, 1), st.floats(0, 0.5))
def test_differences_within_two_errors_are_not_told_apart(difference: float, se: float) -> None:
    apart = told_apart(difference, se)
    assert apart == (abs(difference) > max(2 * se, 1e-12))
    assert (compared(difference, se) == "cannot be told apart") == (not apart)
    assert ("no difference" in points(difference, se)) == (not apart)


def test_without_an_error_nothing_is_told_apart() -> None:
    assert not told_apart(0.4, None)
    assert not told_apart(None, 0.1)
    assert told_apart(0.4, 0.0)
