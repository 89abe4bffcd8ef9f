"""A sample of worlds: their parameters, their weights from what is observed, and metrics under what was promised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.records import Record
from backstop.questions.event import Event
from backstop.questions.inquiry import Inquiry, Promise, levels_of, promise_of, varying
from backstop.scenario.expression.expression import Value, parse
from backstop.scenario.format.scenario import Scenario
from backstop.scenario.model import Model
from backstop.worlds.query import Query
from backstop.worlds.result import Result
from backstop.worlds.statistics import counted_weights, effective_worlds
from backstop.worlds.weighing import Weighing


@dataclass(frozen=True, slots=True, eq=False)
class WeightedWorlds:
    """Worlds of an inquiry with metrics by promise, each of shape (worlds,), and how the worlds were weighed.

    `weight` is the same as `weights`, summing to 1.
    """

    inquiry: Inquiry
    parameters: Mapping[str, Value]
    solved: Mapping[Promise, Mapping[str, FloatArray]]
    weighed: Weighing
    weight: FloatArray

    @property
    def weights(self) -> FloatArray | None:
        """Weights of the worlds, shape (worlds,); None where all count alike."""
        return self.weighed.weights

    @property
    def model(self) -> Model:
        """The model asked."""
        return self.inquiry.model

    @property
    def worlds(self) -> int:
        """How many worlds there are."""
        return len(self.weight)

    @property
    def effective_worlds(self) -> float:
        """How many equally weighted worlds these are worth."""
        return effective_worlds(self.weight)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind about every figure, a line each."""
        return self.weighed.notes

    @property
    def inputs(self) -> dict[str, FloatArray]:
        """The parameters that vary, each of shape (worlds,)."""
        return varying(self.parameters)

    @property
    def used(self) -> dict[str, FloatArray]:
        """The parameters that vary and that something in the study depends on."""
        used = used_parameters(self.model.scenario)
        return {name: values for name, values in self.inputs.items() if name in used}

    def metric(self, name: str, arrangement: str) -> FloatArray:
        """A metric under an arrangement, shape (worlds,)."""
        return self.solved[promise_of(self.model, arrangement)][name]

    def rows(self, metric: str, arrangements: Iterable[str]) -> FloatArray:
        """A metric of several arrangements, shape (arrangements, worlds)."""
        return np.stack([self.metric(metric, name) for name in arrangements])

    def occurs(self, event: Event, promise: Promise) -> FloatArray:
        """Where an event occurs under a promise: 1, 0, or not-a-number where unknown."""
        return event.occurs(self.solved.get(promise, {}), self.parameters, self.worlds)


def weighted_worlds(
    inquiry: Inquiry,
    wanted: Mapping[Promise, Iterable[str]],
    solved: Result | None = None,
    weighed: Weighing | None = None,
) -> WeightedWorlds:
    """The worlds of an inquiry with the metrics `wanted` by promise, all solved in one go, and weighed.

    `solved`: an assessment of the same worlds, whose arrangements need not be solved again; `weighed`: the weights,
    where they are known. Raises Refused under ten effective worlds, InvalidInput for faults found while solving.
    """
    model = inquiry.model
    known: dict[Promise, dict[str, FloatArray]] = {}
    for name, of in solved.arrangements.items() if solved is not None else ():
        known[promise_of(model, name)] = dict(of.samples)
    missing = {p: tuple(m for m in names if m not in known.get(p, {})) for p, names in wanted.items()}
    queries = {p: Query(levels_of(model, p), names) for p, names in missing.items() if names}
    if weighed is None:
        weighed = inquiry.weighing() if solved is None else solved.weighed
    weight = counted_weights(weighed.weights, inquiry.worlds)
    parameters = inquiry.drawn() if solved is None else solved.parameters
    found = inquiry.solve(parameters, inquiry.worlds, list(queries.values()), inquiry.progress)
    for promise, figures in zip(queries, found, strict=True):
        known.setdefault(promise, {}).update(figures.metrics)
    return WeightedWorlds(inquiry, parameters, known, weighed, weight)


def worlds_under(
    inquiry: Inquiry,
    arrangements: Iterable[str],
    metrics: Iterable[str],
    weighed: Weighing | None = None,
) -> WeightedWorlds:
    """The worlds of an inquiry with `metrics` under `arrangements`; raises as `weighted_worlds`."""
    asked = tuple(metrics)
    wanted = {promise_of(inquiry.model, name): asked for name in arrangements}
    return weighted_worlds(inquiry, wanted, weighed=weighed)


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
