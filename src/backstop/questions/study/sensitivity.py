"""What a metric of a study hangs on: shares of variance, screening, swings, and worlds told apart by a condition.

The quantity asked about is a metric under one arrangement, or its difference from another on the same worlds.
Parameters that no expression of the study uses are not solved for: their indices are exactly 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import Refused
from backstop.base.table import Table
from backstop.questions.event import event
from backstop.questions.inquiry import Experiment, Inquiry, levels_of, promise_of
from backstop.questions.methods.given_data import GivenData, correlated_groups, first_order_from_worlds
from backstop.questions.methods.morris import ElementaryEffects, elementary_effects, morris_walks
from backstop.questions.methods.regional import RegionalSensitivity, regional_sensitivity
from backstop.questions.methods.sobol import PairedSamples, mixed_together, refuse_linked, sobol_indices
from backstop.questions.methods.tornado import Swing, tornado
from backstop.questions.weighted_worlds import WeightedWorlds, used_parameters, worlds_under
from backstop.questions.words import titles
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.model import Model
from backstop.worlds.draws import MOST_WORLDS
from backstop.worlds.statistics import Estimate, quantile
from backstop.worlds.threads import in_threads

Method = Literal["sobol", "morris", "regional", "tornado"]
LOW, HIGH = 0.05, 0.95
"""Quantiles at which swings are taken."""

_OTHER_STREAM = 1_000_003
_TRIES = 8
_INPUTS_AT_ONCE = 4
_WEIGHTED = (
    "the worlds are weighted by observations, which make the parameters depend on each other: total and second-order "
    "indices are not defined for them; --prior leaves the observations out"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A metric under an arrangement, or its difference from that under the arrangement `against`."""

    metric: str
    arrangement: str
    against: str | None = None

    def __str__(self) -> str:
        """The quantity in a phrase."""
        if self.against is None:
            return f"{self.metric} under {self.arrangement}"
        return f"the difference in {self.metric} between {self.arrangement} and {self.against}"

    @property
    def arrangements(self) -> tuple[str, ...]:
        """The arrangements that must be solved."""
        return (self.arrangement,) if self.against is None else (self.arrangement, self.against)

    def of(self, found: WeightedWorlds) -> FloatArray:
        """The quantity in the worlds of a sample, shape (worlds,)."""
        here = found.metric(self.metric, self.arrangement)
        return here if self.against is None else here - found.metric(self.metric, self.against)

    def at(self, inquiry: Inquiry, points: Sequence[Mapping[str, FloatArray]]) -> list[FloatArray]:
        """The quantity at designs: each maps the parameters that vary to arrays of one length."""
        model = inquiry.model
        fixed = {name: v for name, v in inquiry.sampler.block(0, 1).items() if isinstance(v, float)}
        experiments = [
            Experiment(
                levels_of(model, promise_of(model, a)), {**fixed, **point}, len(next(iter(point.values())))
            )
            for point in points
            for a in self.arrangements
        ]
        found = inquiry.side_by_side(experiments, [self.metric], progress=inquiry.progress)
        values = [of.metrics[self.metric] for of in found]
        if self.against is None:
            return values
        return [here - there for here, there in zip(values[::2], values[1::2], strict=True)]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """An answer on what a quantity hangs on, by one method; `notes`: what to mind about it."""

    format: ClassVar[str] = "backstop-sensitivity/1"
    method: ClassVar[Method]

    model: Model
    quantity: Quantity
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """The line above its tables."""
        return f"What drives {self.quantity}"

    def _about(self) -> dict[str, object]:
        about = self.quantity
        return {
            "metric": about.metric,
            "arrangement": about.arrangement,
            "against": about.against,
            "method": self.method,
        }


