"""Weights of worlds from what was seen of this very conflict.

Each observation is a likelihood over one metric of one arrangement; observations are taken as independent. A world's
weight is the product of the densities at its metrics (importance weights; Owen 2013, chapter 9).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import InvalidInput
from backstop.scenario.distribution.kinds import distribution
from backstop.scenario.model import Model

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
