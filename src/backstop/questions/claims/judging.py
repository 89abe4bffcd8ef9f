"""The claims of a study, judged: shares of worlds, verdicts, counter-examples, where they fail, and what camps say.

Every promise of levels that some claim asks about is solved once on the same worlds; the claims then share the
figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray, Rows
from backstop.base.faults import Fault, InvalidInput, Refused
from backstop.base.words import did_you_mean
from backstop.questions.camps import weights_in_camp
from backstop.questions.claims.counterexample import counterexamples
from backstop.questions.claims.decider import Decider, decided_by_parameter
from backstop.questions.claims.dependence import Dependence, dependence, without_measures
from backstop.questions.claims.least_level import LeastLevels, least_levels
from backstop.questions.claims.region import ClaimRegion, region_of
from backstop.questions.claims.requirements import (
    Requirements,
    codes_of,
    constant,
    requirements_of,
    with_spread,
)
from backstop.questions.claims.results import ClaimResult, Claims, LeastLevel
from backstop.questions.claims.verdict import Codes, Verdict, judge, threshold, threshold_levels
from backstop.questions.inquiry import Inquiry, Promise, levels_of
from backstop.questions.methods.regional import ascending
from backstop.questions.weighted_worlds import WeightedWorlds, weighted_worlds
from backstop.questions.words import wordings
from backstop.scenario.expression.expression import Value
from backstop.scenario.format.claims import Claim
from backstop.scenario.model import Model
from backstop.worlds.query import Query
from backstop.worlds.result import Result
from backstop.worlds.statistics import Estimate, effective_worlds
from backstop.worlds.threads import in_threads

# A camp with fewer effective worlds among the pooled ones gets worlds of its own.
CAMP_WORLDS = 400.0
_CANNOT = Verdict("moot", Estimate(0.0, 0.0), Estimate(0.0, 0.0), Estimate(1.0, 0.0), None, False, 0.0, None)


def judge_claims(
    inquiry: Inquiry, names: Sequence[str] = (), camps: bool = True, solved: Result | None = None
) -> Claims:
    """Judge the claims of a model (`names`: only these).

    A claim that no arrangement lets one judge is moot, with the reason. `camps`: also as each camp of experts alone
    would have it. `solved`: an assessment of the same worlds, whose arrangements are not solved again. Raises
    InvalidInput for unknown names and faults found while solving, Refused under ten effective worlds.

    >>> from backstop import load
    >>> found = judge_claims(Inquiry(load("examples/korea-1953"), worlds=256), ["treaty_kept_the_peace"])
    >>> found.results["treaty_kept_the_peace"].verdict.verdict
    'leans_true'
    """
    model = inquiry.model
    chosen = _chosen(model, names)
    asked, reasons = _ready(model, chosen)
    asked, found, codes, levels = _judged(inquiry, asked, solved, without=True)
    verdicts = {name: judge(code, found.weights) for name, code in codes.items()}
    examples = counterexamples(found, asked, codes)
    by_camp, unanswered = _by_camp(found, asked, codes) if camps else ({}, ())
    depends = {
        name: dependence(of, verdicts[name], found.solved, found.parameters, found.worlds, found.weights)
        for name, of in asked.items()
    }
    order, inputs = list(asked), found.inputs
    words, orders = wordings(model), ascending(found.inputs)

    def explain(at: int) -> tuple[ClaimRegion, Decider | None]:
        name = order[at]
        verdict, code = verdicts[name], codes[name]
        decider = _structure(asked[name], found, verdict, depends[name])
        if decider is None:
            decider = decided_by_parameter(code, inputs, found.weight, words, orders)
        if decider is not None and decider.by == "structure":
            holds = verdict.mostly_false
            return ClaimRegion(f"It {'holds' if holds else 'fails'} in no world.", holds=holds), decider
        return region_of(model, code, inputs, found.weight, verdict, orders), decider

    explained = dict(zip(order, in_threads(explain, range(len(order)), inquiry.threads), strict=True))
    results: dict[str, ClaimResult] = {}
    for name in chosen:
        claim = model.scenario.claims[name]
        if name in reasons:
            text = f"It cannot be judged: {reasons[name].what}."
            results[name] = ClaimResult(name, claim, _CANNOT, ClaimRegion(text), reason=str(reasons[name]))
            continue
        results[name] = ClaimResult(
            name,
            claim,
            verdicts[name],
            *explained[name],
            depends[name],
            (examples[name],) if name in examples else (),
            _least_level(claim, levels[name], found.weight) if name in levels else None,
            {camp: of[name] for camp, of in by_camp.items()},
            note=asked[name].note,
            codes=codes[name],
        )
    information = inquiry.information or model.scenario.information
    return Claims(
        model,
        inquiry.worlds,
        inquiry.seed,
        information,
        found.effective_worlds,
        results,
        (*found.notes, *unanswered),
    )


@dataclass(frozen=True, slots=True)
class BriefVerdict:
    """A claim judged without what explains it: its verdict, what decides it, or why it cannot be judged."""

    verdict: Verdict
    decider: Decider | None = None
    reason: str | None = None


def unjudged(model: Model, reason: str) -> dict[str, BriefVerdict]:
    """All claims of a model as not judged, for this reason."""
    return dict.fromkeys(model.scenario.claims, BriefVerdict(_CANNOT, reason=reason))


def judge_briefly(inquiry: Inquiry, solved: Result | None = None) -> dict[str, BriefVerdict]:
    """The verdicts of `judge_claims` alone, with what decides each claim: by name, in the order of the file.

    Raises as `judge_claims`.
    """
    model = inquiry.model
    asked, reasons = _ready(model, list(model.scenario.claims))
    asked, found, codes, _ = _judged(inquiry, asked, solved, without=True)
    words, inputs = wordings(model), found.inputs
    results = {name: BriefVerdict(_CANNOT, reason=str(reason)) for name, reason in reasons.items()}
    for name, of in asked.items():
        verdict = judge(codes[name], found.weights)
        depends = dependence(of, verdict, found.solved, found.parameters, found.worlds, found.weights)
        decider = _structure(of, found, verdict, depends)
        if decider is None:
            decider = decided_by_parameter(codes[name], inputs, found.weight, words)
        results[name] = BriefVerdict(verdict, decider)
    return {name: results[name] for name in model.scenario.claims}


def _chosen(model: Model, names: Sequence[str]) -> list[str]:
    """The claims asked for, in the order of the file; all of them where none is named."""
    known = list(model.scenario.claims)
    for name in names:
        if name not in known:
            raise InvalidInput(f"no claim is called {name}", hint=did_you_mean(name, known, "claim"))
    return [name for name in known if not names or name in names]


def _ready(model: Model, names: Sequence[str]) -> tuple[dict[str, Requirements], dict[str, Fault]]:
    """The claims that can be judged, made ready, and why the others cannot."""
    asked: dict[str, Requirements] = {}
    reasons: dict[str, Fault] = {}
    for name in names:
        try:
            asked[name] = requirements_of(model, name)
        except Refused as refusal:
            reasons[name] = refusal.faults[0]
    return asked, reasons


def _structure(
    of: Requirements, found: WeightedWorlds, verdict: Verdict, depends: Dependence | None
) -> Decider | None:
    """The structure of the study as what decides a claim; None where assumptions may decide it."""
    if verdict.share is None or verdict.share.mean not in (0.0, 1.0):
        return None
    answer = "true" if verdict.share.mean == 1.0 else "false"
    if of.note is not None:
        why = "what it asks about is not promised there"
    elif depends is not None and depends.idle:
        why = "the measures change nothing that it asks about"
    elif of.kind != "threshold" and constant(of, found.solved, found.parameters, found.weights):
        why = "nothing uncertain bears on what it asks about"
    else:
        return None
    return Decider("structure", f"Decided by the structure of the study: {answer} in every world, as {why}")


def _judged(
    inquiry: Inquiry, asked: Mapping[str, Requirements], solved: Result | None = None, without: bool = False
) -> tuple[dict[str, Requirements], WeightedWorlds, dict[str, Codes], dict[str, LeastLevels]]:
    """The claims with the spread of their metrics, the worlds with what they ask of them, their codes by world, and
    the least levels of threshold claims; `without`: also what they ask where their measures are at zero.
    """
    wanted: dict[Promise, dict[str, None]] = {}
    for of in asked.values():
        other = without_measures(of) if without else None
        promises = (*(of.promises if of.kind != "threshold" else ()), *(other.promises if other else ()))
        for promise in promises:
            wanted.setdefault(promise, {}).update(dict.fromkeys(of.metrics))
    found = weighted_worlds(inquiry, wanted, solved)
    asked = {name: with_spread(of, found.solved, found.weights) for name, of in asked.items()}
    levels = {name: _levels(found, of) for name, of in asked.items() if of.kind == "threshold"}
    codes = {
        name: threshold(levels[name].levels)
        if name in levels
        else codes_of(of, found.solved, found.parameters, found.worlds)
        for name, of in asked.items()
    }
    return asked, found, codes, levels


def _levels(found: WeightedWorlds, of: Requirements) -> LeastLevels:
    """The least levels of a threshold claim."""
    promised = levels_of(found.model, of.promises[0])
    varied = list(found.model.scenario.measures)[of.measures[0]]

    def meets(levels: FloatArray, rows: Rows) -> BoolArray:
        level: Value = float(levels[0]) if (levels == levels[0]).all() else levels
        query = Query({**promised, varied: level}, of.metrics, rows=rows)
        (figures,) = found.inquiry.solve(found.parameters, found.worlds, [query])
        here = {n: v[rows] if isinstance(v, np.ndarray) else v for n, v in found.parameters.items()}
        return np.asarray(of.asked.occurs(figures.metrics, here, rows.size) == 1.0)

    return least_levels(meets, *of.range, found.worlds)


def _least_level(claim: Claim, found: LeastLevels, weight: FloatArray) -> LeastLevel:
    level, none = threshold_levels(found.levels, weight)
    broken, _ = threshold_levels(np.where(found.broken, 1.0, 0.0), weight)
    assert claim.threshold is not None
    return LeastLevel(claim.threshold.measure, level, none, Estimate(broken.mean or 0.0, broken.se))


def _by_camp(
    found: WeightedWorlds, asked: Mapping[str, Requirements], codes: Mapping[str, Codes]
) -> tuple[dict[str, dict[str, Verdict]], tuple[str, ...]]:
    """Verdicts as each camp alone would have them, from the pooled worlds where enough of them are the camp's.

    And notes on camps that have none: what was observed contradicts their worlds.
    """
    by_camp: dict[str, dict[str, Verdict]] = {}
    notes: list[str] = []
    model = found.model
    for camp in model.camps():
        try:
            together = weights_in_camp(found.weighed, model, camp, found.inquiry.seed)
            if together is not None and effective_worlds(together) >= CAMP_WORLDS:
                by_camp[camp] = {name: judge(code, together) for name, code in codes.items()}
                continue
            theirs = replace(found.inquiry, model=model.in_camp(camp), progress=None)
            _, apart, alone, _ = _judged(theirs, asked)
        except (InvalidInput, Refused) as error:
            notes.append(f"the camp {camp} alone has no verdicts: {error.faults[0].what}")
            continue
        by_camp[camp] = {name: judge(code, apart.weights) for name, code in alone.items()}
    return by_camp, tuple(notes)
