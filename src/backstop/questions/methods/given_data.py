"""First-order sensitivity from existing worlds, correlated or weighted as they are.

Variance-based indices split the variance of a metric among *independent* inputs. Where observations weight the worlds
they make inputs depend on each other, and the split is not defined for single inputs. First-order shares Var(E[Y |
x_i]) / Var(Y) keep their meaning there, the share of the variance that knowing x_i would remove on average (Saltelli &
Tarantola 2002), and are estimated from the weighted worlds themselves. Total and second-order indices need the metric
at fresh values of one input given all others, whose weighted distribution is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.cluster.hierarchy import DisjointSet

from backstop.base.arrays import FloatArray
from backstop.questions.methods.splines import basis_of, conditional_expectation
from backstop.worlds.statistics import (
    Estimate,
    counted_weights,
    effective_worlds,
    jackknife,
    sums_by_replication,
    varying,
)


@dataclass(frozen=True, slots=True)
class GivenData:
    """First-order shares of variance by input, each with its error."""

    first: Mapping[str, Estimate]
    mean: float
    variance: float


def correlated_groups(
    names: Sequence[str], correlations: Iterable[tuple[str, str, float]]
) -> tuple[tuple[str, ...], ...]:
    """Sets of inputs linked by correlations other than 0, directly or through others, in the order of `names`."""
    linked = DisjointSet(names)
    for one, other, value in correlations:
        if value != 0 and one in linked and other in linked:
            linked.merge(one, other)
    groups = dict.fromkeys(tuple(n for n in names if linked.connected(n, name)) for name in names)
    return tuple(group for group in groups if len(group) > 1)


def first_order_from_worlds(
    inputs: Mapping[str, ArrayLike],
    values: ArrayLike,
    weights: ArrayLike | None = None,
    what: str = "the metric",
) -> GivenData:
    """Var(E[Y | x_i]) / Var(Y) for every input, shape (worlds,), from the metric `values` of the same worlds.

    E[Y | x_i] is a penalised spline; its share of variance is corrected for the degrees of freedom it spent (as
    adjusted R squared: Ezekiel 1930), so that an input that does not matter comes out near 0, on either side. Errors
    are jackknives over replications. Raises Refused for a metric that is missing somewhere or does not vary, or for
    fewer than ten effective worlds.
    """
    y = np.asarray(values, dtype=np.float64)
    weight = counted_weights(weights, len(y))
    y = np.where(weight > 0, varying(y, weight, what), 0.0)
    mean = float(weight @ y)
    variance = float(weight @ (y - mean) ** 2)
    first = {
        name: _share(np.asarray(column, dtype=np.float64), y, weight, variance)
        for name, column in inputs.items()
    }
    return GivenData(first, mean, variance)


def _share(column: FloatArray, y: FloatArray, weight: FloatArray, variance: float) -> Estimate:
    """One share of variance with its error."""
    if float(np.ptp(column)) == 0.0:
        return Estimate(0.0, 0.0)
    worlds = effective_worlds(weight)
    # The number of functions stays well below the number of worlds that inform them.
    basis = basis_of([column], most=max(8, min(400, int(worlds / 8))))
    fit = conditional_expectation(basis, y[:, None], weight)
    correction = (worlds - 1.0) / max(worlds - float(fit.freedom[0]), 1.0)
    share = 1.0 - float(fit.unexplained[0]) / variance * correction
    if fit.left_out is None:
        return Estimate(share, None)
    sums = sums_by_replication(np.stack((weight, weight * y, weight * y * y)))
    rest, rest_y, rest_squares = sums.sum(axis=1, keepdims=True) - sums
    residuals = weight[:, None] * (y[:, None] - basis.design @ fit.left_out[:, :, 0].T) ** 2
    count = residuals.shape[1]
    # Column r counts the worlds outside replication r.
    own = np.array([residuals[r::count, r].sum() for r in range(count)])
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = rest_squares / rest - (rest_y / rest) ** 2
        left = 1.0 - (residuals.sum(axis=0) - own) / rest / spread * correction
    return Estimate(share, float(jackknife(left)) if np.isfinite(left).all() else None)
