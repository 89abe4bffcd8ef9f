"""Scenarios in which an actor's type is hidden, made of generated ones."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

Scenario = dict[str, Any]

TYPES = ("mild", "bold")


def with_hidden_type(scenario: Scenario, rng: random.Random, beliefs: str, grid: int = 4) -> Scenario:
    """The scenario with one actor's type hidden: payoffs, chances and some noises differ by type, and some metrics ask
    for a type or for what is believed. Horizon and tail are short, so that a plain solver is soon through."""
    scenario = copy.deepcopy(scenario)
    deciding = [node["actor"] for node in _nodes(scenario) if "moves" in node]
    name = rng.choice(deciding or list(scenario["actors"]))
    share = rng.choice(["share_bold", 0.3, 0.5, "share_bold ** 2", 0, 1])
    scenario["parameters"] = {**scenario.get("parameters", {}), "share_bold": {"uniform": [0.05, 0.95]}}
    bold = f"type({name}, {TYPES[1]})"
    actor = scenario["actors"][name]
    actor |= {
        "types": {TYPES[0]: {"share": f"1 - ({share})"}, TYPES[1]: {"share": share}},
        "beliefs": beliefs,
        "grid": grid,
    }
    for each in scenario["actors"].values():
        # A noise of 0 lets nobody learn, and next to none makes every reply jump.
        each["noise"] = f"max({each['noise']}, 0.25)"
        each["discount"] = f"min({each['discount']}, 0.7)"
    if rng.random() < 0.4:
        actor["noise"] = f"({actor['noise']}) * (1 + {bold})"
    for node in _nodes(scenario):
        if "noise" in node:
            node["noise"] = f"max({node['noise']}, 0.25)"
        branches = node.get("chance", {})
        others = [b for b in branches.values() if b["probability"] == "otherwise"]
        for branch in branches.values():
            if others and branch not in others and rng.random() < 0.4:
                branch["probability"] = (
                    f"({branch['probability']}) * where({bold}, {rng.uniform(0.2, 0.9):.3f}, 1)"
                )
        for move, probability in node.get("bound", {}).items():
            if rng.random() < 0.4:
                node["bound"][move] = f"({probability}) * (1 - {rng.uniform(0.1, 0.9):.3f} * {bold})"
    for section in ("phases", "outcomes"):
        for part in scenario[section].values():
            payoffs = part.get("payoffs", {})
            for payee in sorted({*payoffs, name}):
                if rng.random() < (0.6 if payee == name else 0.3):
                    payoffs[payee] = f"({payoffs.get(payee, 0)}) + {rng.uniform(-2, 2):.3f} * {bold}"
            if payoffs:
                part["payoffs"] = payoffs
    scenario["horizon"] = {"years": rng.choice([1, 2, 3]), "period": "year"}
    if rng.random() < 0.5:
        scenario["horizon"]["tail_years"] = rng.choice([0, 2, 5])
    scenario["metrics"] = _metrics(scenario, name, rng)
    scenario.pop("observations", None)
    scenario.pop("claims", None)
    return scenario


def _metrics(scenario: Scenario, name: str, rng: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for metric, of in scenario["metrics"].items():
        each = {key: value for key, value in of.items() if key != "by_year"}
        found[metric] = each
        if "value" not in each and rng.random() < 0.5:
            given = {**each.get("given", {}), "type": f"{name}.{rng.choice(TYPES)}"}
            found[f"{metric}_typed"] = {**each, "given": given}
    for kind in TYPES:
        found[f"believed_{kind}"] = {"belief": f"{name}.{kind}"}
        found[f"value_{kind}"] = {"value": name, "given": {"type": f"{name}.{kind}"}}
    return found


def _nodes(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """All decisions and chance nodes."""
    waiting = list(scenario.get("trees", {}).values())
    waiting += [phase["play"] for phase in scenario["phases"].values() if "play" in phase]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            continue
        yield node
        below = [branch["then"] for branch in node.get("chance", {}).values()]
        waiting += [*node.get("moves", {}).values(), *below]
