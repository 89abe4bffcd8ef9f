"""The value of information: how much better could one choose if something were known before choosing?

With net benefits of arrangements in every world, the expected value of perfect information is EVPI = E[max_a NB_a] -
max_a E[NB_a] (Raiffa & Schlaifer 1961). For one parameter or a group, EVPPI = E[max_a E[NB_a | parameter]] - max_a
E[NB_a]; the inner expectations are a regression of net benefits on the parameter over the existing worlds, so no
further world is needed (Strong, Oakley & Brennan 2014).

Gains over the arrangement that is best on average are regressed, not the benefits themselves: what all arrangements
share cancels. A maximum of fitted values is too high on average, by the error of the fit; the delete-one-replication
jackknife removes the leading part of that bias and gives the standard error (Quenouille 1956; Efron & Tibshirani 1993,
chapter 11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import FloatArray
from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.splines import BLOCK, Fit, basis_of, conditional_expectation
from backstop.worlds.statistics import (
    REPLICATIONS,
    Estimate,
    counted_weights,
    effective_worlds,
    jackknife,
    replication_of,
)


@dataclass(frozen=True, slots=True)
class Information:
    """Values in the unit of the net benefit; `best` is the row of the arrangement that is best on average.

    `evppi` by parameter or group; none is above `evpi`, the value of knowing everything.
    """

    evppi: Mapping[str, Estimate]
    evpi: Estimate
    best: int


def value_of_information(
    benefits: ArrayLike,
    inputs: Mapping[str, ArrayLike],
    weights: ArrayLike | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Information:
    """EVPI and EVPPI from `benefits`, shape (arrangements, worlds), more being better, and inputs, each (worlds,).

    A value that is 0 to rounding says that nothing one could learn would change the choice. Raises Refused for a
    single arrangement, a benefit missing in a world with weight, or fewer than ten effective worlds.
    """
    gains, weight, best = _gains(benefits, weights)
    table = {name: np.asarray(column, dtype=np.float64) for name, column in inputs.items()}
    asked: dict[str, tuple[str, ...]] = {name: (name,) for name in table}
    for label, members in (groups or {}).items():
        unknown = [name for name in members if name not in table]
        if unknown:
            raise InvalidInput(f"group {label} names {unknown[0]}, which is not an uncertain parameter")
        asked[label] = tuple(members)
    whole = _perfect(gains, weight)
    found = {
        label: _partial([table[name] for name in members], gains, weight) for label, members in asked.items()
    }
    capped = {label: Estimate(min(value.mean, whole.mean), value.se) for label, value in found.items()}
    return Information(capped, whole, best)


def _gains(benefits: ArrayLike, weights: ArrayLike | None) -> tuple[FloatArray, FloatArray, int]:
    """Gains over the arrangement best on average, (worlds, arrangements - 1); weights; and that arrangement."""
    values = np.asarray(benefits, dtype=np.float64)
    if values.ndim != 2 or not values.size:
        raise InvalidInput("the value of information needs a table of arrangements by worlds")
    if len(values) < 2:
        raise Refused(
            "with one arrangement there is no choice that information could improve",
            hint="compare at least two arrangements",
        )
    weight = counted_weights(weights, values.shape[1])
    missing = int(np.count_nonzero(~np.isfinite(values[:, weight > 0])))
    if missing:
        raise Refused(
            f"the net benefit has no value in {missing} pairs of arrangement and world",
            hint="value a metric that is defined in every world, for instance the one without its `given`",
        )
    values = np.where(weight > 0, values, 0.0)
    best = int(np.argmax(values @ weight))
    return (np.delete(values, best, axis=0) - values[best]).T, weight, best


def _perfect(gains: FloatArray, weight: FloatArray) -> Estimate:
    full = _advantage(gains, weight)
    if len(weight) < 2 * REPLICATIONS:
        return Estimate(full, None)
    replication = replication_of(len(weight))
    left_out = [_advantage(gains[replication != r], weight[replication != r]) for r in range(REPLICATIONS)]
    if not np.isfinite(left_out).all():
        return Estimate(full, None)
    return Estimate(full, float(jackknife(left_out)))


def _advantage(gains: FloatArray, weight: FloatArray) -> float:
    """E[max(0, gains)] - max(0, E[gains]) under weights of any sum."""
    total = float(weight.sum())
    if total <= 0.0:
        return float("nan")
    means = weight @ gains / total
    return max(0.0, float(weight @ np.maximum(_highest(gains), 0.0)) / total - max(0.0, float(means.max())))


def _highest(gains: FloatArray) -> FloatArray:
    """The largest gain in every world; by columns, which are few."""
    highest = gains[:, 0].copy()
    for column in gains.T[1:]:
        np.maximum(highest, column, out=highest)
    return highest


def _partial(columns: Sequence[FloatArray], gains: FloatArray, weight: FloatArray) -> Estimate:
    if all(float(np.ptp(column)) == 0.0 for column in columns):
        return Estimate(0.0, 0.0)
    basis = basis_of(columns, most=max(8, min(400, int(effective_worlds(weight) / 8))))
    fit = conditional_expectation(basis, gains, weight)
    full = _advantage(fit.expected, weight)
    if fit.left_out is None:
        return Estimate(full, None)
    left_out = _left_out_advantages(fit, weight)
    if not np.isfinite(left_out).all():
        return Estimate(full, None)
    corrected = REPLICATIONS * full - (REPLICATIONS - 1) * float(left_out.mean())
    return Estimate(max(0.0, corrected), float(jackknife(left_out)))


def _left_out_advantages(fit: Fit, weight: FloatArray) -> FloatArray:
    """The advantage estimated without each replication, shape (replications,)."""
    assert fit.left_out is not None
    worlds, count = len(weight), len(fit.left_out)
    replication = replication_of(worlds)
    best = np.zeros(count)
    means = np.zeros((fit.left_out.shape[2], count))
    for at in range(0, worlds, BLOCK):
        design, held = fit.basis.design[at : at + BLOCK], weight[at : at + BLOCK]
        # Every world counts for the fifteen fits that leave out its neighbours, not for the one that leaves it out.
        counted = np.repeat(held[:, None], count, axis=1)
        counted[np.arange(len(held)), replication[at : at + BLOCK]] = 0.0
        highest = np.zeros((len(held), count))
        for arrangement in range(len(means)):
            predicted = design @ fit.left_out[:, :, arrangement].T
            means[arrangement] += np.einsum("ij,ij->j", predicted, counted)
            np.maximum(highest, predicted, out=highest)
        best += np.einsum("ij,ij->j", highest, counted)
    totals = weight.sum() - np.bincount(replication, weight, minlength=count)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.maximum(0.0, (best - np.maximum(means.max(axis=0), 0.0)) / totals)
    return np.asarray(found, dtype=np.float64)
