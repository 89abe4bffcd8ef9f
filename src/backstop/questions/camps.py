"""Worlds as one camp of experts sees them, by weighting the pooled worlds.

The pool holds every camp's distribution, so a camp's worlds are among the pooled ones. A world's weight is the ratio
of the densities of its parameters, camp over pool; for correlated parameters that of the copulas at the two sets of
normal scores besides (importance weights: Owen 2013, chapter 9). No world is solved again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from backstop.base import special
from backstop.base.arrays import FloatArray
from backstop.base.faults import BackstopError
from backstop.questions.methods.given_data import correlated_groups
from backstop.scenario.distribution.copula import score_correlation
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.worlds.draws import drawn
from backstop.worlds.result import Result
from backstop.worlds.statistics import Summary, effective_worlds, summarise
from backstop.worlds.weighing import Weighing

_EDGE = 1e-12
# A report asks for the same weights more than once.
_known: WeakKeyDictionary[Weighing, dict[tuple[str, int], FloatArray | None]] = WeakKeyDictionary()
_FEWEST_EFFECTIVE = 50.0


@dataclass(frozen=True, slots=True, eq=False)
class CampView:
    """One camp's view: a metric, and the share of worlds that meet a target, by arrangement.

    `differs_on`: the parameters of which it has a view of its own; `effective_worlds`: how many worlds are its own.
    """

    name: str
    differs_on: tuple[str, ...]
    metric: Mapping[str, Summary]
    shares: Mapping[str, Summary]
    effective_worlds: float

    def as_dict(self) -> dict[str, object]:
        """As it stands in the JSON of a report."""
        return {
            "effective_worlds": self.effective_worlds,
            "metric": {a: s.as_dict() for a, s in self.metric.items()},
            "shares": {a: s.as_dict() for a, s in self.shares.items()},
        }


def camp_views(result: Result, metric: str, met: Mapping[str, FloatArray]) -> tuple[CampView, ...]:
    """Each camp alone, by weighting the worlds of an assessment; camps with fewer than fifty of them are left
    out, and so are those of whose worlds none fit what was observed.

    `met`: where a target is met, by arrangement, each of shape (worlds,).
    """
    model = result.model
    views = []
    for name in model.camps():
        try:
            weights = weights_in_camp(result.weighed, model, name, result.seed)
        except BackstopError:  # no world of theirs fits what was observed or given
            continue
        if weights is None:
            continue
        worth = effective_worlds(weights)
        if worth < _FEWEST_EFFECTIVE:
            continue
        own = tuple(p for p, of in model.scenario.parameters.items() if name in (of.experts or {}))
        samples = {a: of.samples[metric] for a, of in result.arrangements.items()}
        metrics, shares = ({a: summarise(x, weights) for a, x in of.items()} for of in (samples, met))
        views.append(CampView(name, own, metrics, shares, worth))
    return tuple(views)


def weights_in_camp(weighed: Weighing, model: Model, camp: str, seed: int) -> FloatArray | None:
    """What weighed worlds of a seed weigh for a camp alone, shape (worlds,); None where weighting cannot do it.

    Raises InvalidInput and Refused where none of its worlds fits what was given or observed.
    """
    known = _known.setdefault(weighed, {})
    if (camp, seed) not in known:
        ratio = camp_weights(model, camp, seed, weighed.worlds)
        known[camp, seed] = None if ratio is None else weighed.anew(ratio)
    return known[camp, seed]


def camp_weights(model: Model, camp: str, seed: int, worlds: int) -> FloatArray | None:
    """Weights of shape (worlds,) that turn pooled worlds into those of `camp`; None where weighting cannot do it.

    The worlds are those of the study as it stands, with nothing set. It cannot where a correlated parameter has single
    values of positive probability: its normal score is not known. Raises InvalidInput where what is given has
    probability nothing in the camp.
    """
    model = model.as_it_stands
    all_pooled, theirs = model.unconditioned, model.in_camp(camp).unconditioned
    parameters = drawn(model, worlds, seed)
    changed = [name for name, pooled in all_pooled.items() if theirs[name] is not pooled]
    total = np.zeros(worlds)
    for name in changed:
        pooled, own = all_pooled[name], theirs[name]
        x = np.asarray(parameters[name], dtype=np.float64)
        assert isinstance(pooled, Distribution)
        with np.errstate(invalid="ignore", divide="ignore"):
            if isinstance(own, Distribution):
                total = total + own.log_density(x) - pooled.log_density(x)
            else:
                total = total + np.where(x == own, 0.0, -np.inf) - pooled.log_density(x)
    uncertain = [name for name, each in all_pooled.items() if isinstance(each, Distribution)]
    for group in correlated_groups(uncertain, model.correlations):
        if not set(group) & set(changed):
            continue
        ratio = _copula_ratio(model, theirs, group, parameters, worlds)
        if ratio is None:
            return None
        total = total + ratio
    peak = float(np.max(total, initial=-np.inf))
    if not math.isfinite(peak):
        return None
    return np.asarray(np.exp(total - peak))


def _copula_ratio(
    model: Model,
    theirs: Mapping[str, Distribution | float],
    group: tuple[str, ...],
    parameters: Mapping[str, Value],
    worlds: int,
) -> FloatArray | None:
    """The logarithm of the copula density at the camp's scores over that at the pool's, for one correlated group."""
    scores: list[list[FloatArray]] = [[], []]
    for name in group:
        x = np.broadcast_to(np.asarray(parameters[name], dtype=np.float64), (worlds,))
        for kept, spread in zip(scores, (model.unconditioned[name], theirs[name]), strict=True):
            if not isinstance(spread, Distribution) or not spread.is_continuous:
                return None
            kept.append(np.asarray(special.ndtri(np.clip(spread.cdf(x), _EDGE, 1.0 - _EDGE))))
    matrix = np.eye(len(group))
    for a, b, rho in model.correlations:
        if a in group and b in group:
            i, j = group.index(a), group.index(b)
            matrix[i, j] = matrix[j, i] = score_correlation(rho)
    form = np.linalg.inv(matrix) - np.eye(len(group))
    pooled, own = (np.stack(rows) for rows in scores)
    return np.asarray(
        0.5 * (np.einsum("iw,ij,jw->w", pooled, form, pooled) - np.einsum("iw,ij,jw->w", own, form, own))
    )
