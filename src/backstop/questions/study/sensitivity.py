"""What a metric of a study hangs on: shares of variance, screening, swings, and worlds told apart by a condition.

Parameters that no expression of the study uses are not solved for: their indices are exactly 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import Refused
from backstop.questions.event import event
from backstop.questions.inquiry import Inquiry, promise_of
from backstop.questions.methods.given_data import GivenData, first_order_from_worlds
from backstop.questions.methods.morris import elementary_effects, morris_walks
from backstop.questions.methods.regional import regional_sensitivity
from backstop.questions.methods.sobol import PairedSamples, mixed_together, sobol_indices
from backstop.questions.methods.tornado import tornado
from backstop.questions.study.sensitivity_results import (
    Method,
    Quantity,
    Screening,
    Separations,
    Swings,
    VarianceShares,
)
from backstop.questions.weighted_worlds import WeightedWorlds, used_parameters, worlds_under
from backstop.scenario.distribution.discrete import Discrete
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.model import Model
from backstop.worlds.draws import MOST_WORLDS
from backstop.worlds.statistics import Estimate, quantile, refuse_constant
from backstop.worlds.threads import in_threads

LOW, HIGH = 0.05, 0.95
"""Quantiles at which swings are taken."""

_OTHER_STREAM = 1_000_003
_INPUTS_AT_ONCE = 4
_GIVEN_TOGETHER = (
    "ranges are given of parameters that are correlated, so worlds weigh unequally: shares of variance of unweighted "
    "worlds are not defined"
)
_WEIGHTED = (
    "the worlds are weighted by observations, which make the parameters depend on each other: total and second-order "
    "indices are not defined for them; --prior leaves the observations out"
)


def sensitivity(
    inquiry: Inquiry,
    quantity: Quantity,
    method: Method = "sobol",
    second_order: bool = False,
    prior: bool = False,
    where: str | None = None,
) -> VarianceShares | Screening | Swings | Separations:
    """What a quantity hangs on. `prior`: the observations are left out; `where`: the condition of `regional`.

    `inquiry.worlds` is the size of the base sample; `morris` takes a sixteenth of it as walks, `regional` four times
    as many worlds. Raises Refused where the quantity does not vary, or the method does not fit the study.

    >>> from backstop import load
    >>> inquiry = Inquiry(load("examples/korea-1953"), worlds=256)
    >>> found = sensitivity(inquiry, Quantity("no_war_20", "as_it_was"), "tornado")
    >>> found.swings[0].name
    'wants_all_south'
    """
    weighted = bool(inquiry.model.scenario.observations) and bool(inquiry.model.uncertain) and not prior
    if method == "regional":
        return separations(replace(inquiry, worlds=4 * inquiry.worlds), quantity, where, prior)
    if method == "morris":
        return screening(inquiry, quantity, max(8, inquiry.worlds // 16), weighted)
    if method == "tornado":
        return swings(inquiry, quantity, weighted)
    if not weighted:
        return variance_shares(inquiry, quantity, second_order)
    if second_order:
        raise Refused(_WEIGHTED)
    # As many worlds as the indices of unweighted ones would take for sixteen parameters.
    inquiry = replace(inquiry, worlds=min(16 * inquiry.worlds, 65_536))
    found = worlds_under(inquiry, quantity.arrangements, [quantity.metric])
    given = first_order_shares(found, quantity.of(found), found.weights, str(quantity))
    notes = (_WEIGHTED, *found.notes)
    refused = {"total": _WEIGHTED}
    return VarianceShares(
        inquiry.model, quantity, notes, given.first, given.mean, given.variance, found.worlds, refused=refused
    )


def first_order_shares(
    found: WeightedWorlds, values: FloatArray, weights: FloatArray | None, what: str
) -> GivenData:
    """First-order shares of `values`, (worlds,), from the worlds of a sample; parameters that nothing uses have 0.

    A few parameters at a time on every thread: each share is a regression of its own.
    """
    used = found.used
    names = list(used)

    def task(first: int) -> GivenData:
        here = {name: used[name] for name in names[first : first + _INPUTS_AT_ONCE]}
        return first_order_from_worlds(here, values, weights, what)

    parts = in_threads(task, range(0, max(1, len(names)), _INPUTS_AT_ONCE), found.inquiry.threads)
    shares = {name: share for part in parts for name, share in part.first.items()}
    return replace(parts[0], first={n: shares.get(n, Estimate(0.0, 0.0)) for n in found.inputs})


def variance_shares(inquiry: Inquiry, quantity: Quantity, second_order: bool = False) -> VarianceShares:
    """Sobol indices of a quantity for parameters as they are assumed, observations left aside.

    `inquiry.worlds` is the size N of the base sample; with d parameters in use N (d + 2) worlds are solved, and with
    second order N (2 d + 2). Correlated parameters have indices as a group.
    """
    worlds = inquiry.worlds
    if not 1 <= worlds <= MOST_WORLDS:
        raise Refused(f"a base sample of {worlds:,} was asked for", hint=f"ask for 1 to {MOST_WORLDS:,}")
    model, uncertain = inquiry.model, inquiry.sampler.uncertain
    if inquiry.sampler.is_weighted:
        raise Refused(_GIVEN_TOGETHER, hint="give a range of one of them, or ask with --method regional")
    linked = {" + ".join(g): g for g in inquiry.sampler.linked}
    used = used_parameters(model.scenario)
    names = [n for n in uncertain if n in used or any(n in group for group in linked.values())]
    if not names:
        raise Refused(
            "no parameter that is uncertain is used anywhere, so there is nothing to be sensitive to",
            hint="give a parameter that is used a range",
        )
    samples = _paired(inquiry, names, linked)
    mixtures = [point for _, point in samples.mixtures(second_order)]
    evaluations = samples.evaluations(quantity.at(inquiry, mixtures))
    found = sobol_indices(evaluations, str(quantity))
    nothing = {name: Estimate(0.0, 0.0) for name in uncertain if name not in names}
    first = {**found.first, **nothing}
    refused = {}
    if linked:
        # Alone, a correlated parameter still has a first-order share, correlations and all, and no total.
        both = {n: np.concatenate((samples.a[n], samples.b[n])) for g in linked.values() for n in g}
        values = np.concatenate((evaluations.a, evaluations.b))
        first.update(first_order_from_worlds(both, values, what=str(quantity)).first)
        refused["groups"] = (
            f"{'; '.join(linked)}: correlated parameters share variance that belongs to none of them alone, so they "
            "have totals as a group"
        )
    return VarianceShares(
        model,
        quantity,
        tuple(refused.values()),
        first,
        found.mean,
        found.variance,
        worlds * len(mixtures),
        {**found.total, **nothing},
        found.second,
        refused,
    )


def _paired(inquiry: Inquiry, names: Sequence[str], groups: Mapping[str, tuple[str, ...]]) -> PairedSamples:
    """Two independent samples of the parameters' values; the draws of the second belong to another seed."""
    one, worlds = inquiry.sampler, inquiry.worlds
    two = replace(inquiry, seed=inquiry.seed + _OTHER_STREAM).sampler
    idle = {name: np.full(worlds, one.central()[name]) for name in one.uncertain if name not in names}
    a, b = (
        {**{name: np.asarray(of[name], dtype=np.float64) for name in names}, **idle}
        for of in (one.block(0, worlds), two.block(0, worlds))
    )
    return PairedSamples(a, b, mixed_together(names, groups))


