"""Variance-based sensitivity: Sobol's first, total and second-order indices with honest errors.

For a metric Y of independent inputs, the first-order index of input i is Var(E[Y | x_i]) / Var(Y), the total index
E[Var(Y | all but x_i)] / Var(Y), and the second-order index of a pair the part of the variance due to both beyond
their own parts (Sobol 1993). Two independent samples A and B are mixed: AB_i is A with input i taken from B, BA_i the
reverse.

    first     mean(B (AB_i - A)) / V                                      Saltelli et al. 2010, table 2 (b)
    total     mean((A - AB_i)^2) / (2 V)                                  Jansen 1999; Saltelli et al. 2010, table 2 (f)
    second    mean(BA_j AB_k - A B) / V - first_j - first_k               Saltelli 2002
    V         variance of A and B taken together

Values are centred on the mean of all evaluations first: the products are then of the size of the variance, and the
estimates do not depend on where the metric has its zero.

Groups of inputs are mixed together and have the same indices, so inputs that are correlated only within a group can be
treated honestly (Jacques, Lavergne & Devictor 2006); indices of single correlated inputs are not defined.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import Refused
from backstop.worlds.statistics import (
    REPLICATIONS,
    Estimate,
    jackknife,
    refuse_constant,
    replication_mass,
    sums_by_replication,
)

Point = Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class PairedSamples:
    """Two independent samples of the inputs: `a` and `b` map every input to values of shape (size,).

    `groups` maps a label to the inputs that are mixed together; an input alone is a group of itself.
    """

    a: Point
    b: Point
    groups: Mapping[str, tuple[str, ...]]

    def mixtures(self, second_order: bool = False) -> Iterator[tuple[str, Point]]:
        """The samples to evaluate, in the order A, B, AB of every group, and with `second_order` BA of every group."""
        yield "a", self.a
        yield "b", self.b
        for members in self.groups.values():
            yield "ab", {**self.a, **{name: self.b[name] for name in members}}
        if second_order:
            for members in self.groups.values():
                yield "ba", {**self.b, **{name: self.a[name] for name in members}}

    def evaluations(self, values: Sequence[FloatArray]) -> Evaluations:
        """The metric by kind of mixture, from its `values` on all `mixtures` in their order."""
        width = len(self.groups)
        first, last = np.stack(values[2 : 2 + width]), values[2 + width :]
        return Evaluations(tuple(self.groups), values[0], values[1], first, np.stack(last) if last else None)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluations:
    """The metric on a paired design: `a`, `b` (N,); `ab`, and for second order `ba`, (groups, N)."""

    names: tuple[str, ...]
    a: FloatArray
    b: FloatArray
    ab: FloatArray
    ba: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class SobolIndices:
    """Indices by input (or group): shares of the variance of the metric, each with its standard error."""

    first: Mapping[str, Estimate]
    total: Mapping[str, Estimate]
    second: Mapping[tuple[str, str], Estimate]
    mean: float
    variance: float


def mixed_together(names: Sequence[str], groups: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The groups of a paired design: those given, and every input in none of them alone."""
    if not names:
        raise Refused(
            "no parameter is uncertain, so there is nothing to be sensitive to", hint="give one a range"
        )
    grouped = {name for members in groups.values() for name in members}
    return {**groups, **{name: (name,) for name in names if name not in grouped}}


def sobol_indices(evaluations: Evaluations, what: str = "the metric") -> SobolIndices:
    """First and total indices, and second order where `ba` was evaluated, with standard errors.

    Row r of the design belongs to scramble r mod 16; errors are delete-one-scramble jackknives, the right ones for
    randomised low-discrepancy designs (Owen 1998). Raises Refused where a value is missing or the metric is the same
    in all worlds.
    """
    a, b = _centred(evaluations, what)
    names = evaluations.names
    columns = _columns(*a, *b)
    means = columns.mean(axis=1)
    parts = [part[0] for part in _indices(means[None], len(names))]
    errors: list[FloatArray | None] = [None, None, None]
    size = columns.shape[1]
    if size >= 2 * REPLICATIONS:
        sums = sums_by_replication(columns).T
        rest = (sums.sum(axis=0) - sums) / (size - replication_mass(None, size))[:, None]
        errors = [jackknife(part) for part in _indices(rest, len(names))]
    first, total, second = (
        [Estimate(float(v), None if se is None else float(se[i])) for i, v in enumerate(part)]
        for part, se in zip(parts, errors, strict=True)
    )
    pairs = tuple(combinations(names, 2)) if evaluations.ba is not None else ()
    return SobolIndices(
        dict(zip(names, first, strict=True)),
        dict(zip(names, total, strict=True)),
        dict(zip(pairs, second, strict=True)),
        float(0.5 * (evaluations.a.mean() + evaluations.b.mean())),
        float(means[2] - means[1] ** 2),
    )


def _centred(
    evaluations: Evaluations, what: str
) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray | None]]:
    """((a, b), (ab, ba)) about the mean of all evaluations, after the checks."""
    blocks = [evaluations.a, evaluations.b, evaluations.ab]
    if evaluations.ba is not None:
        blocks.append(evaluations.ba)
    size, width = len(evaluations.a), len(evaluations.names)
    if size < 2:
        raise Refused("one base world alone shows no variation", hint="use at least a few hundred worlds")
    if evaluations.b.shape != (size,) or any(block.shape != (width, size) for block in blocks[2:]):
        raise ValueError("evaluations must have shapes (N,), (N,), (groups, N) and (groups, N)")
    missing = sum(int(np.count_nonzero(~np.isfinite(block))) for block in blocks)
    if missing:
        raise Refused(
            f"{what} has no value in {missing} of {sum(block.size for block in blocks)} evaluations, "
            "and its variance is then not defined",
            hint="ask about a metric that is defined in every world, for instance the one without its `given`",
        )
    refuse_constant(np.concatenate((evaluations.a, evaluations.b)), what)
    centre = sum(float(block.sum()) for block in blocks) / sum(block.size for block in blocks)
    a, b, ab = (block - centre for block in blocks[:3])
    return (a, b), (ab, blocks[3] - centre if evaluations.ba is not None else None)


def _columns(a: FloatArray, b: FloatArray, ab: FloatArray, ba: FloatArray | None) -> FloatArray:
    """Columns whose means give every index, shape (3 + 2 d [+ d (d - 1) / 2], N)."""
    width, size = ab.shape
    pairs = np.triu_indices(width, 1)
    columns = np.empty((3 + 2 * width + (0 if ba is None else len(pairs[0])), size))
    columns[0] = a * b
    columns[1] = 0.5 * (a + b)
    columns[2] = 0.5 * (a * a + b * b)
    columns[3 : 3 + width] = b * (ab - a)
    columns[3 + width : 3 + 2 * width] = 0.5 * (a - ab) ** 2
    if ba is not None:
        np.multiply(ba[pairs[0]], ab[pairs[1]], out=columns[3 + 2 * width :])
    return columns


def _indices(means: FloatArray, width: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """First, total and second-order indices, each of shape (rows, ...), from rows of column means."""
    variance = (means[:, 2] - means[:, 1] ** 2)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        first = means[:, 3 : 3 + width] / variance
        total = means[:, 3 + width : 3 + 2 * width] / variance
        products = means[:, 3 + 2 * width :]
        if products.shape[1] == 0:
            return first, total, products
        j, k = np.triu_indices(width, 1)
        second = (products - means[:, :1]) / variance - first[:, j] - first[:, k]
    return first, total, second
