"""A classification tree as a second opinion on conditions: CART with Gini splits (Breiman et al. 1984).

PRIM finds boxes one after the other; a tree divides all worlds at once, so agreement of the two is evidence that a
condition is there and not made by the method. This is a small tree of our own on inputs already coded into bins: it
takes weights, costs two histograms per input and node, names its limits exactly as the boxes do, and needs no further
package.

Splits are chosen by the largest fall in weighted Gini impurity. The tree is then cut back by cost-complexity pruning:
a branch stays only where it lowers the impurity of the whole tree by at least a hundredth of the root's impurity for
each leaf it adds (Breiman et al. 1984, chapter 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import BoolArray, FloatArray, Rows
from backstop.questions.methods.binning import CodedInputs, Region, coded
from backstop.questions.methods.box import Limit, on_values
from backstop.questions.methods.regional import condition_share
from backstop.worlds.statistics import counted_weights, effective_worlds

TREE_BINS = 256
DEPTH = 3
SMALLEST = 0.02
"""The least share of the weight in a leaf; it also has ten effective worlds."""
WORTH = 0.01


@dataclass(frozen=True, slots=True)
class Leaf:
    """One rule: its restrictions, the share of cases among its worlds, of all cases, and of all weight."""

    limits: Mapping[str, Limit]
    density: float
    coverage: float
    mass: float


@dataclass(frozen=True, slots=True)
class Tree:
    """The rules of a tree, densest in cases first; together they cover every world once.

    `explained` is the share of the Gini impurity of all worlds that the rules remove.
    """

    leaves: tuple[Leaf, ...]
    base_rate: float
    explained: float


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """A grown node: weight and weight of cases of its worlds; children where it was split."""

    region: Region
    weight: float
    hits: float
    children: tuple[_Node, ...] = ()

    @property
    def risk(self) -> float:
        """Weight times Gini impurity."""
        return self.hits * (1.0 - self.hits / self.weight)

    @property
    def leaves(self) -> list[_Node]:
        return [leaf for child in self.children for leaf in child.leaves] or [self]


def tree(
    inputs: Mapping[str, ArrayLike],
    cases: ArrayLike,
    weights: ArrayLike | None = None,
    condition: str = "the condition",
) -> Tree:
    """A tree that tells the worlds where `cases` holds from the rest by `inputs`, all of shape (worlds,).

    At most three splits deep. Raises Refused where no world or every world is a case, fewer than ten effective worlds,
    or no input varies.
    """
    hit = np.asarray(cases, dtype=bool)
    weight = counted_weights(weights, len(hit))
    base = condition_share(hit, weight, condition)
    table = coded(inputs, TREE_BINS)
    root = _grown(table, np.flatnonzero(weight > 0), hit, weight, table.whole, DEPTH)
    leaves = _pruned(root, WORTH * root.risk).leaves
    columns = {name: np.asarray(inputs[name], dtype=np.float64) for name in table.names}
    found = (
        Leaf(
            {name: on_values(limit, columns[name]) for name, limit in table.limits(leaf.region).items()},
            _share(leaf.hits, leaf.weight),
            _share(leaf.hits, root.hits),
            leaf.weight,
        )
        for leaf in leaves
    )
    explained = 1.0 - sum(leaf.risk for leaf in leaves) / root.risk
    return Tree(tuple(sorted(found, key=lambda leaf: -leaf.density)), base, explained)


def _share(part: float, whole: float) -> float:
    """A share that rounding keeps neither just from none nor just from all."""
    share = part / whole
    return round(share) if abs(share - round(share)) < 1e-12 else share


def _grown(
    table: CodedInputs, rows: Rows, cases: BoolArray, weights: FloatArray, region: Region, depth: int
) -> _Node:
    held = weights[rows]
    hits = np.where(cases[rows], held, 0.0)
    node = _Node(region, float(held.sum()), float(hits.sum()))
    if depth == 0 or node.hits <= 1e-12 * node.weight or node.hits >= node.weight * (1 - 1e-12):
        return node
    best: tuple[float, int, int] | None = None
    for j, bins in enumerate(table.whole[:, 1] + 1):
        codes = table.codes[rows, j]
        left = np.cumsum(np.bincount(codes, held, minlength=bins))[:-1]
        left_hits = np.cumsum(np.bincount(codes, hits, minlength=bins))[:-1]
        right, right_hits = node.weight - left, node.hits - left_hits
        with np.errstate(divide="ignore", invalid="ignore"):
            risk = left_hits * (1.0 - left_hits / left) + right_hits * (1.0 - right_hits / right)
        fall = np.where((left >= SMALLEST) & (right >= SMALLEST), node.risk - risk, -np.inf)
        # Empty bins give runs of equal splits: the middle of the run is as far from both sides as can be.
        peak = float(fall.max())
        if peak > 1e-12 * node.risk and (best is None or peak > best[0] * (1 + 1e-12)):
            ties = np.flatnonzero(fall >= peak * (1 - 1e-12))
            run = ties[: int(np.argmax(np.append(np.diff(ties) != 1, True))) + 1]
            best = peak, j, int(run[len(run) // 2])
    if best is None:
        return node
    _, j, border = best
    below = table.codes[rows, j] <= border
    halves = (rows[below], rows[~below])
    if min(effective_worlds(weights[half]) for half in halves) < 10.0:
        return node
    lower, upper = region.copy(), region.copy()
    lower[j, 1], upper[j, 0] = border, border + 1
    children = (
        _grown(table, half, cases, weights, side, depth - 1)
        for half, side in zip(halves, (lower, upper), strict=True)
    )
    return replace(node, children=tuple(children))


def _pruned(node: _Node, price: float) -> _Node:
    """The subtree of least impurity plus `price` for every leaf."""
    if not node.children:
        return node
    pruned = replace(node, children=tuple(_pruned(child, price) for child in node.children))
    kept = pruned.leaves
    if sum(leaf.risk for leaf in kept) + price * len(kept) >= node.risk + price:
        return replace(node, children=())
    return pruned
