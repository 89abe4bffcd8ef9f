"""Everything a report says, computed once on shared worlds: the answer, its drivers and limits, and the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from backstop.base.faults import BackstopError, Refused
from backstop.base.words import counted, sentence_case
from backstop.evidence.evidence import Evidence, evidence_of
from backstop.game.choice import Information
from backstop.questions.camps import CampView, camp_views
from backstop.questions.claims.judging import judge_claims
from backstop.questions.claims.results import Claims
from backstop.questions.event import event
from backstop.questions.inquiry import Inquiry, inquiry_of
from backstop.questions.methods.given_data import GivenData
from backstop.questions.methods.prim import Discovery
from backstop.questions.methods.tornado import Swing
from backstop.questions.study.beliefs import Beliefs, learnt_beliefs
from backstop.questions.study.conditions import boxes_borne_out
from backstop.questions.study.headline_forms import HeadlineForms, headline_by_form
from backstop.questions.study.packages import Packages, least_packages, measures_to_vary
from backstop.questions.study.sensitivity import first_order_shares, swings
from backstop.questions.study.sensitivity_results import Quantity
from backstop.questions.weighted_worlds import weighted_worlds
from backstop.report.material.graph_model import GraphReadings, graph_readings
from backstop.report.material.subject import Subject, subject_of
from backstop.report.wording import source_line
from backstop.scenario.model import Model
from backstop.worlds.assessment import assess
from backstop.worlds.query import Progress
from backstop.worlds.result import Result
from backstop.worlds.threads import beside

T = TypeVar("T")

FEW_TO_JUDGE = 10
_NOT_QUICK = "Left out by --quick: backstop report without it looks for them."


@dataclass(frozen=True, slots=True, eq=False)
class Sought(Generic[T]):
    """What a question gave; None with the reason where it has no answer in this study."""

    found: T | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a report is written from. `searched`: shares, swings, conditions and packages have been looked for.

    They are about the subject's metric and target under its arrangement: shares of the variance, swings of the metric
    from one assumption at a time, conditions under which the target fails, least packages that reach it. `beliefs`:
    what others learn of a hidden type; None where nobody learns.
    """

    model: Model
    result: Result
    subject: Subject
    shares: Sought[GivenData]
    swings: Sought[tuple[Swing, ...]]
    conditions: Sought[Discovery]
    packages: Sought[Packages]
    camps: tuple[CampView, ...]
    claims: Claims | None
    evidence: Evidence
    graph: GraphReadings | None
    command: str
    forms: HeadlineForms | None
    searched: bool = True
    beliefs: Beliefs | None = None
    unjudged: str = ""

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
        result = self.result
        effective = None if result.weights is None else result.effective_worlds
        return source_line(result.model, result.worlds, result.seed, effective, bool(result.rough))

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
    quick: bool = False,
) -> Material:
    """All that a report on the study in `study` says. `step` is told what is being done.

    `quick`: but for what takes long, verdicts on claims and least packages.

    Questions that have no answer in this study (a constant metric, a single arrangement) leave a reason in its place.
    Raises InvalidInput and Refused where the request itself is wrong.
    """
    step("solving")
    result = assess(
        model, request.worlds, request.seed, request.arrangements, request.information, request.threads
    )
    lead = subject_of(result, request.metrics, request.target, request.focus)
    inquiry = inquiry_of(result, request.threads)

    def least() -> Sought[Packages]:
        if quick:
            return Sought(None, _NOT_QUICK)
        return sought(lambda: _packages(inquiry, result, lead, request))

    # The search takes as long as all else together, and is mostly solving.
    with beside(least, request.threads) as packages:
        step("looking for what it hangs on")
        shares = sought(lambda: shares_of(inquiry, result, lead))
        swung = sought(lambda: swings(inquiry, Quantity(lead.metric, lead.focus)).swings)
        conditions = sought(lambda: conditions_of(inquiry, result, lead))
        step("trying other forms of the model")
        forms = forms_of(result, lead, request.threads)
        claims = None
        unjudged = ""
        if quick or not model.scenario.claims:
            pass
        elif result.weights is not None or result.worlds >= FEW_TO_JUDGE:
            step("judging claims")
            claims = judge_claims(inquiry, solved=result)
        else:
            unjudged = (
                f"Claims, judged: {counted(result.worlds, 'world')} cannot tell; {FEW_TO_JUDGE} are needed."
            )
        step("reading the evidence")
        camps, evidence, graph = _camps(result, lead), evidence_of(model, study), graph_readings(study)
        beliefs = learnt_beliefs(result, request.threads)
        if not quick:
            step("looking for the least packages")
        return Material(
            model,
            result,
            lead,
            shares,
            swung,
            conditions,
            packages(),
            camps,
            claims,
            evidence,
            graph,
            command,
            forms,
            beliefs=beliefs,
            unjudged=unjudged,
        )


def of_brief(
    model: Model,
    study: Path,
    request: Request,
    command: str,
    step: Callable[[str], None] = lambda words: None,
) -> Material:
    """What the first page of a report says: the same figures, without the searches and verdicts behind it.

    Raises InvalidInput and Refused where the request itself is wrong.
    """
    step("solving")
    result = assess(
        model, request.worlds, request.seed, request.arrangements, request.information, request.threads
    )
    lead = subject_of(result, request.metrics, request.target, request.focus)
    step("trying other forms of the model")
    return of_assessment(result, study, lead, forms_of(result, lead, request.threads), None, command)


def forms_of(
    result: Result, lead: Subject, threads: int | None = None, progress: Progress | None = None
) -> HeadlineForms:
    """How far what an answer leads with moves with the form of the model."""
    target = lead.target.formula if lead.target is not None and lead.target.own else None
    return headline_by_form(result, lead.metric, lead.focus, target, threads, progress)


def of_assessment(
    result: Result,
    study: Path | None,
    lead: Subject,
    forms: HeadlineForms | None,
    claims: Claims | None,
    command: str,
) -> Material:
    """What an assessment says as it is, with `claims` where they have been judged: nothing is solved or looked for.

    For charts alone `study` and `forms` may be None: then no evidence, graph model or other form of the model is told.
    """
    unasked: Sought[Any] = Sought(None, "It was not looked for.")
    return Material(
        result.model,
        result,
        lead,
        unasked,
        unasked,
        unasked,
        unasked,
        _camps(result, lead),
        claims,
        Evidence(result.model) if study is None else evidence_of(result.model, study),
        None if study is None else graph_readings(study),
        command,
        forms,
        searched=False,
    )


def sought(ask: Callable[[], T]) -> Sought[T]:
    """What `ask` gives, or the reason for which it is refused."""
    try:
        return Sought(ask())
    except BackstopError as refusal:
        return Sought(None, f"{sentence_case(refusal.faults[0].what)}.")


def shares_of(inquiry: Inquiry, result: Result, lead: Subject) -> GivenData:
    """Shares of the variance of the subject's metric under its arrangement; Refused where nothing is uncertain."""
    if not result.model.uncertain:
        raise Refused("no parameter is uncertain, so nothing drives the answer")
    values = result.arrangements[lead.focus].samples[lead.metric]
    known = np.isfinite(values)
    found = weighted_worlds(inquiry, {}, result)
    weights = found.weights if known.all() else np.where(known, found.weight, 0.0)
    title = result.model.scenario.metrics[lead.metric].titled(lead.metric)
    return first_order_shares(found, values, weights, title)


def conditions_of(inquiry: Inquiry, result: Result, lead: Subject) -> Discovery:
    """Boxes of assumptions in which the target fails; Refused where there is no target."""
    if lead.target is None:
        raise Refused("no parameter is uncertain, so there are no conditions to look for")
    failed = 1.0 - lead.target.met[lead.focus]
    return boxes_borne_out(weighted_worlds(inquiry, {}, result), failed, f"not ({lead.target.formula})")


def _packages(inquiry: Inquiry, result: Result, lead: Subject, request: Request) -> Packages:
    promised = [name for name, level in result.model.levels[lead.focus].items() if level != 0]
    if not promised:
        raise Refused("the study has no measure that an arrangement promises")
    if lead.target is None or not lead.target.own:
        raise Refused("no claim of the study says what would be enough, and no target was given")
    return least_packages(
        weighted_worlds(inquiry, {}, result),
        event(result.model, lead.target.formula),
        request.share,
        measures_to_vary(result.model, promised, request.fixed),
        fixed=request.fixed,
        metrics=[lead.metric],
        front=False,
    )


def _camps(result: Result, lead: Subject) -> tuple[CampView, ...]:
    return camp_views(result, lead.metric, {} if lead.target is None else lead.target.met)
