"""The claims of a study, judged: shares of worlds, verdicts, counter-examples, where they fail, and what camps say.

Every promise of levels that some claim asks about is solved once on the same worlds; the claims then share the
figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray, Rows
from backstop.base.faults import Fault, InvalidInput, Refused
from backstop.base.words import did_you_mean
from backstop.game.choice import Information
from backstop.questions.camps import camp_weights
from backstop.questions.claims.counterexample import CounterExample, counterexamples
from backstop.questions.claims.failure import Failure, where_it_fails
from backstop.questions.claims.least_level import LeastLevels, least_levels
from backstop.questions.claims.requirements import Requirements, codes_of, requirements_of
from backstop.questions.claims.verdict import Codes, Verdict, judge, threshold, threshold_levels
from backstop.questions.inquiry import Inquiry, Promise, levels_of
from backstop.questions.methods.box import Box
from backstop.questions.weighted_worlds import WeightedWorlds, weighted_worlds
from backstop.scenario.expression.expression import Value
from backstop.scenario.format.claims import Claim
from backstop.scenario.model import Model
from backstop.worlds.query import Query
from backstop.worlds.result import Result
from backstop.worlds.statistics import Estimate, Summary, effective_worlds
from backstop.worlds.threads import in_threads

# A camp with fewer effective worlds among the pooled ones gets worlds of its own.
CAMP_WORLDS = 400.0
_CANNOT = Verdict("moot", Estimate(0.0, 0.0), Estimate(0.0, 0.0), Estimate(1.0, 0.0), 0.0, None)


@dataclass(frozen=True, slots=True)
class LeastLevel:
    """The least level of a threshold claim over worlds that have one; the share that has `none`.

    `not_monotone`: the share in which a higher level was seen not to meet the condition again.
    """

    measure: str
    level: Summary
    none: Estimate
    not_monotone: Estimate

    def as_dict(self) -> dict[str, object]:
        """As it stands in the JSON of a claim."""
        return {
            "measure": self.measure,
            "level": self.level.as_dict(),
            "none": self.none.mean,
            "none_se": self.none.se,
            "not_monotone": self.not_monotone.mean,
            "monotone": self.not_monotone.mean == 0.0,
        }


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A claim judged. `codes`, shape (worlds,): 1 true, 0 false, -1 moot; `camps`: the verdict of each camp alone.

    `reason` says why a claim cannot be judged at all (its verdict is then moot); `note` what to mind otherwise.
    """

    name: str
    claim: Claim
    verdict: Verdict
    where: str
    box: Box | None = None
    counterexamples: tuple[CounterExample, ...] = ()
    least_level: LeastLevel | None = None
    camps: Mapping[str, Verdict] = field(default_factory=dict)
    reason: str | None = None
    note: str | None = None
    codes: Codes | None = field(default=None, repr=False)

    def as_dict(self) -> dict[str, object]:
        """As it stands in the JSON of a result."""
        found: dict[str, object] = {
            "text": self.claim.text,
            "kind": self.claim.kind,
            "evidence": list(self.claim.evidence),
            **self.verdict.as_dict(),
            "counterexamples": [each.as_dict() for each in self.counterexamples],
            "where_it_fails": self.where,
            "box": None if self.box is None else self.box.as_dict(),
            "camps": {camp: of.as_dict() for camp, of in self.camps.items()},
            **({} if self.least_level is None else self.least_level.as_dict()),
        }
        if self.reason:
            found["reason"] = self.reason
        if self.note:
            found["note"] = self.note
        return found


@dataclass(frozen=True, slots=True)
class Claims:
    """All claims asked about, in the order of the file, on `worlds` worlds of `seed`."""

    format: ClassVar[str] = "backstop-claims/1"

    model: Model
    worlds: int
    seed: int
    information: Information
    effective_worlds: float
    results: Mapping[str, ClaimResult]
    note: str | None = None

    @property
    def notes(self) -> list[str]:
        """What to mind, a line each: few effective worlds, and claims that cannot be judged."""
        found = [] if self.note is None else [self.note]
        for name, of in self.results.items():
            found += [f"{name}: cannot be judged: {of.reason}"] if of.reason else []
            found += [f"{name}: {of.note}"] if of.note else []
        return found

    def as_dict(self) -> dict[str, object]:
        """The claims by name, as they stand in the JSON of a result."""
        return {name: result.as_dict() for name, result in self.results.items()}


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
    'supported'
    """
    model = inquiry.model
    chosen = _chosen(model, names)
    asked, reasons = _ready(model, chosen)
    found, codes, levels = _judged(inquiry, asked, solved)
    verdicts = {name: judge(code, found.weights) for name, code in codes.items()}
    examples = counterexamples(found, asked, codes)
    by_camp = _by_camp(found, asked, codes) if camps else {}
    order, inputs = list(asked), found.inputs

    def explain(at: int) -> Failure:
        name = order[at]
        return where_it_fails(model, codes[name], inputs, found.weight, verdicts[name].at_most)

    failures = dict(zip(order, in_threads(explain, range(len(order)), inquiry.threads), strict=True))
    results: dict[str, ClaimResult] = {}
    for name in chosen:
        claim = model.scenario.claims[name]
        if name in reasons:
            text = f"It cannot be judged: {reasons[name].what}."
            results[name] = ClaimResult(name, claim, _CANNOT, text, reason=str(reasons[name]))
            continue
        results[name] = ClaimResult(
            name,
            claim,
            verdicts[name],
            failures[name].words,
            failures[name].box,
            (examples[name],) if name in examples else (),
            _least_level(claim, levels[name], found.weight) if name in levels else None,
            {camp: of[name] for camp, of in by_camp.items()},
            note=asked[name].note,
            codes=codes[name],
        )
    information = inquiry.information or model.scenario.information
    return Claims(
        model, inquiry.worlds, inquiry.seed, information, found.effective_worlds, results, found.note
    )


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


def _judged(
    inquiry: Inquiry, asked: Mapping[str, Requirements], solved: Result | None = None
) -> tuple[WeightedWorlds, dict[str, Codes], dict[str, LeastLevels]]:
    """The worlds with what the claims ask of them, codes by world, and the least levels of threshold claims."""
    wanted: dict[Promise, dict[str, None]] = {}
    for of in asked.values():
        for promise in of.promises if of.kind != "threshold" else ():
            wanted.setdefault(promise, {}).update(dict.fromkeys(of.metrics))
    found = weighted_worlds(inquiry, wanted, solved)
    levels = {name: _levels(found, of) for name, of in asked.items() if of.kind == "threshold"}
    codes = {
        name: threshold(levels[name].levels)
        if name in levels
        else codes_of(of, found.solved, found.parameters, found.worlds)
        for name, of in asked.items()
    }
    return found, codes, levels


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
) -> dict[str, dict[str, Verdict]]:
    """Verdicts as each camp alone would have them, from the pooled worlds where enough of them are the camp's."""
    by_camp: dict[str, dict[str, Verdict]] = {}
    model = found.model
    for camp in model.camps():
        own = camp_weights(model, camp, found.parameters, found.worlds)
        if own is not None:
            together = own if found.weights is None else own * found.weights
            if effective_worlds(together) >= CAMP_WORLDS:
                by_camp[camp] = {name: judge(code, together) for name, code in codes.items()}
                continue
        theirs = replace(found.inquiry, model=model.in_camp(camp), progress=None)
        apart, alone, _ = _judged(theirs, asked)
        by_camp[camp] = {name: judge(code, apart.weights) for name, code in alone.items()}
    return by_camp
