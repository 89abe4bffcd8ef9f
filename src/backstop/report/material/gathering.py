"""Everything a report says, computed once on shared worlds: the answer, its drivers and limits, and the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from backstop.base.faults import BackstopError
from backstop.evidence.evidence import Evidence, evidence_of
from backstop.game.choice import Information
from backstop.questions.camps import CampView, camp_views
from backstop.questions.claims.judging import Claims, judge_claims
from backstop.questions.event import event
from backstop.questions.inquiry import Inquiry, inquiry_of
from backstop.questions.methods.given_data import GivenData
from backstop.questions.methods.prim import Discovery
from backstop.questions.methods.tornado import Swing
from backstop.questions.study.conditions import boxes_of
from backstop.questions.study.packages import Packages, least_packages, measures_to_vary
from backstop.questions.study.sensitivity import Quantity, first_order_shares, swings
from backstop.questions.weighted_worlds import weighted_worlds
from backstop.report.material.graph_model import GraphReadings, graph_readings
from backstop.report.material.subject import Subject, Target, subject_of
from backstop.scenario.model import Model
from backstop.worlds.assessment import assess
from backstop.worlds.result import Result
from backstop.worlds.statistics import Summary

DRIVERS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """Where a target fails under the focus arrangement; `reason` says why it is not known."""

    discovery: Discovery | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """What moves the headline metric under the focus arrangement; `reason` says why a part is missing."""

    first: GivenData | None
    swings: tuple[Swing, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LeastPackages:
    """The least packages of the measures that the focus arrangement promises; `reason` says why they are not known."""

    found: Packages | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a report is written from. `searched`: drivers, conditions and packages have been looked for."""

    model: Model
    result: Result
    subject: Subject
    conditions: Conditions
    drivers: Drivers
    packages: LeastPackages
    camps: tuple[CampView, ...]
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
    """What a report is asked to be about, and with how many worlds; `fixed` are measures set to a level."""

    worlds: int = 20_000
    seed: int = 1
    arrangements: tuple[str, ...] = ()
    information: Information | None = None
    metrics: tuple[str, ...] = ()
    target: str | None = None
    share: float = 0.8
    focus: str | None = None
    fixed: Mapping[str, float] = field(default_factory=dict)
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
    inquiry = inquiry_of(result, request.threads)
    drivers, conditions = _drivers(inquiry, result, lead), _conditions(inquiry, result, lead)
    step("looking for the least packages")
    packages = _packages(inquiry, result, lead, request)
    step("judging claims")
    claims = judge_claims(inquiry, solved=result) if model.scenario.claims else None
    camps = _camps(result, lead)
    step("reading the evidence")
    return Material(
        model=model,
        result=result,
        subject=lead,
        conditions=conditions,
        drivers=drivers,
        packages=packages,
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
        packages=LeastPackages(None, unasked),
        camps=_camps(result, lead),
        claims=claims,
        evidence=evidence_of(result.model, study),
        graph=graph_readings(study),
        command=command,
        searched=False,
    )


def _conditions(inquiry: Inquiry, result: Result, lead: Subject) -> Conditions:
    if lead.target is None:
        return Conditions(None, "No parameter is uncertain, so there are no conditions to look for.")
    failed = 1.0 - lead.target.met[lead.focus]
    try:
        return Conditions(
            boxes_of(weighted_worlds(inquiry, {}, result), failed, f"not ({lead.target.formula})")
        )
    except BackstopError as refusal:
        return Conditions(None, _reason(refusal))


def _drivers(inquiry: Inquiry, result: Result, lead: Subject) -> Drivers:
    if not result.model.uncertain:
        return Drivers(None, (), "No parameter is uncertain, so nothing drives the answer.")
    values = result.arrangements[lead.focus].samples[lead.metric]
    known = np.isfinite(values)
    first = None
    try:
        found = weighted_worlds(inquiry, {}, result)
        weights = found.weights if known.all() else np.where(known, found.weight, 0.0)
        title = result.model.scenario.metrics[lead.metric].titled(lead.metric)
        first = first_order_shares(found, values, weights, title)
        return Drivers(first, swings(inquiry, Quantity(lead.metric, lead.focus)).swings)
    except BackstopError as refusal:
        return Drivers(first, (), _reason(refusal))


def _packages(inquiry: Inquiry, result: Result, lead: Subject, request: Request) -> LeastPackages:
    promised = [name for name, level in result.model.levels[lead.focus].items() if level != 0]
    if not promised:
        return LeastPackages(None, "The study has no measure that an arrangement promises.")
    if lead.target is None or not lead.target.own:
        return LeastPackages(
            None, "No claim of the study says what would be enough, and no target was given."
        )
    try:
        found = least_packages(
            weighted_worlds(inquiry, {}, result),
            event(result.model, lead.target.formula),
            request.share,
            measures_to_vary(result.model, promised, request.fixed),
            fixed=request.fixed,
            metrics=[lead.metric],
            front=False,
        )
    except BackstopError as refusal:
        return LeastPackages(None, _reason(refusal))
    return LeastPackages(found)


def _camps(result: Result, lead: Subject) -> tuple[CampView, ...]:
    return camp_views(result, lead.metric, {} if lead.target is None else lead.target.met)


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
