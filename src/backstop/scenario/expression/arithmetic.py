"""The values of expressions, on one number or on an array of worlds.

A value is a Python float or a 1-D float64 array with one entry per world. What does not depend on the world stays a
float, so that it costs nothing per world. Functions such as exp use the same NumPy kernels for both, so that a world
gives the same bits alone and in an array. No operation raises on numeric trouble: it gives inf or nan as IEEE 754 has
it (`0 / 0`, `log(-1)`, `0 ** -1`).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backstop.scenario.expression.nodes import (
    Call,
    Chain,
    Choice,
    Comparison,
    Junction,
    Name,
    Negation,
    Node,
    Number,
    Power,
    Sign,
)

Value = float | NDArray[np.float64]
Truth = bool | NDArray[np.bool_]
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

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divide,
}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
CALLS: dict[str, Callable[..., Value]] = {
    "min": smallest,
    "max": largest,
    "abs": abs,
    "exp": exponential,
    "log": logarithm,
    "sqrt": square_root,
    "clip": clip,
    "logistic": logistic,
}


def as_value(truth: Truth) -> Value:
    """1.0 where true and 0.0 where false."""
    if isinstance(truth, np.ndarray):
        return truth.astype(np.float64)
    return 1.0 if truth else 0.0


def is_clean(value: Value) -> bool:
    """Whether every entry is finite."""
    if isinstance(value, np.ndarray):
        return bool(np.isfinite(value).all())
    return math.isfinite(value)


def value_of(node: Node, lookup: Lookup) -> Value:
    """The value of `node` where `lookup` gives the values of names; to be called with NumPy's errors silenced.

    The result may be an array that `lookup` returned, so it must not be written to.
    """
    return _VALUES[type(node)](node, lookup)


def truth_of(node: Node, lookup: Lookup) -> Truth:
    """Where the value of `node` is not 0."""
    judge = _TRUTHS.get(type(node))
    if judge is not None:
        return judge(node, lookup)
    truth: Truth = _VALUES[type(node)](node, lookup) != 0.0
    return truth


def _sign(node: Sign, lookup: Lookup) -> Value:
    value = value_of(node.operand, lookup)
    return -value if node.sign == "-" else value


def _chain(node: Chain, lookup: Lookup) -> Value:
    total: Value = _VALUES[type(node.first)](node.first, lookup)
    for sign, operand in node.rest:
        total = ARITHMETIC[sign](total, _VALUES[type(operand)](operand, lookup))
    return total


def _choice(node: Choice, lookup: Lookup) -> Value:
    truth = truth_of(node.condition, lookup)
    if isinstance(truth, np.ndarray):
        return np.where(truth, value_of(node.then, lookup), value_of(node.otherwise, lookup))
    return value_of(node.then if truth else node.otherwise, lookup)


def _compared(node: Comparison, lookup: Lookup) -> Truth:
    truth: Truth = COMPARISONS[node.relation](value_of(node.left, lookup), value_of(node.right, lookup))
    return truth


def _joined(node: Junction, lookup: Lookup) -> Truth:
    # `settling` is the truth that ends the matter: false for `and`, true for `or`.
    settling = node.word == "or"
    found: Truth = not settling
    for part in node.parts:
        truth = truth_of(part, lookup)
        if isinstance(truth, np.ndarray):
            found = (found | truth) if settling else (found & truth)
        elif bool(truth) is settling:
            return settling
    return found


def _negated(node: Negation, lookup: Lookup) -> Truth:
    truth = truth_of(node.operand, lookup)
    return np.logical_not(truth) if isinstance(truth, np.ndarray) else not truth


_TRUTHS: dict[type, Callable[[Any, Lookup], Truth]] = {
    Comparison: _compared,
    Junction: _joined,
    Negation: _negated,
}
_VALUES: dict[type, Callable[[Any, Lookup], Value]] = {
    Number: lambda node, lookup: node.amount,
    Name: lambda node, lookup: lookup(node.name),
    Sign: _sign,
    Chain: _chain,
    Power: lambda node, lookup: power(value_of(node.base, lookup), value_of(node.exponent, lookup)),
    Comparison: lambda node, lookup: as_value(_compared(node, lookup)),
    Junction: lambda node, lookup: as_value(_joined(node, lookup)),
    Negation: lambda node, lookup: as_value(_negated(node, lookup)),
    Choice: _choice,
    Call: lambda node, lookup: CALLS[node.function](*[value_of(each, lookup) for each in node.arguments]),
}
