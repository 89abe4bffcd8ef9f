"""Expressions: parsed once, evaluated on one number or on arrays of worlds, and checked where their values are used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from backstop.scenario.expression.arithmetic import Lookup, Value, is_clean, value_of
from backstop.scenario.expression.grammar import LARGEST_NUMBER, RESERVED, ExpressionError, syntax_tree
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
    operands,
    render,
    walk,
)
from backstop.scenario.expression.values_in_use import Mask, Scrutiny, ValueFault

__all__ = [
    "RESERVED",
    "Expression",
    "ExpressionError",
    "Lookup",
    "Mask",
    "Value",
    "ValueFault",
    "bind",
    "evaluate",
    "first_fault",
    "is_clean",
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
    root: Node
    names: frozenset[str] = field(init=False, compare=False)
    hides: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        nodes = list(walk(self.root))
        object.__setattr__(self, "names", frozenset(node.name for node in nodes if isinstance(node, Name)))
        object.__setattr__(self, "hides", any(_hides(node) for node in nodes))

    @property
    def constant(self) -> float | None:
        """The number that the expression is, where it is nothing but a number."""
        root = self.root
        if isinstance(root, Number):
            return root.amount
        if isinstance(root, Sign) and isinstance(root.operand, Number):
            return -root.operand.amount if root.sign == "-" else root.operand.amount
        return None

    def render(self) -> str:
        """The expression as text in one style; parsing it gives the same values."""
        return render(self.root)


def parse(text: str | int | float) -> Expression:
    """The expression that `text` spells; a number is an expression already.

    Raises ExpressionError with a message for people and the offset of the fault.
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
        raise ExpressionError(f"a number or an expression is needed, and this is {_kind(text)}")
    return Expression(text, syntax_tree(text))


def evaluate(expression: Expression, lookup: Lookup) -> Value:
    """The value of `expression`, a float or a float64 array over worlds, where `lookup` gives the values of names.

    `lookup` returns floats or 1-D float64 arrays of one length. Nothing is raised on numeric trouble: the result may
    hold inf or nan (see `is_clean` and `first_fault`). It may be an array that `lookup` returned: treat it as
    read-only.
    """
    root = expression.root
    if isinstance(root, Number):
        return root.amount
    if isinstance(root, Name):
        return lookup(root.name)
    with np.errstate(all="ignore"):
        return value_of(root, lookup)


def first_fault(expression: Expression, lookup: Lookup, mask: Mask = True) -> ValueFault | None:
    """The first value in use that is not what it must be, in evaluation order; None where all is well.

    In every world of `mask` the result must be finite, and no operand of a comparison, of logic or of `**` may be
    nan. `where(c, a, b)` uses a where c is true and b elsewhere; `a and b` uses b where a is true, `a or b` where a
    is false. An infinite value on the way is no fault. `world` is None where every world is alike.
    """
    scrutiny = Scrutiny(lookup)
    with np.errstate(all="ignore"):
        scrutiny.result(expression.root, mask)
    return scrutiny.fault


def names_in_use(expression: Expression, lookup: Lookup, mask: Mask = True) -> dict[str, Mask]:
    """The worlds of `mask` in which each name is used, by the rules of `first_fault`; unused names are left out."""
    scrutiny = Scrutiny(lookup)
    with np.errstate(all="ignore"):
        scrutiny.result(expression.root, mask)
    return scrutiny.names


def bind(expression: Expression, values: Mapping[str, float]) -> Expression:
    """The expression with some names replaced by numbers, and what then is constant computed.

    The result gives the same bits as the original with those values looked up. Only what is certain is dropped:
    the branch of a `where` that a constant condition rules out, and what follows a constant that settles `and` or
    `or`; a product with 0 stays, because the other factor may not be finite.
    """
    with np.errstate(all="ignore"):
        root = _folded(expression.root, values)
    return expression if root == expression.root else Expression(render(root), root)


def _hides(node: Node) -> bool:
    match node:
        case Comparison() | Junction() | Negation() | Choice():
            return True
        case Power():
            # nan ** 0 and 1 ** nan are 1; with any other constant the result is nan as well.
            exponent, base = node.exponent, node.base
            certain = (isinstance(exponent, Number) and exponent.amount != 0) or (
                isinstance(base, Number) and base.amount != 1
            )
            return not certain
        case _:
            return False


def _kind(thing: object) -> str:
    if thing is None:
        return "empty"
    if isinstance(thing, Mapping):
        return "a mapping"
    return "a list" if isinstance(thing, list | tuple) else f"of type {type(thing).__name__}"


def _folded(node: Node, values: Mapping[str, float]) -> Node:
    node = _with_folded_operands(node, values)
    match node:
        case Name():
            return Number(float(values[node.name])) if node.name in values else node
        case Choice() if isinstance(node.condition, Number) and not math.isnan(node.condition.amount):
            return node.then if node.condition.amount != 0 else node.otherwise
        case Junction():
            return _folded_junction(node)
        case Chain():
            return _folded_chain(node)
    if not isinstance(node, Number) and all(isinstance(operand, Number) for operand in operands(node)):
        return _computed(node)
    return node


def _with_folded_operands(node: Node, values: Mapping[str, float]) -> Node:
    match node:
        case Number() | Name():
            return node
        case Sign():
            return Sign(node.sign, _folded(node.operand, values))
        case Negation():
            return Negation(_folded(node.operand, values))
        case Chain():
            rest = tuple((sign, _folded(operand, values)) for sign, operand in node.rest)
            return Chain(_folded(node.first, values), rest)
        case Power():
            return Power(_folded(node.base, values), _folded(node.exponent, values))
        case Comparison():
            return Comparison(node.relation, _folded(node.left, values), _folded(node.right, values))
        case Junction():
            return Junction(node.word, tuple(_folded(part, values) for part in node.parts))
        case Choice():
            condition, then, otherwise = (_folded(operand, values) for operand in operands(node))
            return Choice(condition, then, otherwise)
        case Call():
            return Call(node.function, tuple(_folded(argument, values) for argument in node.arguments))


def _folded_chain(node: Chain) -> Node:
    """Computes the constants at the head of a chain; the order of the rest decides its rounding, so it stays."""
    first, rest = node.first, node.rest
    while rest and isinstance(first, Number) and isinstance(rest[0][1], Number):
        computed = _computed(Chain(first, rest[:1]))
        if not isinstance(computed, Number):
            break
        first, rest = computed, rest[1:]
    return Chain(first, rest) if rest else first


def _folded_junction(node: Junction) -> Node:
    settling = node.word == "or"
    kept: list[Node] = []
    for part in node.parts:
        if isinstance(part, Number) and not math.isnan(part.amount):
            if (part.amount != 0) is settling:
                # Nothing after it is looked at; what stands before it still is.
                kept.append(Number(float(settling)))
                break
        else:
            kept.append(part)
    if not kept:
        return Number(float(not settling))
    if len(kept) > 1:
        return Junction(node.word, tuple(kept))
    if isinstance(kept[0], Comparison | Junction | Negation):
        return kept[0]
    if isinstance(kept[0], Number) and not math.isnan(kept[0].amount):
        return Number(float(kept[0].amount != 0))
    return Comparison("!=", kept[0], Number(0.0))


def _computed(node: Node) -> Node:
    """The number that a constant node is; the node itself where that is not finite, so that the fault is seen."""
    value = value_of(node, lambda name: math.nan)
    return Number(value) if isinstance(value, float) and math.isfinite(value) else node
