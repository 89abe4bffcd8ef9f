"""exp, log, power and logistic beside mpmath, over the whole range and at every border."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from tests.program.calculator import Calculator

from backstop.base.arrays import FloatArray

SAMPLE, MILLION = 3_000, 1_000_000

# Zeros, ones and their neighbours, halves, whole numbers, the ends of the subnormal and normal ranges, what overflows.
BORDERS = np.array(
    [
        *(
            0.0,
            1.0,
            1 - 2**-53,
            1 + 2**-52,
            0.5,
            1.5,
            2.0,
            3.0,
            10.0,
            2.0**-52,
            2.0**52 - 0.5,
            2.0**53,
            2.0**53 + 2,
        ),
        *(5e-324, 1e-320, 2.0**-1022 - 5e-324, 2.0**-1022, 1e-200, 1e200, 2.0**1023, 1.7976931348623157e308),
        *(
            math.log(2),
            math.log(2) / 2,
            709.0,
            709.78,
            709.782712893384,
            709.7827128933841,
            710.0,
            708.4,
            745.1,
        ),
        *(
            745.133219101941,
            745.1332191019412,
            746.0,
            1e5,
            math.sqrt(0.5),
            math.sqrt(2.0),
            math.inf,
            math.nan,
        ),
    ]
)
BORDERS = np.concatenate([BORDERS, -BORDERS])


@pytest.fixture(scope="module")
def calculator() -> Calculator:
    return Calculator()


def units(found: float, true: mpmath.mpf) -> float:
    """How many units in the last place `found` is from the true value."""
    if math.isinf(found):
        rounds = abs(true) >= mpmath.mpf(2) ** 1024 * (1 - mpmath.mpf(2) ** -54)
        return 0.0 if rounds and (true > 0) == (found > 0) else math.inf
    return float(abs(mpmath.mpf(found) - true) / mpmath.mpf(math.ulp(found)))


def worst(found: FloatArray, true: Callable[[int], mpmath.mpf]) -> float:
    with mpmath.workprec(200):
        return max(units(float(value), true(i)) for i, value in enumerate(found))


def spread(rng: np.random.Generator, count: int, low: float, high: float) -> FloatArray:
    """Numbers of either sign whose sizes have logarithms spread evenly."""
    return rng.choice([-1.0, 1.0], count) * np.exp(rng.uniform(math.log(low), math.log(high), count))


def check_exp(calculator: Calculator, count: int) -> None:
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.uniform(-746, 710, count // 2), spread(rng, count - count // 2, 1e-20, 700)])
    assert worst(calculator("exp", x), lambda i: mpmath.exp(float(x[i]))) <= 1.0


def check_log(calculator: Calculator, count: int) -> None:
    rng = np.random.default_rng(2)
    bits = rng.integers(1, 0x7FF0000000000000, count // 2)
    anywhere = np.frombuffer(bits.astype("<i8").tobytes(), "<f8")
    near = 1.0 + spread(rng, count - count // 2, 1e-16, 0.5)
    x = np.concatenate([anywhere, near])
    assert worst(calculator("log", x), lambda i: mpmath.log(float(x[i]))) <= 1.0


def check_power(calculator: Calculator, count: int) -> None:
    rng = np.random.default_rng(3)
    third = count // 3
    base = np.abs(
        np.concatenate(
            [
                spread(rng, third, 1e-300, 1e300),
                1.0 + spread(rng, third, 1e-12, 0.3),
                rng.uniform(0.1, 30.0, count - 2 * third),
            ]
        )
    )
    largest = np.minimum(740.0 / np.abs(np.log(base)), 1e15)
    exponent = rng.uniform(-1.0, 1.0, count) * largest
    exponent[2 * third :] = rng.integers(-9, 10, count - 2 * third)
    found = calculator("power", base, exponent)

    def true(i: int) -> mpmath.mpf:
        return mpmath.power(mpmath.mpf(float(base[i])), mpmath.mpf(float(exponent[i])))

    assert worst(found, true) <= 1.0


def check_logistic(calculator: Calculator, count: int) -> None:
    rng = np.random.default_rng(4)
    x = np.concatenate([rng.uniform(-745, 40, count // 2), spread(rng, count - count // 2, 1e-18, 30)])
    found = calculator("logistic", x)
    assert worst(found, lambda i: 1 / (1 + mpmath.exp(-mpmath.mpf(float(x[i]))))) <= 2.5


def check_odds(calculator: Calculator, count: int) -> None:
    rng = np.random.default_rng(5)
    x = np.concatenate([rng.uniform(-1000, 1000, count // 2), spread(rng, count - count // 2, 1e-18, 2)])
    found = calculator("odds", x)
    assert worst(found, lambda i: mpmath.power(2, mpmath.mpf(float(x[i])))) <= 3.0


CHECKS = (check_exp, check_log, check_power, check_logistic, check_odds)


@pytest.mark.parametrize("check", CHECKS)
def test_a_sample_is_right(calculator: Calculator, check: Callable[[Calculator, int], None]) -> None:
    check(calculator, SAMPLE)


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS)
def test_a_million_values_are_right(calculator: Calculator, check: Callable[[Calculator, int], None]) -> None:
    check(calculator, MILLION)


def same(a: float, b: float) -> bool:
    """Whether two numbers are the same, signs of zero included."""
    return (math.isnan(a) and math.isnan(b)) or struct.pack("<d", a) == struct.pack("<d", b)


def test_exp_and_log_at_the_borders(calculator: Calculator) -> None:
    exp, log = calculator("exp", BORDERS), calculator("log", BORDERS)
    seen = 0
    for x, e, logarithm in zip(BORDERS.tolist(), exp.tolist(), log.tolist(), strict=True):
        if math.isnan(x):
            assert math.isnan(e) and math.isnan(logarithm)
        elif math.isinf(x):
            assert same(e, math.inf if x > 0 else 0.0)
            assert same(logarithm, math.inf) if x > 0 else math.isnan(logarithm)
        else:
            with mpmath.workprec(200):
                assert units(e, mpmath.exp(x)) <= 1.0
                if x > 0:
                    assert units(logarithm, mpmath.log(x)) <= 1.0
            assert x > 0 or (same(logarithm, -math.inf) if x == 0 else math.isnan(logarithm))
        seen += 1
    assert seen == 76
    assert same(float(calculator("exp", np.array([0.0]))[0]), 1.0)
    assert same(float(calculator("log", np.array([1.0]))[0]), 0.0)


def python_power(x: float, y: float) -> float:
    """IEEE 754 `pow` by way of Python's, which raises where that gives infinity or not a number."""
    if x < 0.0 and math.isfinite(x) and math.isfinite(y) and y != math.floor(y):
        return math.nan
    odd = math.isfinite(y) and y == math.floor(y) and y % 2.0 == 1.0
    try:
        return math.pow(x, y)
    except (OverflowError, ValueError):
        return math.copysign(math.inf, x) if odd else math.inf


