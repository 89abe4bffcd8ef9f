"""The tree of an expression: four kinds of plain frozen nodes.

`a - b + c` is `Operation("+", (Operation("-", (a, b)), c))`, so a long sum is a deep tree: walks over it must not
recurse along the first arguments (`walk` and `fold` do not).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, measure, definition or clock."""

    name: str


@dataclass(frozen=True, slots=True)
class TypeOf(Name):
    """Whether an actor is of a type: 1 or 0. Its name is how it is written: `type(russia, revanchist)`."""

    actor: str
    type: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the table `operations.OPERATIONS`, applied to its arguments."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`where(condition, then, otherwise)`: `then` where the condition is not 0, elsewhere `otherwise`."""

    condition: Node
    then: Node
    otherwise: Node


Node = Number | Name | Operation | Choice


def operands(node: Node) -> tuple[Node, ...]:
    """The nodes that `node` is computed from, left to right."""
    if isinstance(node, Operation):
        return node.arguments
    if isinstance(node, Choice):
        return (node.condition, node.then, node.otherwise)
    return ()


def type_of(actor: str, type_: str) -> TypeOf:
    """The node that asks whether an actor is of a type."""
    return TypeOf(f"type({actor}, {type_})", actor, type_)


def replaced(root: Node, values: Mapping[str, Node]) -> Node:
    """`root` with some names replaced."""

    def combined(node: Node, parts: tuple[Node, ...]) -> Node:
        if isinstance(node, Name):
            return values.get(node.name, node)
        if isinstance(node, Choice):
            return Choice(*parts)
        return Operation(node.name, parts) if isinstance(node, Operation) else node

    return fold(root, combined)


def walk(node: Node) -> Iterator[Node]:
    """`node` and all the nodes below it, each before its operands."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(operands(node)))


def fold(root: Node, combine: Callable[[Node, tuple[T, ...]], T]) -> T:
    """What `combine` makes of `root` and of what it made of each of its operands, from the leaves upwards."""
    done: list[T] = []
    pending: list[tuple[Node, bool]] = [(root, False)]
    while pending:
        node, below = pending.pop()
        parts = operands(node)
        if parts and not below:
            pending.append((node, True))
            pending.extend((part, False) for part in reversed(parts))
            continue
        first = len(done) - len(parts)
        done[first:] = [combine(node, tuple(done[first:]))]
    return done[0]
