"""Expressions, slowly: Python's own parser and a walk over its tree, one number at a time.

Arithmetic is that of IEEE 754 (1/0 is infinite, log(-1) is no number), so that only a *result* that is not finite is
a fault, whatever happened on the way to it. Operands that a condition leaves out are not evaluated.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from functools import lru_cache

Lookup = Callable[[str], float]


class NotFinite(ArithmeticError):
    """An expression in use gave an infinite value or none."""


class NotAnExpression(ValueError):
    """The text is outside the grammar."""


def evaluate(expression: str | int | float, lookup: Lookup) -> float:
    """The value of the expression, its names looked up by `lookup`; NotFinite where it is not a finite number."""
    result = float(expression) if isinstance(expression, (int, float)) else _value(_tree(expression), lookup)
    if not math.isfinite(result):
        raise NotFinite(f"{expression!r} gives {result}")
    return result


@lru_cache(maxsize=100_000)
def _tree(text: str) -> ast.expr:
    return ast.parse(text.strip(), mode="eval").body


def _value(node: ast.expr, lookup: Lookup) -> float:
    if isinstance(node, ast.Constant):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.Name):
        return lookup(node.id)
    if isinstance(node, ast.BinOp):
        return _binary(node.op, _value(node.left, lookup), _value(node.right, lookup))
    if isinstance(node, ast.UnaryOp):
        operand = _value(node.operand, lookup)
        if isinstance(node.op, ast.USub):
            return -operand
        if isinstance(node.op, ast.UAdd):
            return operand
        if isinstance(node.op, ast.Not):
            return 0.0 if operand else 1.0
    if isinstance(node, ast.Compare):
        left = _value(node.left, lookup)
        for sign, comparator in zip(node.ops, node.comparators, strict=True):
            right = _value(comparator, lookup)
            if not _holds(sign, left, right):
                return 0.0
            left = right
        return 1.0
    if isinstance(node, ast.BoolOp):
        every = isinstance(node.op, ast.And)
        for operand_node in node.values:
            if bool(_value(operand_node, lookup)) is not every:
                return 0.0 if every else 1.0
        return 1.0 if every else 0.0
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _call(node.func.id, node.args, lookup)
    raise NotAnExpression(ast.unparse(node))


def _holds(sign: ast.cmpop, left: float, right: float) -> bool:
    if isinstance(sign, ast.Lt):
        return left < right
    if isinstance(sign, ast.LtE):
        return left <= right
    if isinstance(sign, ast.Gt):
        return left > right
    if isinstance(sign, ast.GtE):
        return left >= right
    if isinstance(sign, ast.Eq):
        return left == right
    if isinstance(sign, ast.NotEq):
        return left != right
    raise NotAnExpression(type(sign).__name__)


def _binary(sign: ast.operator, left: float, right: float) -> float:
    if isinstance(sign, ast.Add):
        return left + right
    if isinstance(sign, ast.Sub):
        return left - right
    if isinstance(sign, ast.Mult):
        return left * right
    if isinstance(sign, ast.Div):
        if right == 0.0:
            if left == 0.0 or math.isnan(left):
                return math.nan
            return math.copysign(math.inf, left) * math.copysign(1.0, right)
        return left / right
    if isinstance(sign, ast.Pow):
        try:
            power = left**right
        except ZeroDivisionError:
            return math.inf
        except OverflowError:
            odd = right % 2.0 == 1.0
            return -math.inf if left < 0.0 and odd else math.inf
        return math.nan if isinstance(power, complex) else float(power)
    raise NotAnExpression(type(sign).__name__)


def _call(name: str, arguments: list[ast.expr], lookup: Lookup) -> float:
    if name == "where":
        condition, yes, no = arguments
        return _value(yes, lookup) if _value(condition, lookup) else _value(no, lookup)
    values = [_value(argument, lookup) for argument in arguments]
    if any(math.isnan(value) for value in values):
        return math.nan
    if name == "min":
        return min(values)
    if name == "max":
        return max(values)
    if name == "clip":
        x, low, high = values
        return min(max(x, low), high)
    (x,) = values
    if name == "abs":
        return abs(x)
    if name == "exp":
        return _exp(x)
    if name == "log":
        return math.log(x) if x > 0.0 else (-math.inf if x == 0.0 else math.nan)
    if name == "sqrt":
        return math.sqrt(x) if x >= 0.0 else math.nan
    if name == "logistic":
        return 1.0 / (1.0 + _exp(-x))
    raise NotAnExpression(name)


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf
