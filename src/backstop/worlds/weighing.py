"""Weights of the worlds of a study as it stands, from all that was observed.

Likelihoods of this very case come first, world by world (see `weights`); then one joint tilt lets the worlds meet all
records over many conflicts (see `records`). What is observed is solved by the study as it stands: what is set later
moves no weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from backstop.base.arrays import FloatArray, IntArray
from backstop.base.faults import Refused
from backstop.base.words import counted, listed, number, quoted, readable
from backstop.game.metric import LEAST_CONDITION
from backstop.program.host import Wanted
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.distribution.kinds import distribution
from backstop.scenario.format.observations import Among, Observation
from backstop.scenario.format.scenario import Given, Metric, Scenario, Spread
from backstop.scenario.model import Model
from backstop.worlds.draws import drawn, sampler_of
from backstop.worlds.query import Progress, Solver
from backstop.worlds.records import MOST_LEFT_OUT, even_rates, record_weights
from backstop.worlds.statistics import (
    FEW_WORLDS,
    TOO_FEW_WORLDS,
    effective_worlds,
    mean_and_error,
    quantiles,
)
from backstop.worlds.weights import log_weights_of, normalised, taken

ROUGH = "every figure rests on only "
"""How the note on few effective worlds begins, which is to stand beside every figure."""

_ENDS = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class ObservationResult:
    """An observed metric: before (`prior`) and after weighting, and what was observed.

    Both are means over worlds, among those cases that the record is of; `prior_ends` are the 5 and 95 % quantiles over
    worlds before weighting. `left_out`: the share of the rates allowed by the records that no weights can meet.
    """

    metric: str
    arrangement: str
    prior: float | None
    weighted: float | None
    observed: Spread
    level: str = "case"
    prior_ends: tuple[float | None, float | None] = (None, None)
    among: Among | None = None
    by_year: float | None = None
    left_out: float = 0.0

    @property
    def distribution(self) -> Distribution:
        """The record with its uncertainty, or the likelihood over the metric."""
        return _spread(self.observed)

    @property
    def ends(self) -> tuple[float, float]:
        """The 5 and 95 % quantiles of what was observed."""
        return _ends(self.observed)

    @property
    def is_unexpected(self) -> bool:
        """Whether the 5 to 95 % interval over worlds before weighting lies apart from the observed one."""
        low, high = self.ends
        first, last = self.prior_ends
        # Ends that differ by rounding alone meet.
        slack = 1e-9 * max(1.0, abs(low), abs(high))
        return first is not None and last is not None and (last < low - slack or first > high + slack)

    def as_dict(self) -> dict[str, Any]:
        """As it stands in the JSON of a result."""
        low, high = self.ends
        found: dict[str, Any] = {
            "metric": self.metric,
            "arrangement": self.arrangement,
            "level": self.level,
            "prior": self.prior,
            "prior_q05": self.prior_ends[0],
            "prior_q95": self.prior_ends[1],
            "weighted": self.weighted,
            "observed": float(self.distribution.mean),
            "observed_q05": low,
            "observed_q95": high,
        }
        if self.level == "population":
            found["left_out"] = self.left_out
        if self.among is not None:
            found["among"] = self.among.model_dump(exclude_none=True, mode="json")
        if self.by_year is not None:
            found["by_year"] = self.by_year
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What an observation is of, world by world, shape (worlds,).

    `values`: the metric, not a number where its condition cannot happen; `exposure`: the probability that a world
    comes to be counted, 1 where every one is.
    """

    values: FloatArray
    exposure: FloatArray


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Weighing:
    """Weights, shape (worlds,), whose largest is 1 (None: all alike), and what was observed before and after.

    `logs`: the logarithms of the weights that worlds have from how they were drawn, shape (worlds,) or (1,).
    """

    model: Model
    worlds: int
    weights: FloatArray | None
    observations: Mapping[str, ObservationResult] = field(default_factory=dict)
    seen: Mapping[str, Seen] = field(default_factory=dict, repr=False)
    logs: FloatArray = field(default_factory=lambda: np.zeros(1), repr=False)

    @property
    def effective_worlds(self) -> float:
        """How many equally weighted worlds the worlds are worth."""
        return float(self.worlds) if self.weights is None else effective_worlds(self.weights)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind: few effective worlds, observations that were not to be expected, records not met."""
        found = []
        few = few_worlds(self.model, self.effective_worlds, self.worlds)
        if few is not None:
            found.append(few)
        found += [_unexpected(name, o) for name, o in self.observations.items() if o.is_unexpected]
        left = {o.left_out for o in self.observations.values()} - {0.0}
        if left:
            records = [
                quoted(readable(name)) for name, o in self.observations.items() if o.level == "population"
            ]
            found.append(
                f"{100 * max(left):.0f} of 100 rates that the record{'s' if len(records) > 1 else ''} "
                f"{listed(records)} allow{'' if len(records) > 1 else 's'} cannot be met by any weights of these "
                "worlds and are left out"
            )
        return tuple(found)

    def anew(self, ratio: FloatArray) -> FloatArray:
        """Weights of the same worlds drawn with other probabilities: `ratio`, (worlds,), to those they were drawn with.

        Raises InvalidInput and Refused as `weighing`.
        """
        with np.errstate(divide="ignore"):
            return _weights(self.model, self.seen, np.log(ratio) + self.logs)[0]


def weighing(
    model: Model,
    worlds: int,
    seed: int,
    threads: int | None = None,
    progress: Progress | None = None,
    observed: bool = True,
) -> Weighing:
    """The weights of worlds 0 .. worlds - 1 of a seed, from the observations of the study as it stands.

    Without `observed` the observations are left out.

    Raises InvalidInput for faults found while solving, observations that have no value or an infinite density, or that
    no world is compatible with; Refused where the weights rest on under ten effective worlds, or records cannot be met.
    """
    # Where all that was uncertain has been set, all worlds are one.
    if model.overrides.set and not model.uncertain:
        return Weighing(model, worlds, None)
    model = model.as_it_stands
    prior = sampler_of(model, seed).log_weights(0, worlds)
    seen = _seen(model, worlds, seed, threads, progress) if observed else {}
    if not seen and prior is None:
        return Weighing(model, worlds, None)
    logs = np.zeros(worlds) if prior is None else prior
    weights, left_out = _weights(model, seen, logs)
    observations = {
        name: _result(o, seen[name], logs, weights, left_out)
        for name, o in model.scenario.observations.items()
        if name in seen
    }
    found = Weighing(model, worlds, weights, observations, seen, logs)
    _refuse_too_few(found)
    return found


def few_of(weighed: Weighing, worlds: int, order: FloatArray) -> tuple[Weighing, IntArray | None]:
    """The weighing of `worlds` of the worlds, taken by their weights along `order`, and their numbers, (worlds,).

    What was observed stays that of all. Where all worlds have the same weight they are the first, and their numbers
    None. Raises Refused where they are worth under ten.
    """
    if weighed.weights is None:
        return replace(weighed, worlds=worlds), None
    numbers, weights = taken(weighed.weights, worlds, order)
    seen = {name: Seen(of.values[numbers], of.exposure[numbers]) for name, of in weighed.seen.items()}
    logs = weighed.logs[numbers] if weighed.logs.size > 1 else weighed.logs
    few = replace(weighed, worlds=worlds, weights=weights, seen=seen, logs=logs)
    _refuse_too_few(few)
    return few, numbers


def few_worlds(model: Model, worth: float, worlds: int) -> str | None:
    """A warning where figures rest on under 100 effective worlds; None otherwise, and where nothing is uncertain."""
    if worth >= FEW_WORLDS - 1e-9 or not model.uncertain:
        return None
    of = "" if round(worth) == worlds else f" of {worlds:,}"
    return (
        f"{ROUGH}{counted(round(worth), 'effective world')}{of}: read it as rough, "
        "and assess more worlds for a firmer answer"
    )


def _seen(
    model: Model, worlds: int, seed: int, threads: int | None, progress: Progress | None
) -> dict[str, Seen]:
    """What every observation is of, in every world."""
    if not model.scenario.observations:
        return {}
    added = _observed_metrics(_Same(model.scenario))
    asked = replace(model, scenario=added.scenario)
    solver = Solver(asked, model.scenario.information, threads)
    parameters = drawn(model, worlds, seed)
    by_arrangement: dict[str, dict[str, None]] = {}
    for name, o in model.scenario.observations.items():
        by_arrangement.setdefault(o.arrangement, {}).update(dict.fromkeys(added.names[name]))
    solved: dict[tuple[str, str], FloatArray] = {}
    for at, (arrangement, metrics) in enumerate(by_arrangement.items()):

        def told(done: int, of: int, before: int = at) -> None:
            if progress is not None:
                progress(before * worlds + done, len(by_arrangement) * worlds)

        found = solver.solve(parameters, model.levels[arrangement], worlds, Wanted(tuple(metrics)), told)
        solved.update({(arrangement, name): values for name, values in found.metrics.items()})
    seen = {}
    for name, o in model.scenario.observations.items():
        value, *exposed = added.names[name]
        exposure = solved[o.arrangement, exposed[0]] if exposed else np.ones(worlds)
        seen[name] = Seen(solved[o.arrangement, value], np.where(exposure >= LEAST_CONDITION, exposure, 0.0))
    return seen


class _Same:
    """A scenario, alike to itself alone."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.scenario is other.scenario

    def __hash__(self) -> int:
        return hash(id(self.scenario))


