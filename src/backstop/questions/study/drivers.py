"""What drives a metric of a study: designs over its uncertain parameters, solved and handed to the indices.

A target is a metric under one arrangement, or its difference from another on the same worlds. Parameters that no
expression of the study uses are not solved for: their indices are exactly 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import Refused
from backstop.base.records import Record
from backstop.game.stage import Information
from backstop.questions.claims.promises import levels_of, promise_of
from backstop.questions.methods.given_data import correlated_groups, first_order_from_worlds
from backstop.questions.methods.morris import ElementaryEffects, elementary_effects, morris_walks
from backstop.questions.methods.sobol import PairedSamples, mixed_together, refuse_linked, sobol_indices
from backstop.questions.methods.tornado import Swing, tornado
from backstop.questions.study.table import Table
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.expression.expression import Value, parse
from backstop.scenario.format.scenario import Scenario
from backstop.scenario.model import Model
from backstop.worlds.assessment import MOST_WORLDS
from backstop.worlds.draws import Sampler
from backstop.worlds.ensemble import Ensemble, Progress
from backstop.worlds.focus import Query, figures_together
from backstop.worlds.statistics import Estimate, note_on_few_worlds
from backstop.worlds.workers import Workers

# Worlds solved in one go: several points of a design side by side.
_AT_ONCE = 131_072
_OTHER_STREAM = 1_000_003
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Target:
    """A metric under an arrangement, or its difference from that under `against`."""

    metric: str
    arrangement: str
    against: str | None = None

    @property
    def words(self) -> str:
        """The target in a phrase."""
        if self.against is None:
            return f"{self.metric} under {self.arrangement}"
        return f"the difference in {self.metric} between {self.arrangement} and {self.against}"

    def values(self, found: Mapping[str, Mapping[str, FloatArray]]) -> FloatArray:
        """The target from metrics by arrangement."""
        here = found[self.arrangement][self.metric]
        return here if self.against is None else here - found[self.against][self.metric]

    @property
    def arrangements(self) -> tuple[str, ...]:
        """The arrangements that must be solved."""
        return (self.arrangement,) if self.against is None else (self.arrangement, self.against)


@dataclass(frozen=True, slots=True)
class Drivers:
    """Shares of the variance of a target by parameter, or group of correlated ones, with standard errors.

    `refused`: why what is missing is missing. `solved`: how many worlds were solved for it.
    """

    first: Mapping[str, Estimate]
    total: Mapping[str, Estimate]
    second: Mapping[tuple[str, str], Estimate]
    groups: Mapping[str, tuple[str, ...]]
    mean: float
    variance: float
    solved: int
    refused: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None


def used_parameters(scenario: Scenario) -> frozenset[str]:
    """Parameters that some payoff, probability, discount, noise, cap, condition or cost may depend on."""
    found: set[str] = set()
    waiting: list[object] = [scenario.actors, scenario.phases, scenario.trees, scenario.outcomes]
    waiting.append(scenario.measures)
    read: set[str] = set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            try:
                names = parse(each).names
            except ValueError:
                continue  # a title or a note
            for name in names - read:
                read.add(name)
                if name in scenario.parameters:
                    found.add(name)
                elif name in scenario.definitions:
                    waiting.append(str(scenario.definitions[name]))
        elif isinstance(each, Mapping):
            waiting += list(each.values())
        elif isinstance(each, list | tuple):
            waiting += list(each)
        elif isinstance(each, Record):
            waiting += [getattr(each, key) for key in type(each).model_fields]
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Bench:
    """A model on which designs are solved: any parameters, the target's values."""

    model: Model
    target: Target
    workers: Workers
    information: Information | None
    seed: int

    @property
    def sampler(self) -> Sampler:
        """The draws of the study."""
        return Sampler(self.model.distributions, self.model.correlations, self.seed)

    def solve(
        self, points: Sequence[Mapping[str, FloatArray]], progress: Progress | None = None
    ) -> list[FloatArray]:
        """The target at designs of one size: each maps the varying parameters to arrays of one length."""
        size = len(next(iter(points[0].values())))
        step = max(1, _AT_ONCE // size)
        found: list[FloatArray] = []
        for at in range(0, len(points), step):
            some = points[at : at + step]
            together: dict[str, Value] = {
                name: np.concatenate([point[name] for point in some]) for name in some[0]
            }
            values = self._values({**self._fixed, **together}, size * len(some))
            found += [values[k * size : (k + 1) * size] for k in range(len(some))]
            if progress is not None:
                progress(min(at + step, len(points)), len(points))
        return found

    def _values(self, parameters: Mapping[str, Value], worlds: int) -> FloatArray:
        ensemble = Ensemble.given(self.model, parameters, worlds, self.workers, self.information)
        names = self.target.arrangements
        found = figures_together(
            ensemble,
            [
                Query(levels_of(self.model, promise_of(self.model, name)), [self.target.metric])
                for name in names
            ],
        )
        return self.target.values({name: figures.metrics for name, figures in zip(names, found, strict=True)})

    @property
    def _fixed(self) -> dict[str, Value]:
        return {name: value for name, value in self.sampler.block(0, 1).items() if isinstance(value, float)}


def variance_shares(
    bench: Bench, worlds: int, second_order: bool = False, progress: Progress | None = None
) -> Drivers:
    """Sobol indices of the target for parameters as they are assumed, observations left aside.

    `worlds` is the size N of the base sample; with d parameters in use N (d + 2) worlds are solved, and with second
    order N (2 d + 2). Correlated parameters have indices as a group. Raises Refused where the target does not vary.
    """
    if not 1 <= worlds <= MOST_WORLDS:
        raise Refused(f"a base sample of {worlds:,} was asked for", hint=f"ask for 1 to {MOST_WORLDS:,}")
    model, sampler = bench.model, bench.sampler
    linked = {" + ".join(g): g for g in correlated_groups(list(sampler.uncertain), model.correlations)}
    used = used_parameters(model.scenario)
    idle = [n for n in sampler.uncertain if n not in used and not any(n in g for g in linked.values())]
    names = [name for name in sampler.uncertain if name not in idle]
    if not names:
        raise Refused(
            "no parameter that is uncertain is used anywhere, so there is nothing to be sensitive to",
            hint="give a parameter that is used a range",
        )
    samples = _samples(bench, names, linked, worlds)
    mixtures = list(samples.mixtures(second_order))
    evaluations = samples.evaluations(bench.solve([point for _, point in mixtures], progress))
    found = sobol_indices(evaluations, bench.target.words)
    nothing = dict.fromkeys(idle, Estimate(0.0, 0.0))
    refused = {}
    first = {**found.first, **nothing}
    if linked:
        # Alone, a correlated parameter still has a first-order share, correlations and all, and no total.
        both = {n: np.concatenate((samples.a[n], samples.b[n])) for g in linked.values() for n in g}
        target = np.concatenate((evaluations.a, evaluations.b))
        first.update(first_order_from_worlds(both, target, what=bench.target.words).first)
        refused["groups"] = (
            f"{'; '.join(linked)}: correlated parameters share variance that belongs to none of them alone, so they "
            "have totals as a group"
        )
    return Drivers(
        first,
        {**found.total, **nothing},
        found.second,
        linked,
        found.mean,
        found.variance,
        worlds * len(mixtures),
        refused,
    )


def _samples(
    bench: Bench, names: Sequence[str], groups: Mapping[str, Sequence[str]], worlds: int
) -> PairedSamples:
    """Two independent samples of the parameters' values; the draws of the second belong to another seed."""
    model, one = bench.model, bench.sampler
    for attempt in range(1, _TRIES + 1):
        two = Sampler(model.distributions, model.correlations, bench.seed + attempt * _OTHER_STREAM)
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


def shares_from_worlds(found: Table, target: Target, total_refused: str) -> Drivers:
    """First-order shares of the target from weighted worlds; unused parameters have exactly 0."""
    model = found.ensemble.model
    used = used_parameters(model.scenario)
    inputs = {name: values for name, values in found.inputs.items() if name in used}
    given = first_order_from_worlds(inputs, target.values(found.metrics), found.weights, what=target.words)
    first = {name: given.first.get(name, Estimate(0.0, 0.0)) for name in found.inputs}
    note = note_on_few_worlds(found.weight)
    return Drivers(
        first, {}, {}, {}, given.mean, given.variance, found.ensemble.worlds, {"total": total_refused}, note
    )


def screened(bench: Bench, walks: int, progress: Progress | None = None) -> Mapping[str, ElementaryEffects]:
    """Morris screening of the target over `walks` walks on the parameters' probability scales."""
    spreads = _spreads(bench)
    names = tuple(spreads)
    points = morris_walks(len(names), walks, bench.seed)
    flat = points.reshape(-1, len(names))
    values = bench.solve([{n: spreads[n].quantile(flat[:, i]) for i, n in enumerate(names)}], progress)[0]
    return elementary_effects(names, points, values.reshape(points.shape[:2]), bench.target.words)


def swings(bench: Bench, low: float = 0.05, high: float = 0.95) -> tuple[Swing, ...]:
    """One-at-a-time swings of the target: each parameter at its `low` and `high` quantile, the others central."""
    spreads = _spreads(bench)
    ends = [{name: float(s.quantile(q)) for name, s in spreads.items()} for q in (low, high)]
    central = {name: s.median for name, s in spreads.items()}
    return tornado(lambda point: bench.solve([point])[0], central, ends[0], ends[1], what=bench.target.words)


def _spreads(bench: Bench) -> dict[str, Distribution]:
    """Distributions of the parameters that vary."""
    varying = set(bench.sampler.uncertain)
    return {
        name: spread
        for name, spread in bench.model.distributions.items()
        if isinstance(spread, Distribution) and name in varying
    }
