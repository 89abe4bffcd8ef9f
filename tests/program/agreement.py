"""A program compared with the reference solver: every figure of every world of a scenario."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from tests.reference.arithmetic import NotFinite
from tests.reference.solver import Solution, solve
from tests.reference.stage import InvalidWorld
from tests.support.models import model_of

from backstop.program.host import Host, Number, Solved, Wanted
from backstop.program.program import Information, compile_program
from backstop.scenario.model import Model

TOLERANCE = 1e-9
EVERYTHING = Wanted(curves=True, costs=True, shares=True, outcomes=True)


def columns(worlds: list[dict[str, float]]) -> dict[str, Number]:
    """Parameters of several worlds, one array for each."""
    return {name: np.array([world[name] for world in worlds]) for name in worlds[0]}


def solved(
    model: Model, worlds: list[dict[str, float]], information: Information, threads: int = 1
) -> dict[str, Solved]:
    """All arrangements of a model solved by the program."""
    host = Host(compile_program(model, information), threads)
    return host.solve_all(len(worlds), columns(worlds), model.levels, EVERYTHING)


def compare(scenario: Mapping[str, Any], worlds: list[dict[str, float]], information: Information) -> int:
    """How many worlds were compared, all arrangements counted; raises AssertionError where two solvers differ.

    Worlds that do not settle, and those in which rounding decides between moves at noise 0, are not compared.
    """
    model = model_of(scenario)
    found = solved(model, worlds, information)
    compared = 0
    for arrangement in model.levels:
        for index, world in enumerate(worlds):
            where = f"{arrangement}, world {index}, {information}"
            try:
                other = solve(scenario, world, arrangement, information)
            except (InvalidWorld, NotFinite) as fault:
                assert found[arrangement].flagged[index], f"{where}: not flagged though {fault}"
                continue
            assert not found[arrangement].flagged[index], f"{where}: flagged"
            if other.fragile:
                continue
            assert bool(found[arrangement].settled[index]) is other.settled, f"{where}: settled"
            if not other.settled:
                continue
            _compare_world(where, model, found[arrangement], index, other)
            compared += 1
    return compared


def _compare_world(where: str, model: Model, found: Solved, index: int, other: Solution) -> None:
    names = list[str]()
    for name, ours, theirs in _pairs(model, found, index, other):
        names.append(name)
        if theirs is None:
            assert math.isnan(ours), f"{where}: {name} has a value"
        else:
            assert abs(ours - theirs) <= TOLERANCE * max(1.0, abs(theirs)), f"{where}: {name} {ours} {theirs}"
    assert len(names) >= len(model.scenario.metrics) + len(model.game.actors)


def _pairs(model: Model, found: Solved, w: int, other: Solution) -> Iterator[tuple[str, float, float | None]]:
    for name, metric in other.metrics.items():
        yield name, found.metrics[name][w], metric
    for actor, value in other.start_values.items():
        yield actor, found.values[actor][w], value
    for measure, cost in other.costs.items():
        yield f"cost of {measure}", found.costs[measure][w], cost
    for outcome, number in other.expected_outcomes.items():
        yield outcome, found.outcomes[outcome][w], number
    for name, curve in other.curves.items():
        for period, point in enumerate(curve):
            yield f"{name} at {period}", found.curves[name][period, w], point
    assert found.shares is not None
    for period, row in enumerate(other.shares):
        for k, phase in enumerate(model.game.phases):
            yield f"share of {phase} at {period}", found.shares[period, k, w], row[phase]
