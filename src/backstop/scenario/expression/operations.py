"""The operations of expressions: one table that says of each how it is written, what it is worth and how it is read.

Grammar, values, text, words, and the rules of which values are in use read this table and nothing else.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from types import MappingProxyType
from typing import Any

import numpy as np

from backstop.scenario.expression import arithmetic as kernels
from backstop.scenario.expression.nodes import Choice, Name, Node, Number, Operation, fold, walk


class Rank(IntEnum):
    """How tightly an operation binds, as in Python: the larger the tighter."""

    OR = 1
    AND = 2
    NOT = 3
    COMPARISON = 4
    SUM = 5
    PRODUCT = 6
    SIGN = 7
    POWER = 8
    ATOM = 9


Kernel = Callable[..., Any]
"""Of floats or arrays, as many as the operation takes."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A row of the table: an operation by its `name`, which is also how it is written (save `negate`, written -).

    It takes `least` arguments, and no more than `most` where that is given; `form` is an example for messages.
    An operand of rank below `left` (the first) or `right` (the others) stands in parentheses.
    `value` takes floats or arrays (truths, where `settled_by` is given) and gives a value, or a truth (`is_truth`).
    `guarded`: the result can be a number although an argument is nan, so no argument in use may be nan.
    `settled_by`: an argument of this truth ends the matter, so that those after it are not in use (`and`, `or`).
    `words` reads it aloud: what stands between the arguments of an infix operation, else a template of them, where
    `{all}` lists them and `many` is the template for more than two. `opposite`: what is true where this one is false.
    `instruction`: the one instruction of the compiled program that does it; empty where it takes several.
    """

    name: str
    value: Kernel
    words: str
    rank: Rank = Rank.ATOM
    left: Rank = Rank.OR
    right: Rank = Rank.OR
    least: int = 1
    most: int | None = 1
    form: str = ""
    many: str = ""
    is_truth: bool = False
    guarded: bool = False
    settled_by: bool | None = None
    opposite: str = ""
    instruction: str = ""

    @property
    def sign(self) -> str:
        """How it is written."""
        return "-" if self.name == "negate" else self.name

    @property
    def is_function(self) -> bool:
        """Whether it is written as a name with its arguments in parentheses."""
        return self.rank is Rank.ATOM

    @property
    def is_infix(self) -> bool:
        """Whether it is written between its arguments."""
        return not self.is_function and self.most != 1


def _arithmetic(name: str, value: Kernel, words: str, rank: Rank, instruction: str) -> Operator:
    return Operator(name, value, words, rank, rank, Rank(rank + 1), 2, 2, instruction=instruction)


def _comparison(name: str, value: Kernel, words: str, opposite: str) -> Operator:
    bounds = (Rank.COMPARISON, Rank.SUM, Rank.SUM)
    row = Operator(name, value, words, *bounds, 2, 2, is_truth=True, guarded=True, opposite=opposite)
    return replace(row, instruction=value.__name__)  # lt, le, gt, ge, eq, ne: the same there


def _junction(name: str, value: Kernel, rank: Rank, settled_by: bool) -> Operator:
    bounds = (rank, Rank(rank + 1), Rank(rank + 1))
    return Operator(name, value, name, *bounds, 2, None, is_truth=True, guarded=True, settled_by=settled_by)


def _function(form: str, value: Kernel, words: str, many: str = "", instruction: str = "") -> Operator:
    name, _, arguments = form.partition("(")
    arity = 2 if many else arguments.count(",") + 1
    most = None if many else arity
    return Operator(name, value, words, least=arity, most=most, form=form, many=many, instruction=instruction)


_LOGIC = (
    _junction("or", operator.or_, Rank.OR, settled_by=True),
    _junction("and", operator.and_, Rank.AND, settled_by=False),
    Operator(
        "not", kernels.is_zero, "it is not so that {0}", Rank.NOT, Rank.NOT, is_truth=True, guarded=True
    ),
    _comparison("<", operator.lt, "is below", ">="),
    _comparison("<=", operator.le, "is at most", ">"),
    _comparison(">", operator.gt, "is above", "<="),
    _comparison(">=", operator.ge, "is at least", "<"),
    _comparison("==", operator.eq, "is equal to", "!="),
    _comparison("!=", operator.ne, "is not equal to", "=="),
)
_ARITHMETIC = (
    _arithmetic("+", operator.add, "plus", Rank.SUM, "add"),
    _arithmetic("-", operator.sub, "minus", Rank.SUM, "sub"),
    _arithmetic("*", operator.mul, "times", Rank.PRODUCT, "mul"),
    _arithmetic("/", kernels.divide, "divided by", Rank.PRODUCT, "div"),
    Operator("negate", operator.neg, "minus {0}", Rank.SIGN, Rank.SIGN, instruction="neg"),
    Operator("**", kernels.power, "to the power of", Rank.POWER, Rank.ATOM, Rank.SIGN, 2, 2, guarded=True),
)
_FUNCTIONS = (
    _function("min(a, b, ...)", kernels.smallest, "the smaller of {all}", "the smallest of {all}", "min"),
    _function("max(a, b, ...)", kernels.largest, "the larger of {all}", "the largest of {all}", "max"),
    _function("abs(x)", abs, "the size of {0}", instruction="abs"),
    _function("exp(x)", kernels.exponential, "e to the power of {0}"),
    _function("log(x)", kernels.logarithm, "the natural logarithm of {0}"),
    _function("sqrt(x)", kernels.square_root, "the square root of {0}", instruction="sqrt"),
    _function("clip(x, low, high)", kernels.clip, "{0}, but no less than {1} and no more than {2}"),
    _function("where(condition, a, b)", np.where, "{1} where {0}, and {2} otherwise"),
    _function("logistic(x)", kernels.logistic, "the logistic function of {0}"),
)
FUNCTIONS: Mapping[str, Operator] = MappingProxyType({row.name: row for row in _FUNCTIONS})
OPERATIONS: Mapping[str, Operator] = MappingProxyType(
    {row.name: row for row in (*_LOGIC, *_ARITHMETIC, *_FUNCTIONS)}
)


def operator_of(node: Operation | Choice) -> Operator:
    """The row of the table for `node`."""
    return OPERATIONS[node.name if isinstance(node, Operation) else "where"]


def is_truth(node: Node) -> bool:
    """Whether `node` is worth 1 or 0 only, by comparison or logic."""
    return isinstance(node, Operation) and OPERATIONS[node.name].is_truth


def hides(root: Node) -> bool:
    """Whether the value of `root` can be finite although a value it is computed from is not a number."""
    return any(isinstance(node, Choice) or _hides(node) for node in walk(root))


def _hides(node: Node) -> bool:
    if not isinstance(node, Operation) or not OPERATIONS[node.name].guarded:
        return False
    if node.name != "**":
        return True
    # nan ** 0 and 1 ** nan are 1; with any other constant the result is nan as well.
    base, exponent = node.arguments
    certain = isinstance(exponent, Number) and exponent.value != 0
    return not (certain or (isinstance(base, Number) and base.value != 1))


def rank(node: Node) -> Rank:
    """How tightly the text of `node` holds together."""
    if isinstance(node, Number):
        # A negative constant is written with a sign.
        return Rank.SIGN if math.copysign(1.0, node.value) < 0 else Rank.ATOM
    return Rank.ATOM if isinstance(node, Name) else operator_of(node).rank


def render(root: Node) -> str:
    """`root` as text with no more parentheses than it needs; parsing the text gives the same value."""
    return fold(root, _text)


def _text(node: Node, parts: tuple[str, ...]) -> str:
    if isinstance(node, Number):
        whole = node.value.is_integer() and 0 < abs(node.value) < 1e16
        return str(int(node.value)) if whole else repr(node.value).removesuffix(".0")
    if isinstance(node, Name):
        return node.name
    row = operator_of(node)
    if row.is_function or isinstance(node, Choice):
        return f"{row.sign}({', '.join(parts)})"
    texts = [
        f"({part})" if rank(argument) < (row.right if position else row.left) else part
        for position, (argument, part) in enumerate(zip(node.arguments, parts, strict=True))
    ]
    if row.is_infix:
        return f" {row.sign} ".join(texts)
    return f"{row.sign}{' ' if row.sign.isalpha() else ''}{texts[0]}"
