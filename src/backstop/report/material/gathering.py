"""Everything a report says, computed once on shared worlds: the answer, its drivers and limits, and the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from backstop.base.faults import BackstopError
from backstop.evidence.evidence import Evidence, evidence_of
from backstop.game.choice import Information
from backstop.questions.claims.judging import Claims, judge_claims
from backstop.questions.methods.given_data import GivenData, first_order_from_worlds
from backstop.questions.methods.prim import Discovery, discover
from backstop.questions.methods.tornado import Swing, tornado
from backstop.questions.study.camps import camp_weights
from backstop.report.material.graph_model import GraphReadings, graph_readings
from backstop.report.material.parts import Parts, parts
from backstop.report.material.subject import Subject, Target, subject_of
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.worlds.assessment import assess
from backstop.worlds.ensemble import Ensemble
from backstop.worlds.result import Result
from backstop.worlds.statistics import Array, Summary, effective_worlds, summarise
from backstop.worlds.workers import Workers, usable_threads

DRIVERS = 12
LOW, HIGH = 0.05, 0.95
_FEWEST_EFFECTIVE = 50.0
_INPUTS_AT_ONCE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """Where a target fails under the focus arrangement: boxes, and the share of worlds in which it fails."""

    discovery: Discovery | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """What moves the headline metric under the focus arrangement; `reason` says why a part is missing."""

    first: GivenData | None
    swings: tuple[Swing, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Camp:
    """One camp's view: the headline metric, and the share of worlds that meet the target, by arrangement."""

    name: str
    differs_on: tuple[str, ...]
    metric: Mapping[str, Summary]
    shares: Mapping[str, Summary]
    effective_worlds: float


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a report is written from. `searched`: drivers, conditions and packages have been looked for."""

    model: Model
    result: Result
    subject: Subject
    conditions: Conditions
    drivers: Drivers
    parts: Parts
    camps: tuple[Camp, ...]
    claims: Claims | None
    evidence: Evidence
    graph: GraphReadings | None
    command: str
    searched: bool = True

    @property
    def exact(self) -> bool:
        """Whether no parameter is uncertain, so that all worlds are one."""
        return not self.model.uncertain

    def metric_title(self, name: str) -> str:
        """A metric's title."""
        return self.model.scenario.metrics[name].titled(name)

    def arrangement_title(self, name: str) -> str:
        """An arrangement's title."""
        return self.model.scenario.arrangements[name].titled(name)

    @property
    def source(self) -> str:
        """The line under every figure made of the assessment."""
        result, title = self.result, self.model.scenario.title
        if self.exact:
            return f"Source: {title}; no assumption is uncertain. Made with Backstop."
        weighted = (
            f", worth {result.effective_worlds:,.0f} after weighting" if result.weights is not None else ""
        )
        return f"Source: {title}; {result.worlds:,} worlds{weighted}, seed {result.seed}. Made with Backstop."

    def first_choices(self) -> dict[str, str]:
        """For each camp of experts, the arrangement under which its mean of the metric is highest."""
        return {camp.name: max(camp.metric, key=lambda a: camp.metric[a].mean or 0.0) for camp in self.camps}


@dataclass(frozen=True, slots=True)
class Request:
    """What a report is asked to be about, and with how many worlds."""

    worlds: int = 20_000
    seed: int = 1
    arrangements: tuple[str, ...] = ()
    information: Information | None = None
    metrics: tuple[str, ...] = ()
    target: str | None = None
    share: float = 0.8
    focus: str | None = None
    threads: int | None = None


def gathered(
    model: Model,
    study: Path,
    request: Request,
    command: str,
    step: Callable[[str], None] = lambda words: None,
) -> Material:
    """All that a report on the study in `study` says. `step` is told what is being done.

    Questions that have no answer in this study (a constant metric, a single arrangement) leave a reason in its place.
    Raises InvalidInput and Refused where the request itself is wrong.
    """
    step("solving")
    result = assess(
        model, request.worlds, request.seed, request.arrangements, request.information, request.threads
    )
    lead = subject_of(result, request.metrics, request.target, request.focus)
    step("looking for what it hangs on")
    with Workers(request.threads or usable_threads()) as workers:
        ensemble = Ensemble.given(model, result.parameters, result.worlds, workers, result.information)
        drivers = _drivers(result, lead, workers)
        conditions = _conditions(result, lead)
        step("looking for the least packages")
        least = parts(result, lead, ensemble, request.share)
    step("judging claims")
    claims = None
    if model.scenario.claims:
        claims = judge_claims(model, threads=request.threads, solved=result)
    camps = _camps(result, lead)
    step("reading the evidence")
    return Material(
        model=model,
        result=result,
        subject=lead,
        conditions=conditions,
        drivers=drivers,
        parts=least,
        camps=camps,
        claims=claims,
        evidence=evidence_of(model, study),
        graph=graph_readings(study),
        command=command,
    )


def of_assessment(result: Result, study: Path, claims: Claims | None, command: str) -> Material:
    """What an assessment says as it is, with `claims` where they have been judged: nothing is solved or looked for."""
    lead = subject_of(result, (), None, None)
    unasked = "It was not looked for."
    return Material(
        model=result.model,
        result=result,
        subject=lead,
        conditions=Conditions(None, unasked),
        drivers=Drivers(None, (), unasked),
        parts=Parts({}, 0.0, reason=unasked),
        camps=_camps(result, lead),
        claims=claims,
        evidence=evidence_of(result.model, study),
        graph=graph_readings(study),
        command=command,
        searched=False,
    )