@dataclass(frozen=True, slots=True)
class VarianceShares(Sensitivity):
    """Shares of the variance by parameter, or group of correlated ones, with standard errors.

    `refused`: why a part is missing, by its name. `solved`: how many worlds were solved for it.
    """

    method: ClassVar[Method] = "sobol"

    first: Mapping[str, Estimate]
    mean: float
    variance: float
    solved: int
    total: Mapping[str, Estimate] = field(default_factory=dict)
    second: Mapping[tuple[str, str], Estimate] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        pairs = [{"parameters": list(pair), **value.as_dict()} for pair, value in self.second.items()]
        return {
            **self._about(),
            "mean": self.mean,
            "variance": self.variance,
            "solved_worlds": self.solved,
            "first": {name: value.as_dict() for name, value in self.first.items()},
            "total": {name: value.as_dict() for name, value in self.total.items()},
            "refused": dict(self.refused),
            **({"second": pairs} if pairs else {}),
        }

    def tables(self) -> list[Table]:
        """First and total shares, the largest first, and the twelve largest pairs."""
        called = titles(self.model)
        rank = {n: v.mean for n, v in {**self.first, **self.total}.items()}
        rows = tuple(
            (called.get(n, n), *(str(of[n]) if n in of else "" for of in (self.first, self.total)))
            for n in sorted(rank, key=lambda n: -rank[n])
        )
        tables = [
            Table(
                f"Shares of the variance of {self.quantity}",
                ("parameter", "first", "total"),
                rows,
                "first: what knowing it alone would remove; total: what would be left if it alone stayed unknown. "
                "± Monte Carlo error.",
            )
        ]
        pairs = sorted(self.second.items(), key=lambda item: -abs(item[1].mean))[:12]
        if pairs:
            title = "What pairs do together, beyond what each does"
            cells = tuple(
                (f"{called.get(a, a)} and {called.get(b, b)}", str(value)) for (a, b), value in pairs
            )
            tables.append(Table(title, ("pair", "share"), cells))
        return tables


@dataclass(frozen=True, slots=True)
class Screening(Sensitivity):
    """Elementary effects of every parameter over a number of walks (Morris 1991)."""

    method: ClassVar[Method] = "morris"

    walks: int
    effects: Mapping[str, ElementaryEffects]

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        effects = {
            n: {"mu_star": e.mu_star.as_dict(), "mu": e.mu.as_dict(), "sigma": e.sigma}
            for n, e in self.effects.items()
        }
        return {**self._about(), "walks": self.walks, "effects": effects}

    def tables(self) -> list[Table]:
        """Effects, the largest first."""
        called = titles(self.model)
        order = sorted(self.effects.items(), key=lambda item: -item[1].mu_star.mean)
        return [
            Table(
                f"Elementary effects on {self.quantity}",
                ("parameter", "mu*", "mu", "sigma"),
                tuple((called[n], str(e.mu_star), str(e.mu), f"{e.sigma:.3g}") for n, e in order),
                "mu*: mean size of the effect over the parameter's whole range; sigma: its spread (curvature, "
                "interaction).",
            )
        ]


@dataclass(frozen=True, slots=True)
class Swings(Sensitivity):
    """One-at-a-time swings, the widest first."""

    method: ClassVar[Method] = "tornado"

    swings: tuple[Swing, ...]

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        swings = {
            s.name: {
                "low": s.low_input,
                "high": s.high_input,
                "at_low": s.at_low,
                "at_high": s.at_high,
                "size": s.size,
            }
            for s in self.swings
        }
        return {**self._about(), "central": self.swings[0].at_centre, "swings": swings}

    def tables(self) -> list[Table]:
        """The quantity at both ends of every parameter."""
        called = titles(self.model)
        rows = tuple(
            (
                called[s.name],
                f"{s.low_input:.3g}",
                f"{s.at_low:.4g}",
                f"{s.high_input:.3g}",
                f"{s.at_high:.4g}",
            )
            for s in self.swings
        )
        return [
            Table(
                f"One at a time: {self.quantity} (central: {self.swings[0].at_centre:.4g})",
                ("parameter", "low (5 %)", "gives", "high (95 %)", "gives"),
                rows,
                "Each parameter at its 5 and 95 % quantile, all others at their median: interactions do not show.",
            )
        ]


