"""Variance-based sensitivity: Sobol's first, total and second-order indices with honest errors.

For a metric Y of independent inputs, the first-order index of input i is Var(E[Y | x_i]) / Var(Y), the
total index E[Var(Y | all but x_i)] / Var(Y), and the second-order index of a pair the part of the variance
due to both beyond their own parts (Sobol 1993). Two independent samples A and B are mixed: AB_i is A with
input i taken from B, BA_i the reverse.

    first     mean(B (AB_i - A)) / V                                      Saltelli et al. 2010, table 2 (b)
    total     mean((A - AB_i)^2) / (2 V)                                  Jansen 1999; Saltelli et al. 2010, table 2 (f)
    second    mean(BA_j AB_k - A B) / V - first_j - first_k               Saltelli 2002
    V         variance of A and B taken together

Values are centred on the mean of all evaluations first: the products are then of the size of the variance,
and the estimates do not depend on where the metric has its zero.

Groups of inputs are mixed together and have the same indices, so inputs that are correlated only within a
group can be treated honestly (Jacques, Lavergne & Devictor 2006); indices of single correlated inputs are
not defined by this decomposition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.weighting import (
    Estimate,
    FloatArray,
    jackknife_se,
    refuse_constant,
    replication_sums,
)
from backstop.worlds.statistics import REPLICATIONS

Point = Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class PairedSamples:
    """Two independent samples in unit-cube coordinates: `a` and `b` map every input to uniforms of shape
    (size,).

    `groups` maps a label to the inputs that are mixed together; an input alone is a group of itself.
    """

    a: Point
    b: Point
    groups: Mapping[str, tuple[str, ...]]

    @property
    def size(self) -> int:
        """The number of base points N; a design has N (2 + groups) evaluations, with second order N (2 + 2
        groups).
        """
        return len(next(iter(self.a.values())))

    def mixtures(self, second_order: bool = False) -> Iterator[tuple[str, Point]]:
        """The samples to evaluate, in the order A, B, AB of every group, and with `second_order` BA of
        every group.
        """
        yield "a", self.a
        yield "b", self.b
        for members in self.groups.values():
            yield "ab", {**self.a, **{name: self.b[name] for name in members}}
        if second_order:
            for members in self.groups.values():
                yield "ba", {**self.b, **{name: self.a[name] for name in members}}


@dataclass(frozen=True, slots=True, eq=False)
class Evaluations:
    """The metric on a paired design: `a` and `b` of shape (N,), `ab` and `ba` of shape (groups, N); `ba`
    only for second order.
    """

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
    second: Mapping[tuple[str, str], Estimate] = field(default_factory=dict)
    mean: float = float("nan")
    variance: float = float("nan")


def paired_samples(
    uniforms: Callable[[str, int], ArrayLike],
    names: Sequence[str],
    groups: Mapping[str, Sequence[str]] | None = None,
) -> PairedSamples:
    """Samples A and B from `uniforms(name, stream)`, stream 0 and 1, each an array of the same length in
    [0, 1].

    The two streams of one input must be independent. Two scrambles of the *same* dimension of a Sobol
    sequence are not: their digits are permutations of each other. Take another dimension for stream 1, for
    instance that of a longer name. Such dependence is looked for, and a ValueError raised where it is
    found. Inputs in no group stand alone.
    """
    if not names:
        raise Refused(
            "no parameter is uncertain, so there is nothing to be sensitive to", hint="give one a range"
        )
    grouped: dict[str, tuple[str, ...]] = {}
    taken: dict[str, str] = {}
    for label, members in (groups or {}).items():
        for name in members:
            if name not in names:
                raise InvalidInput(f"group {label} names {name}, which is not an uncertain parameter")
            if name in taken:
                raise InvalidInput(f"{name} is in two groups, {taken[name]} and {label}")
            taken[name] = label
        if members:
            grouped[label] = tuple(members)
    grouped.update({name: (name,) for name in names if name not in taken})
    a = {name: np.asarray(uniforms(name, 0), dtype=np.float64) for name in names}
    b = {name: np.asarray(uniforms(name, 1), dtype=np.float64) for name in names}
    shapes = {array.shape for array in (*a.values(), *b.values())}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        raise ValueError(f"uniforms of all inputs must have one shape (size,), not {sorted(shapes)}")
    for name in names:
        _refuse_linked(name, a[name], b[name])
    return PairedSamples(a, b, grouped)


def _refuse_linked(name: str, one: FloatArray, other: FloatArray) -> None:
    """Raise ValueError where two streams share the leading digits: over an 8 x 8 grid most cells would then
    stay empty.
    """
    if len(one) < 1024:
        return
    cells = np.minimum((one * 8).astype(np.int64), 7) * 8 + np.minimum((other * 8).astype(np.int64), 7)
    counts = np.bincount(cells, minlength=64)
    if np.count_nonzero(counts < len(one) / 64 / 4) > 16:
        raise ValueError(
            f"the two streams of {name} depend on each other: they come from one Sobol dimension"
        )


def evaluate_design(
    samples: PairedSamples, evaluate: Callable[[Point], ArrayLike], second_order: bool = False
) -> Evaluations:
    """The metric on every mixture; `evaluate` takes uniforms by input name and returns values of shape
    (N,).
    """
    parts: dict[str, list[FloatArray]] = {"a": [], "b": [], "ab": [], "ba": []}
    for kind, point in samples.mixtures(second_order):
        values = np.asarray(evaluate(point), dtype=np.float64)
        parts[kind].append(np.broadcast_to(values, (samples.size,)))
    return Evaluations(
        tuple(samples.groups),
        parts["a"][0],
        parts["b"][0],
        np.stack(parts["ab"]),
        np.stack(parts["ba"]) if second_order else None,
    )


def sobol_indices(
    evaluations: Evaluations,
    errors: Literal["replications", "resamples"] = "replications",
    resamples: int = 1000,
    seed: int = 0,
    what: str = "the metric",
) -> SobolIndices:
    """First and total indices, and second order where `ba` was evaluated, with standard errors.

    `errors="replications"`: row r of the design belongs to scramble r mod 16; delete-one-scramble
    jackknife. This is the right error of randomised low-discrepancy designs (Owen 1998).
    `errors="resamples"`: standard deviation over `resamples` draws of N rows with replacement (Archer,
    Saltelli & Sobol 1997), right for independent rows and too wide for low-discrepancy ones. Every
    estimator is a function of column means, so all resamples are one product of a matrix of multinomial
    counts with the matrix of columns.

    Raises Refused where a value is missing or the metric is the same in all worlds.
    """
    a, b = _centred(evaluations, what)
    width = len(evaluations.names)
    columns = _columns(*a, *b)
    means = columns.mean(axis=0, keepdims=True)
    first, total, second = (part[0] for part in _indices(means, width))
    spreads: tuple[FloatArray | None, ...]
    if errors == "resamples":
        spreads = _resample_errors(columns, width, resamples, seed)
    else:
        spreads = _replication_errors(columns, width)
    names = evaluations.names
    pairs = tuple(combinations(names, 2)) if evaluations.ba is not None else ()
    variance = float(means[0, 2] - means[0, 1] ** 2)
    average = float(0.5 * (evaluations.a.mean() + evaluations.b.mean()))
    return SobolIndices(
        dict(zip(names, _estimates(first, spreads[0]), strict=True)),
        dict(zip(names, _estimates(total, spreads[1]), strict=True)),
        dict(zip(pairs, _estimates(second, spreads[2]), strict=True)),
        average,
        variance,
    )


def _estimates(values: FloatArray, errors: FloatArray | None) -> tuple[Estimate, ...]:
    return tuple(
        Estimate(float(value), None if errors is None else float(errors[at]))
        for at, value in enumerate(values)
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
    """Columns whose means give every index, shape (N, 3 + 2 d [+ d (d - 1) / 2])."""
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
    return columns.T


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


def _replication_errors(columns: FloatArray, width: int) -> tuple[FloatArray | None, ...]:
    sums = replication_sums(columns)
    if len(columns) < 2 * REPLICATIONS:
        return None, None, None
    counts = np.bincount(np.arange(len(columns)) % REPLICATIONS)[:, None]
    rest = (sums.sum(axis=0) - sums) / (len(columns) - counts)
    return tuple(jackknife_se(part) for part in _indices(rest, width))


def _resample_errors(columns: FloatArray, width: int, resamples: int, seed: int) -> tuple[FloatArray, ...]:
    if resamples < 2:
        raise InvalidInput("errors from resamples need at least 2 resamples")
    size = len(columns)
    generator = np.random.default_rng(seed)
    means = np.empty((resamples, columns.shape[1]))
    block = max(1, min(resamples, (1 << 21) // size))
    for first in range(0, resamples, block):
        rows = min(block, resamples - first)
        drawn = generator.integers(size, size=(rows, size))
        drawn += (np.arange(rows) * size)[:, None]
        counts = np.bincount(drawn.reshape(-1), minlength=rows * size).reshape(rows, size)
        means[first : first + rows] = counts.astype(np.float64) @ columns
    means /= size
    return tuple(_spread(part) for part in _indices(means, width))


def _spread(values: FloatArray) -> FloatArray:
    """Standard deviation over the resamples in which the metric varied at all."""
    kept = values[np.isfinite(values).all(axis=1)] if values.shape[1] else values
    if len(kept) < 2:
        return np.full(values.shape[1], np.nan)
    return np.asarray(kept.std(axis=0, ddof=1), dtype=np.float64)