def uncertain_inputs(result: Result) -> dict[str, Array]:
    """The uncertain parameters world by world."""
    return {
        name: np.asarray(result.parameters[name])
        for name in result.model.uncertain
        if isinstance(result.parameters[name], np.ndarray)
    }


def _conditions(result: Result, lead: Subject) -> Conditions:
    if lead.target is None:
        return Conditions(None, "No parameter is uncertain, so there are no conditions to look for.")
    met = lead.target.met[lead.focus]
    known = np.isfinite(met)
    weights = _weights(result, known)
    try:
        found = discover(
            uncertain_inputs(result),
            met == 0.0,
            weights,
            condition=f"not ({lead.target.formula})",
            resamples=0,
            seed=result.seed,
        )
    except BackstopError as refusal:
        return Conditions(None, _reason(refusal))
    return Conditions(found)


def _weights(result: Result, known: np.ndarray) -> Array | None:
    if known.all():
        return result.weights
    base = np.ones(result.worlds) if result.weights is None else result.weights
    return np.asarray(np.where(known, base, 0.0))


def _drivers(result: Result, lead: Subject, workers: Workers) -> Drivers:
    inputs = uncertain_inputs(result)
    if not inputs:
        return Drivers(None, (), "No parameter is uncertain, so nothing drives the answer.")
    samples = result.arrangements[lead.focus].samples[lead.metric]
    try:
        first = _first_order(result, lead, inputs, samples, workers)
    except BackstopError as refusal:
        return Drivers(None, (), _reason(refusal))
    try:
        swings = _swings(result, lead, workers)
    except BackstopError as refusal:
        return Drivers(first, (), _reason(refusal))
    return Drivers(first, swings)


def _first_order(
    result: Result, lead: Subject, inputs: Mapping[str, Array], samples: Array, workers: Workers
) -> GivenData:
    """First-order shares of all inputs, a few inputs at a time on every thread: each share is its own regression."""
    names = list(inputs)
    weights = _weights(result, np.isfinite(samples))
    title = result.model.scenario.metrics[lead.metric].titled(lead.metric)
    found: dict[int, GivenData] = {}

    def task(first: int) -> GivenData:
        here = {name: inputs[name] for name in names[first : first + _INPUTS_AT_ONCE]}
        return first_order_from_worlds(here, samples, weights, what=title)

    workers.spread(task, range(0, len(names), _INPUTS_AT_ONCE), found.__setitem__, samples.size)
    shares = {name: share for first in sorted(found) for name, share in found[first].first.items()}
    return replace(found[0], first=shares)


def _swings(result: Result, lead: Subject, workers: Workers) -> tuple[Swing, ...]:
    model = result.model
    levels = np.array([LOW, 0.5, HIGH])
    ends: dict[str, Array] = {}
    for name in model.uncertain:
        spread = model.distributions[name]
        assert not isinstance(spread, float)
        ends[name] = np.asarray(spread.quantile(levels))
    central = {name: float(values[1]) for name, values in ends.items()}

    def at(point: Mapping[str, Array]) -> Array:
        count = len(next(iter(point.values())))
        drawn: dict[str, Value] = {name: point.get(name, value) for name, value in result.parameters.items()}
        few = Ensemble.given(model, drawn, count, workers, result.information)
        return few.metrics(model.levels[lead.focus])[lead.metric]

    return tornado(
        at,
        central,
        {name: float(values[0]) for name, values in ends.items()},
        {name: float(values[2]) for name, values in ends.items()},
        what=model.scenario.metrics[lead.metric].titled(lead.metric),
    )


def _camps(result: Result, lead: Subject) -> tuple[Camp, ...]:
    """Each camp alone, by weighting the worlds; nothing where all agree."""
    model = result.model
    found = []
    for name in model.camps():
        theirs = camp_weights(model, name, result.parameters, result.worlds)
        if theirs is None:
            continue
        weights = theirs if result.weights is None else theirs * result.weights
        worth = effective_worlds(weights)
        if worth < _FEWEST_EFFECTIVE:
            continue
        target = lead.target
        found.append(
            Camp(
                name,
                tuple(
                    p
                    for p, parameter in model.scenario.parameters.items()
                    if name in (parameter.experts or {})
                ),
                {a: summarise(of.samples[lead.metric], weights) for a, of in result.arrangements.items()},
                {} if target is None else {a: summarise(m, weights) for a, m in target.met.items()},
                worth,
            )
        )
    return tuple(found)


def _reason(refusal: BackstopError) -> str:
    fault = refusal.faults[0]
    return f"{fault.what[:1].upper()}{fault.what[1:]}."


def share_of(target: Target | None, arrangement: str) -> Summary | None:
    """The share of worlds that meet the target under an arrangement."""
    return None if target is None else target.shares[arrangement]


def by_size(first: GivenData, most: int = DRIVERS) -> Sequence[str]:
    """Parameters whose share of variance can be told from nothing, the largest first."""
    return [
        name
        for name, share in sorted(first.first.items(), key=lambda pair: -pair[1].mean)
        if share.mean > 2 * (share.se or 0.0) and share.mean >= 0.005
    ][:most]
