"""Packages of measures that reach a target: exact enumeration, the set of minimal ones, and trade-offs.

A package is one level for every measure. Less of a measure means nearer to zero on the same side of it; a package is
*minimal* if no other feasible one promises no more of every measure and less of some. Minimal packages form an
antichain: what could be traded for what. Nothing here assumes that more of a measure helps, so every package of the
grid is evaluated.

All packages are evaluated on the same worlds (common random numbers), so their comparison is far more certain than
each of their figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import BoolArray, FloatArray, IntArray
from backstop.base.faults import Fault, InvalidInput, Refused

MOST_PACKAGES = 20_000
EXACT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """Figures of packages, each of shape (packages,): `share` of the weight of worlds that meet the target, expected
    `cost`, and further metrics by name (means over worlds).
    """

    share: FloatArray
    cost: FloatArray
    metrics: Mapping[str, FloatArray]


Evaluate = Callable[[FloatArray], Evaluated]
"""From levels (packages, measures) to their figures, all on the same worlds."""


@dataclass(frozen=True, slots=True, eq=False)
class Packages:
    """All packages evaluated: `levels` (packages, measures), their figures, and which are feasible."""

    measures: tuple[str, ...]
    levels: FloatArray
    figures: Evaluated
    feasible: BoolArray

    def minimal(self) -> IntArray:
        """Rows of the minimal feasible packages, the cheapest first, ties by the larger share and then by row."""
        rows = np.flatnonzero(self.feasible)
        kept = rows[minimal(self.levels[rows])]
        order = np.lexsort((kept, -self.figures.share[kept], self.figures.cost[kept]))
        return np.asarray(kept[order], dtype=np.int64)

    def cheapest(self) -> int:
        """The row of the feasible package of least cost; of equally cheap ones the least promised, then the larger
        share.

        Raises Refused where no package is feasible, with the best share found.
        """
        rows = np.flatnonzero(self.feasible)
        if not rows.size:
            raise no_package(self)
        cost = self.figures.cost[rows]
        rows = rows[cost <= cost.min() + EXACT * max(1.0, abs(float(cost.min())))]
        rows = rows[minimal(self.levels[rows])]
        return int(rows[np.lexsort((rows, -self.figures.share[rows]))[0]])


def no_package(packages: Packages) -> Refused:
    """The refusal of a target that no package reaches, naming the package that comes nearest."""
    share = packages.figures.share
    best = int(np.argmax(np.where(np.isfinite(share), share, -1.0)))
    named = ", ".join(
        f"{name} {level:g}"
        for name, level in zip(packages.measures, packages.levels[best], strict=True)
        if level != 0
    )
    return Refused(
        Fault(
            f"no package of {len(share)} reaches the target in the share of worlds asked for; "
            f"the nearest, {named or 'no measure at all'}, does in {share[best]:.3g} of the weight",
            hint="ask for a smaller share or a lower target, or widen the ranges of the measures",
        )
    )


def grid(levels: Mapping[str, Sequence[float]], most: int = MOST_PACKAGES) -> FloatArray:
    """Every combination of `levels`, shape (packages, measures), the last measure counting fastest.

    Raises Refused above `most` packages, InvalidInput where a measure has no level.
    """
    if not levels:
        raise InvalidInput("no measure to choose levels of")
    for name, values in levels.items():
        if not len(values):
            raise InvalidInput(f"measure {name} has no level to choose from")
    count = prod(len(set(values)) for values in levels.values())
    if count > most:
        raise Refused(
            f"{count:,} packages are too many to try one by one (the limit is {most:,})",
            hint="take fewer levels or measures, or let the evolutionary search choose",
        )
    return np.array(list(product(*(sorted(set(values)) for values in levels.values()))), dtype=np.float64)


def steps_between(low: float, high: float, steps: int) -> tuple[float, ...]:
    """`steps` + 1 even levels of a range, and 0 where it lies inside and is not one of them."""
    if steps < 1 or not high >= low:
        raise InvalidInput(f"a range from {low} to {high} cannot be cut into {steps} steps")
    levels = {float(level) for level in np.linspace(low, high, steps + 1)}
    # 0.1 + 0.2 must not stand beside 0.3, nor a rounded zero beside zero.
    levels = {0.0 if abs(level) < EXACT * (high - low) else level for level in levels}
    if low <= 0.0 <= high:
        levels.add(0.0)
    return tuple(sorted(levels))


def enumerated(
    measures: Sequence[str], candidates: ArrayLike, evaluate: Evaluate, share: float, block: int = 256
) -> Packages:
    """Every candidate, shape (packages, measures), evaluated in blocks; feasible where at least `share` of worlds meet
    it.
    """
    if not 0.0 < share <= 1.0:
        raise InvalidInput(f"the share of worlds must be above 0 and at most 1, not {share}")
    levels = np.atleast_2d(np.asarray(candidates, dtype=np.float64))
    if levels.shape[1] != len(measures) or not len(levels):
        raise ValueError(f"{len(measures)} measures need candidates of as many levels, not {levels.shape}")
    parts = [evaluate(levels[at : at + block]) for at in range(0, len(levels), block)]
    figures = joined(parts)
    return Packages(tuple(measures), levels, figures, figures.share >= share - EXACT)


def joined(parts: Sequence[Evaluated]) -> Evaluated:
    """Figures of several blocks one after the other."""
    return Evaluated(
        np.concatenate([np.asarray(part.share, dtype=np.float64) for part in parts]),
        np.concatenate([np.asarray(part.cost, dtype=np.float64) for part in parts]),
        {
            name: np.concatenate([np.asarray(part.metrics[name], dtype=np.float64) for part in parts])
            for name in parts[0].metrics
        },
    )


def minimal(levels: ArrayLike) -> BoolArray:
    """Which packages, shape (packages, measures), are minimal among them; equal packages are all kept.

    A package promises no more than another where every level lies between 0 and the other's, ends included.
    """
    table = np.atleast_2d(np.asarray(levels, dtype=np.float64))
    if not len(table):
        return np.zeros(0, dtype=np.bool_)
    distinct, inverse = np.unique(table, axis=0, return_inverse=True)
    size = np.abs(distinct)
    scale = np.maximum(size.max(axis=0), 1e-300)
    # What is below a package has a smaller sum of sizes, so only packages kept before can rule it out.
    order = np.argsort((size / scale).sum(axis=1), kind="stable")
    kept: list[int] = []
    for row in order:
        others = distinct[kept]
        below = (others * distinct[row] >= 0) & (np.abs(others) <= size[row])
        if not below.all(axis=1).any():
            kept.append(int(row))
    chosen = np.zeros(len(distinct), dtype=np.bool_)
    chosen[kept] = True
    return np.asarray(chosen[inverse.reshape(-1)], dtype=np.bool_)


def pareto_ranks(objectives: ArrayLike) -> IntArray:
    """Non-domination rank of every row, shape (packages, objectives), less being better: 0 is the Pareto front.

    One row dominates another where it is no worse in all and better in some objective (Deb et al. 2002 for the ranks);
    equal rows share a rank. A row with a value that is not a number is dominated by every other and ranked last.
    """
    table = np.atleast_2d(np.asarray(objectives, dtype=np.float64))
    known = np.isfinite(table).all(axis=1)
    ranks = np.full(len(table), -1, dtype=np.int64)
    left = np.flatnonzero(known)
    rank = 0
    while left.size:
        front = left[pareto_front(table[left])]
        ranks[front] = rank
        left = left[ranks[left] < 0]
        rank += 1
    ranks[~known] = rank
    return ranks


def pareto_front(objectives: FloatArray) -> BoolArray:
    """Which rows of finite `objectives`, shape (packages, objectives), less being better, are not dominated."""
    distinct, inverse = np.unique(objectives, axis=0, return_inverse=True)
    # In lexicographic order a row can only be dominated by an earlier one.
    front = np.empty_like(distinct)
    count = 0
    kept = np.zeros(len(distinct), dtype=np.bool_)
    for row, values in enumerate(distinct):
        if not (front[:count] <= values).all(axis=1).any():
            front[count] = values
            count += 1
            kept[row] = True
    return np.asarray(kept[inverse.reshape(-1)], dtype=np.bool_)
