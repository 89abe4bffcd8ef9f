"""Robustness of arrangements: one algebra of transform, subset of worlds and aggregate (McPhail et al. 2018).

A criterion answers three questions about a table of a metric, arrangements by worlds:

- transform: the value itself; the regret (the best arrangement in that world less this one); or whether the value meets
  a requirement, 1 or 0;
- subset: all worlds; the worst share of the weight; or the one world at a percentile, counted from the worst;
- aggregate: min, mean, max, Hurwicz, mean-variance.

The classical criteria are points of it: maximin (Wald 1950), minimax regret (Savage 1951), percentile regret (Kasprzyk
et al. 2013), the domain criterion (Starr 1963), the principle of insufficient reason (Laplace), optimism-pessimism
(Hurwicz 1951), mean-variance (Hamarat et al. 2014).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import FloatArray
from backstop.base.faults import InvalidInput, Refused
from backstop.base.words import did_you_mean
from backstop.worlds.comparison import higher, lower, margin, spread
from backstop.worlds.statistics import (
    REPLICATIONS,
    counted_weights,
    jackknife,
    quantile,
    replication_of,
)

# Scores are ranked apart where they differ by more than the margin of equal values and by so many errors of the
# difference.
_SURE = 2.0


@dataclass(frozen=True, slots=True)
class Criterion:
    """One way to judge arrangements.

    `share` is the part of the weight for the subset `worst`, and the percentile, counted from the worst world at 0 to
    the best at 1, for `percentile`. `optimism` is the weight of the best value in Hurwicz. `requirement` is what
    `meets` asks for: at least it where more of the metric is better, at most it where less is.
    """

    transform: Literal["raw", "regret", "meets"] = "raw"
    subset: Literal["all", "worst", "percentile"] = "all"
    aggregate: Literal["min", "mean", "max", "hurwicz", "mean_variance"] = "mean"
    share: float = 1.0
    optimism: float = 0.5
    requirement: float | None = None

    def __post_init__(self) -> None:
        """Raise InvalidInput for a share or an optimism out of bounds, or `meets` without a requirement."""
        if not 0.0 <= self.share <= 1.0 or (self.share == 0.0 and self.subset == "worst"):
            raise InvalidInput(f"the share of worlds must be above 0 and at most 1, not {self.share}")
        if not 0.0 <= self.optimism <= 1.0:
            raise InvalidInput(f"optimism must be between 0 and 1, not {self.optimism}")
        if self.transform == "meets" and self.requirement is None:
            raise InvalidInput("a criterion that asks what meets a requirement needs the requirement")

    def transformed(self, table: FloatArray, more_is_better: bool, width: float = 0.0) -> FloatArray:
        """The table after the transform; regret is never negative, meets is 1 or 0.

        `width`: the metric's spread over worlds; what is higher or lower than the requirement depends on it.
        """
        if self.transform == "regret":
            return np.asarray(table.max(axis=0) - table if more_is_better else table - table.min(axis=0))
        if self.transform == "meets":
            required = np.nan if self.requirement is None else self.requirement
            missed = (lower if more_is_better else higher)(table, np.full(table.shape, required), width)
            return np.asarray(1.0 - missed)
        return table

    def score(self, values: FloatArray, weights: FloatArray, high_is_good: bool) -> float:
        """One arrangement's score on transformed `values`, (worlds,), under weights that sum to 1."""
        if self.subset == "percentile":
            return quantile(values, weights, self.share if high_is_good else 1.0 - self.share)
        if self.subset == "worst" and self.share < 1.0:
            weights = _tail(values, weights, self.share, from_below=high_is_good)
            values, weights = values[weights > 0], weights[weights > 0]
            weights = weights / weights.sum()
        low, high, mean = float(values.min()), float(values.max()), float(weights @ values)
        if self.aggregate == "hurwicz":
            best, worst = (high, low) if high_is_good else (low, high)
            return self.optimism * best + (1.0 - self.optimism) * worst
        if self.aggregate == "mean_variance":
            # (mean + 1) / (sd + 1) where more is better, (mean + 1) (sd + 1) where less is (Hamarat et al. 2014).
            spread = float(np.sqrt(weights @ (values - mean) ** 2)) + 1.0
            return (mean + 1.0) / spread if high_is_good else (mean + 1.0) * spread
        return {"min": low, "max": high, "mean": mean}[self.aggregate]


