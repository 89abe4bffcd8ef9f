"""Weights of worlds: their effective number, means, quantiles and errors from independent replications.

World `w` belongs to replication `w mod 16`: sixteen independently scrambled sequences. Errors are
delete-one-replication jackknives of weighted ratios (Quenouille 1956; Tukey 1958; for randomised sequences
Owen 1998), because points of one low-discrepancy sequence are not independent of each other but the
sequences are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backstop.base.faults import InvalidInput, Refused
from backstop.worlds.statistics import REPLICATIONS, effective_worlds, quantiles

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

FEW_WORLDS = 100.0
TOO_FEW_WORLDS = 10.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over worlds and its Monte Carlo standard error (None below two replications)."""

    mean: float
    se: float | None


def normalised_weights(weights: ArrayLike | None, worlds: int) -> FloatArray:
    """Weights of shape (worlds,) that sum to 1; equal ones where `weights` is None.

    Raises InvalidInput where there is no world, the number of weights is another, one is negative or not
    finite, or all are 0.
    """
    if worlds < 1:
        raise InvalidInput("there is no world to ask", hint="assess at least one world")
    if weights is None:
        return np.full(worlds, 1.0 / worlds)
    values = np.asarray(weights, dtype=np.float64)
    if values.shape != (worlds,):
        raise InvalidInput(f"{worlds} worlds need as many weights, not an array of shape {values.shape}")
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        world = int(np.argmax(bad))
        raise InvalidInput(f"the weight of world {world} is {values[world]}, not a number from 0 up")
    peak = float(values.max())
    if peak == 0.0:
        raise InvalidInput(
            "every world has weight 0", hint="the observations contradict all worlds: check their sources"
        )
    scaled = (
        values / peak
    )  # so that the sum of very large or very small weights neither overflows nor vanishes
    return np.asarray(scaled / scaled.sum(), dtype=np.float64)


def effective_number(weights: FloatArray) -> float:
    """(sum w)^2 / sum w^2 (Kish 1965): the number of equally weighted worlds that would be as informative."""
    return effective_worlds(weights, len(weights)) if weights.any() else 0.0


def note_on_number(weights: FloatArray) -> str | None:
    """A warning where the weight rests on fewer than 100 effective worlds, None otherwise.

    Raises Refused below 10: a share of so few worlds has no meaningful digit.
    """
    number = effective_number(weights)
    # Rounding must not refuse exactly ten equal worlds.
    if number < TOO_FEW_WORLDS - 1e-9:
        raise Refused(
            f"the weight rests on {number:.1f} effective worlds of {len(weights)}, "
            "too few to answer from (10 are needed)",
            hint="assess more worlds, or widen the observations that leave so few worlds any weight",
        )
    if number < FEW_WORLDS - 1e-9:
        return (
            f"the weight rests on only {number:.0f} effective worlds of {len(weights)}: read every figure as rough, "
            "and assess more worlds for a firmer answer"
        )
    return None


def varying(values: ArrayLike, weights: FloatArray, what: str = "the metric") -> FloatArray:
    """`values` as floats, shape (worlds,), checked to vary over the worlds that have weight.

    Raises Refused where a value is missing (not a number) in a world with weight, or where all are the same.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.shape != weights.shape:
        raise InvalidInput(f"{what} has shape {array.shape}; {len(weights)} worlds need one value each")
    counted = array if weights.all() else array[weights > 0]
    missing = int(np.count_nonzero(~np.isfinite(counted)))
    if missing:
        raise Refused(
            f"{what} has no value in {missing} of {counted.size} worlds, "
            "so its variation over worlds is not defined",
            hint="ask about a metric that is defined in every world, for instance the one without its `given`",
        )
    refuse_constant(counted, what)
    return array


def refuse_constant(values: FloatArray, what: str = "the metric") -> None:
    """Raise Refused where finite `values` are all the same to rounding."""
    low, high = float(values.min()), float(values.max())
    if values.size < 2:
        raise Refused("one world alone shows no variation", hint="assess at least a few hundred worlds")
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        raise Refused(
            f"{what} is the same in all worlds ({low:g}), so nothing can be said to move it",
            hint="ask about another metric, year or arrangement",
        )


def quantile(values: FloatArray, weights: FloatArray, q: float) -> float:
    """The smallest of `values`, shape (worlds,), whose cumulative weight reaches `q` in [0, 1]."""
    found = quantiles(values, weights, (q,))[0]
    return float("nan") if found is None else found


def replication_of(worlds: int) -> IntArray:
    """The replication (w mod 16) of every world, shape (worlds,)."""
    return np.arange(worlds, dtype=np.int64) % REPLICATIONS


def jackknife_se(left_out: ArrayLike) -> FloatArray:
    """Standard errors from delete-one estimates, shape (replications, ...): sqrt((R-1)/R sum (x_r -
    mean)^2) (Tukey 1958).
    """
    estimates = np.asarray(left_out, dtype=np.float64)
    count = estimates.shape[0]
    spread = estimates - estimates.mean(axis=0)
    return np.asarray(np.sqrt((count - 1) / count * (spread * spread).sum(axis=0)), dtype=np.float64)


def replication_sums(columns: FloatArray, worlds_first: bool = True) -> FloatArray:
    """Sums by replication of columns, shape (worlds, k): an array of shape (min(16, worlds), k).

    With `worlds_first` False the columns have shape (k, worlds).
    """
    table = columns if worlds_first else columns.T
    worlds, width = table.shape
    count = min(REPLICATIONS, worlds)
    whole = worlds // count * count
    sums = table[:whole].reshape(-1, count, width).sum(axis=0)
    sums[: worlds - whole] += table[whole:]
    return np.asarray(sums, dtype=np.float64)
