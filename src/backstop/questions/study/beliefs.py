"""What others come to believe of a hidden type: by what has happened, and by which type it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.scenario.format.scenario import Given, Metric
from backstop.scenario.model import Model
from backstop.worlds.query import Query, ask
from backstop.worlds.result import Result

MOST_WORLDS = 2_000
"""Worlds in which it is worked out: the first of an assessment."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A phase that may have been seen by the horizon: its `chance` with either type, by name, and what is believed
    then; None where no world has it."""

    phase: str
    chance: Mapping[str, float | None]
    belief: float | None


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What others believe at the horizon, as the mean over worlds: the probability that they give to `type` of `actor`.

    By arrangement: `overall`, `given` each type, and by what has been `seen`. `share`: what they believe at the start.
    """

    actor: str
    type: str
    years: float
    worlds: int
    share: float
    overall: Mapping[str, float]
    given: Mapping[str, Mapping[str, float | None]]
    seen: Mapping[str, tuple[Seen, ...]]

    def as_dict(self) -> dict[str, Any]:
        """Its JSON."""
        return {
            "actor": self.actor,
            "type": self.type,
            "years": self.years,
            "worlds": self.worlds,
            "share": self.share,
            "arrangements": {
                name: {
                    "overall": overall,
                    "given": dict(self.given[name]),
                    "seen": {
                        s.phase: {"chance": dict(s.chance), "belief": s.belief} for s in self.seen[name]
                    },
                }
                for name, overall in self.overall.items()
            },
        }


def asking_beliefs(model: Model) -> Model:
    """The model with metrics of what is believed of its hidden type, by type and by what has been seen, for its own."""
    types = model.types
    assert types is not None
    actor = model.game.actors[types.actor]
    believed = f"{actor}.{types.names[1]}"
    metrics: dict[str, Metric] = {"overall": Metric(belief=believed)}
    for name in types.names:
        metrics[f"given {name}"] = Metric(belief=believed, given=Given(type=f"{actor}.{name}"))
    for phase in model.phases:
        metrics[f"then {phase}"] = Metric(belief=believed, given=Given(reach=(phase,)))
        for name in types.names:
            chance = Metric(reach=(phase,), given=Given(type=f"{actor}.{name}"))
            metrics[f"{name} sees {phase}"] = chance
    metrics["share"] = Metric(belief=believed, by_year=0)
    return replace(model, scenario=model.scenario.model_copy(update={"metrics": metrics}))


def learnt_beliefs(result: Result, threads: int | None = None) -> Beliefs | None:
    """What others come to believe under every arrangement of an assessment; None where nobody learns a type."""
    model = result.model
    types = model.types
    if types is None or types.beliefs != "bayes":
        return None
    actor = model.game.actors[types.actor]
    second = types.names[1]
    asking = asking_beliefs(model)
    metrics = tuple(asking.scenario.metrics)
    worlds = min(result.worlds, MOST_WORLDS)
    some = {n: v[:worlds] if isinstance(v, np.ndarray) else v for n, v in result.parameters.items()}
    queries = [Query(model.levels[name], metrics) for name in result.arrangements]
    found = ask(asking, some, worlds, queries, result.information, threads)
    weights = None if result.weights is None else result.weights[:worlds]

    def mean(values: FloatArray) -> float | None:
        known = np.isfinite(values)
        part = None if weights is None else weights[known]
        if not known.any() or (part is not None and part.sum() <= 0.0):
            return None
        return float(np.average(values[known], weights=part))

    by_name = {
        name: {metric: mean(values) for metric, values in figures.metrics.items()}
        for name, figures in zip(result.arrangements, found, strict=True)
    }
    return Beliefs(
        actor,
        second,
        model.years_at(model.periods),
        worlds,
        next(iter(by_name.values()))["share"] or 0.0,
        {name: of["overall"] or 0.0 for name, of in by_name.items()},
        {name: {t: of[f"given {t}"] for t in types.names} for name, of in by_name.items()},
        {
            name: tuple(
                Seen(phase, {t: of[f"{t} sees {phase}"] for t in types.names}, of[f"then {phase}"])
                for phase in model.phases
            )
            for name, of in by_name.items()
        },
    )