@dataclass(frozen=True, slots=True, eq=False)
class Robustness:
    """Scores of all arrangements under one criterion, (arrangements,), their errors, and their ranks (1 is best).

    A rank is one more than the number of arrangements that are surely better: by more than rounding and, where errors
    are known, by more than two errors of the difference on the same worlds. Scores that are equal share a rank.

    Errors are None below two replications; for extremes (min, max) over worlds they say how far the worlds sampled
    agree, not how far the true extreme may lie beyond them.
    """

    scores: FloatArray
    se: FloatArray | None
    ranks: tuple[int, ...]
    less_is_better: bool

    def error(self, row: int) -> float | None:
        """The error of one arrangement's score."""
        return None if self.se is None else float(self.se[row])


def classical(requirement: float | None = None, optimism: float = 0.5) -> dict[str, Criterion]:
    """The classical criteria by name; the domain criterion only where there is a `requirement`."""
    criteria = {
        "maximin": Criterion("raw", "all", "min"),
        "maximax": Criterion("raw", "all", "max"),
        "hurwicz": Criterion("raw", "all", "hurwicz", optimism=optimism),
        "laplace": Criterion("raw", "all", "mean"),
        "minimax_regret": Criterion("regret", "all", "max"),
        "percentile_regret": Criterion("regret", "percentile", "max", share=0.1),
        "mean_variance": Criterion("raw", "all", "mean_variance"),
        "worst_tenth": Criterion("raw", "worst", "mean", share=0.1),
    }
    if requirement is not None:
        criteria["domain"] = Criterion("meets", "all", "mean", requirement=requirement)
    return criteria


def criterion_named(name: str, requirement: float | None = None, optimism: float = 0.5) -> Criterion:
    """The classical criterion of that name; InvalidInput with the nearest name where there is none."""
    criteria = classical(requirement, optimism)
    if name == "domain" and requirement is None:
        raise InvalidInput("the domain criterion needs a requirement", hint="say what the metric must reach")
    if name not in criteria:
        raise InvalidInput(f"there is no criterion {name}", hint=did_you_mean(name, criteria, "criterion"))
    return criteria[name]


def scored(
    table: ArrayLike, criterion: Criterion, weights: ArrayLike | None = None, more_is_better: bool = True
) -> Robustness:
    """Scores of every row of `table`, shape (arrangements, worlds), under weights of shape (worlds,).

    Laplace's equal likelihood is that of the worlds as sampled; with observations the mean is the weighted one. Raises
    Refused where a value is missing in a world with weight or fewer than ten effective worlds.
    """
    values = np.asarray(table, dtype=np.float64)
    if values.ndim != 2 or not values.size:
        raise InvalidInput("robustness needs a table of arrangements by worlds with at least one of each")
    weight = counted_weights(weights, values.shape[1])
    counted = weight > 0
    values, weight = values[:, counted], weight[counted]
    missing = int(np.count_nonzero(~np.isfinite(values)))
    if missing:
        raise Refused(
            f"the metric has no value in {missing} of {values.size} pairs of arrangement and world",
            hint="ask about a metric that is defined in every world, for instance the one without its `given`",
        )
    width = spread(values, weight)
    changed = criterion.transformed(values, more_is_better, width)
    high_is_good = more_is_better if criterion.transform == "raw" else criterion.transform == "meets"

    def scores(kept: slice | FloatArray) -> FloatArray:
        held = weight[kept]
        return np.array([criterion.score(row[kept], held / held.sum(), high_is_good) for row in changed])

    found, se = scores(slice(None)), None
    # Shares and ratios of the metric's mean and spread are not in its unit.
    own_unit = criterion.transform != "meets" and criterion.aggregate != "mean_variance"
    apart = margin((found[:, None], found[None]), width if own_unit else 0.0)
    others = [replication_of(len(weight)) != r for r in range(REPLICATIONS)]
    if len(weight) >= 2 * REPLICATIONS and all(weight[kept].any() for kept in others):
        without = [scores(kept) for kept in others]
        se = jackknife(without)
        apart = np.maximum(apart, _SURE * jackknife([np.subtract.outer(of, of) for of in without]))
    merit = found if high_is_good else -found
    surely = np.subtract.outer(merit, merit) > apart
    ranks = tuple(int(1 + np.count_nonzero(surely[:, row])) for row in range(len(merit)))
    less = criterion.transform == "regret" or (not more_is_better and criterion.transform == "raw")
    return Robustness(found, se, ranks, less)


def _tail(values: FloatArray, weights: FloatArray, share: float, from_below: bool) -> FloatArray:
    """Weights of the worlds in the lowest (highest) `share` of weight; the world on the border counts in part."""
    order = np.argsort(values if from_below else -values, kind="stable")
    running = np.cumsum(weights[order])
    kept = np.zeros(len(values))
    kept[order] = np.clip(share * running[-1] - (running - weights[order]), 0.0, weights[order])
    return kept
