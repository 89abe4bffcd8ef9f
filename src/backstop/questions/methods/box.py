"""Boxes: ranges of a few inputs, and how well they describe the worlds that meet a condition.

Of the worlds that meet the condition ("cases"), *coverage* is the share of their weight that lies in the box;
*density* is the share of cases in the box's weight; *mass* is the box's share of all weight (Bryant & Lempert 2010).
The quasi-p value of a restriction is the chance that a box without it, thinned at random to the same size, would hold
as many cases: a binomial tail (Bryant & Lempert 2010, section 3.3), at effective numbers of worlds. It is "quasi"
because the box was chosen by looking at the same worlds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray
from backstop.worlds.statistics import effective_worlds

Columns = Mapping[str, FloatArray]

ATOM = 0.01
"""The least share of the worlds for a value that stands apart from the others of an input."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A restriction of one input: from `low` up to `high`, None where that side is open.

    `lowest` and `highest` are the ends of the input's own range; `stepped` says that it takes few separate values.

    >>> Limit(low=0.4, lowest=0.0, highest=1.0).interval
    (0.4, 1.0)
    """

    low: float | None = None
    high: float | None = None
    lowest: float = float("-inf")
    highest: float = float("inf")
    stepped: bool = False

    @property
    def interval(self) -> tuple[float, float]:
        """[low, high] with the input's own end where a side is open."""
        low = self.lowest if self.low is None else self.low
        return low, self.highest if self.high is None else self.high

    def met(self, values: FloatArray) -> BoolArray:
        """Which of `values`, shape (worlds,), meet the restriction; both ends belong to it."""
        inside = np.ones(len(values), dtype=np.bool_)
        if self.low is not None:
            inside &= values >= self.low
        if self.high is not None:
            inside &= values <= self.high
        return inside


@dataclass(frozen=True, slots=True)
class Box:
    """A description of cases: restricted inputs only, with the shares explained above.

    `quasi_p` by restricted input. `reappears`, where asked for: the share of half-samples in which the input is
    restricted in the box of most similar coverage; `overlap`: how much those boxes and this one have in common (shared
    weight over joint weight, averaged).
    """

    limits: Mapping[str, Limit]
    coverage: float
    density: float
    mass: float
    quasi_p: Mapping[str, float] = field(default_factory=dict)
    reappears: Mapping[str, float] = field(default_factory=dict)
    overlap: float | None = None

    def as_dict(self) -> dict[str, object]:
        """The restrictions and shares as they stand in JSON."""
        return {
            "limits": {name: list(limit.interval) for name, limit in self.limits.items()},
            "coverage": self.coverage,
            "density": self.density,
            "mass": self.mass,
        }


def on_values(limit: Limit, values: FloatArray) -> Limit:
    """A limit that says the same of `values`, shape (worlds,), in terms of values that many worlds share.

    Where all values inside are one and the same, that value is the limit; few separate values make it the outermost
    ones inside; and where what it leaves out is one value that many share, at an end of the range, all others are in.
    """
    inside = limit.met(values)
    held = values[inside]
    if held.size > 1 and held.min() == held.max():
        return replace(limit, low=float(held[0]), high=float(held[0]), stepped=True)
    if not held.size:
        return limit
    low, high = limit.low, limit.high
    if limit.stepped:
        low = None if low is None else float(held.min())
        high = None if high is None else float(held.max())
        return replace(limit, low=low, high=high)
    for out, at, toward in (
        (low is not None and values < limit.interval[0], limit.lowest, np.inf),
        (high is not None and values > limit.interval[1], limit.highest, -np.inf),
    ):
        count = np.count_nonzero(out)
        if count >= max(2.0, ATOM * len(values)) and (values[out] == at).all():
            edge = float(np.nextafter(at, toward))
            low, high = (edge, high) if toward > 0 else (low, edge)
    return replace(limit, low=low, high=high)


def within(limits: Mapping[str, Limit], columns: Columns, leave_out: str | None = None) -> BoolArray:
    """Which worlds meet all `limits` (but the one on input `leave_out`), shape (worlds,)."""
    inside = np.ones(len(next(iter(columns.values()))), dtype=np.bool_)
    for name, limit in limits.items():
        if name != leave_out:
            inside &= limit.met(columns[name])
    return inside


def measured(
    limits: Mapping[str, Limit], columns: Columns, cases: BoolArray, weights: FloatArray, total: float
) -> Box:
    """The box of `limits` with its shares; `total` is the weight of all cases that coverage is a share of.

    Worlds with weight 0 (for instance those in earlier boxes) count for nothing; mass is a share of all of `weights`.
    """
    inside = within(limits, columns)
    weight, hits = float(weights[inside].sum()), float(weights[inside & cases].sum())
    everything = float(weights.sum())
    return Box(
        dict(limits),
        hits / total if total > 0 else 0.0,
        hits / weight if weight > 0 else 0.0,
        weight / everything if everything > 0 else 0.0,
        {name: quasi_p(inside, within(limits, columns, leave_out=name), cases, weights) for name in limits},
    )


def quasi_p(inside: BoolArray, wider: BoolArray, cases: BoolArray, weights: FloatArray) -> float:
    """The quasi-p value of the restriction that makes the box `inside` of the box `wider`, shapes (worlds,)."""
    from scipy.special import betainc

    held = weights[inside]
    number = effective_worlds(held)
    if number == 0.0:
        return 1.0
    hits = float(weights[inside & cases].sum() / held.sum()) * number
    rate = float(weights[wider & cases].sum() / weights[wider].sum())
    if hits <= 0.0 or rate >= 1.0:
        return 1.0
    # P(X >= hits) of a binomial is an incomplete beta function, which also serves numbers that are not whole.
    return float(betainc(hits, number - hits + 1.0, rate))