@dataclass(frozen=True, slots=True)
class _Added:
    """A scenario with the metrics that its observations need: by observation the metric, and its exposure if any."""

    scenario: Scenario
    names: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=16)
def _observed_metrics(same: _Same) -> _Added:
    """The metrics that observations are of; names of those that are added have a space, so that none can clash."""
    scenario = same.scenario
    metrics: dict[str, Metric] = {}
    names: dict[str, tuple[str, ...]] = {}
    for name, o in scenario.observations.items():
        metric, changes = scenario.metrics[o.metric], dict[str, object]()
        if o.by_year is not None and o.by_year != metric.by_year:
            changes["by_year"] = o.by_year
        if o.among is not None:
            given = Given(reach=o.among.reach, avoid=o.among.avoid, where=o.among.where)
            if given != metric.given:
                changes["given"] = given
        value = o.metric
        if changes:
            value = f"{name} observed"
            metrics[value] = metric.model_copy(update=changes)
        names[name] = (value,)
        if o.among is not None:
            # In the study's own course. A metric from a forced start has a clock of its own, so its year says nothing
            # about when the condition comes about; any other has the condition as of the same year.
            until = metric.by_year if o.by_year is None else o.by_year
            forced = metric.from_ is not None and metric.from_ != scenario.start
            exposure = Metric(
                reach=o.among.reach,
                avoid=o.among.avoid,
                where=o.among.where,
                by_year=None if forced else until,
            )
            metrics[f"{name} among"] = exposure
            names[name] = (value, f"{name} among")
    if not metrics:
        return _Added(scenario, names)
    plain = {value: scenario.metrics[value] for value, *_ in names.values() if value in scenario.metrics}
    return _Added(scenario.model_copy(update={"metrics": {**plain, **metrics}}), names)


