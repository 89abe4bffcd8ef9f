"""Info-gap robustness: how far from the central world may things be before the worst case misses the requirement?

The horizon of uncertainty is the distance, in normal scores of the uncertain parameters, from the world in which every
parameter is at its median (Ben-Haim 2006). Likelihood plays no part: weights are ignored on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import BoolArray, FloatArray
from backstop.base.faults import InvalidInput, Refused
from backstop.worlds.comparison import lower, spread


@dataclass(frozen=True, slots=True, eq=False)
class InfoGap:
    """Robustness to distance from the central world (Ben-Haim 2006).

    `horizons` (points,) are distances in normal scores; `worst` and `best` (arrangements, points) the worst and best
    value among the central world and the worlds within each. `horizon` (arrangements,) is the distance up to which the
    worst case meets the requirement: that of the nearest world that fails it, 0 where the central world does, infinite
    where no sampled world does. `first_failure` is that world's index, or -1.
    """

    horizons: FloatArray
    worst: FloatArray
    best: FloatArray
    horizon: FloatArray
    first_failure: tuple[int, ...]

    def as_dict(self, row: int) -> dict[str, object]:
        """One arrangement as it stands in JSON."""
        return {
            "horizon": float(self.horizon[row]),
            "fails_in_world": self.first_failure[row],
            "horizons": self.horizons.tolist(),
            "worst": self.worst[row].tolist(),
            "best": self.best[row].tolist(),
        }


def info_gap(
    distance: ArrayLike,
    table: ArrayLike,
    central: ArrayLike,
    requirement: float,
    more_is_better: bool = True,
    points: int = 101,
) -> InfoGap:
    """Info-gap curves of a metric, `table` (arrangements, worlds), in worlds at `distance` (worlds,) from `central`.

    `central` (arrangements,) is the metric in the central world. Weights play no part: the horizon is about what could
    happen, not how likely it is. A worst case over sampled worlds is an upper bound of the true horizon: more worlds
    can only find nearer failures. Raises Refused where a value is missing.
    """
    away = np.asarray(distance, dtype=np.float64)
    values = np.asarray(table, dtype=np.float64)
    middle = np.asarray(central, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != len(away) or middle.shape != (len(values),):
        raise InvalidInput(
            "info-gap needs a table of arrangements by worlds, one distance a world, one central value a row"
        )
    if not (np.isfinite(values).all() and np.isfinite(middle).all() and np.isfinite(away).all()):
        raise Refused("the metric has no value in some worlds, so a worst case over them is not defined")
    order = np.argsort(away, kind="stable")
    sign = 1.0 if more_is_better else -1.0
    scaled, start = sign * values[:, order], sign * middle
    lowest = np.minimum(np.minimum.accumulate(scaled, axis=1), start[:, None])
    highest = np.maximum(np.maximum.accumulate(scaled, axis=1), start[:, None])
    horizons = np.linspace(0.0, float(away.max(initial=0.0)), points)
    within = np.searchsorted(away[order], horizons, side="right")
    lowest = np.concatenate((start[:, None], lowest), axis=1)[:, within]
    highest = np.concatenate((start[:, None], highest), axis=1)[:, within]
    # Weights play no part in what is lower than the requirement either.
    width = spread(values)
    fails: BoolArray = lower(scaled, sign * requirement, width) == 1.0
    fails_there = lower(start, sign * requirement, width) == 1.0
    horizon, first = np.full(len(values), np.inf), []
    for row in range(len(values)):
        at = int(np.argmax(fails[row])) if fails[row].any() else -1
        if fails_there[row]:
            horizon[row] = 0.0
        elif at >= 0:
            horizon[row] = away[order[at]]
        first.append(int(order[at]) if at >= 0 else -1)
    return InfoGap(horizons, sign * lowest, sign * highest, horizon, tuple(first))
