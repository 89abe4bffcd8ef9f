"""Scenarios in which facts last, made of generated ones."""

from __future__ import annotations

import copy
import random
from typing import Any

Scenario = dict[str, Any]


def with_facts(scenario: Scenario, rng: random.Random) -> Scenario:
    """The scenario with one to three facts that outcomes change and payoffs, chances, measures and metrics rest on."""
    scenario = copy.deepcopy(scenario)
    facts: Scenario = {}
    outcomes = list(scenario["outcomes"])
    if rng.random() < 0.8:
        facts["word"] = {
            "values": {"none": 0, "half": 0.5, "whole": 1},
            "start": rng.choice(["none", "half"]),
        }
    if rng.random() < 0.6 or not facts:
        resets = rng.sample(outcomes, rng.randint(1, min(2, len(outcomes))))
        facts["age"] = {"counts": rng.randint(1, 3), "start": 0, "resets": resets}
    if rng.random() < 0.3:
        facts["line"] = {"range": [0, 1], "steps": 3, "start": 0.5}
    scenario["facts"] = facts

    def some() -> str:
        return f"{rng.uniform(-1, 1):.3f} * {rng.choice(list(facts))}"

    for name, outcome in scenario["outcomes"].items():
        sets = {}
        if "word" in facts and rng.random() < 0.5:
            sets["word"] = rng.choice(["none", "half", "whole", 0.5])
        if "line" in facts and rng.random() < 0.4:
            sets["line"] = rng.choice([0, 0.5, 1])
        if "age" in facts and name not in facts["age"]["resets"] and rng.random() < 0.15:
            sets["age"] = rng.randint(0, facts["age"]["counts"])
        if sets:
            outcome["sets"] = sets
    for section in ("phases", "outcomes"):
        for part in scenario[section].values():
            payoffs = part.get("payoffs", {})
            for actor in scenario["actors"]:
                if rng.random() < 0.4:
                    payoffs[actor] = f"({payoffs.get(actor, 0)}) + {some()}"
            if payoffs:
                part["payoffs"] = payoffs
    for measure in scenario.get("measures", {}).values():
        if rng.random() < 0.4:
            measure["cap"] = f"{rng.uniform(0, 2):.3f} + {rng.choice(list(facts))}"
        if rng.random() < 0.3:
            measure["when"] = f"{rng.choice(list(facts))} < 1"
    for name, definition in scenario.get("definitions", {}).items():
        if rng.random() < 0.3:
            scenario["definitions"][name] = f"({definition}) + {some()}"
    for metric in scenario["metrics"].values():
        if not {"value", "belief"} & set(metric) and rng.random() < 0.5:
            metric["where"] = f"{rng.choice(list(facts))} >= 0.5"
        if set(metric.get("given", {})) & {"reach", "avoid"} and rng.random() < 0.5:
            metric["given"]["where"] = f"{rng.choice(list(facts))} < 1"
    scenario.pop("observations", None)
    scenario.pop("claims", None)
    return scenario