def _weights(model: Model, seen: Mapping[str, Seen], base: FloatArray) -> tuple[FloatArray, float]:
    """Weights from the logarithms `base` of those before, and the share of the records' rates that is left out."""
    observations = model.scenario.observations
    cases = {name: seen[name].values for name in seen if observations[name].level == "case"}
    logs = base + log_weights_of(model, cases) if cases else base
    weights = normalised(model, logs)
    records = [name for name in seen if name not in cases]
    if not records:
        return weights, 0.0
    values, exposures = [], []
    for name in records:
        here = _counted(model, name, seen[name], weights)
        values.append(here.values)
        exposures.append(here.exposure)
    try:
        found = record_weights(weights, values, exposures, _rates(observations, records))
    except Refused as refusal:
        raise _unmet(model, records, weights, values, exposures, refusal) from refusal
    return found.weights / found.weights.max(), found.left_out


def _spread(observed: Spread) -> Distribution:
    return distribution(observed.kind, observed.arguments, observed.bounds)


def _ends(observed: Spread) -> tuple[float, float]:
    low, high = (float(q) for q in _spread(observed).quantile(np.array(_ENDS)))
    return low, high


def _rates(observations: Mapping[str, Observation], records: list[str]) -> FloatArray:
    """Rates at which the records are to be met, shape (64, records)."""
    points = even_rates(len(records))
    rates = []
    for at, name in enumerate(records):
        observed = observations[name].observed
        rates.append(np.asarray(_spread(observed).quantile(points[:, at])))
    return np.stack(rates, axis=1)


def _counted(model: Model, name: str, seen: Seen, weights: FloatArray) -> Seen:
    """What a record is of, with numbers everywhere: worlds that cannot be counted in it have no exposure."""
    observation, place = model.scenario.observations[name], model.place(("observations", name))
    known = np.isfinite(seen.values)
    if observation.among is None:
        if not known.all():
            world = int(np.argmin(known))
            raise Refused(
                f"the observed metric {observation.metric} has no value in world {world}",
                place=place,
                hint="say among which cases it was observed, as in among: {reach: [PHASE]}",
            )
        return seen
    exposure = np.where(known, seen.exposure, 0.0)
    if not ((exposure > 0.0) & (weights > 0.0)).any():
        raise Refused(
            f"what {name} was observed among never happens under {observation.arrangement}, in any world",
            place=model.place(("observations", name, "among")),
            hint="name a phase that the study comes to under this arrangement",
        )
    return Seen(np.where(known, seen.values, 0.0), exposure)


