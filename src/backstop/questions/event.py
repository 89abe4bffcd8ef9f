"""Events: conditions over metrics and parameters, world by world true, false, or unknown where a metric has no value.

A metric with a `given` has no value in worlds where its condition cannot happen: what uses it there is unknown, and
not an error. Any other value that is not finite is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.words import did_you_mean
from backstop.scenario.expression.expression import (
    Expression,
    ExpressionError,
    Value,
    evaluate,
    first_fault,
    names_in_use,
    parse,
)
from backstop.scenario.model import Model


@dataclass(frozen=True, slots=True)
class Event:
    """A condition over metrics and parameters; `metrics` are those it uses, `place` where it stands."""

    expression: Expression
    metrics: tuple[str, ...]
    place: Place

    @property
    def text(self) -> str:
        """The condition as it was written."""
        return " ".join(self.expression.text.split())

    def occurs(
        self, metrics: Mapping[str, FloatArray], parameters: Mapping[str, Value], worlds: int
    ) -> FloatArray:
        """1 where the condition is met, 0 where not, not-a-number where unknown: shape (worlds,).

        Raises InvalidInput where a value other than a metric is not finite.
        """
        expression = self.expression

        def lookup(name: str) -> Value:
            found = metrics.get(name)
            return parameters[name] if found is None else found

        value = evaluate(expression, lookup)
        known = np.ones(worlds, dtype=np.bool_)
        if any(not np.isfinite(metrics[name]).all() for name in self.metrics):
            for name, where in names_in_use(expression, lookup, np.ones(worlds, dtype=np.bool_)).items():
                if name in metrics:
                    known &= ~(np.broadcast_to(where, (worlds,)) & ~np.isfinite(metrics[name]))
        result = np.broadcast_to(np.asarray(value, dtype=np.float64), (worlds,))
        if expression.hides or not np.isfinite(result[known]).all():
            fault = first_fault(expression, lookup, known)
            if fault is not None:
                here = "in every world" if fault.world is None else f"in world {fault.world}"
                raise InvalidInput(f"{self.text}: {fault.message} {here}", place=self.place)
        return np.where(known, (result != 0.0).astype(np.float64), np.nan)


def event(model: Model, text: str | float, place: Place | None = None) -> Event:
    """The event that `text` spells. Raises InvalidInput where it cannot be read or names something unknown.

    >>> from backstop import load
    >>> event(load("examples/korea-1953"), "no_war_20 < 0.5").metrics
    ('no_war_20',)
    """
    where = place or Place()
    try:
        expression = parse(text)
    except ExpressionError as error:
        raise InvalidInput(f"the condition {text} cannot be read: {error}", place=where) from error
    metrics, parameters = model.scenario.metrics, model.scenario.parameters
    faults = []
    for name in sorted(expression.names):
        if name not in metrics and name not in parameters:
            what = f"the condition {text} uses {name}, which is neither a metric nor a parameter"
            hint = did_you_mean(name, [*metrics, *parameters], "metric or parameter")
            faults.append(Fault(what, where, hint))
    if faults:
        raise InvalidInput(faults)
    return Event(expression, tuple(n for n in metrics if n in expression.names), where)
