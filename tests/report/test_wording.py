import re

from hypothesis import example, given
from hypothesis import strategies as st

from backstop.report.wording import compared, counted, frequency, listed, of_worlds, points, told_apart

shares = st.floats(0, 1)
errors = st.none() | st.floats(0, 0.2)


def _numbers(words: str) -> list[int]:
    return [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", words)]


@given(shares)
def test_an_exact_share_is_told_to_within_half_a_case(share: float) -> None:
    words = frequency(share)
    if words in ("none", "all"):
        assert share in (0.0, 1.0)
    elif words.startswith("more than 99"):
        assert 0.99 < share < 1
    elif words.startswith("fewer than 1 "):
        assert 0 < share < 0.01
    else:
        count, out_of = _numbers(words)
        assert abs(count / out_of - share) <= 0.5 / out_of + 1e-9


@given(shares, errors)
@example(1.4e-90, 0.005)
@example(0.9999, 0.004)
def test_nothing_is_said_that_two_errors_contradict(share: float, se: float | None) -> None:
    words, error = frequency(share, se), se or 0.0
    numbers = _numbers(words)
    if words.startswith("between"):
        low, high, _ = numbers
        assert low <= 100 * (share - 2 * error) + 1 or low == 0
        assert high >= 100 * (share + 2 * error) - 1 or high == 100
    elif words.startswith("at most"):
        assert share + 2 * error <= numbers[0] / 100 + 1e-9
    elif words.startswith("at least"):
        assert share - 2 * error >= numbers[0] / 100 - 1e-9
    elif words.startswith("fewer than 1 of 100") and error:
        assert share + 2 * error <= 0.01 + 1e-9
    elif words.startswith("more than 99 of 100") and error:
        assert share - 2 * error >= 0.99 - 1e-9
    elif error >= 0.005 and 0 < share < 1:
        assert words.startswith("about")


@given(shares, errors)
def test_only_certainty_is_called_none_or_all(share: float, se: float | None) -> None:
    words = frequency(share, se)
    assert (words == "none") == (share == 0)
    assert (words == "all") == (share == 1)


def test_examples() -> None:
    assert of_worlds(0.83) == "83 of 100 worlds"
    assert of_worlds(0.0) == "no world"
    assert of_worlds(1.0) == "all worlds"
    assert of_worlds(0.004) == "4 of 1,000 worlds"
    assert frequency(0.83, 0.01) == "about 83 of 100"
    assert frequency(0.5, 0.05) == "between 40 and 60 of 100"
    assert frequency(None) == frequency(float("nan")) == "no figure"
    assert frequency(0.999, 0.01) == "at least about 97 of 100"


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


def test_lists_and_counts() -> None:
    assert listed([]) == "none"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert counted(1, "world") == "1 world"
    assert counted(20_000, "world") == "20,000 worlds"
