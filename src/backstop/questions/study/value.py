"""The choice that information could improve: which arrangement, by a metric or by what an actor's future is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import InvalidInput
from backstop.base.words import did_you_mean
from backstop.questions.methods.information import Information, value_of_information
from backstop.questions.study.drivers import used_parameters
from backstop.questions.study.table import Table
from backstop.scenario.model import Model
from backstop.worlds.statistics import Estimate

MOST_TOGETHER = 12
"""Parameters a group may have: the regression on more would say little."""


@dataclass(frozen=True, slots=True)
class Worth:
    """The value of knowing parameters and groups before an arrangement is chosen; `best` is chosen without knowing.

    `left_out`: groups that have too many parameters to be asked about together, with their number.
    """

    information: Information
    arrangements: tuple[str, ...]
    best: str
    groups: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, int]


def default_metric(model: Model) -> str:
    """The first metric that says that something holds (`occupy` or `avoid`); the first of all where none does."""
    metrics = model.scenario.metrics
    lasting = (
        n for n, m in metrics.items() if m.kind in ("occupy", "avoid") and m.given is None and m.from_ is None
    )
    return next(lasting, next(iter(metrics)))


def groups_of(model: Model, by: str, own: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Groups of uncertain parameters with at least two members: the user's `own`, and those `by` basis or camp."""
    varying = [name for name in model.uncertain if name in used_parameters(model.scenario)]
    found: dict[str, list[str]] = {}
    for name in varying:
        parameter = model.scenario.parameters[name]
        if by in ("basis", "both"):
            for source in parameter.basis:
                found.setdefault(f"basis {source}", []).append(name)
        if by in ("camp", "both"):
            for camp in parameter.experts or {}:
                found.setdefault(f"camp {camp}", []).append(name)
    groups = {label: tuple(names) for label, names in found.items() if len(names) > 1}
    for label, names in own.items():
        for name in names:
            if name not in model.distributions:
                raise InvalidInput(
                    f"group {label} names {name}, which is not a parameter",
                    hint=did_you_mean(name, model.uncertain, "parameter"),
                )
        groups[label] = tuple(name for name in names if name in varying)
    return groups


def worth_of_knowing(found: Table, benefits: FloatArray, groups: Mapping[str, tuple[str, ...]]) -> Worth:
    """EVPI and EVPPI of every uncertain parameter and group; `benefits` (arrangements, worlds), more being better.

    Parameters that nothing uses are worth exactly 0. Raises Refused for one arrangement or too few worlds.
    """
    used = used_parameters(found.ensemble.model.scenario)
    inputs = {name: values for name, values in found.inputs.items() if name in used}
    asked = {label: names for label, names in groups.items() if 0 < len(names) <= MOST_TOGETHER}
    result = value_of_information(benefits, inputs, found.weights, asked)
    evppi = {name: result.evppi.get(name, Estimate(0.0, 0.0)) for name in found.inputs}
    evppi.update({label: result.evppi[label] for label in asked})
    names = tuple(found.metrics)
    left_out = {label: len(members) for label, members in groups.items() if len(members) > MOST_TOGETHER}
    whole = Information(evppi, result.evpi, result.best, result.note)
    return Worth(whole, names, names[result.best], asked, left_out)


def values_of_actor(found: Table, actor: str) -> FloatArray:
    """What the future is worth to an actor at the start under every arrangement, shape (arrangements, worlds)."""
    ensemble = found.ensemble
    model = ensemble.model
    if actor not in model.scenario.actors:
        raise InvalidInput(
            f"no actor is called {actor}", hint=did_you_mean(actor, model.scenario.actors, "actor")
        )
    return np.stack([ensemble.solve(model.levels[name]).values[actor] for name in found.metrics])
