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
# A chance this near to 1 is taken as certain on a scale of hazards: of what lacks to 1 too few digits are then left.
_CERTAIN = 1.0 - 2.0**-40
# What a solved chance may be off by rounding, in parts of itself: some 64 units of the last place.
_ROUNDING = 2.0**-46


class Hazard(NamedTuple):
    """A chance per year and its Monte Carlo error; None where there is no value."""

    mean: float | None
    se: float | None


def log_hazards(probabilities: FloatArray, avoided: bool = False) -> FloatArray:
    """Logarithms of integrated hazards, log(-log(1 - p)), of events of probability p (complementary log-log).

    `probabilities` (worlds,) are those of the events or, where `avoided`, of their staying away (1 - p). Factors on a
    hazard add up on this scale. Not a number where p is 0 or 1: an event that is certain has no finite hazard, and one
    that is impossible has none to take the logarithm of. A number nearer to 1 than 2^-40 counts as 1: what lacks to 1
    has lost its digits there, and which worlds have a hazard would hang on the last bit of a solution.

    >>> log_hazards(np.array([0.0, 1.0 - np.exp(-1.0), 1.0])).round(9).tolist()
    [nan, 0.0, nan]
    """
    inside = (probabilities > 0.0) & (probabilities <= _CERTAIN)
    known = np.where(inside, probabilities, 0.5)
    hazard = -np.log(known) if avoided else -np.log1p(-known)
    return np.where(inside, np.log(hazard), np.nan)


def rounding_of_log_hazards(probabilities: FloatArray, avoided: bool = False) -> FloatArray:
    """How far rounding of the probabilities may move `log_hazards`, shape (worlds,).

    By dp / (H exp(-H)) where H is the hazard and dp a small part of p. Not a number where there is no hazard.

    >>> rounding_of_log_hazards(np.array([0.5, 1.0 - 2.0**-40]), avoided=True).round(6).tolist()
    [0.0, 0.015625]
    """
    inside = (probabilities > 0.0) & (probabilities <= _CERTAIN)
    known = np.where(inside, probabilities, 0.5)
    # Where the event is avoided exp(-H) is p itself, of which dp is a part.
    moved = 1.0 / -np.log(known) if avoided else known / ((1.0 - known) * -np.log1p(-known))
    return np.where(inside, _ROUNDING * moved, np.nan)


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
