"""Conditional expectations over existing worlds: E[target | some inputs] by penalised splines.

One smooth regression serves first-order sensitivity from given data (Strong, Oakley & Chilcott 2012) and the value of
information (Strong, Oakley & Brennan 2014). A single input is a cubic B-spline with knots at quantiles and a penalty
on its second divided differences, so that straight lines are free (P-splines: Eilers & Marx 1996); an input with few
distinct values has one level for each. Several inputs add up, with products of low-order Legendre polynomials of their
ranks for interactions. The amount of smoothing is chosen per target by generalised cross-validation (Craven & Wahba
1979) with every degree of freedom counted 1.4 times (Kim & Gu 2004).

For standard errors the same regression is solved again without each of the sixteen replications: the normal equations
are sums over worlds, so leaving worlds out is a subtraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from backstop.base.arrays import FloatArray, IntArray
from backstop.worlds.statistics import REPLICATIONS, effective_worlds

SPLINE_SIZE = 24
FEW_VALUES = 24
WORLDS_PER_LEVEL = 8
# Cross-validation alone follows noise now and then; counting every degree of freedom as 1.4 keeps it from that.
CAUTION = 1.4
PENALTIES = np.logspace(-9.0, 5.0, 43)
BLOCK = 32768


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Basis functions of inputs at every world, (worlds, k), and the penalty on their coefficients, (k, k).

    The first is the constant. The functions of a single input are a sparse matrix: only four splines are not 0 in any
    world.
    """

    design: Any
    penalty: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A regression of targets, shape (worlds, targets), on inputs.

    `expected` (worlds, targets); `freedom` (targets,) the degrees of freedom spent; `unexplained` (targets,) the
    weighted mean squared residual. `left_out` (replications, k, targets): coefficients without each replication, to be
    applied to `basis.design`; None below two replications.
    """

    basis: Basis
    expected: FloatArray
    freedom: FloatArray
    unexplained: FloatArray
    left_out: FloatArray | None


def basis_of(columns: Sequence[FloatArray], most: int = 400) -> Basis:
    """Basis functions of one or more inputs, each of shape (worlds,), at most about `most` of them."""
    from scipy import sparse

    worlds = len(columns[0])
    single = len(columns) == 1
    size = min(SPLINE_SIZE, max(5, most)) if single else max(5, min(12, most // (2 * len(columns))))
    parts: list[Any] = [sparse.csr_array(np.ones((worlds, 1)))]
    penalties = [np.zeros((1, 1))]
    for column in columns:
        functions, penalty = _one_input(column, size)
        parts.append(functions)
        penalties.append(penalty)
    design = sparse.hstack(parts, format="csr")
    if not single:
        products, orders = _interactions(columns, most - design.shape[1])
        design = np.concatenate((design.toarray(), products), axis=1)
        if products.shape[1]:
            penalties.append(np.diag(orders.astype(np.float64) ** 4))
    penalty = np.zeros((design.shape[1], design.shape[1]))
    at = 0
    for block in penalties:
        step = block.shape[0]
        penalty[at : at + step, at : at + step] = block
        at += step
    return Basis(design, penalty)


def _one_input(column: FloatArray, size: int) -> tuple[Any, FloatArray]:
    """Functions of one input, sparse of shape (worlds, k), and their penalty; a constant has none."""
    from scipy import sparse
    from scipy.interpolate import BSpline

    sample = column if len(column) <= 1 << 16 else column[:: len(column) // (1 << 16)]
    distinct = np.unique(sample)
    if len(distinct) <= FEW_VALUES:
        distinct = np.unique(column)
    # Few worlds have few values of any input: a level needs several worlds to be one.
    if len(distinct) <= min(FEW_VALUES, max(2, len(column) // WORLDS_PER_LEVEL)):
        levels = np.searchsorted(distinct, column)
        if len(distinct) == 1:
            return sparse.csr_array((len(column), 0)), np.empty((0, 0))
        # The first level is the intercept.
        indicators = (levels[:, None] == np.arange(1, len(distinct))).astype(np.float64)
        return sparse.csr_array(indicators), np.zeros((len(distinct) - 1,) * 2)
    inner = np.unique(np.quantile(sample, np.linspace(0.0, 1.0, size - 2)[1:-1]))
    low, high = float(column.min()), float(column.max())
    inner = inner[(inner > low) & (inner < high)]
    # A standard scale keeps divided differences of very small or large inputs within range.
    scale = high - low
    knots = np.concatenate((np.zeros(4), (inner - low) / scale, np.ones(4)))
    x = np.clip((column - low) / scale, 0.0, 1.0)
    design = sparse.csr_array(BSpline.design_matrix(x, knots, 3))
    # Coefficients at the Greville abscissae of a straight line lie on that line: second divided differences are then 0.
    sites = (knots[1:-3] + knots[2:-2] + knots[3:-1]) / 3.0
    count = len(sites)
    second = np.zeros((count - 2, count))
    for row in range(count - 2):
        left, middle, right = sites[row : row + 3]
        span = right - left
        second[row, row] = 2.0 / ((middle - left) * span)
        second[row, row + 1] = -2.0 / ((middle - left) * (right - middle))
        second[row, row + 2] = 2.0 / ((right - middle) * span)
        second[row] *= np.sqrt(span / 2.0)
    return design, second.T @ second


def _interactions(columns: Sequence[FloatArray], room: int) -> tuple[FloatArray, IntArray]:
    """Products of Legendre polynomials of ranks, lowest orders first: (worlds, k), and the total order of each."""
    worlds = len(columns[0])
    legendre: list[dict[int, FloatArray]] = []
    for column in columns:
        order = np.argsort(column, kind="stable")
        rank = np.empty(worlds)
        rank[order] = np.arange(worlds)
        _, inverse, counts = np.unique(column, return_inverse=True, return_counts=True)
        if len(counts) < worlds:  # ties share their mean rank
            rank = (np.bincount(inverse, rank) / counts)[inverse]
        u = 2.0 * (rank + 0.5) / worlds - 1.0
        legendre.append(
            {
                1: np.sqrt(3.0) * u,
                2: np.sqrt(5.0) * (1.5 * u * u - 0.5),
                3: np.sqrt(7.0) * (2.5 * u**3 - 1.5 * u),
            }
        )
    terms: list[tuple[int, tuple[tuple[int, int], ...]]] = []
    for i, j in combinations(range(len(columns)), 2):
        terms += [(p + q, ((i, p), (j, q))) for p in (1, 2, 3) for q in (1, 2, 3)]
    terms += [(3, ((i, 1), (j, 1), (k, 1))) for i, j, k in combinations(range(len(columns)), 3)]
    terms.sort(key=lambda term: term[0])
    kept = terms[: max(0, room)]
    products = np.empty((worlds, len(kept)))
    for at, (_, factors) in enumerate(kept):
        products[:, at] = np.prod([legendre[i][p] for i, p in factors], axis=0)
    return products, np.array([order for order, _ in kept], dtype=np.int64)


def conditional_expectation(basis: Basis, targets: FloatArray, weights: FloatArray) -> Fit:
    """E[target | inputs] for every target, shape (worlds, targets), under `weights` that sum to 1, shape (worlds,)."""
    design = basis.design
    worlds, size = design.shape
    count = min(REPLICATIONS, worlds)
    centre = weights @ targets
    targets = targets - centre
    grams = np.empty((count, size, size))
    crosses = np.empty((count, size, targets.shape[1]))
    for r in range(count):
        rows = design[r::count]
        if isinstance(rows, np.ndarray):
            weighted = rows * weights[r::count, None]
            grams[r] = weighted.T @ rows
        else:
            weighted = rows.multiply(weights[r::count, None]).tocsr()
            grams[r] = (weighted.T @ rows).toarray()
        crosses[r] = weighted.T @ targets[r::count]
    gram, cross = grams.sum(axis=0), crosses.sum(axis=0)
    squares = weights @ (targets * targets)
    number = effective_worlds(weights)
    ridge = np.eye(size) * (1e-10 * np.trace(gram) / size)
    # The penalty is scaled to the data, so that one grid of smoothing serves inputs of any scale.
    trace = float(np.trace(basis.penalty))
    penalty = basis.penalty * (float(np.trace(gram)) / trace) if trace > 0 else basis.penalty
    grid = PENALTIES if trace > 0 else PENALTIES[:1]
    best = np.full(targets.shape[1], np.inf)
    chosen = np.zeros(targets.shape[1], dtype=np.int64)
    coefficients = np.zeros((size, targets.shape[1]))
    freedom = np.ones(targets.shape[1])
    unexplained = squares.copy()
    for at, strength in enumerate(grid):
        solved = np.linalg.solve(gram + strength * penalty + ridge, np.concatenate((cross, gram), axis=1))
        beta, spent = solved[:, : targets.shape[1]], float(np.trace(solved[:, targets.shape[1] :]))
        residual = np.maximum(
            squares - 2.0 * (cross * beta).sum(axis=0) + (beta * (gram @ beta)).sum(axis=0), 0.0
        )
        left = 1.0 - CAUTION * spent / number
        score = residual / max(left, 1e-6) ** 2
        better = score < best * (1.0 - 1e-9)
        best = np.where(better, score, best)
        chosen[better] = at
        coefficients[:, better] = beta[:, better]
        freedom[better] = spent
        unexplained[better] = residual[better]
    expected = design @ coefficients + centre
    left_out: FloatArray | None = None
    if worlds >= 2 * REPLICATIONS:
        left_out = np.empty((count, size, targets.shape[1]))
        for r in range(count):
            share = 1.0 - float(weights[r::count].sum())
            for at in np.unique(chosen):
                picked = chosen == at
                system = gram - grams[r] + max(share, 1e-12) * (grid[at] * penalty + ridge)
                left_out[r][:, picked] = np.linalg.solve(system, (cross - crosses[r])[:, picked])
        left_out[:, 0] += centre  # the first basis function is the constant
    return Fit(basis, expected, freedom, unexplained, left_out)
