"""The values of an expression's tree, on one number or on an array of worlds, and where each of them is in use.

`where(c, a, b)` uses a where c is true and b elsewhere; `a and b` uses b where a is true, `a or b` where a is false. So
a branch not taken may hold anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import BoolArray
from backstop.base.words import shortened
from backstop.scenario.expression.arithmetic import Lookup, Value, as_value
from backstop.scenario.expression.nodes import Choice, Name, Node, Number, Operation, operands, walk
from backstop.scenario.expression.operations import OPERATIONS, is_truth, render

Mask = np.bool_ | BoolArray
"""Worlds: all, none, or an array with one truth per world."""

_EVERYWHERE = np.bool_(True)
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class ValueFault:
    """A value in use that is not finite: the index of a `world` (None where all are alike) and a `message`."""

    world: int | None
    message: str


def value_of(node: Node, lookup: Lookup) -> Value:
    """The value of `node` where `lookup` gives the values of names; to be called with NumPy's errors silenced.

    The result may be an array that `lookup` returned, so it must not be written to.
    """
    return Evaluation(lookup, strict=False).value(node, _EVERYWHERE)


class Evaluation:
    """One evaluation: `names` are the worlds in which each name is in use, `fault` the first fault found.

    Only a `strict` one looks for faults: a result that is not finite, or an operand that is not a number of an
    operation whose result can be one all the same.
    """

    def __init__(self, lookup: Lookup, strict: bool = True) -> None:
        self.fault: ValueFault | None = None
        self.names: dict[str, Mask] = {}
        self._lookup = lookup
        self._strict = strict
        self._seen: dict[str, Value] = {}

    def result(self, node: Node, mask: Mask) -> None:
        """Evaluates a whole expression, which must be finite in every world of `mask`."""
        if _some(mask):
            self._require(np.isfinite, self.value(node, mask), node, mask)

    def value(self, node: Node, mask: Mask) -> Value:
        """The value of `node`, right in the worlds of `mask` (of which there are some) and anything elsewhere."""
        if isinstance(node, Number):
            return node.value
        if isinstance(node, Name):
            if self._strict:
                self.names[node.name] = self.names.get(node.name, np.bool_(False)) | mask
            return self._named(node.name)
        if isinstance(node, Choice):
            return self._chosen(node, mask)
        return as_value(self.truth(node, mask)) if is_truth(node) else self._computed(node, mask)

    def truth(self, node: Node, mask: Mask) -> Mask:
        """Where the value of `node` is not 0."""
        if not isinstance(node, Operation) or not is_truth(node):
            return _mask(self._number(node, mask) != 0.0)
        row = OPERATIONS[node.name]
        if row.settled_by is None:
            return _mask(row.value(*[self._number(each, mask) for each in node.arguments]))
        found: Mask = np.bool_(not row.settled_by)
        for each in node.arguments:
            # The next argument is in use where the matter is not settled yet.
            open_ = mask & (~found if row.settled_by else found)
            if not _some(open_):
                break
            found = row.value(found, self.truth(each, open_))
        return found

    def _computed(self, node: Operation, mask: Mask) -> Value:
        # A long sum is deep in its first arguments: it is taken in a loop, from the inside out.
        outer = [node]
        while isinstance(first := outer[-1].arguments[0], Operation) and not (
            OPERATIONS[outer[-1].name].guarded or is_truth(first)
        ):
            outer.append(first)
        # Of these only the innermost can be guarded: no loop goes past one that is.
        value = self._number(first, mask) if OPERATIONS[outer[-1].name].guarded else self.value(first, mask)
        for operation in reversed(outer):
            row = OPERATIONS[operation.name]
            take = self._number if row.guarded else self.value
            value = row.value(value, *[take(each, mask) for each in operation.arguments[1:]])
        return value

    def _chosen(self, node: Choice, mask: Mask) -> Value:
        condition = self.truth(node.condition, mask)
        here, there = mask & condition, mask & ~condition
        if not _some(there):
            return self.value(node.then, here) if _some(here) else 0.0
        if not _some(here):
            return self.value(node.otherwise, there)
        value: Value = OPERATIONS["where"].value(
            condition, self.value(node.then, here), self.value(node.otherwise, there)
        )
        return value

    def _number(self, node: Node, mask: Mask) -> Value:
        """A value whose nan the operation above would hide."""
        value = self.value(node, mask)
        if self._strict and not isinstance(node, Number):
            self._require(_is_number, value, node, mask)
        return value

    def _named(self, name: str) -> Value:
        if name not in self._seen:
            self._seen[name] = self._lookup(name)
        return self._seen[name]

    def _require(self, good: Callable[[Value], Mask], value: Value, node: Node, mask: Mask) -> None:
        if self.fault is not None:
            return
        bad = mask & ~good(value)
        if _some(bad):
            world = int(np.argmax(bad)) if isinstance(bad, np.ndarray) else None
            self.fault = ValueFault(world, _explained(node, lambda name: _at(self._named(name), world)))


def _some(mask: Mask) -> bool:
    return bool(mask.any() if isinstance(mask, np.ndarray) else mask)


def _mask(truth: bool | Mask) -> Mask:
    return np.bool_(truth) if isinstance(truth, bool) else truth


def _is_number(value: Value) -> Mask:
    return np.logical_not(np.isnan(value))


def _at(value: Value, world: int | None) -> float:
    return float(value[world or 0]) if isinstance(value, np.ndarray) else float(value)


def _explained(node: Node, lookup: Callable[[str], float]) -> str:
    """What is wrong with `node` in one world: the innermost operation that goes wrong and the values it has."""
    culprit = _culprit(node, lookup)
    what = "is not a number" if math.isnan(value_of(culprit, lookup)) else "is infinite"
    text = f"{shortened(render(culprit), _LONGEST)} {what}"
    names = list(dict.fromkeys(each.name for each in walk(culprit) if isinstance(each, Name)))
    if isinstance(culprit, Name) or not names:
        return text
    values = ", ".join(f"{name} = {lookup(name):.6g}" for name in names[:4])
    return f"{text}, where {values}{', ...' if len(names) > 4 else ''}"


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
        return (node.condition, node.then if value_of(node.condition, lookup) else node.otherwise)
    settled_by = OPERATIONS[node.name].settled_by if isinstance(node, Operation) else None
    used: list[Node] = []
    for each in operands(node):
        used.append(each)
        if settled_by is not None and bool(value_of(each, lookup)) is settled_by:
            break
    return tuple(used)
