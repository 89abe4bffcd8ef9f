"""The value of an expression's tree, on one number or on an array of worlds."""

from __future__ import annotations

import numpy as np

from backstop.scenario.expression.arithmetic import Lookup, Truth, Value, as_value
from backstop.scenario.expression.nodes import Choice, Name, Node, Number, Operation
from backstop.scenario.expression.operations import OPERATIONS, is_truth


def value_of(node: Node, lookup: Lookup) -> Value:
    """The value of `node` where `lookup` gives the values of names; to be called with NumPy's errors silenced.

    Both branches of a `where` are computed where its condition differs between worlds; what a constant condition rules
    out is not looked at. The result may be an array that `lookup` returned, so it must not be written to.
    """
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        return lookup(node.name)
    if isinstance(node, Choice):
        return _chosen(node, lookup)
    return as_value(truth_of(node, lookup)) if is_truth(node) else _number(node, lookup)


def truth_of(node: Node, lookup: Lookup) -> Truth:
    """Where the value of `node` is not 0."""
    truth: Truth
    if not isinstance(node, Operation) or not is_truth(node):
        truth = value_of(node, lookup) != 0.0
        return truth
    row, settled_by = OPERATIONS[node.name], OPERATIONS[node.name].settled_by
    if settled_by is None:
        truth = row.value(*[value_of(each, lookup) for each in node.arguments])
        return truth
    found: Truth = not settled_by
    for each in node.arguments:
        truth = truth_of(each, lookup)
        if not isinstance(truth, np.ndarray) and bool(truth) is settled_by:
            return settled_by
        found = row.value(found, truth)
    return found


def _number(node: Operation, lookup: Lookup) -> Value:
    # A long sum is deep in its first arguments: it is taken in a loop, from the inside out.
    outer = [node]
    while isinstance(first := outer[-1].arguments[0], Operation) and not is_truth(first):
        outer.append(first)
    value = value_of(first, lookup)
    for operation in reversed(outer):
        others = [value_of(each, lookup) for each in operation.arguments[1:]]
        value = OPERATIONS[operation.name].value(value, *others)
    return value


def _chosen(node: Choice, lookup: Lookup) -> Value:
    condition = truth_of(node.condition, lookup)
    if not isinstance(condition, np.ndarray):
        return value_of(node.then if condition else node.otherwise, lookup)
    value: Value = OPERATIONS["where"].value(
        condition, value_of(node.then, lookup), value_of(node.otherwise, lookup)
    )
    return value