def test_power_at_the_borders(calculator: Calculator) -> None:
    x, y = (grid.ravel() for grid in np.meshgrid(BORDERS, BORDERS))
    found = calculator("power", x, y).tolist()
    seen = 0
    for base, exponent, value in zip(x.tolist(), y.tolist(), found, strict=True):
        expected = python_power(base, exponent)
        special = math.isnan(expected) or math.isinf(expected) or expected == 0.0
        if special:
            assert same(value, expected), (base, exponent)
        else:
            assert abs(value - expected) <= 2.0 * math.ulp(expected), (base, exponent)
        seen += special
    assert seen > 2_000


def test_whole_powers_that_are_exact_are_exact(calculator: Calculator) -> None:
    base, exponent = (grid.ravel() for grid in np.meshgrid(np.arange(-12.0, 13.0), np.arange(0.0, 14.0)))
    expected = [float(int(b) ** int(e)) for b, e in zip(base, exponent, strict=True)]
    assert calculator("power", base, exponent).tolist() == expected


def test_logistic_never_leaves_its_bounds(calculator: Calculator) -> None:
    found = calculator("logistic", BORDERS)
    numbers = ~np.isnan(BORDERS)
    assert ((found >= 0.0) & (found <= 1.0))[numbers].all()
    assert np.isnan(found[~numbers]).all()
    assert found[math.inf == BORDERS].tolist() == [1.0]
    assert found[-math.inf == BORDERS].tolist() == [0.0]


def test_a_logarithm_near_a_share_is_as_good(calculator: Calculator) -> None:
    x = np.random.default_rng(6).uniform(0.01, 8.0, SAMPLE)
    assert worst(calculator("near_log", x), lambda i: mpmath.log(float(x[i]))) <= 1.0


def test_lanes_do_not_touch_each_other(calculator: Calculator) -> None:
    x = np.array([3.7, math.nan, 3.7, 1e300, 3.7, -math.inf, 3.7, 0.0])
    for name in ("exp", "log", "logistic", "odds"):
        assert len(set(calculator(name, x)[::2].tolist())) == 1
