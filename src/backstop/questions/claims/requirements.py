"""What a claim asks of the worlds: which levels must be solved, which metrics of each, and how it is judged.

Levels are those promised, before caps and conditions. A promise is a tuple of levels in the order of the study's
measures, so that claims that ask for the same levels share one solution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import Refused
from backstop.questions.claims import verdict
from backstop.questions.claims.verdict import Codes
from backstop.questions.study.condition import Condition, condition, met
from backstop.scenario.expression.expression import Value
from backstop.scenario.format.claims import Claim
from backstop.scenario.model import Model

Promise = tuple[float, ...]
Solved = Callable[[Promise], Mapping[str, FloatArray]]
"""The metrics of a promise, each of shape (worlds,)."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A claim made ready to be judged.

    `promises` in order, with the arrangement each belongs to in `arrangements`. How they are read depends on `kind`:
    `necessary` and `sufficient`: one each; `raises` and `lowers`: pairs, with and without the measures;
    `complements`: both, the first, the second, neither; `holds`: one; `threshold`: one, whose `varied` measure is
    varied over `range`. `condition` is None where the claim is about a `metric` alone.
    """

    name: str
    kind: str
    measures: tuple[int, ...]
    promises: tuple[Promise, ...]
    arrangements: tuple[str, ...]
    metric: str | None
    condition: Condition | None
    varied: str | None = None
    range: tuple[float, float] = (0.0, 0.0)
    note: str | None = None

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that must be known under every promise."""
        if self.condition is not None:
            return self.condition.metrics
        return () if self.metric is None else (self.metric,)

    @property
    def condition_of(self) -> Condition:
        """The condition of a claim that has one."""
        assert self.condition is not None
        return self.condition


def trial_of(model: Model, name: str) -> Trial:
    """What the claim `name` of a model asks for.

    Raises Refused, with the place of the claim, where no arrangement lets it be judged.
    """
    claim = model.scenario.claims[name]
    order = list(model.scenario.measures)
    promised = {a: tuple(float(levels[m]) for m in order) for a, levels in model.levels.items()}
    trial = _BUILDERS[claim.kind](model, name, claim, order, promised)
    try:
        _refuse_unjudgeable(trial)
    except Refused as refusal:
        first = refusal.faults[0]
        raise Refused(
            first.what, place=model.place(("claims", name, claim.kind)), hint=first.hint
        ) from refusal
    return trial


