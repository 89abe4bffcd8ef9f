"""Expressions: parsed once, evaluated on one number or on arrays of worlds, and checked where their values are used."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from backstop.base.words import described
from backstop.scenario.expression.arithmetic import Lookup, Value
from backstop.scenario.expression.grammar import LARGEST_NUMBER, RESERVED, ExpressionError, syntax_tree
from backstop.scenario.expression.nodes import Name, Node, Number, walk
from backstop.scenario.expression.operations import hides, render
from backstop.scenario.expression.values import Evaluation, Mask, ValueFault, value_of

__all__ = [
    "RESERVED",
    "Expression",
    "ExpressionError",
    "Lookup",
    "Mask",
    "Value",
    "ValueFault",
    "evaluate",
    "first_fault",
    "names_in_use",
    "parse",
]


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression.

    `text` is what was written and `names` the names it looks up. `hides` says that its value can be finite although
    a value it was computed from is not a number (only a comparison, logic, `where` or a power can do that): only then
    is `first_fault` needed where the fast value is finite.
    """

    text: str
    root: Node = field(compare=False)
    names: frozenset[str] = field(init=False, compare=False)
    hides: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        names = frozenset(node.name for node in walk(self.root) if isinstance(node, Name))
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "hides", hides(self.root))

    def __reduce__(self) -> tuple[object, ...]:
        # The text spells the tree, and a pickled tree would be as deep as a sum is long.
        return parse, (self.text,)

    @property
    def constant(self) -> float | None:
        """The number that the expression is, where it is nothing but a number."""
        return self.root.value if isinstance(self.root, Number) else None

    def render(self) -> str:
        """The expression as text in one style; parsing it gives the same values."""
        return render(self.root)


def parse(text: str | int | float) -> Expression:
    """The expression that `text` spells; a number is an expression already.

    Raises ExpressionError with a message for people and the offset of the fault.

    >>> expression = parse("0.4 * force / (force + 20)")
    >>> expression.names
    frozenset({'force'})
    >>> evaluate(expression, {"force": 30.0}.__getitem__)
    0.24
    """
    if isinstance(text, bool):
        word, digit = ("true", 1) if text else ("false", 0)
        raise ExpressionError(f"{word} is not a number: write {digit}")
    if isinstance(text, int | float):
        if not abs(text) <= LARGEST_NUMBER:
            if isinstance(text, float) and not math.isfinite(text):
                raise ExpressionError(f"{text} is not a finite number")
            raise ExpressionError(
                f"the number is too large: numbers go up to {LARGEST_NUMBER:g}; choose a larger unit"
            )
        return Expression(str(text), Number(float(text)))
    if not isinstance(text, str):
        raise ExpressionError(f"a number or an expression is needed, and this is {described(text)}")
    return Expression(text, syntax_tree(text))


def evaluate(expression: Expression, lookup: Lookup) -> Value:
    """The value of `expression`, a float or a float64 array over worlds, where `lookup` gives the values of names.

    `lookup` returns floats or 1-D float64 arrays of one length. Nothing is raised on numeric trouble: the result may
    hold inf or nan (see `first_fault`). It may be an array that `lookup` returned: treat it as
    read-only.
    """
    root = expression.root
    if isinstance(root, Number):
        return root.value
    if isinstance(root, Name):
        return lookup(root.name)
    with np.errstate(all="ignore"):
        return value_of(root, lookup)


def first_fault(expression: Expression, lookup: Lookup, mask: bool | Mask = True) -> ValueFault | None:
    """The first value in use that is not what it must be, in evaluation order; None where all is well.

    In every world of `mask` the result must be finite, and no operand of a comparison, of logic or of `**` may be
    nan. `where(c, a, b)` uses a where c is true and b elsewhere; `a and b` uses b where a is true, `a or b` where a
    is false. An infinite value on the way is no fault. `world` is None where every world is alike.
    """
    return _evaluation(expression, lookup, mask).fault


def names_in_use(expression: Expression, lookup: Lookup, mask: bool | Mask = True) -> dict[str, Mask]:
    """The worlds of `mask` in which each name is used, by the rules of `first_fault`; unused names are left out."""
    return _evaluation(expression, lookup, mask).names


def _evaluation(expression: Expression, lookup: Lookup, mask: bool | Mask) -> Evaluation:
    evaluation = Evaluation(lookup)
    with np.errstate(all="ignore"):
        evaluation.result(expression.root, np.bool_(mask) if isinstance(mask, bool) else mask)
    return evaluation
