"""Which values of an expression are in use, world by world, and the first of them that is not what it must be.

The fast evaluation computes both branches of a `where` and can hide a nan behind a comparison. This slow walk follows
what is in use only, so that a branch not taken may hold anything and a value used may not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from backstop.base.arrays import BoolArray
from backstop.base.words import shortened
from backstop.scenario.expression.arithmetic import Lookup, Truth, Value, as_value
from backstop.scenario.expression.nodes import Choice, Name, Node, Number, Operation, operands, walk
from backstop.scenario.expression.operations import OPERATIONS, is_truth, render
from backstop.scenario.expression.values import truth_of, value_of

# Worlds: all (True), none (False) or an array with one truth per world.
Mask = bool | BoolArray

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class ValueFault:
    """A value in use that is not finite: the index of a `world` (None where all are alike) and a `message`."""

    world: int | None
    message: str


def both(a: Mask, b: Mask) -> Mask:
    """The worlds in both masks."""
    if isinstance(a, bool):
        return b if a else False
    if isinstance(b, bool):
        return a if b else False
    return a & b


def either(a: Mask, b: Mask) -> Mask:
    """The worlds in one mask or the other."""
    if isinstance(a, bool):
        return True if a else b
    if isinstance(b, bool):
        return True if b else a
    return a | b


def outside(mask: Mask) -> Mask:
    """The worlds not in a mask."""
    return not mask if isinstance(mask, bool) else ~mask


def is_empty(mask: Mask) -> bool:
    """Whether a mask holds no world."""
    return not mask if isinstance(mask, bool) else not mask.any()


def _as_mask(truth: Truth) -> Mask:
    return truth if isinstance(truth, np.ndarray) else bool(truth)


class Scrutiny:
    """One walk: `fault` is the first fault found, `names` the worlds in which each name is in use."""

    def __init__(self, lookup: Lookup) -> None:
        self.fault: ValueFault | None = None
        self.names: dict[str, Mask] = {}
        self._lookup = lookup
        self._seen: dict[str, Value] = {}

    def result(self, node: Node, mask: Mask) -> None:
        """Walks the whole expression: its value must be finite in every world of `mask`."""
        if not is_empty(mask):
            self._require(np.isfinite, self._value(node, mask), node, mask)

    def _value(self, node: Node, mask: Mask) -> Value:
        """The value of `node`, right in the worlds of `mask` (of which there are some) and anything elsewhere."""
        if isinstance(node, Number):
            return node.value
        if isinstance(node, Name):
            self.names[node.name] = either(self.names.get(node.name, False), mask)
            return self._named(node.name)
        if isinstance(node, Choice):
            return self._chosen(node, mask)
        return as_value(self._truth(node, mask)) if is_truth(node) else self._computed(node, mask)

    def _computed(self, node: Operation, mask: Mask) -> Value:
        # A long sum is deep in its first arguments: it is taken in a loop, from the inside out.
        outer = [node]
        while isinstance(first := outer[-1].arguments[0], Operation) and not (
            OPERATIONS[outer[-1].name].guarded or is_truth(first)
        ):
            outer.append(first)
        take = self._number if OPERATIONS[outer[-1].name].guarded else self._value
        value = take(first, mask)
        for operation in reversed(outer):
            row = OPERATIONS[operation.name]
            take = self._number if row.guarded else self._value
            value = row.value(value, *[take(each, mask) for each in operation.arguments[1:]])
        return value

    def _truth(self, node: Node, mask: Mask) -> Mask:
        if not isinstance(node, Operation) or not is_truth(node):
            return _as_mask(self._number(node, mask) != 0.0)
        row, settled_by = OPERATIONS[node.name], OPERATIONS[node.name].settled_by
        if settled_by is None:
            return _as_mask(row.value(*[self._number(each, mask) for each in node.arguments]))
        found: Mask = not settled_by
        for each in node.arguments:
            # The next argument is in use where the matter is not settled yet.
            open_ = both(mask, outside(found) if settled_by else found)
            if is_empty(open_):
                break
            truth = self._truth(each, open_)
            found = either(found, truth) if settled_by else both(found, truth)
        return found

    def _chosen(self, node: Choice, mask: Mask) -> Value:
        condition = self._truth(node.condition, mask)
        here, there = both(mask, condition), both(mask, outside(condition))
        if is_empty(there):
            return self._value(node.then, here) if not is_empty(here) else 0.0
        if is_empty(here):
            return self._value(node.otherwise, there)
        return np.where(condition, self._value(node.then, here), self._value(node.otherwise, there))

    def _number(self, node: Node, mask: Mask) -> Value:
        """A value whose nan the operation above would hide."""
        value = self._value(node, mask)
        if not isinstance(node, Number):
            self._require(_is_number, value, node, mask)
        return value

    def _named(self, name: str) -> Value:
        if name not in self._seen:
            self._seen[name] = self._lookup(name)
        return self._seen[name]

    def _require(self, good: Callable[[Any], Any], value: Value, node: Node, mask: Mask) -> None:
        if self.fault is not None:
            return
        bad = both(mask, outside(_as_mask(good(value))))
        if is_empty(bad):
            return
        world = int(np.argmax(bad)) if isinstance(bad, np.ndarray) else None
        self.fault = ValueFault(world, _explained(node, lambda name: _at(self._named(name), world)))


def _is_number(value: Value) -> Any:
    return np.logical_not(np.isnan(value))


def _at(value: Value, world: int | None) -> float:
    return float(value[world or 0]) if isinstance(value, np.ndarray) else float(value)


def _explained(node: Node, lookup: Callable[[str], float]) -> str:
    """What is wrong with `node` in one world: the innermost operation that goes wrong and the values it has."""
    culprit = _culprit(node, lookup)
    amount = float(value_of(culprit, lookup))
    what = "is not a number" if math.isnan(amount) else "is infinite"
    text = shortened(render(culprit), _LONGEST)
    if isinstance(culprit, Name):
        return f"{text} {what}"
    names = list(dict.fromkeys(each.name for each in walk(culprit) if isinstance(each, Name)))
    values = ", ".join(f"{name} = {lookup(name):.6g}" for name in names[:4]) + (
        ", ..." if len(names) > 4 else ""
    )
    return f"{text} {what}" + (f", where {values}" if values else "")


def _culprit(node: Node, lookup: Callable[[str], float]) -> Node:
    while True:
        suspects = [(each, float(value_of(each, lookup))) for each in _used(node, lookup)]
        wrong = [each for each, value in suspects if math.isnan(value)]
        # Where no operand is nan, an infinite one is what made the trouble: inf - inf, 0 * inf.
        wrong = wrong or [each for each, value in suspects if math.isinf(value)]
        if not wrong:
            return node
        node = wrong[0]


def _used(node: Node, lookup: Callable[[str], float]) -> tuple[Node, ...]:
    """The operands of `node` that are in use in one world."""
    if isinstance(node, Choice):
        chosen = node.then if truth_of(node.condition, lookup) else node.otherwise
        return (node.condition, chosen)
    settled_by = OPERATIONS[node.name].settled_by if isinstance(node, Operation) else None
    if settled_by is None:
        return operands(node)
    used: list[Node] = []
    for each in operands(node):
        used.append(each)
        if bool(truth_of(each, lookup)) is settled_by:
            break
    return tuple(used)