@dataclass(frozen=True, slots=True)
class Separations(Sensitivity):
    """How far each parameter tells the worlds that meet a condition from the others."""

    method: ClassVar[Method] = "regional"

    condition: str
    found: RegionalSensitivity

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        separations = {
            n: {"distance": s.distance, "at": s.at, "higher": s.higher, "p": s.p, "critical": s.critical}
            for n, s in self.found.separations.items()
        }
        return {
            **self._about(),
            "condition": self.condition,
            "share": self.found.share,
            "separations": separations,
        }

    def tables(self) -> list[Table]:
        """Distances, the widest first."""
        called = titles(self.model)
        rows = tuple(
            (
                called[n],
                f"{s.distance:.2f}",
                "" if s.distance < s.critical else ("higher" if s.higher else "lower"),
                f"{s.at:.3g}",
            )
            for n, s in self.found.separations.items()
        )
        return [
            Table(
                f"Where {self.condition}",
                ("parameter", "distance", "there it is", "at"),
                rows,
                "The largest distance between the two distributions (Kolmogorov-Smirnov), and where it is reached; a "
                "direction is given where chance would rarely do it.",
            )
        ]


def sensitivity(
    inquiry: Inquiry,
    quantity: Quantity,
    method: Method = "sobol",
    second_order: bool = False,
    prior: bool = False,
    where: str | None = None,
) -> VarianceShares | Screening | Swings | Separations:
    """What a quantity hangs on. `prior`: the observations are left out; `where`: the condition of `regional`.

    `inquiry.worlds` is the size of the base sample; `morris` takes a sixteenth of it as walks, `regional` four times as
    many worlds. Raises Refused where the quantity does not vary, or the method does not fit the study.
    """
    weighted = bool(inquiry.model.scenario.observations) and not prior
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
    linked = {" + ".join(g): g for g in correlated_groups(list(uncertain), model.correlations)}
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


def _paired(inquiry: Inquiry, names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> PairedSamples:
    """Two independent samples of the parameters' values; the draws of the second belong to another seed."""
    one, worlds = inquiry.sampler, inquiry.worlds
    for attempt in range(1, _TRIES + 1):
        two = replace(inquiry, seed=inquiry.seed + attempt * _OTHER_STREAM).sampler
        try:
            refuse_linked(one.uniforms(0, worlds), two.uniforms(0, worlds))
        except ValueError:
            continue
        idle = {name: np.full(worlds, one.central()[name]) for name in one.uncertain if name not in names}
        a, b = (
            {**{name: np.asarray(of[name], dtype=np.float64) for name in names}, **idle}
            for of in (one.block(0, worlds), two.block(0, worlds))
        )
        return PairedSamples(a, b, mixed_together(names, groups))
    raise Refused("no two independent samples were found", hint="use another seed")


def screening(inquiry: Inquiry, quantity: Quantity, walks: int, weighted: bool = False) -> Screening:
    """Morris screening of a quantity over `walks` walks on the parameters' probability scales."""
    spreads = _spreads(inquiry)
    points = morris_walks(len(spreads), walks, inquiry.seed)
    flat = points.reshape(-1, len(spreads))
    design = {n: of.quantile(flat[:, i]) for i, (n, of) in enumerate(spreads.items())}
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
        notes.append("correlations play no part here: parameters are moved one at a time")
    return tuple(notes)


def separations(
    inquiry: Inquiry, quantity: Quantity, where: str | None = None, prior: bool = False
) -> Separations:
    """How far each parameter differs between worlds that meet a condition and the rest.

    `where`: the condition, under the quantity's arrangement; by default the quantity above its median.
    """
    asked = None if where is None else event(inquiry.model, where)
    metrics = dict.fromkeys([quantity.metric, *(asked.metrics if asked else ())])
    found = worlds_under(inquiry, quantity.arrangements, metrics)
    if asked is None:
        values = quantity.of(found)
        known = np.isfinite(values)
        middle = quantile(values[known], found.weight[known], 0.5)
        said, held = f"{quantity} above {middle:.4g}", values > middle
    else:
        met = found.occurs(asked, promise_of(inquiry.model, quantity.arrangement))
        said, held, known = asked.text, met == 1.0, ~np.isnan(met)
    inputs = {name: values[known] for name, values in found.inputs.items()}
    weights = None if prior or found.weights is None else found.weights[known]
    result = regional_sensitivity(inputs, held[known], weights, said)
    return Separations(inquiry.model, quantity, found.notes, said, result)
