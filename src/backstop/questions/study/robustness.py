"""Robustness of arrangements over worlds: one algebra of transform, subset of worlds and aggregate (McPhail
et al. 2018).

A criterion answers three questions about a table of a metric, arrangements by worlds:

- transform: the value itself; the regret (the best arrangement in that world less this one); or whether the
  value meets a requirement, 1 or 0;
- subset: all worlds; the worst (or best) share of the weight; or the one world at a percentile, counted
  from the worst;
- aggregate: min, mean, max, sum (the weighted mean times the number of worlds), variance, standard
  deviation, Hurwicz, mean-variance.

The classical criteria are points of it: maximin (Wald 1950), minimax regret (Savage 1951), percentile
regret (Kasprzyk et al. 2013), the domain criterion (Starr 1963), the principle of insufficient reason
(Laplace), optimism-pessimism (Hurwicz 1951), mean-variance (Hamarat et al. 2014).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import FloatArray
from backstop.base.faults import InvalidInput, Refused
from backstop.base.words import did_you_mean
from backstop.worlds.statistics import (
    REPLICATIONS,
    jackknife,
    normalised_weights,
    note_on_few_worlds,
    quantile,
    replication_of,
)

Transform = Literal["raw", "regret", "meets"]
Subset = Literal["all", "worst", "best", "percentile"]
Aggregate = Literal["min", "mean", "max", "sum", "variance", "sd", "hurwicz", "mean_variance"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One way to judge arrangements.

    `share` is the part of the weight for the subsets `worst` and `best`, and the percentile, counted from
    the worst world at 0 to the best at 1, for `percentile`. `optimism` is the weight of the best value in
    Hurwicz. `requirement` is what `meets` asks for: at least it where more of the metric is better, at most
    it where less is.
    """

    transform: Transform = "raw"
    subset: Subset = "all"
    aggregate: Aggregate = "mean"
    share: float = 1.0
    optimism: float = 0.5
    requirement: float | None = None

    @property
    def less_is_better(self) -> bool:
        """Whether a low score is good whatever the metric: regret, and every measure of spread."""
        return self.transform == "regret" or self.aggregate in ("variance", "sd")


@dataclass(frozen=True, slots=True, eq=False)
class Robustness:
    """Scores of all arrangements under one criterion, shape (arrangements,), their errors, and their ranks
    (1 is best).

    Errors are None below two replications; for extremes (min, max) over worlds they say how far the worlds
    sampled agree, not how far the true extreme may lie beyond them.
    """

    scores: FloatArray
    se: FloatArray | None
    ranks: tuple[int, ...]
    less_is_better: bool
    note: str | None = None


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


def robustness(
    table: ArrayLike,
    criterion: Criterion,
    weights: ArrayLike | None = None,
    more_is_better: bool = True,
) -> Robustness:
    """Scores of every row of `table`, shape (arrangements, worlds), under weights of shape (worlds,).

    Laplace's equal likelihood is that of the worlds as sampled; with observations the mean is the weighted
    one. Raises Refused where a value is missing in a world with weight or fewer than ten effective worlds,
    InvalidInput for a share out of bounds or a `meets` without requirement.
    """
    values, weight, note = _checked(table, weights)
    _check(criterion)
    changed = transformed(values, criterion, more_is_better)
    scores = _scores(changed, weight, criterion, more_is_better, len(weight))
    replication = replication_of(len(weight))
    se = None
    if len(weight) >= 2 * REPLICATIONS:
        left_out = []
        for r in range(REPLICATIONS):
            kept = replication != r
            if not weight[kept].any():
                break
            left_out.append(
                _scores(
                    changed[:, kept],
                    weight[kept] / weight[kept].sum(),
                    criterion,
                    more_is_better,
                    len(weight),
                )
            )
        if len(left_out) == REPLICATIONS:
            se = jackknife(np.stack(left_out))
    less = criterion.less_is_better or (not more_is_better and criterion.transform == "raw")
    merit = -scores if less else scores
    ranks = tuple(int(1 + np.count_nonzero(merit > own + 1e-9)) for own in merit)
    return Robustness(scores, se, ranks, less, note)


def _checked(table: ArrayLike, weights: ArrayLike | None) -> tuple[FloatArray, FloatArray, str | None]:
    values = np.asarray(table, dtype=np.float64)
    if values.ndim != 2 or not values.size:
        raise InvalidInput("robustness needs a table of arrangements by worlds with at least one of each")
    weight = normalised_weights(weights, values.shape[1])
    note = note_on_few_worlds(weight)
    kept = weight > 0
    missing = int(np.count_nonzero(~np.isfinite(values[:, kept])))
    if missing:
        raise Refused(
            f"the metric has no value in {missing} of {kept.sum() * len(values)} pairs of arrangement and world",
            hint="ask about a metric that is defined in every world, for instance the one without its `given`",
        )
    return values[:, kept], weight[kept], note


