"""Hazards: the chance per year of an event among those it has not come to yet, from the curve of a metric."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from backstop.base.arrays import FloatArray

# Below this share nothing is left that the event could come to.
_NOTHING = 1e-12


class Hazard(NamedTuple):
    """A chance per year and its Monte Carlo error; None where there is no value."""

    mean: float | None
    se: float | None


def log_hazards(probabilities: FloatArray, avoided: bool = False) -> FloatArray:
    """Logarithms of integrated hazards, log(-log(1 - p)), of events of probability p (complementary log-log).

    `probabilities` (worlds,) are those of the events or, where `avoided`, of their staying away (1 - p). Factors on a
    hazard add up on this scale. Not a number where p is not strictly between 0 and 1: an event that is certain has no
    finite hazard, and one that is impossible has none to take the logarithm of.

    >>> log_hazards(np.array([0.0, 1.0 - np.exp(-1.0), 1.0])).round(9).tolist()
    [nan, 0.0, nan]
    """
    inside = (probabilities > 0.0) & (probabilities < 1.0)
    known = np.where(inside, probabilities, 0.5)
    hazard = -np.log(known) if avoided else -np.log1p(-known)
    return np.where(inside, np.log(hazard), np.nan)


def hazards(
    mean: Sequence[float | None],
    se: Sequence[float | None],
    kind: str,
    steps: Sequence[int],
    period_years: float = 1.0,
) -> list[Hazard]:
    """Hazards between one of `steps` (periods) and the next; none at the first.

    `mean` and `se` are the curve of the share that is still free of the event (`kind` avoid) or that has met it. The
    error takes the two ends of an interval as if they had nothing in common, so that it is not too small.

    >>> [of.mean for of in hazards([1.0, 0.9, 0.45], [0.0, 0.0, 0.0], "avoid", [0, 1, 2])]
    [None, 0.09999999999999998, 0.5]
    """
    free = [m if m is None or kind == "avoid" else 1.0 - m for m in mean]
    found = [Hazard(None, None)]
    for start, end in pairwise(steps):
        before, after = free[start], free[end]
        if before is None or after is None or before <= _NOTHING:
            found.append(Hazard(None, None))
            continue
        chance = max(0.0, 1.0 - after / before)
        error_before, error_after = se[start], se[end]
        error = None
        if error_before is not None and error_after is not None:
            error = math.hypot(error_after, after / before * error_before) / before
        found.append(per_year(chance, error, (end - start) * period_years))
    return found


def per_year(chance: float, error: float | None, years: float) -> Hazard:
    """The chance per year that comes to `chance` over `years`, and its error."""
    if chance >= 1.0 or years == 1.0:
        return Hazard(chance, error)
    yearly = 1.0 - (1.0 - chance) ** (1.0 / years)
    slope = (1.0 - chance) ** (1.0 / years - 1.0) / years
    return Hazard(yearly, None if error is None else slope * error)
