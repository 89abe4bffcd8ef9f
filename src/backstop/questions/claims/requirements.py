"""What a claim asks of the worlds: which promises must be solved, which metrics of each, and how it is judged.

A promise is a tuple of levels in the order of the study's measures, so that claims that ask for the same levels share
one solution.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import Refused
from backstop.questions.claims import verdict
from backstop.questions.claims.verdict import Codes
from backstop.questions.event import Event, event
from backstop.questions.inquiry import Promise, promise_of
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.worlds.comparison import higher, lower, spread
from backstop.worlds.hazard import log_hazards, rounding_of_log_hazards

Solved = Mapping[Promise, Mapping[str, FloatArray]]
"""Metrics by promise, each of shape (worlds,)."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """A claim made ready to be judged: its promises in order, with the arrangement each belongs to.

    How promises are read depends on `kind`: `necessary` and `sufficient`: one an arrangement; `raises` and `lowers`:
    pairs, with and without the measures; `complements`: both, the first, the second, neither; `holds`: one;
    `threshold`: one, whose one measure is varied over `range`. A claim is about an `event` or a `metric`. `measures`
    are their places in a promise. `scale` is that on which effects add up; `avoided` says that the metric is the
    probability of avoiding its event. `spread` is that of the metric over worlds, on its scale: what counts as higher
    depends on it; 0 until worlds are solved (`with_spread`).
    """

    name: str
    kind: str
    measures: tuple[int, ...]
    promises: tuple[Promise, ...]
    arrangements: tuple[str, ...]
    metric: str | None = None
    event: Event | None = None
    range: tuple[float, float] = (0.0, 0.0)
    scale: str = "probability"
    avoided: bool = False
    spread: float = 0.0
    note: str | None = None

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that must be known under every promise."""
        if self.event is not None:
            return self.event.metrics
        return () if self.metric is None else (self.metric,)

    @property
    def asked(self) -> Event:
        """The event of a claim that has one."""
        assert self.event is not None
        return self.event

    @property
    def levels(self) -> FloatArray:
        """Promised levels of the claim's measures, shape (promises, measures)."""
        return np.array([[promise[m] for m in self.measures] for promise in self.promises])


