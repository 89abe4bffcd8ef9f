"""Words and digits for people."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backstop.base.words import (
    clean,
    counted,
    did_you_mean,
    frequency,
    listed,
    nearest,
    number,
    of_worlds,
    range_ends,
    range_words,
    readable,
    slug,
    with_error,
    with_range,
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("us_backstp", "us_backstop"),
        ("US_BACKSTOP", "us_backstop"),
        ("european_force", "european_force"),
        ("euro_force", "european_force"),
        ("xyz", None),
        ("", None),
    ],
)
def test_nearest(name: str, found: str | None) -> None:
    assert nearest(name, ["us_backstop", "european_force", "sanctions"]) == found


def test_hints() -> None:
    assert did_you_mean("pece", ["peace", "war"], "phase") == "did you mean peace?"
    assert did_you_mean("xyz", ["war", "peace"], "phase") == "valid phases: peace, war"
    assert did_you_mean("xyz", [], "phase") == "no phase is defined"
    many = did_you_mean("xyz", [f"name{i:02}" for i in range(20)])
    assert many.endswith("name11, ...")


def test_readable() -> None:
    assert readable("us_backstop") == "Us backstop"
    assert readable("x") == "X"
    assert readable("_") == ""


@pytest.mark.parametrize("kept", ["plain", "Größe", "мир", "平和", "a\tb\nc", "👍", "e\u0301", "\u00ad"])
def test_words_of_any_language_are_kept(kept: str) -> None:
    assert clean(kept) == kept


@pytest.mark.parametrize(
    "code", [*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
def test_what_drives_a_terminal_is_not(code: int) -> None:
    assert clean(f"a{chr(code)}b") == "a\ufffdb"


@given(st.text())
def test_clean_text_is_clean_and_as_long(text: str) -> None:
    found = clean(text)
    assert len(found) == len(text)
    assert clean(found) == found
    assert not [c for c in found if unicodedata.category(c) == "Cc" and c not in "\n\t"]


@pytest.mark.parametrize(
    ("value", "se", "shown"),
    [
        (0.683_21, 0.002, "0.683"),
        (0.683_21, 0.02, "0.68"),
        (0.683_21, 0.2, "0.7"),
        (0.683_21, 2.0, "1"),
        (1234.56, 20.0, "1,230"),
        (1_234_567.0, 3000.0, "1,235,000"),
        (0.5, 0.0, "0.5000"),
        (0.5, None, "0.5000"),
        (12345.678, None, "12,345.7"),
        (-0.000_01, 0.002, "0.000"),
        (-0.000_01, None, "0.0000"),
        (-0.4, 2.0, "0"),
        (-1.26, 0.1, "-1.3"),
        (0.1, 1e-12, "0.1000"),
        (0.1, math.inf, "0.1000"),
        (0.1, math.nan, "0.1000"),
        (None, 0.1, "-"),
        (math.nan, None, "-"),
        (math.inf, 0.1, "-"),
    ],
)
def test_numbers(value: float | None, se: float | None, shown: str) -> None:
    assert number(value, se) == shown


@given(
    st.floats(-1e9, 1e9),
    st.floats(1e-9, 1e6),
)
def test_no_number_has_more_digits_than_its_error(value: float, se: float) -> None:
    shown = number(value, se, most=12)
    places = len(shown.partition(".")[2])
    assert 10.0**-places >= 0.1 * se or places == 0
    half = 0.5000001 * max(10.0**-places, 10 ** math.floor(math.log10(se)))
    assert abs(float(shown.replace(",", "")) - value) <= half + 1e-15 * abs(value)
    assert not shown.startswith("-0") or float(shown.replace(",", "")) != 0


class Mean(NamedTuple):
    mean: float | None
    se: float | None


@pytest.mark.parametrize(
    ("mean", "se", "shown"),
    [
        (0.68321, 0.0021, "0.683 ±0.002"),
        (0.68321, 0.0096, "0.683 ±0.010"),
        (0.68321, 0.00096, "0.6832 ±0.0010"),
        (12.3456, 0.21, "12.3 ±0.2"),
        (1234.56, 31.0, "1,230 ±30"),
        (0.5, 0.0, "0.5"),
        (0.5, 1e-17, "0.5"),
        (0.5, None, "0.5000"),
        (None, None, "no value"),
        (-0.0001, 0.002, "0.000 ±0.002"),
    ],
)
def test_a_mean_with_its_error(mean: float | None, se: float | None, shown: str) -> None:
    assert with_error(Mean(mean, se)) == shown


@dataclass(frozen=True)
class Ranged:
    mean: float | None
    se: float | None
    q05: float | None
    q95: float | None
    q05_se: float | None = None
    q95_se: float | None = None


@pytest.mark.parametrize(
    ("of", "shown", "with_errors"),
    [
        (Ranged(0.68321, 0.0021, 0.312, 0.941), "0.683 (0.31 to 0.94)", "0.683 ±0.002 (0.31 to 0.94)"),
        (Ranged(0.68321, 0.021, 0.312, 0.941), "0.68 (0.31 to 0.94)", "0.68 ±0.02 (0.31 to 0.94)"),
        # The ends too have no more digits than their errors support.
        (
            Ranged(0.68, 0.02, 0.268, 0.941, 0.12, 0.002),
            "0.68 (0.3 to 0.94)",
            "0.68 ±0.02 (0.3 ±0.1 to 0.94)",
        ),
        # But an end is not rounded beyond the mean or the other end.
        (
            Ranged(0.987, 0.005, 0.961, 0.9996, 0.2, 0.0001),
            "0.987 (0.96 to 1.000)",
            "0.987 ±0.005 (0.96 ±0.2 to 1.000)",
        ),
        (Ranged(71.2, 1.0, 12.0, 408.0), "71 (12 to 408)", "71 ±1 (12 to 408)"),
        # The same in all worlds: no range, and no error.
        (Ranged(0.5, 0.0, 0.5, 0.5), "0.5", "0.5"),
        # Rare: the range is a point, and the mean is not on it.
        (Ranged(0.0001, 2e-5, 0.0, 0.0), "0.0001 (0 to 0)", "0.0001 (0 to 0)"),
        (Ranged(None, None, None, None), "no value", "no value"),
        # Units in which everything is tiny or huge leave figures to read.
        (Ranged(3.12e-9, 1e-11, 1e-9, 8e-9), "3.12e-09 (1e-09 to 8e-09)", "3.12e-09 ±1e-11 (1e-09 to 8e-09)"),
        (
            Ranged(4e293, 1e290, 1e293, 9e293),
            "4e+293 (1e+293 to 9e+293)",
            "4e+293 ±1e+290 (1e+293 to 9e+293)",
        ),
    ],
)
def test_a_mean_with_its_range(of, shown, with_errors):
    assert with_range(of) == shown
    assert with_range(of, errors=True) == with_errors


def test_the_sign_of_a_difference_and_its_range():
    assert with_range(Ranged(0.12, 0.002, -0.04, 0.51), sign=True) == "+0.120 (-0.04 to +0.51)"
    assert with_range(Ranged(0.0, 0.0, 0.0, 0.0), sign=True) == "0"


@pytest.mark.parametrize(
    ("low", "high", "errors", "words", "short"),
    [
        (0.268, 0.998, (0.045, 0.0001), "about 30 to 100", "30–100"),
        (0.362, 0.998, (0.041, 0.0001), "about 40 to 100", "40–100"),
        (0.266, 0.998, (0.022, 0.0001), "about 25 to 100", "25–100"),
        (0.266, 0.998, (0.009, 0.0001), "about 27 to 100", "27–100"),
        (0.266, 0.998, (0.004, 0.0001), "27 to 100", "27–100"),
        (0.266, 0.83, (0.004, 0.03), "27 to about 80", "27–80"),
        (0.266, 0.83, (0.2, 0.03), "very roughly 30 to 80", "30–80"),
        (0.31, 0.34, (0.02, 0.02), "very roughly 31 to 34", "31–34"),
        (0.1, 0.14, (0.001, 0.001), "10 to 14", "10–14"),
        (0.001, 0.009, (0.00001, 0.00001), "0.10 to 0.90", "0.10–0.90"),
        (0.2, 0.8, (None, None), "20 to 80", "20–80"),
    ],
)
def test_ends_of_a_range_of_chances_are_rounded_to_what_their_errors_support(low, high, errors, words, short):
    of = Ranged((low + high) / 2, 0.01, low, high, *errors)
    assert range_words(of, cases=True) == words
    ends = range_ends(of, cases=True)
    assert ends is not None
    assert ends.short() == short


def test_ends_of_other_figures_are_rounded_in_their_own_unit():
    assert range_words(Ranged(5.0, 0.1, 1.234, 9.87, 0.2, 0.02)) == "about 1.0 to 9.9"
    assert range_words(Ranged(-3.0, 0.1, -5.2, 0.4, 0.001, 0.001)) == "-5.2 to 0.4"
    assert range_words(Ranged(1e6, 1e4, 8.2e5, 1.234e6, 3e4, 4e3)) == "about 800,000 to 1,230,000"
    assert range_words(Ranged(3e-9, 1e-11, 1e-9, 8e-9, 1e-10, 1e-10)) == "1e-09 to 8e-09"
    ends = range_ends(Ranged(-3.0, 0.1, -5.2, 0.4, 0.001, 0.001))
    assert ends is not None
    assert ends.short() == "-5.2 to 0.4"
    assert ends.short(sign=True) == "-5.2 to +0.4"


@pytest.mark.parametrize("of", [Ranged(0.5, 0.0, 0.5, 0.5, 0.0, 0.0), Ranged(None, None, None, None)])
def test_no_range_has_no_ends(of):
    assert range_ends(of, cases=True) is None
    assert range_words(of) == ""


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.3), st.floats(0, 0.3))
def test_rounded_ends_stay_near_what_they_stand_for(one, two, first, second):
    low, high = sorted((one, two))
    ends = range_ends(Ranged((one + two) / 2, 0.0, low, high, first, second), cases=True)
    if ends is None or high - low < 0.02:
        return
    for text, value, se in ((ends.low, low, first), (ends.high, high, second)):
        # Half a step at most: of two errors, or of the last digit.
        assert abs(float(text) - 100 * value) <= max(0.5, 2 * 100 * se) + 1e-6
        assert 0 <= float(text) <= 100


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


def test_lists_and_counts() -> None:
    assert listed([]) == "none"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert counted(1, "world") == "1 world"
    assert counted(20_000, "world") == "20,000 worlds"


@pytest.mark.parametrize(
    ("text", "name"),
    [("Jan. 2025 talks", "jan-2025-talks"), ("--a--", "a"), ("\u0438\u043c\u044f", "part"), ("", "part")],
)
def test_slugs(text: str, name: str) -> None:
    assert slug(text) == name
