"""Weights that let the worlds meet records over many conflicts.

A record is a share over many conflicts of which this one is a single draw: the weighted mean over worlds should meet
it, and worlds may differ. Of all weights that meet it those nearest to the weights before are taken (least
Kullback-Leibler divergence: Csiszár 1975, Annals of Probability 3(1); minimum discrimination information), which are
v exp(lambda a (h - r)) with base weights v, metric h, exposure a and rate r, lambda such that the sum of
w a (h - r) is 0. The record's own uncertainty enters by averaging the normalised weights over rates drawn evenly from
its distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import Refused

Array = NDArray[np.float64]

POINTS = 64
"""Rates, or vectors of rates, over which the normalised weights are averaged."""

MOST_LEFT_OUT = 0.5

_STEPS = 200
# The largest difference of the exponents of two worlds that count; beyond it one world holds all the weight.
_STEEPEST = 300.0
_TOLERANCE = 1e-11
# A pull as small as this is rounding.
_AT_IT = 1e-12
# Worlds from which the multipliers are guessed.
_SAMPLE = 4_096


@dataclass(frozen=True, slots=True)
class RecordWeights:
    """Weights that meet one record or several: `weights`, shape (worlds,), of sum 1.

    `left_out`: the share of the rates that no weights can meet; the average is over the others.
    """

    weights: Array
    left_out: float


def record_weights(
    base: Array, values: Sequence[Array], exposures: Sequence[Array], rates: Array
) -> RecordWeights:
    """Weights that let the mean of every record's metric, weighted by its exposure, meet the record's rate.

    `base`, shape (worlds,): weights before, not negative. `values[j]`, `exposures[j]`, shape (worlds,): metric and
    exposure of record j (the probability that a world comes to be counted in it; 1 where all are). `rates`, shape
    (points, records): rates to average over. Raises Refused where more than half of the rates cannot be met.

    >>> import numpy as np
    >>> found = record_weights(np.ones(2), [np.array([0.1, 0.9])], [np.array([0.8, 0.2])], np.array([[0.22]]))
    >>> round(float(found.weights[1]), 10)
    0.4137931034
    """
    counted = base > 0.0
    start = base[counted] / base[counted].sum()
    metric = np.stack([value[counted] for value in values])
    exposure = np.stack([each[counted] for each in exposures])
    total, met = np.zeros(start.size), 0
    sample = slice(None, None, max(1, start.size // _SAMPLE))
    for rate in rates[np.lexsort(rates.T[::-1])]:
        pull = exposure * (metric - rate[:, None])
        # Some of the worlds tell nearly where the multipliers lie; all of them, in a step or two, where exactly.
        guess = _tilted(start[sample] / start[sample].sum(), pull[:, sample], np.zeros(rate.size))
        found = _tilted(start, pull, np.zeros(rate.size) if guess is None else guess[1])
        if found is not None:
            total += found[0]
            met += 1
    left_out = 1.0 - met / len(rates)
    if left_out > MOST_LEFT_OUT or met == 0:
        raise Refused(
            f"{100 * left_out:.0f} of 100 rates that the record allows cannot be met by any weights of these worlds",
            hint="widen the ranges of the parameters, or the record",
        )
    weights = np.zeros(base.size)
    weights[counted] = total / met
    return RecordWeights(weights, left_out)


def even_rates(records: int) -> Array:
    """Points of the unit cube at which the records' quantile functions are read, shape (64, records).

    Midpoints of 64 equal parts for one record, the first 64 points of Sobol's sequence, moved into the middle of
    their cells, for several.
    """
    from scipy.stats import qmc

    points = qmc.Sobol(records, scramble=False).random(POINTS)
    return np.asarray(points + 0.5 / POINTS, dtype=np.float64)


def _tilted(start: Array, pull: Array, guess: Array) -> tuple[Array, Array] | None:
    """Weights start * exp(multipliers @ pull), normalised, whose mean pull is nothing, and the multipliers.

    `pull`, shape (records, worlds). The multipliers are where the convex function log(sum(start * exp(m @ pull))) is
    least (Newton's method with halved steps); None where it has no least value, so that no weights can do it.
    """
    scale = np.abs(pull).max(axis=1)
    # A record that no world is exposed to, or that every world meets exactly, asks for nothing.
    scale = np.where(scale > 0.0, scale, 1.0)
    unit = pull / scale[:, None]
    low, high = unit.min(axis=1), unit.max(axis=1)
    if (((low >= -_AT_IT) & (high > _AT_IT)) | ((high <= _AT_IT) & (low < -_AT_IT))).any():
        return None  # every world lies on one side of the rate, or at it
    multipliers = guess * scale
    level, weights = _level(start, unit, multipliers)
    for _ in range(_STEPS):
        slope = (unit * weights).sum(axis=1)
        if np.abs(slope).max() <= _TOLERANCE:
            return weights, multipliers / scale
        curve = np.stack([(unit * (row * weights)).sum(axis=1) for row in unit]) - np.outer(slope, slope)
        step = np.linalg.lstsq(curve, -slope, rcond=1e-12)[0]
        if not np.isfinite(step).all():
            return None
        reach = np.ptp(_combined(step, unit))
        size = min(1.0, 8.0 / reach) if reach > 0.0 else 1.0
        for _ in range(60):
            trial = multipliers + size * step
            lower, moved = _level(start, unit, trial)
            if lower <= level + 1e-4 * size * (float((slope * step).sum())) + 1e-15:
                break
            size /= 2.0
        else:
            return None
        multipliers, level, weights = trial, lower, moved
        if np.ptp(_combined(multipliers, unit)) > _STEEPEST:
            return None
    return None


def _level(start: Array, unit: Array, multipliers: Array) -> tuple[float, Array]:
    exponent = _combined(multipliers, unit)
    top = float(exponent.max())
    weights = start * np.exp(exponent - top)
    total = float(weights.sum())
    return top + float(np.log(total)), weights / total


def _combined(multipliers: Array, unit: Array) -> Array:
    """multipliers @ unit, added up in a fixed order: a matrix product may add in another one with more threads."""
    total = multipliers[0] * unit[0]
    for multiplier, row in zip(multipliers[1:], unit[1:], strict=True):
        total = total + multiplier * row
    return np.asarray(total)
