"""A classification tree as a second opinion on conditions: CART with Gini splits (Breiman et al. 1984).

PRIM finds boxes one after the other; a tree divides all worlds at once, so agreement of the two is evidence
that a condition is there and not made by the method. This is a small tree of our own on inputs already
coded into bins: it takes weights, costs two histograms per input and node, names its limits exactly as the
boxes do, and needs no further package.

Splits are chosen by the largest fall in weighted Gini impurity. The tree is then cut back by
cost-complexity pruning: a branch stays only where it lowers the impurity of the whole tree by at least
`worth` of the root's impurity for each leaf it adds (Breiman et al. 1984, chapter 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.binning import CodedInputs, coded
from backstop.questions.methods.box import Limit
from backstop.questions.methods.peeling import Region, limits_of
from backstop.questions.methods.regional import condition_share
from backstop.questions.methods.weighting import (
    BoolArray,
    FloatArray,
    IntArray,
    effective_number,
    normalised_weights,
    note_on_number,
)

TREE_BINS = 256


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
    note: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """A grown node: `risk` is its weight times its impurity; children where it was split."""

    region: Region
    weight: float
    hits: float
    children: tuple[_Node, _Node] | None

    @property
    def risk(self) -> float:
        return self.hits * (1.0 - self.hits / self.weight)


def tree(
    inputs: Mapping[str, ArrayLike],
    cases: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    depth: int = 3,
    smallest: float = 0.02,
    worth: float = 0.01,
    condition: str = "the condition",
) -> Tree:
    """A tree that tells the worlds where `cases` holds, shape (worlds,), from the rest, by `inputs` of
    shape (worlds,).

    At most `depth` splits deep; every leaf has at least the share `smallest` of the weight and ten
    effective worlds. Raises Refused where no world or every world is a case, fewer than ten effective
    worlds, or no input varies.
    """
    if depth < 1:
        raise InvalidInput(f"a tree needs a depth of at least 1, not {depth}")
    hit = np.asarray(cases, dtype=bool)
    weight = normalised_weights(weights, len(hit))
    note = note_on_number(weight)
    base = condition_share(hit, weight, condition)
    table = coded(inputs, TREE_BINS)
    if not table.names:
        raise Refused("no input varies over the worlds, so no condition on inputs can be found")
    whole: Region = tuple(np.ones(size, dtype=np.bool_) for size in table.bins)
    root = _grown(table, np.flatnonzero(weight > 0), hit, weight, whole, depth, smallest)
    leaves = _leaves(_pruned(root, worth * root.risk))
    found = tuple(
        Leaf(limits_of(table, leaf.region), leaf.hits / leaf.weight, leaf.hits / root.hits, leaf.weight)
        for leaf in leaves
    )
    explained = 1.0 - sum(leaf.risk for leaf in leaves) / root.risk
    return Tree(tuple(sorted(found, key=lambda leaf: -leaf.density)), base, explained, note)


def _grown(
    table: CodedInputs,
    rows: IntArray,
    cases: BoolArray,
    weights: FloatArray,
    region: Region,
    depth: int,
    smallest: float,
) -> _Node:
    held = weights[rows]
    hits = np.where(cases[rows], held, 0.0)
    node = _Node(region, float(held.sum()), float(hits.sum()), None)
    if depth == 0 or node.hits <= 1e-12 * node.weight or node.hits >= node.weight * (1 - 1e-12):
        return node
    best: tuple[float, int, BoolArray] | None = None
    for j, bins in enumerate(table.bins):
        codes = table.codes[rows, j]
        counts = np.bincount(codes, held, minlength=bins)
        caught = np.bincount(codes, hits, minlength=bins)
        order = np.arange(bins)
        if table.borders[j] is None:
            # For two classes the best split of categories is among those in order of their share of cases.
            order = np.argsort(
                np.divide(caught, counts, out=np.full(bins, -1.0), where=counts > 0), kind="stable"
            )
        left, left_hits = np.cumsum(counts[order])[:-1], np.cumsum(caught[order])[:-1]
        right, right_hits = node.weight - left, node.hits - left_hits
        with np.errstate(divide="ignore", invalid="ignore"):
            risk = left_hits * (1.0 - left_hits / left) + right_hits * (1.0 - right_hits / right)
        fall = np.where((left >= smallest) & (right >= smallest), node.risk - risk, -np.inf)
        if not fall.size:
            continue
        # Empty bins give runs of equal splits: the middle of the run is as far from both sides as can be.
        peak = float(fall.max())
        if peak > 1e-12 * node.risk and (best is None or peak > best[0] * (1 + 1e-12)):
            ties = np.flatnonzero(fall >= peak * (1 - 1e-12))
            run = ties[: int(np.argmax(np.append(np.diff(ties) != 1, True))) + 1]
            low = np.zeros(bins, dtype=np.bool_)
            low[order[: int(run[len(run) // 2]) + 1]] = True
            best = peak, j, low
    if best is None:
        return node
    _, j, low = best
    below = low[table.codes[rows, j]]
    halves = (rows[below], rows[~below])
    if min(effective_number(weights[half]) for half in halves) < 10.0:
        return node
    sides = (region[j] & low, region[j] & ~low)
    children = tuple(
        _grown(table, half, cases, weights, (*region[:j], side, *region[j + 1 :]), depth - 1, smallest)
        for half, side in zip(halves, sides, strict=True)
    )
    return _Node(node.region, node.weight, node.hits, (children[0], children[1]))


def _leaves(node: _Node) -> list[_Node]:
    if node.children is None:
        return [node]
    return [leaf for child in node.children for leaf in _leaves(child)]


def _pruned(node: _Node, price: float) -> _Node:
    """The subtree of least impurity plus `price` for every leaf."""
    if node.children is None:
        return node
    children = (_pruned(node.children[0], price), _pruned(node.children[1], price))
    kept = [leaf for child in children for leaf in _leaves(child)]
    if sum(leaf.risk for leaf in kept) + price * len(kept) >= node.risk + price:
        return _Node(node.region, node.weight, node.hits, None)
    return _Node(node.region, node.weight, node.hits, children)
