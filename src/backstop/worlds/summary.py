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
    mass, sums = replication_sums(values, weights)
    total = mass.sum()
    if not total > 0.0:
        return None, None
    mean = float(sums.sum() / total)
    return mean, jackknife_error(mass, sums)


def replication_sums(values: Array, weights: Array | None) -> tuple[Array, Array]:
    """By replication, shape (16,): the weight of worlds with a value, and the weighted sum of the values."""
    worlds = values.size
    rows = -(-worlds // REPLICATIONS)
    padded = np.full(rows * REPLICATIONS, np.nan)
    padded[:worlds] = values
    table = padded.reshape(rows, REPLICATIONS)
    defined = np.isfinite(table)
    if weights is None:
        mass = defined.astype(np.float64)
    else:
        padded_weights = np.zeros(rows * REPLICATIONS)
        padded_weights[:worlds] = weights
        mass = np.where(defined, padded_weights.reshape(rows, REPLICATIONS), 0.0)
    return mass.sum(axis=0), (mass * np.where(defined, table, 0.0)).sum(axis=0)


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


def quantiles(values: Array, weights: Array | None, levels: Sequence[float]) -> tuple[float | None, ...]:
    """The smallest value whose cumulative weight reaches each level."""
    defined = np.isfinite(values)
    if not defined.all():
        values = values[defined]
        weights = None if weights is None else weights[defined]
    if values.size == 0:
        return tuple(None for _ in levels)
    if weights is None:
        ordered = np.sort(values)
        size = values.size
        places = [min(max(int(np.ceil(q * size * (1.0 - _ROUNDING))) - 1, 0), size - 1) for q in levels]
        return tuple(float(ordered[place]) for place in places)
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    total = cumulative[-1]
    if not total > 0.0:
        return tuple(None for _ in levels)
    found = np.searchsorted(cumulative, [q * total * (1.0 - _ROUNDING) for q in levels], side="left")
    return tuple(float(values[order[min(int(place), values.size - 1)]]) for place in found)


def effective_worlds(weights: Array | None, worlds: int) -> float:
    """(sum w)^2 / sum w^2 (Kish 1965): how many equally weighted worlds the weighted ones are worth."""
    if weights is None:
        return float(worlds)
    return float(weights.sum() ** 2 / np.square(weights).sum())
