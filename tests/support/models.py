"""Compiled models from scenarios written as plain data or as YAML text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from tests.support.strategies import to_yaml

from backstop.game import plain_process
from backstop.game.process import Solution, solve
from backstop.game.stage import Information
from backstop.scenario.check.scenario import read_scenario
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model, compile_scenario
from backstop.scenario.plain_valuation import Valuation as PlainValuation
from backstop.scenario.valuation import Plan, Valuation


def model_of(scenario: Mapping[str, Any] | str) -> Model:
    """The compiled model; what a test has no use for may be left out of plain data."""
    if isinstance(scenario, str):
        text = scenario
    else:
        start = scenario["start"]
        whole = {"format": "backstop/1", "title": "A test", **scenario}
        whole["metrics"] = scenario.get("metrics") or {"whatever": {"occupy": [start]}}
        text = to_yaml(whole)
    document, checked, notes = read_scenario(text.encode(), "scenario.yaml")
    return compile_scenario(checked, document.place, notes=notes)


def solution_of(
    model: Model,
    arrangement: str,
    parameters: Mapping[str, Value] | None = None,
    worlds: int = 1,
    information: Information = "agent_error",
    accelerate: bool = True,
) -> Solution:
    """One arrangement solved in `worlds` worlds with the parameters given (fixed ones may be left out)."""
    drawn: dict[str, Value] = {name: d for name, d in model.distributions.items() if isinstance(d, float)}
    drawn.update(parameters or {})
    valuation = Valuation(Plan(model, model.levels[arrangement]), drawn, 0, worlds)
    return solve(
        model.game,
        valuation.stage,
        model.periods,
        valuation.factor,
        information,
        worlds,
        model.scenario.horizon.tail_periods,
        accelerate,
    )


def one_world(
    model: Model,
    arrangement: str,
    parameters: Mapping[str, float] | None = None,
    information: Information = "agent_error",
) -> plain_process.Solution:
    """One arrangement in one world with the parameters given (fixed ones may be left out)."""
    drawn = {name: d for name, d in model.distributions.items() if isinstance(d, float)}
    drawn.update(parameters or {})
    return PlainValuation(model, model.levels[arrangement], drawn, 0).solved(information)


def stacked(worlds: list[Mapping[str, float]], model: Model) -> dict[str, Value]:
    """Parameters of several worlds as arrays, those that the model has fixed as numbers."""
    return {
        name: d if isinstance(d, float) else np.array([float(world[name]) for world in worlds])
        for name, d in model.distributions.items()
    }
