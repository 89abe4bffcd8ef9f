"""Means, errors and quantiles over weighted worlds.

World w belongs to replication w mod 16. The replications are independent, so leaving out one at a time gives an
honest error of a quasi-random estimate (delete-one-group jackknife of a weighted ratio; Owen 2013, section 17.7;
Efron and Tibshirani 1993, section 11.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

REPLICATIONS = 16
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

_FEW = 2_000
_BINS = 4_096

# Cumulative weights carry rounding; a share is reached when it is reached up to this.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Summary:
    """A figure over worlds: weighted mean, its Monte Carlo error, and quantiles. None where there is no world.

    `without_value`: worlds in which the figure is not defined (a condition that cannot happen there).
    """

    mean: float | None
    se: float | None
    q05: float | None
    q25: float | None
    q50: float | None
    q75: float | None
    q95: float | None
    without_value: int = 0

    def as_dict(self) -> dict[str, float | int | None]:
        """As it stands in the JSON of a result; `without_value` only where there are such worlds."""
        found: dict[str, float | int | None] = {
            name: getattr(self, name) for name in ("mean", "se", "q05", "q25", "q50", "q75", "q95")
        }
        if self.without_value:
            found["without_value"] = self.without_value
        return found


def summarise(values: Array, weights: Array | None) -> Summary:
    """Summary of one figure, shape (worlds,); NaN marks worlds without a value. `weights` None: all alike."""
    defined = np.isfinite(values)
    missing = int(values.size - np.count_nonzero(defined))
    mean, se = mean_and_error(values, weights)
    q05, q25, q50, q75, q95 = quantiles(values, weights, QUANTILES)
    return Summary(mean, se, q05, q25, q50, q75, q95, missing)


def mean_and_error(values: Array, weights: Array | None) -> tuple[float | None, float | None]:
    """Weighted mean and its jackknife error over replications; None where they do not exist."""
    return means_and_errors(values[np.newaxis], weights)[0]


def means_and_errors(rows: Array, weights: Array | None) -> list[tuple[float | None, float | None]]:
    """`mean_and_error` of several figures, shape (figures, worlds)."""
    found: list[tuple[float | None, float | None]] = []
    for mass, sums in zip(*replication_sums(rows, weights), strict=True):
        total = mass.sum()
        found.append(
            (float(sums.sum() / total), jackknife_error(mass, sums)) if total > 0.0 else (None, None)
        )
    return found


def replication_sums(rows: Array, weights: Array | None) -> tuple[Array, Array]:
    """By figure and replication, shape (figures, 16): weight of the worlds with a value, and weighted sum of values."""
    figures, worlds = rows.shape
    each = np.ones(worlds) if weights is None else weights
    whole = worlds - worlds % REPLICATIONS
    mass, sums = np.zeros((2, figures, REPLICATIONS))
    defined = np.isfinite(rows)
    if defined.all():
        mass += _by_replication(each[np.newaxis], whole)
        sums += _by_replication(rows * each, whole)
    else:
        share = np.where(defined, each, 0.0)
        mass += _by_replication(share, whole)
        sums += _by_replication(np.where(defined, rows, 0.0) * share, whole)
    return mass, sums


def _by_replication(rows: Array, whole: int) -> Array:
    """Sums over the worlds of each replication; `whole` worlds make up full turns of all sixteen."""
    figures, worlds = rows.shape
    total = rows[:, :whole].reshape(figures, -1, REPLICATIONS).sum(axis=1)
    total[:, : worlds - whole] += rows[:, whole:]
    return np.asarray(total)


def jackknife_error(mass: Array, sums: Array) -> float | None:
    """Error of sum(sums) / sum(mass) from leaving out one replication at a time; None below two replications."""
    used = mass > 0.0
    count = int(np.count_nonzero(used))
    if count < 2:
        return None
    left_mass = mass.sum() - mass[used]
    if not (left_mass > 0.0).all():
        return None
    left = (sums.sum() - sums[used]) / left_mass
    return float(np.sqrt((count - 1) / count * np.square(left - left.mean()).sum()))


def jackknife_errors(mass: Array, sums: Array) -> Array:
    """`jackknife_error` of many ratios with the same mass: `sums` (16, ...) gives (...); NaN below two replications."""
    used = mass > 0.0
    count = int(np.count_nonzero(used))
    if count < 2:
        return np.full(sums.shape[1:], np.nan)
    left_mass = (mass.sum() - mass[used]).reshape(-1, *(1,) * (sums.ndim - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (sums.sum(axis=0) - sums[used]) / left_mass
        return np.asarray(np.sqrt((count - 1) / count * np.square(left - left.mean(axis=0)).sum(axis=0)))


def replication_mass(weights: Array | None, worlds: int) -> Array:
    """Sum of the weights of the worlds of each replication, shape (16,)."""
    return np.bincount(np.arange(worlds) % REPLICATIONS, weights, REPLICATIONS).astype(np.float64)


def quantiles(values: Array, weights: Array | None, levels: Sequence[float]) -> tuple[float | None, ...]:
    """The smallest value whose cumulative weight reaches each level.

    Where there are many worlds, values are counted in narrow bins first and only the bins that matter are sorted: the
    answer is the same and takes a tenth of the time.
    """
    defined = np.isfinite(values)
    if not defined.all():
        values = values[defined]
        weights = None if weights is None else weights[defined]
    total = float(values.size if weights is None else weights.sum())
    if values.size == 0 or not total > 0.0:
        return tuple(None for _ in levels)
    found = dict.fromkeys(sorted(levels), 0.0)
    targets = [q * total * (1.0 - _ROUNDING) for q in found]
    found.update(zip(found, _reached(values, weights, 0.0, targets), strict=True))
    return tuple(found[q] for q in levels)


def _reached(values: Array, weights: Array | None, before: float, targets: Sequence[float]) -> list[float]:
    """The smallest of `values` at which the cumulative weight, `before` included, reaches each target (rising)."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return [low for _ in targets]
    if values.size < _FEW or not np.isfinite(high - low):
        return _sorted_out(values, weights, before, targets)
    place = (values - low) * (_BINS / (high - low))
    bins = np.minimum(place, _BINS - 1, out=place).astype(np.int16)
    cumulative = before + np.cumsum(np.bincount(bins, weights, _BINS))
    wanted = np.minimum(np.searchsorted(cumulative, targets, side="left"), _BINS - 1)
    found: list[float] = []
    for bin in dict.fromkeys(wanted.tolist()):
        # Smaller than all: the lowest and the highest value are never in one bin.
        inside = np.flatnonzero(bins == bin)
        found += _reached(
            values[inside],
            None if weights is None else weights[inside],
            float(cumulative[bin - 1]) if bin else before,
            [target for target, its in zip(targets, wanted, strict=True) if its == bin],
        )
    return found


def _sorted_out(values: Array, weights: Array | None, before: float, targets: Sequence[float]) -> list[float]:
    order = np.argsort(values)
    ordered = values[order]
    cumulative = before + (np.arange(1.0, values.size + 1) if weights is None else np.cumsum(weights[order]))
    places = np.searchsorted(cumulative, targets, side="left")
    return [float(ordered[min(place, values.size - 1)]) for place in places.tolist()]


def effective_worlds(weights: Array | None, worlds: int) -> float:
    """(sum w)^2 / sum w^2 (Kish 1965): how many equally weighted worlds the weighted ones are worth."""
    if weights is None:
        return float(worlds)
    return float(weights.sum() ** 2 / np.square(weights).sum())
