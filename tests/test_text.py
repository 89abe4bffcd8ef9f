"""Words and digits for people."""

from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstop.base.words import clean, decimals_supported, did_you_mean, nearest, number, readable


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
    assert abs(float(shown.replace(",", "")) - value) <= 0.5000001 * max(
        10.0**-places, 10 ** math.floor(math.log10(se))
    )
    assert not shown.startswith("-0") or float(shown.replace(",", "")) != 0


@pytest.mark.parametrize(
    ("se", "places"),
    [(0.002, 3), (0.01, 2), (0.5, 1), (1.0, 0), (30.0, 0), (1e-9, 6), (0.0, 6), (None, 1), (math.nan, 1)],
)
def test_decimals_supported(se: float | None, places: int) -> None:
    assert decimals_supported(se) == places