def screening(inquiry: Inquiry, quantity: Quantity, walks: int, weighted: bool = False) -> Screening:
    """Morris screening of a quantity over `walks` walks on the parameters' probability scales.

    A parameter that takes single values steps over these, however rare they are.
    """
    spreads = _spreads(inquiry)
    points = morris_walks(len(spreads), walks, inquiry.seed)
    flat = points.reshape(-1, len(spreads))
    design = {}
    for i, (name, of) in enumerate(spreads.items()):
        if isinstance(of, Discrete):
            # Quantiles would never reach values that are rare: its own values in order are the levels.
            last = len(of.values) - 1
            place = np.minimum((points[..., i] * (last + 1)).astype(np.intp), last)
            design[name] = np.array(of.values)[place.reshape(-1)]
            points[..., i] = place / last
        else:
            design[name] = of.quantile(flat[:, i])
    (values,) = quantity.at(inquiry, [design])
    effects = elementary_effects(tuple(spreads), points, values.reshape(points.shape[:2]), str(quantity))
    return Screening(inquiry.model, quantity, _as_assumed(inquiry.model, weighted), walks, effects)


def swings(inquiry: Inquiry, quantity: Quantity, weighted: bool = False) -> Swings:
    """One-at-a-time swings: each parameter at its 5 and 95 % quantile, the others at their median."""
    spreads = _spreads(inquiry)
    low, high = ({name: float(s.quantile(q)) for name, s in spreads.items()} for q in (LOW, HIGH))
    central = {name: s.median for name, s in spreads.items()}
    found = tornado(lambda point: quantity.at(inquiry, [point])[0], central, low, high, str(quantity))
    return Swings(inquiry.model, quantity, _as_assumed(inquiry.model, weighted), found)


def _spreads(inquiry: Inquiry) -> dict[str, Distribution]:
    """Distributions of the parameters that vary."""
    varying = set(inquiry.sampler.uncertain)
    return {
        name: spread
        for name, spread in inquiry.model.distributions.items()
        if isinstance(spread, Distribution) and name in varying
    }


def _as_assumed(model: Model, weighted: bool) -> tuple[str, ...]:
    notes = []
    if weighted:
        notes.append("observations play no part here: the parameters are taken as assumed")
    if model.correlations:
        given = ", so what is given of one says nothing about another" if model.overrides.given else ""
        notes.append(f"correlations play no part here: parameters are moved one at a time{given}")
    return tuple(notes)


def separations(
    inquiry: Inquiry, quantity: Quantity, where: str | None = None, prior: bool = False
) -> Separations:
    """How far each parameter differs between worlds that meet a condition and the rest.

    `where`: the condition, under the quantity's arrangement; by default the quantity above its median.
    """
    asked = None if where is None else event(inquiry.model, where)
    metrics = dict.fromkeys([quantity.metric, *(asked.metrics if asked else ())])
    found = worlds_under(inquiry, quantity.arrangements, metrics, inquiry.weighing(observed=not prior))
    if asked is None:
        values = quantity.of(found)
        known = np.isfinite(values)
        if known.any():
            refuse_constant(values[known], str(quantity))
        middle = quantile(values[known], found.weight[known], 0.5)
        said, held = f"{quantity} above {middle:.4g}", values > middle
    else:
        met = found.occurs(asked, promise_of(inquiry.model, quantity.arrangement))
        said, held, known = asked.text, met == 1.0, ~np.isnan(met)
    inputs = {name: values[known] for name, values in found.inputs.items()}
    weights = None if found.weights is None else found.weights[known]
    result = regional_sensitivity(inputs, held[known], weights, said)
    return Separations(inquiry.model, quantity, found.notes, said, result, found.worlds)
