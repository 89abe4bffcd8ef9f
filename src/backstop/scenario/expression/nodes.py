"""The typed tree of an expression: what is written, as plain frozen nodes, and back to text.

A chain such as `a - b + c` is one node, so that a long sum is wide and not deep.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum


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


@dataclass(frozen=True, slots=True)
class Arity:
    """How a function is called: `least` arguments, and no more than `most` where that is given."""

    least: int
    most: int | None
    form: str


FUNCTIONS: dict[str, Arity] = {
    "min": Arity(2, None, "min(a, b, ...)"),
    "max": Arity(2, None, "max(a, b, ...)"),
    "abs": Arity(1, 1, "abs(x)"),
    "exp": Arity(1, 1, "exp(x)"),
    "log": Arity(1, 1, "log(x)"),
    "sqrt": Arity(1, 1, "sqrt(x)"),
    "clip": Arity(3, 3, "clip(x, low, high)"),
    "where": Arity(3, 3, "where(condition, a, b)"),
    "logistic": Arity(1, 1, "logistic(x)"),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    amount: float


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, measure, definition or clock."""

    name: str


@dataclass(frozen=True, slots=True)
class Sign:
    """Unary `-` or `+`."""

    sign: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Chain:
    """Operations of one rank taken left to right: `a - b + c`, or `a * b / c`."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Power:
    """`base ** exponent`."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left < right` and its like: 1 where true, else 0."""

    relation: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Junction:
    """`a and b and c`, or `a or b or c`: 1 or 0."""

    word: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """`not a`: 1 where a is 0, else 0."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Choice:
    """`where(condition, then, otherwise)`: the second where the condition is not 0, else the third."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to its arguments."""

    function: str
    arguments: tuple[Node, ...]


Node = Number | Name | Sign | Chain | Power | Comparison | Junction | Negation | Choice | Call


def operands(node: Node) -> tuple[Node, ...]:
    """The nodes that `node` is computed from, left to right."""
    match node:
        case Number() | Name():
            return ()
        case Sign() | Negation():
            return (node.operand,)
        case Chain():
            return (node.first, *(operand for _, operand in node.rest))
        case Power():
            return (node.base, node.exponent)
        case Comparison():
            return (node.left, node.right)
        case Junction():
            return node.parts
        case Choice():
            return (node.condition, node.then, node.otherwise)
        case Call():
            return node.arguments


def walk(node: Node) -> Iterator[Node]:
    """`node` and all the nodes below it."""
    yield node
    for operand in operands(node):
        yield from walk(operand)


def rank(node: Node) -> Rank:
    """How tightly the text of `node` holds together."""
    match node:
        case Number():
            # A negative constant is written with a sign.
            return Rank.SIGN if math.copysign(1.0, node.amount) < 0 else Rank.ATOM
        case Sign():
            return Rank.SIGN
        case Chain():
            return Rank.SUM if node.rest[0][0] in "+-" else Rank.PRODUCT
        case Power():
            return Rank.POWER
        case Comparison():
            return Rank.COMPARISON
        case Junction():
            return Rank.AND if node.word == "and" else Rank.OR
        case Negation():
            return Rank.NOT
        case _:
            return Rank.ATOM


def render(node: Node) -> str:
    """`node` as text with no more parentheses than it needs; parsing the text gives the same value."""
    match node:
        case Number():
            whole = node.amount.is_integer() and 0 < abs(node.amount) < 1e16
            return str(int(node.amount)) if whole else repr(node.amount).removesuffix(".0")
        case Name():
            return node.name
        case Sign():
            return node.sign + _enclosed(node.operand, Rank.SIGN)
        case Chain():
            here = rank(node)
            tail = (f" {sign} {_enclosed(operand, Rank(here + 1))}" for sign, operand in node.rest)
            return _enclosed(node.first, Rank(here + 1) if isinstance(node.first, Chain) else here) + "".join(
                tail
            )
        case Power():
            return f"{_enclosed(node.base, Rank.ATOM)} ** {_enclosed(node.exponent, Rank.SIGN)}"
        case Comparison():
            return f"{_enclosed(node.left, Rank.SUM)} {node.relation} {_enclosed(node.right, Rank.SUM)}"
        case Junction():
            here = rank(node)
            return f" {node.word} ".join(_enclosed(part, Rank(here + 1)) for part in node.parts)
        case Negation():
            return f"not {_enclosed(node.operand, Rank.NOT)}"
        case Choice():
            return f"where({', '.join(map(render, operands(node)))})"
        case Call():
            return f"{node.function}({', '.join(map(render, node.arguments))})"


def _enclosed(node: Node, least: Rank) -> str:
    text = render(node)
    return f"({text})" if rank(node) < least else text
