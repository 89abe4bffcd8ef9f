"""A tree with some of its names replaced by numbers, and what then is constant computed."""

from __future__ import annotations

import math
from collections.abc import Mapping

from backstop.scenario.expression.nodes import Choice, Name, Node, Number, Operation, fold, operands
from backstop.scenario.expression.operations import OPERATIONS, is_truth
from backstop.scenario.expression.values import value_of


def bound(root: Node, values: Mapping[str, float]) -> Node:
    """`root` with the names of `values` replaced; the same object where nothing changes. NumPy's errors silenced."""

    def combine(node: Node, parts: tuple[Node, ...]) -> Node:
        if isinstance(node, Name):
            return Number(float(values[node.name])) if node.name in values else node
        if any(part is not before for part, before in zip(parts, operands(node), strict=True)):
            node = Choice(*parts) if isinstance(node, Choice) else _with(node, parts)
        return _reduced(node, parts)

    return fold(root, combine)


def _with(node: Node, parts: tuple[Node, ...]) -> Node:
    assert isinstance(node, Operation)
    return Operation(node.name, parts)


def _reduced(node: Node, parts: tuple[Node, ...]) -> Node:
    if isinstance(node, Choice):
        chosen = _constant(node.condition)
        return node if chosen is None else node.then if chosen else node.otherwise
    if isinstance(node, Operation) and (settled_by := OPERATIONS[node.name].settled_by) is not None:
        return _junction(node, settled_by)
    if parts and all(isinstance(part, Number) for part in parts):
        value = value_of(node, lambda name: math.nan)
        # What is not finite stays as it is written, so that the fault is seen.
        return Number(value) if isinstance(value, float) and math.isfinite(value) else node
    return node


def _constant(node: Node) -> bool | None:
    """The truth of a constant; None for what is no constant or has no truth."""
    return node.value != 0 if isinstance(node, Number) and not math.isnan(node.value) else None


def _junction(node: Operation, settled_by: bool) -> Node:
    kept: list[Node] = []
    for argument in node.arguments:
        truth = _constant(argument)
        if truth is None:
            kept.append(argument)
        elif truth is settled_by:
            # Nothing after it is looked at; what stands before it still is.
            kept.append(Number(float(settled_by)))
            break
    if len(kept) == len(node.arguments) and kept[-1] is node.arguments[-1]:
        return node
    if not kept:
        return Number(float(not settled_by))
    if len(kept) > 1:
        return Operation(node.name, tuple(kept))
    if is_truth(kept[0]) or _constant(kept[0]) is not None:
        return kept[0]
    return Operation("!=", (kept[0], Number(0.0)))
