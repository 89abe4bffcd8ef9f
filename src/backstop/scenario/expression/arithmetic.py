"""The values of expressions, on one number or on an array of worlds.

A value is a Python float or a 1-D float64 array with one entry per world. What does not depend on the world stays a
float, so that it costs nothing per world. Functions such as exp use the same NumPy kernels for both, so that a world
gives the same bits alone and in an array. No operation raises on numeric trouble: it gives inf or nan as IEEE 754 has
it (`0 / 0`, `log(-1)`, `0 ** -1`).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray

Value = float | FloatArray
Truth = bool | np.bool_ | BoolArray
Lookup = Callable[[str], Value]


def divide(a: Value, b: Value) -> Value:
    """`a / b`, with the results of IEEE 754 where b is 0."""
    try:
        return a / b
    except ZeroDivisionError:
        return float(np.divide(a, b))


def power(a: Value, b: Value) -> Value:
    """`a ** b`; nan for a negative base with a fractional exponent."""
    if isinstance(b, float):
        special = _SPECIAL_POWERS.get(b)
        if special is not None:
            return special(a)
        return float(np.power(a, b)) if isinstance(a, float) else np.power(a, b)
    result = np.power(a, b)
    for exponent, special in _SPECIAL_POWERS.items():
        here = b == exponent
        if here.any():
            result = np.where(here, special(a), result)
    return result


def lesser(a: Value, b: Value) -> Value:
    """The smaller of two values; nan where either is nan."""
    if isinstance(a, float) and isinstance(b, float):
        return a if a < b or a != a else b
    return np.minimum(a, b)


def greater(a: Value, b: Value) -> Value:
    """The larger of two values; nan where either is nan."""
    if isinstance(a, float) and isinstance(b, float):
        return a if a > b or a != a else b
    return np.maximum(a, b)


def smallest(*values: Value) -> Value:
    """The smallest of several values."""
    least = values[0]
    for value in values[1:]:
        least = lesser(least, value)
    return least


def largest(*values: Value) -> Value:
    """The largest of several values."""
    most = values[0]
    for value in values[1:]:
        most = greater(most, value)
    return most


def clip(x: Value, low: Value, high: Value) -> Value:
    """`x` held between `low` and `high`; `high` where the bounds are the wrong way round."""
    return lesser(greater(x, low), high)


def exponential(x: Value) -> Value:
    """e to the power `x`."""
    return float(np.exp(x)) if isinstance(x, float) else np.exp(x)


def logarithm(x: Value) -> Value:
    """The natural logarithm: -inf at 0, nan below."""
    return float(np.log(x)) if isinstance(x, float) else np.log(x)


def square_root(x: Value) -> Value:
    """The square root: nan below 0."""
    if isinstance(x, float):
        return math.sqrt(x) if x >= 0 else math.nan
    return np.sqrt(x)


def logistic(x: Value) -> Value:
    """1 / (1 + exp(-x)); where exp overflows to inf this is the right 0."""
    return 1.0 / (1.0 + exponential(-x))


# NumPy has short cuts for these exponents where it sees that they are constant, and they differ in the last bit from
# its general power. They are taken by value here, so that a world gives the same bits alone and in an array.
_SPECIAL_POWERS: dict[float, Callable[[Value], Value]] = {
    2.0: lambda a: a * a,
    0.5: square_root,
    -1.0: lambda a: divide(1.0, a),
}


def is_zero(x: Value) -> Truth:
    """Where `x` is 0, so false."""
    truth: Truth = x == 0.0
    return truth


def as_value(truth: Truth) -> Value:
    """1.0 where true and 0.0 where false."""
    if isinstance(truth, np.ndarray):
        return truth.astype(np.float64)
    return 1.0 if truth else 0.0
