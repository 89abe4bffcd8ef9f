"""The reference evaluator of expressions."""

from __future__ import annotations

import math

import pytest
from tests.reference.arithmetic import NotAnExpression, NotFinite, evaluate

NAMES = {"x": 2.0, "y": -3.0, "zero": 0.0, "half": 0.5}


def value(text: str | int | float) -> float:
    return evaluate(text, NAMES.__getitem__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (3, 3.0),
        ("1e3", 1000.0),
        ("x + y * 2", -4.0),
        ("(x + y) * 2", -2.0),
        ("x - 1 - 1", 0.0),
        ("y / x / 2", -0.75),
        ("-x ** 2", -4.0),
        ("2 ** 3 ** x", 512.0),
        ("2 ** -1", 0.5),
        ("+x", 2.0),
        ("x < 2", 0.0),
        ("x <= 2", 1.0),
        ("y >= x", 0.0),
        ("y > -4", 1.0),
        ("x == 2", 1.0),
        ("x != 2", 0.0),
        ("0 < half < 1", 1.0),
        ("0 < x < 1", 0.0),
        ("x and y", 1.0),
        ("x and zero", 0.0),
        ("zero or half", 1.0),
        ("zero or zero", 0.0),
        ("not y", 0.0),
        ("not zero", 1.0),
        ("1 or 0 and 0", 1.0),
        ("(x > 1) + (x > 0)", 2.0),
        ("min(x, y, 0)", -3.0),
        ("max(x, y, 0)", 2.0),
        ("abs(y)", 3.0),
        ("exp(zero)", 1.0),
        ("log(exp(x))", 2.0),
        ("sqrt(4 * x * x)", 4.0),
        ("clip(x, 0, 1)", 1.0),
        ("clip(y, -1, 1)", -1.0),
        ("where(x > 1, y, x)", -3.0),
        ("where(x < 1, y, x)", 2.0),
        ("logistic(0)", 0.5),
        ("logistic(log(3))", 0.75),
        ("logistic(-1000)", 0.0),
        ("logistic(1000)", 1.0),
        # only the result must be finite
        ("min(1, exp(1000))", 1.0),
        ("1 / exp(1000)", 0.0),
        ("max(-1, log(0))", -1.0),
        ("min(2, 1 / zero)", 2.0),
        # what a condition leaves out is not evaluated
        ("where(zero, 1 / zero, 5)", 5.0),
        ("zero and 1 / zero", 0.0),
    ],
)
def test_value(text: str | int | float, expected: float) -> None:
    assert value(text) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "1 / zero",
        "zero / zero",
        "log(0)",
        "log(y)",
        "sqrt(y)",
        "exp(1000)",
        "y ** 0.5",
        "zero ** -1",
        "1e200 ** 2",
    ],
)
def test_no_finite_value(text: str) -> None:
    with pytest.raises(NotFinite):
        value(text)


@pytest.mark.parametrize(
    "text", ["x.real", "x[0]", "[x]", "x if y else 1", "x % 2", "x // 2", "sin(x)", "(lambda: 1)()"]
)
def test_outside_the_grammar(text: str) -> None:
    with pytest.raises((NotAnExpression, TypeError, ValueError)):
        value(text)


def test_unknown_name() -> None:
    with pytest.raises(KeyError):
        value("nothing")


def test_infinity_keeps_its_sign() -> None:
    assert value("max(-5, -1 / zero)") == -5.0
    assert value("max(-5, -1e200 ** 3)") == -5.0
    assert value("max(-5, (0 - 1e200) ** 3)") == -5.0
    assert value("min(5, (0 - 1e200) ** 2)") == 5.0
    assert math.isfinite(value("logistic(1 / zero)"))
