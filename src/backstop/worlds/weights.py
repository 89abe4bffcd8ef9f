"""Weights of worlds from what was seen of this very conflict, and worlds that are taken by their weights.

Each observation is a likelihood over one metric of one arrangement; observations are taken as independent. A world's
weight is the product of the densities at its metrics (importance weights; Owen 2013, chapter 9).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from backstop.base.arrays import FloatArray, IntArray
from backstop.base.faults import InvalidInput
from backstop.scenario.distribution.kinds import distribution
from backstop.scenario.model import Model
from backstop.worlds.statistics import REPLICATIONS

Array = NDArray[np.float64]


def log_weights_of(model: Model, observed: Mapping[str, Array]) -> Array:
    """Logarithms of the weights of worlds, shape (worlds,), from the metric of every observation by world.

    Raises InvalidInput where a density is infinite, or an observed metric has no value in some world.
    """
    total: Array | None = None
    for name, values in observed.items():
        spread = model.scenario.observations[name].observed
        place = model.place(("observations", name))
        if not np.isfinite(values).all():
            world = int(np.argmin(np.isfinite(values)))
            raise InvalidInput(
                f"the observed metric has no value in world {world}",
                place=place,
                hint="observe a metric without a condition",
            )
        density = np.asarray(
            distribution(spread.kind, spread.arguments, spread.bounds).log_density(values), dtype=np.float64
        )
        if np.isposinf(density).any() or np.isnan(density).any():
            world = int(np.argmax(np.isposinf(density) | np.isnan(density)))
            raise InvalidInput(
                f"the density of the observation is infinite at {values[world]:g}, in world {world}",
                place=place,
                hint="use a distribution that is finite there, such as a beta with both numbers at least 1",
            )
        total = density if total is None else total + density
    assert total is not None
    return total


def normalised(model: Model, logs: Array) -> Array:
    """Weights whose largest is 1 from their logarithms; InvalidInput where all are zero."""
    largest = logs.max()
    if not np.isfinite(largest):
        raise InvalidInput(
            "no world is compatible with the observations: all weights are zero",
            place=model.place(("observations",)),
            hint="widen the observations, or the ranges of the parameters",
        )
    return np.asarray(np.exp(logs - largest))


def taken(weights: FloatArray, worlds: int, order: FloatArray) -> tuple[IntArray, FloatArray]:
    """Numbers of the worlds that are taken, and their weights, whose largest is 1, both of shape (worlds,).

    Weights that records give rest on all worlds that are weighed: rates far from what was expected are met by few of
    them, so fewer worlds, weighed by themselves, meet other rates and have narrower ranges. Those taken have chances as
    their weights (sampling importance resampling: Rubin 1988), step by step along an order (systematic: Carpenter,
    Clifford and Fearnhead 1999), within each replication, so that errors between these stay what they are.
    `weights`, (many,): of the worlds taken from, 0 or more and not all 0; `order`, (many,): a figure along which they
    are gone through, so that those taken have it spread as all have. World w of those taken is of the same
    replication, w mod 16, as before. A world taken several times has all its weight where it first stands.

    >>> numbers, weights = taken(np.tile([1.0, 0.0], 32), 32, np.arange(64.0))
    >>> sorted(set(numbers[weights > 0] % 2))
    [np.int64(0)]
    """
    numbers = np.empty(worlds, dtype=np.int64)
    found = np.zeros(worlds)
    for replication in range(min(REPLICATIONS, worlds)):
        places = np.arange(replication, worlds, REPLICATIONS)
        members = np.arange(replication, weights.size, REPLICATIONS)
        mass = float(weights[members].sum())
        if not mass > 0.0:
            numbers[places] = members[0]
            continue
        members = members[np.argsort(order[members], kind="stable")]
        reached = np.cumsum(weights[members])
        steps = (np.arange(places.size) + 0.5) * (reached[-1] / places.size)
        picked = members[np.searchsorted(reached, steps, side="left")]
        numbers[places] = picked
        _, first, times = np.unique(picked, return_index=True, return_counts=True)
        found[places[first]] = times * (mass / places.size)
    return numbers, found / found.max()
