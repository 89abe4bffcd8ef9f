"""Regional sensitivity: does an input differ between the worlds that meet a condition and those that do not?

The two weighted distributions of every input are compared by the largest distance of their cumulative shares
(Kolmogorov-Smirnov; Spear & Hornberger 1980; Saltelli et al. 2008, section 5.2). Works with weights, correlated inputs
and metrics without a value in some worlds (those worlds are left out), for it decomposes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import BoolArray, FloatArray, Rows
from backstop.base.faults import Refused
from backstop.worlds.statistics import counted_weights, effective_worlds


@dataclass(frozen=True, slots=True)
class Separation:
    """How far one input tells the two sets of worlds apart.

    `distance` in [0, 1]; `at` the input value where it is reached; `higher` whether the input tends to be higher where
    the condition holds; `p` the chance of such a distance were there no difference; `critical` the distance that 5 %
    exceed.
    """

    distance: float
    at: float
    higher: bool
    p: float
    critical: float


@dataclass(frozen=True, slots=True)
class RegionalSensitivity:
    """Separations by input, the widest first; the weight share of the condition."""

    separations: Mapping[str, Separation]
    share: float


def condition_share(holds: ArrayLike, weights: FloatArray, condition: str = "the condition") -> float:
    """The weight share of worlds in which a condition holds, shape (worlds,).

    Raises Refused where it holds in none or in all worlds with weight: there is then nothing to tell apart.
    """
    met = np.asarray(holds, dtype=bool)
    counted = weights > 0
    if not met[counted].any():
        raise Refused(
            f"no world meets {condition}, so there is nothing to describe",
            hint="loosen the condition or assess more worlds",
        )
    if met[counted].all():
        raise Refused(
            f"every world meets {condition}, so nothing tells them apart", hint="tighten the condition"
        )
    return float(weights[met].sum() / weights.sum())


def ascending(inputs: Mapping[str, FloatArray]) -> dict[str, Rows]:
    """The worlds in ascending order of every input, shape (worlds,); equal values stay in the order of the worlds."""
    return {name: np.argsort(values, kind="stable") for name, values in inputs.items()}


def order_among(order: Rows, chosen: BoolArray) -> Rows:
    """The order of the worlds that are `chosen`, shape (worlds,), counted among themselves, out of that of all."""
    place = np.cumsum(chosen) - 1
    return np.asarray(place[order[chosen[order]]])


def regional_sensitivity(
    inputs: Mapping[str, ArrayLike],
    holds: ArrayLike,
    weights: ArrayLike | None = None,
    condition: str = "the condition",
    orders: Mapping[str, Rows] | None = None,
) -> RegionalSensitivity:
    """Kolmogorov-Smirnov separations of every input, shape (worlds,), between worlds where `holds` and the rest.

    p and the critical value use Kolmogorov's limit at the effective numbers of the two sets (Kish 1965); points of a
    low-discrepancy sequence are more even than random ones, so p errs towards caution. `orders`: those of the inputs,
    as `ascending` gives them, where they are known. Raises Refused where no world or every world meets the condition,
    or under ten effective worlds.
    """
    from scipy.special import kolmogi, kolmogorov

    met = np.asarray(holds, dtype=bool)
    weight = counted_weights(weights, len(met))
    share = condition_share(met, weight, condition)
    with_it = np.where(met, weight, 0.0)
    without = np.where(met, 0.0, weight)
    one, other = effective_worlds(with_it), effective_worlds(without)
    number = one * other / (one + other)
    with_it, without = with_it / with_it.sum(), without / without.sum()
    critical = min(1.0, float(kolmogi(0.05)) / np.sqrt(number))
    found: list[tuple[str, Separation]] = []
    for name, values in inputs.items():
        x = np.asarray(values, dtype=np.float64)
        order = np.argsort(x, kind="stable") if orders is None else orders[name]
        ordered = x[order]
        gap = np.cumsum((without - with_it)[order])
        # Equal values are one step of both distributions: only the last of a run counts.
        gap[:-1][ordered[1:] == ordered[:-1]] = 0.0
        at = int(np.argmax(np.abs(gap)))
        distance = float(min(1.0, abs(gap[at])))
        p = float(kolmogorov(np.sqrt(number) * distance)) if distance > 0 else 1.0
        found.append((name, Separation(distance, float(ordered[at]), bool(gap[at] > 0), p, critical)))
    found.sort(key=lambda item: (-item[1].distance, item[0]))
    return RegionalSensitivity(dict(found), share)
