"""What an answer hangs on: which method is honest for which worlds, and first-order shares from existing
worlds.

Variance-based indices split the variance of a metric among *independent* inputs. Where inputs are
correlated, or where observations weight the worlds (which makes inputs depend on each other), the split is
not defined for single inputs:

- correlated inputs: groups that contain whole sets of correlated inputs are independent of each other, and
  have indices;
- weighted worlds: first-order shares Var(E[Y | x_i]) / Var(Y) keep their meaning (the share of the variance
  that knowing x_i would remove on average; Saltelli & Tarantola 2002) and are estimated from the weighted
  worlds themselves. Total and second-order indices are refused: they need the metric at fresh values of one
  input given all others, whose weighted distribution is not known without further evaluations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.faults import Refused
from backstop.questions.methods.splines import basis_of, conditional_expectation
from backstop.questions.methods.weighting import (
    Estimate,
    FloatArray,
    jackknife_se,
    normalised_weights,
    note_on_number,
    replication_sums,
    varying,
)


@dataclass(frozen=True, slots=True)
class GivenData:
    """First-order shares of variance by input or group, each with its error, and a note where the weight is
    thin.
    """

    first: Mapping[str, Estimate]
    mean: float
    variance: float
    note: str | None = None


def correlated_groups(
    names: Sequence[str], correlations: Iterable[tuple[str, str, float]]
) -> tuple[tuple[str, ...], ...]:
    """The sets of inputs linked by correlations other than 0, directly or through others, in the order of
    `names`.
    """
    leader = {name: name for name in names}

    def root(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for one, other, value in correlations:
        if value != 0 and one in leader and other in leader:
            leader[root(other)] = root(one)
    sets: dict[str, list[str]] = {}
    for name in names:
        sets.setdefault(root(name), []).append(name)
    return tuple(tuple(members) for members in sets.values() if len(members) > 1)


def refuse_split_correlations(
    names: Sequence[str],
    correlations: Iterable[tuple[str, str, float]],
    groups: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Raise Refused where correlated inputs are not in one group, with the groups that would do."""
    home = {name: label for label, members in (groups or {}).items() for name in members}
    linked = correlated_groups(names, correlations)
    if all(len({home.get(name, f"({name})") for name in members}) == 1 for members in linked):
        return
    asked = "; ".join(" + ".join(members) for members in linked)
    raise Refused(
        "variance-based indices of single inputs are not defined where inputs are correlated: "
        "part of the variance belongs to them together",
        hint=f"ask for them by group ({asked}), or for regional sensitivity, which needs no independence",
    )


def refuse_weights(weights: ArrayLike | None) -> None:
    """Raise Refused where worlds carry unequal weights: total and second-order indices need fresh, equally
    likely worlds.
    """
    if weights is None:
        return
    values = np.asarray(weights, dtype=np.float64)
    if np.ptp(values) > 1e-9 * float(np.abs(values).max(initial=0.0)):
        raise Refused(
            "total and second-order indices are not defined for worlds weighted by observations: "
            "the weights make the inputs depend on each other",
            hint="first-order indices are estimated from the weighted worlds; or leave the observations out",
        )


def first_order_from_worlds(
    inputs: Mapping[str, ArrayLike],
    values: ArrayLike,
    weights: ArrayLike | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    what: str = "the metric",
) -> GivenData:
    """Var(E[Y | x_i]) / Var(Y) for every input, shape (worlds,), from existing worlds, correlated or
    weighted as they are.

    E[Y | x_i] is a penalised spline; its share of variance is corrected for the degrees of freedom it spent
    (as adjusted R squared: Ezekiel 1930), so that an input that does not matter comes out near 0, on either
    side. `groups` adds shares of several inputs known together. Errors are jackknives over replications.
    Raises Refused for a metric that is missing somewhere or does not vary, or for fewer than ten effective
    worlds.
    """
    y = np.asarray(values, dtype=np.float64)
    weight = normalised_weights(weights, len(y))
    note = note_on_number(weight)
    y = varying(y, weight, what)
    kept = weight > 0
    y = np.where(kept, y, 0.0)
    mean = float(weight @ y)
    variance = float(weight @ (y - mean) ** 2)
    table = {name: np.asarray(column, dtype=np.float64) for name, column in inputs.items()}
    asked: dict[str, tuple[str, ...]] = {name: (name,) for name in table}
    asked.update({label: tuple(members) for label, members in (groups or {}).items()})
    first = {label: _share([table[name] for name in members], y, weight) for label, members in asked.items()}
    return GivenData(first, mean, variance, note)


def _share(columns: Sequence[FloatArray], y: FloatArray, weight: FloatArray) -> Estimate:
    """One share of variance with its error."""
    if all(float(np.ptp(column)) == 0.0 for column in columns):
        return Estimate(0.0, 0.0)
    number = float(1.0 / (weight @ weight))
    # The number of functions stays well below the number of worlds that inform them.
    basis = basis_of(columns, most=max(8, min(400, int(number / 8))))
    fit = conditional_expectation(basis, y[:, None], weight)
    correction = (number - 1.0) / max(number - float(fit.freedom[0]), 1.0)
    mean = float(weight @ y)
    total = float(weight @ (y - mean) ** 2)
    share = 1.0 - float(fit.unexplained[0]) / total * correction
    if fit.left_out is None:
        return Estimate(share, None)
    moments = np.column_stack((weight, weight * y, weight * y * y))
    rest = replication_sums(moments)
    rest = rest.sum(axis=0) - rest
    count = len(rest)
    predicted = basis.design @ fit.left_out[:, :, 0].T  # (worlds, replications)
    squares = replication_squares((y[:, None] - predicted) ** 2 * weight[:, None], count)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = rest[:, 2] / rest[:, 0] - (rest[:, 1] / rest[:, 0]) ** 2
        left = 1.0 - squares / rest[:, 0] / spread * correction
    return Estimate(share, float(jackknife_se(left)) if np.isfinite(left).all() else None)


def replication_squares(squares: FloatArray, count: int) -> FloatArray:
    """For column r of `squares`, shape (worlds, count), the sum over the worlds outside replication r:
    shape (count,).
    """
    totals = squares.sum(axis=0)
    own = np.array([squares[r::count, r].sum() for r in range(count)])
    return np.asarray(totals - own, dtype=np.float64)