def _unmet(
    model: Model,
    records: list[str],
    weights: FloatArray,
    values: list[FloatArray],
    exposures: list[FloatArray],
    refusal: Refused,
) -> Refused:
    """Which record cannot be met, and why; all of them where each alone can."""
    rates = _rates(model.scenario.observations, records)
    hint = "widen the ranges of the parameters that it depends on, or the record; or observe another metric"
    for at, name in enumerate(records):
        here = values[at][(weights > 0.0) & (exposures[at] > 0.0)]
        low, high = float(here.min()), float(here.max())
        apart = (rates[:, at] <= low) | (rates[:, at] >= high)
        if low == high:  # met exactly, or not at all
            apart = np.abs(rates[:, at] - low) > 1e-9
        if np.mean(apart) > MOST_LEFT_OUT:
            o = model.scenario.observations[name]
            first, last = (number(end, most=3) for end in _ends(o.observed))
            return Refused(
                f"no weights let these worlds meet the record {name}: {o.metric} lies between {number(low, most=3)} "
                f"and {number(high, most=3)} in all of them, and was observed at {first} to {last}",
                place=model.place(("observations", name)),
                hint=hint,
            )
    if len(records) == 1:
        return Refused(refusal.faults[0].what, place=model.place(("observations", records[0])), hint=hint)
    return Refused(
        f"no weights let these worlds meet the records {listed(records)} together: {refusal.faults[0].what}",
        place=model.place(("observations",)),
        hint="widen the ranges of the parameters, or the records; put records of one thing together into one",
    )


def _result(
    observation: Observation, seen: Seen, logs: FloatArray, weights: FloatArray, left_out: float
) -> ObservationResult:
    values, exposure = seen.values, seen.exposure
    before = np.exp(logs - logs.max()) * exposure
    prior, weighted = (mean_and_error(values, each)[0] for each in (before, weights * exposure))
    first, last = quantiles(values, before, _ENDS)
    return ObservationResult(
        observation.metric,
        observation.arrangement,
        prior,
        weighted,
        observation.observed,
        observation.level,
        (first, last),
        observation.among,
        observation.by_year,
        left_out if observation.level == "population" else 0.0,
    )


def _unexpected(name: str, of: ObservationResult) -> str:
    low, high = (number(end, most=3) for end in of.ends)
    first, last = (number(end, most=3) for end in of.prior_ends)
    return (
        f"{name}: the assumptions put {of.metric} under {of.arrangement} at {first} to {last} (5 to 95 % of worlds, "
        f"before weighting), and {low} to {high} was observed: the two do not meet"
    )


def _refuse_too_few(found: Weighing) -> None:
    """Refuse weights that rest on under ten effective worlds, naming the observation that does it."""
    worth, worlds, model = found.effective_worlds, found.worlds, found.model
    if worth >= TOO_FEW_WORLDS - 1e-9 or not model.uncertain:
        return
    said = f"the weight rests on {worth:.1f} effective worlds of {worlds:,}, too few to answer from (10 are needed)"
    if not found.seen:
        raise Refused(said, hint="assess more worlds, or give wider ranges")
    guilty, without = "", 0.0
    for name in found.seen:
        rest = {other: seen for other, seen in found.seen.items() if other != name}
        try:
            left = effective_worlds(_weights(model, rest, found.logs)[0])
        except Refused:
            continue
        if not guilty or left > without:
            guilty, without = name, left
    guilty = guilty or next(iter(found.seen))
    o = found.observations[guilty]
    (low, high), (first, last) = o.ends, o.prior_ends
    where = (
        f"the assumptions put {o.metric} under {o.arrangement} at {number(first, most=3)} to {number(last, most=3)} "
        f"(5 to 95 %), and {number(low, most=6)} to {number(high, most=6)} was observed"
    )
    if worlds < 3 * TOO_FEW_WORLDS:
        raise Refused(said, place=model.place(("observations", guilty)), hint="assess more worlds")
    raise Refused(
        f"{said}: the observation {guilty} contradicts the assumptions: {where}",
        place=model.place(("observations", guilty)),
        hint="widen the ranges of the parameters that it depends on, or the observation",
    )