def _refuse_unjudgeable(trial: Trial) -> None:
    """Judge one imaginary world: the kinds refuse themselves where arrangements are missing."""
    if trial.kind in ("necessary", "sufficient"):
        judge = verdict.necessary if trial.kind == "necessary" else verdict.sufficient
        judge(np.ones((len(trial.promises), 1)), _of_measures(trial))
    elif trial.kind in ("raises", "lowers"):
        empty = np.zeros((len(trial.promises) // 2, 1))
        verdict.raises(empty, empty)


def _of_measures(trial: Trial) -> FloatArray:
    return np.array([[promise[m] for m in trial.measures] for promise in trial.promises])


def _conditional(
    model: Model, name: str, claim: Claim, order: list[str], promised: Mapping[str, Promise]
) -> Trial:
    body = getattr(claim, claim.kind)
    asked = condition(model, body.for_, model.place(("claims", name, claim.kind, "for")))
    measures = tuple(order.index(m) for m in body.measures)
    return Trial(name, claim.kind, measures, tuple(promised.values()), tuple(promised), None, asked)


def _effect(
    model: Model, name: str, claim: Claim, order: list[str], promised: Mapping[str, Promise]
) -> Trial:
    body = getattr(claim, claim.kind)
    measures = tuple(order.index(m) for m in body.measures)
    having = [a for a, levels in promised.items() if all(levels[m] > 0.0 for m in measures)]
    pairs = [(promised[a], _at_zero(promised[a], measures)) for a in having]
    promises = tuple(promise for pair in pairs for promise in pair)
    return Trial(
        name, claim.kind, measures, promises, tuple(a for a in having for _ in (0, 1)), body.metric, None
    )


def _complements(
    model: Model, name: str, claim: Claim, order: list[str], promised: Mapping[str, Promise]
) -> Trial:
    assert claim.complements is not None
    body = claim.complements
    a, b = (order.index(m) for m in body.measures)
    both = promised[body.in_]
    promises = (both, _at_zero(both, (b,)), _at_zero(both, (a,)), _at_zero(both, (a, b)))
    absent = [order[m] for m in (a, b) if both[m] == 0.0]
    note = None
    if absent:
        note = (
            f"{body.in_} promises no {' and no '.join(absent)}, so there is nothing for the two to add to each "
            "other: the claim fails in every world; name an arrangement that promises both"
        )
    return Trial(name, claim.kind, (a, b), promises, (body.in_,) * 4, body.metric, None, note=note)


def _threshold(
    model: Model, name: str, claim: Claim, order: list[str], promised: Mapping[str, Promise]
) -> Trial:
    assert claim.threshold is not None
    body = claim.threshold
    asked = condition(model, body.for_, model.place(("claims", name, "threshold", "for")))
    low, high = model.scenario.measures[body.measure].range
    if not low < high:
        raise Refused(
            f"the range of {body.measure} is the one level {low:g}, so no least level can be found",
            place=model.place(("claims", name, "threshold", "measure")),
            hint="give the measure a range",
        )
    return Trial(
        name,
        claim.kind,
        (order.index(body.measure),),
        (promised[body.in_],),
        (body.in_,),
        None,
        asked,
        body.measure,
        (float(low), float(high)),
    )


def _holds(model: Model, name: str, claim: Claim, order: list[str], promised: Mapping[str, Promise]) -> Trial:
    assert claim.holds is not None
    asked = condition(model, claim.holds.that, model.place(("claims", name, "holds", "that")))
    return Trial(name, claim.kind, (), (promised[claim.holds.in_],), (claim.holds.in_,), None, asked)


_BUILDERS: Mapping[str, Callable[[Model, str, Claim, list[str], Mapping[str, Promise]], Trial]] = {
    "necessary": _conditional,
    "sufficient": _conditional,
    "raises": _effect,
    "lowers": _effect,
    "complements": _complements,
    "threshold": _threshold,
    "holds": _holds,
}


def _at_zero(promise: Promise, measures: Iterable[int]) -> Promise:
    zeroed = set(measures)
    return tuple(0.0 if m in zeroed else level for m, level in enumerate(promise))


def codes_of(trial: Trial, solved: Solved, parameters: Mapping[str, Value], worlds: int) -> Codes:
    """Codes by world, shape (worlds,), of a claim of any kind but `threshold`."""
    if trial.kind in ("necessary", "sufficient", "holds"):
        asked = trial.condition_of
        table = np.stack([met(asked, solved(p), parameters, worlds) for p in trial.promises])
        if trial.kind == "holds":
            return verdict.holds(table[0])
        return (verdict.necessary if trial.kind == "necessary" else verdict.sufficient)(
            table, _of_measures(trial)
        )
    assert trial.metric is not None
    values = [solved(promise)[trial.metric] for promise in trial.promises]
    if trial.kind == "complements":
        return verdict.complements(*values)
    judge = verdict.raises if trial.kind == "raises" else verdict.lowers
    return judge(np.stack(values[::2]), np.stack(values[1::2]))


def refuting_part(trial: Trial, solved: Solved, parameters: Mapping[str, Value], world: int) -> Trial:
    """The least of a claim that is false in `world` already: if that is false anywhere, so is the claim.

    One arrangement that meets the condition without the measures; one that does not with them; one pair in which the
    metric does not move as claimed.
    """
    if trial.kind in ("complements", "holds", "threshold"):
        return trial
    step = 2 if trial.kind in ("raises", "lowers") else 1
    here = {name: v if isinstance(v, float) else v[world : world + 1] for name, v in parameters.items()}

    def alone(promise: Promise) -> Mapping[str, FloatArray]:
        return {name: values[world : world + 1] for name, values in solved(promise).items()}

    for at in range(0, len(trial.promises), step):
        part = replace(
            trial,
            promises=trial.promises[at : at + step],
            arrangements=trial.arrangements[at : at + step],
        )
        if false_in(part, alone, here, 1)[0]:
            return part
    return trial


def false_in(trial: Trial, solved: Solved, parameters: Mapping[str, Value], worlds: int) -> np.ndarray:
    """Where a part of a claim, of any kind but `threshold`, already makes the claim false, shape (worlds,)."""
    if trial.kind in ("necessary", "sufficient"):
        asked = trial.condition_of
        has = _of_measures(trial)
        table = np.stack([met(asked, solved(p), parameters, worlds) for p in trial.promises])
        if trial.kind == "necessary":
            chosen, wrong = verdict.without_measures(has), table == 1.0
        else:
            chosen, wrong = verdict.with_measures(has), table == 0.0
        return np.asarray((wrong & chosen[:, None]).any(axis=0))
    return np.asarray(codes_of(trial, solved, parameters, worlds) == verdict.FALSE)