def _check(criterion: Criterion) -> None:
    if not 0.0 < criterion.share <= 1.0 and criterion.subset in ("worst", "best"):
        raise InvalidInput(f"the share of worlds must be above 0 and at most 1, not {criterion.share}")
    if not 0.0 <= criterion.share <= 1.0 and criterion.subset == "percentile":
        raise InvalidInput(f"a percentile must be between 0 and 1, not {criterion.share}")
    if not 0.0 <= criterion.optimism <= 1.0:
        raise InvalidInput(f"optimism must be between 0 and 1, not {criterion.optimism}")
    if criterion.transform == "meets" and criterion.requirement is None:
        raise InvalidInput("a criterion that asks what meets a requirement needs the requirement")


def transformed(table: FloatArray, criterion: Criterion, more_is_better: bool = True) -> FloatArray:
    """The table after the criterion's transform; regret is never negative, meets is 1 or 0."""
    if criterion.transform == "regret":
        return np.asarray(table.max(axis=0) - table if more_is_better else table - table.min(axis=0))
    if criterion.transform == "meets":
        required = np.nan if criterion.requirement is None else criterion.requirement
        return (table >= required if more_is_better else table <= required).astype(np.float64)
    return table


def _scores(
    table: FloatArray, weights: FloatArray, criterion: Criterion, more_is_better: bool, worlds: int
) -> FloatArray:
    high_is_good = more_is_better if criterion.transform == "raw" else criterion.transform == "meets"
    return np.array([_score(row, weights, criterion, high_is_good, worlds) for row in table])


def _score(
    values: FloatArray, weights: FloatArray, criterion: Criterion, high_is_good: bool, worlds: int
) -> float:
    """One arrangement's score on transformed `values` of shape (worlds,), under weights that sum to 1."""
    if criterion.subset == "percentile":
        return quantile(values, weights, criterion.share if high_is_good else 1.0 - criterion.share)
    if criterion.subset in ("worst", "best") and criterion.share < 1.0:
        weights = _tail(
            values, weights, criterion.share, from_below=high_is_good == (criterion.subset == "worst")
        )
        kept = weights > 0
        values, weights = values[kept], weights[kept]
    if criterion.aggregate == "sum":
        return float(weights @ values) * worlds
    return AGGREGATES[criterion.aggregate](values, weights / weights.sum(), criterion, high_is_good)


def _tail(values: FloatArray, weights: FloatArray, share: float, from_below: bool) -> FloatArray:
    """Weights of the worlds in the lowest (highest) `share` of weight; the world on the border counts in
    part.
    """
    order = np.argsort(values if from_below else -values, kind="stable")
    running = np.cumsum(weights[order])
    before = running - weights[order]
    kept = np.zeros(len(values))
    kept[order] = np.clip(share * running[-1] - before, 0.0, weights[order])
    return kept


def _variance(values: FloatArray, weights: FloatArray) -> float:
    return float(weights @ (values - weights @ values) ** 2)


def _hurwicz(values: FloatArray, weights: FloatArray, criterion: Criterion, high_is_good: bool) -> float:
    best, worst = (values.max(), values.min()) if high_is_good else (values.min(), values.max())
    return float(criterion.optimism * best + (1.0 - criterion.optimism) * worst)


def _mean_variance(
    values: FloatArray, weights: FloatArray, criterion: Criterion, high_is_good: bool
) -> float:
    """(mean + 1) / (sd + 1) where more is better, (mean + 1) (sd + 1) where less is (Hamarat et al. 2014)."""
    mean, spread = float(weights @ values) + 1.0, float(np.sqrt(_variance(values, weights))) + 1.0
    return mean / spread if high_is_good else mean * spread


AGGREGATES: Mapping[str, Callable[[FloatArray, FloatArray, Criterion, bool], float]] = {
    "min": lambda values, weights, criterion, high: float(values.min()),
    "max": lambda values, weights, criterion, high: float(values.max()),
    "mean": lambda values, weights, criterion, high: float(weights @ values),
    "variance": lambda values, weights, criterion, high: _variance(values, weights),
    "sd": lambda values, weights, criterion, high: float(np.sqrt(_variance(values, weights))),
    "hurwicz": _hurwicz,
    "mean_variance": _mean_variance,
}


def criterion_named(name: str, requirement: float | None = None, optimism: float = 0.5) -> Criterion:
    """The classical criterion of that name; InvalidInput with the nearest name where there is none."""
    criteria = classical(requirement, optimism)
    if name == "domain" and requirement is None:
        raise InvalidInput("the domain criterion needs a requirement", hint="say what the metric must reach")
    if name not in criteria:
        raise InvalidInput(f"there is no criterion {name}", hint=did_you_mean(name, criteria, "criterion"))
    return criteria[name]