def requirements_of(model: Model, name: str) -> Requirements:
    """What the claim `name` of a model asks for.

    Raises Refused, with the place of the claim, where no arrangement lets it be judged.
    """
    kind = model.scenario.claims[name].kind
    found = _read(model, name, kind)
    try:
        # One imaginary world: the kinds refuse themselves where arrangements are missing.
        if kind in ("necessary", "sufficient"):
            _judge_levels(found, np.ones((len(found.promises), 1)))
        elif kind in ("raises", "lowers"):
            empty = np.zeros((len(found.promises) // 2, 1))
            verdict.raises(empty, empty)
    except Refused as refusal:
        first = refusal.faults[0]
        raise Refused(first.what, place=model.place(("claims", name, kind)), hint=first.hint) from refusal
    return found


def _read(model: Model, name: str, kind: str) -> Requirements:
    claim = model.scenario.claims[name]
    order = list(model.scenario.measures)
    # A claim is about the study; what a reader puts together beside it neither supports nor refutes it.
    promised = {a: promise_of(model, a) for a in model.levels if a != model.yours}

    def asked(formula: str | float, key: str = "for") -> Event:
        return event(model, formula, model.place(("claims", name, kind, key)))

    conditional = claim.necessary or claim.sufficient
    if conditional is not None:
        measures = tuple(order.index(m) for m in conditional.measures)
        return Requirements(
            name, kind, measures, tuple(promised.values()), tuple(promised), event=asked(conditional.for_)
        )
    effect = claim.raises or claim.lowers
    if effect is not None:
        measures = tuple(order.index(m) for m in effect.measures)
        having = [a for a, levels in promised.items() if all(levels[m] > 0.0 for m in measures)]
        pairs = [(promised[a], at_zero(promised[a], measures)) for a in having]
        return Requirements(
            name,
            kind,
            measures,
            tuple(promise for pair in pairs for promise in pair),
            tuple(a for a in having for _ in (0, 1)),
            effect.metric,
        )
    if claim.complements is not None:
        joint = claim.complements
        a, b = (order.index(m) for m in joint.measures)
        both = promised[joint.in_]
        absent = [order[m] for m in (a, b) if both[m] == 0.0]
        note = None
        if absent:
            note = (
                f"{joint.in_} promises no {' and no '.join(absent)}, so there is nothing for the two to add to each "
                "other: the claim fails in every world; name an arrangement that promises both"
            )
        promises = (both, at_zero(both, (b,)), at_zero(both, (a,)), at_zero(both, (a, b)))
        avoided = model.scenario.metrics[joint.metric].kind == "avoid"
        return Requirements(
            name,
            kind,
            (a, b),
            promises,
            (joint.in_,) * 4,
            joint.metric,
            scale=joint.scale,
            avoided=avoided,
            note=note,
        )
    if claim.threshold is not None:
        least = claim.threshold
        low, high = model.scenario.measures[least.measure].range
        if not low < high:
            raise Refused(
                f"the range of {least.measure} is the one level {low:g}, so no least level can be found",
                place=model.place(("claims", name, "threshold", "measure")),
                hint="give the measure a range",
            )
        return Requirements(
            name,
            kind,
            (order.index(least.measure),),
            (promised[least.in_],),
            (least.in_,),
            event=asked(least.for_),
            range=(float(low), float(high)),
        )
    assert claim.holds is not None
    said = claim.holds
    return Requirements(name, kind, (), (promised[said.in_],), (said.in_,), event=asked(said.that, "that"))


def at_zero(promise: Promise, measures: Iterable[int]) -> Promise:
    """A promise with some measures, by their places, at zero."""
    zeroed = set(measures)
    return tuple(0.0 if m in zeroed else level for m, level in enumerate(promise))


def codes_of(of: Requirements, solved: Solved, parameters: Mapping[str, Value], worlds: int) -> Codes:
    """Codes by world, shape (worlds,), of a claim of any kind but `threshold`."""
    if of.event is not None:
        met = _met(of, solved, parameters, worlds)
        return verdict.every(met) if of.kind == "holds" else _judge_levels(of, met)
    values = _values(of, solved)
    if of.kind == "complements":
        both, first, second, neither = values
        return verdict.complements(both, first, second, neither, of.spread, _rounding(of, solved))
    judge = verdict.raises if of.kind == "raises" else verdict.lowers
    return judge(np.stack(values[::2]), np.stack(values[1::2]), of.spread)


def with_spread(of: Requirements, solved: Solved, weights: FloatArray | None) -> Requirements:
    """A claim about a metric with that metric's spread over the worlds solved, under all that the claim compares."""
    return of if of.metric is None else replace(of, spread=spread(_values(of, solved), weights))


def _values(of: Requirements, solved: Solved) -> list[FloatArray]:
    """The metric of a claim under each promise, on the claim's scale, each of shape (worlds,)."""
    assert of.metric is not None
    values = [solved[promise][of.metric] for promise in of.promises]
    if of.scale != "log_hazard":
        return values
    # Where a hazard falls, what avoids its event rises: the sign makes higher mean more of the metric on either scale.
    return [(-1.0 if of.avoided else 1.0) * log_hazards(v, of.avoided) for v in values]


def _rounding(of: Requirements, solved: Solved) -> FloatArray | float:
    """What the sum of the values of a claim may be off by rounding, beyond the margin of what is compared."""
    if of.scale != "log_hazard":
        return 0.0
    assert of.metric is not None
    each = [rounding_of_log_hazards(solved[promise][of.metric], of.avoided) for promise in of.promises]
    return np.asarray(np.sum(each, axis=0))


def constant(
    of: Requirements, solved: Solved, parameters: Mapping[str, Value], weights: FloatArray | None
) -> bool:
    """Whether nothing that a claim asks about differs between worlds, whatever is assumed."""
    used = () if of.event is None else of.event.expression.names
    if any(isinstance(parameters.get(name), np.ndarray) for name in used):
        return False
    for promise, metric in ((p, m) for p in of.promises for m in of.metrics):
        values = solved[promise][metric] if weights is None else solved[promise][metric][weights > 0]
        low, high = values.min(), values.max()
        # Unknown in some world: whether it is depends on something.
        if not np.isfinite(high - low) or higher(high, low) == 1.0:
            return False
    return True


def differs(of: Requirements, solved: Solved, weights: FloatArray | None) -> bool:
    """Whether the measures of a claim that compares a metric change it in any world with weight."""
    assert of.metric is not None
    values = [solved[promise][of.metric] for promise in of.promises]
    widest = spread(values, weights)
    if of.kind == "complements":
        pairs = [(value, values[3]) for value in values[:3]]
    else:
        pairs = list(zip(values[::2], values[1::2], strict=True))
    for one, other in pairs:
        moved = (higher(one, other, widest) == 1.0) | (lower(one, other, widest) == 1.0)
        if (moved if weights is None else moved & (weights > 0)).any():
            return True
    return False


def _met(of: Requirements, solved: Solved, parameters: Mapping[str, Value], worlds: int) -> FloatArray:
    """Where the event occurs, shape (promises, worlds)."""
    return np.stack([of.asked.occurs(solved.get(p, {}), parameters, worlds) for p in of.promises])


def _judge_levels(of: Requirements, met: FloatArray) -> Codes:
    return (verdict.necessary if of.kind == "necessary" else verdict.sufficient)(met, of.levels)


def refuting_part(of: Requirements, solved: Solved, parameters: Mapping[str, Value]) -> Requirements:
    """The least of a claim that makes it false in the one world of `solved`; the whole claim where no part does.

    One arrangement that meets the condition without the measures; one that does not with them; one pair in which the
    metric does not move as claimed.
    """
    if of.kind in ("complements", "holds", "threshold"):
        return of
    step = 2 if of.kind in ("raises", "lowers") else 1
    parts = [
        replace(of, promises=of.promises[at : at + step], arrangements=of.arrangements[at : at + step])
        for at in range(0, len(of.promises), step)
    ]
    if of.kind == "necessary":
        chosen = (
            p
            for p in parts
            if verdict.without_measures(p.levels)[0] and _met(p, solved, parameters, 1)[0] > 0
        )
    elif of.kind == "sufficient":
        chosen = (
            p for p in parts if verdict.with_measures(p.levels)[0] and _met(p, solved, parameters, 1)[0] == 0
        )
    else:
        chosen = (p for p in parts if codes_of(p, solved, parameters, 1)[0] == verdict.FALSE)
    return next(chosen, of)
