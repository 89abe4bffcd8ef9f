"""Compiled models from scenarios written as plain data or as YAML text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.strategies import to_yaml

from backstop.game.choice import Information
from backstop.game.process import Solution
from backstop.scenario.check.scenario import read_scenario
from backstop.scenario.model import Model, compile_scenario
from backstop.scenario.valuation import Valuation


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


def one_world(
    model: Model,
    arrangement: str,
    parameters: Mapping[str, float] | None = None,
    information: Information = "agent_error",
) -> Solution:
    """One arrangement in one world with the parameters given (fixed ones may be left out)."""
    drawn = {name: d for name, d in model.distributions.items() if isinstance(d, float)}
    drawn.update(parameters or {})
    return Valuation(model, model.levels[arrangement], drawn, 0).solved(information)
