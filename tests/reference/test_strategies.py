"""The generator of random scenarios: valid, varied, and the same for the same seed."""

from __future__ import annotations

import io
import random
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from ruamel.yaml import YAML
from tests.reference.solver import Solution, solve
from tests.support.strategies import parameter_values, random_scenario, scenarios_with_values, to_yaml

SEEDS = range(400)


def worlds() -> list[tuple[dict[str, Any], dict[str, float]]]:
    made = []
    for seed in SEEDS:
        rng = random.Random(seed)
        scenario = random_scenario(rng)
        made.append((scenario, parameter_values(scenario, rng)))
    return made


def check(scenario: dict[str, Any], found: Solution) -> None:
    for row in found.shares:
        assert abs(sum(row.values()) - 1.0) < 1e-12
    for t in range(found.periods):
        for phase, reached in found.outcomes[t].items():
            absorbing = scenario["phases"][phase].get("absorbing", False)
            assert abs(sum(reached.values()) - (0.0 if absorbing else 1.0)) < 1e-12
    assert len(found.values) == len(found.shares) == found.periods + 1


def test_same_seed_same_scenario() -> None:
    assert random_scenario(random.Random(5)) == random_scenario(random.Random(5))
    assert random_scenario(random.Random(5)) != random_scenario(random.Random(6))


def test_yaml_reads_back_the_same() -> None:
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    for scenario, _ in worlds()[:60]:
        assert reader.load(io.StringIO(to_yaml(scenario))) == scenario


def test_small_numbers_are_numbers_in_yaml() -> None:
    reader = YAML(typ="safe", pure=True)
    part = {"a": 1e-05, "b": 1e22, "c": -0.5, "d": {0: 1, 0.25: 2}, "e": True, "f": "no", "g": "1e3", "h": []}
    assert reader.load(to_yaml(part)) == part


def test_every_part_of_the_format_occurs() -> None:
    seen: Counter[str] = Counter()

    def walk(node: Any) -> None:
        if isinstance(node, str):
            seen["named branch"] += 1
        elif "chance" in node:
            seen["chance"] += 1
            seen["otherwise"] += any(b["probability"] == "otherwise" for b in node["chance"].values())
            seen["no otherwise"] += all(b["probability"] != "otherwise" for b in node["chance"].values())
            for branch in node["chance"].values():
                walk(branch["then"])
        else:
            seen["decision"] += 1
            seen["bound"] += "bound" in node
            seen["node noise"] += "noise" in node
            seen["node noise 0"] += node.get("noise") == 0
            for branch in node["moves"].values():
                walk(branch)

    for scenario, _ in worlds():
        seen[f"{len(scenario['actors'])} actors"] += 1
        seen[f"{len(scenario['phases'])} phases"] += 1
        seen[f"period {scenario['horizon'].get('period')}"] += 1
        tail = scenario["horizon"].get("tail_years")
        seen["tail absent" if tail is None else "tail 0" if tail == 0 else "tail positive"] += 1
        seen["information " + scenario.get("information", "default")] += 1
        seen["several arrangements"] += len(scenario["arrangements"]) > 1
        for actor in scenario["actors"].values():
            seen["actor noise 0"] += actor["noise"] == 0
            seen["discount 0"] += actor["discount"] == 0
            seen["discount 0.97"] += actor["discount"] == 0.97
            seen["discount expression"] += isinstance(actor["discount"], str)
        for measure in scenario.get("measures", {}).values():
            seen.update(f"measure {key}" for key in measure)
        for parameter in scenario.get("parameters", {}).values():
            seen.update(f"parameter {key}" for key in parameter)
        for metric in scenario["metrics"].values():
            seen.update(f"metric {key}" for key in metric)
        texts = list(scenario.get("definitions", {}).values())
        seen["definitions that use one another"] += any("definition_" in str(text) for text in texts)
        for phase in scenario["phases"].values():
            seen["absorbing"] += phase.get("absorbing", False)
            if "play" in phase:
                walk(phase["play"])
        for tree in scenario.get("trees", {}).values():
            walk(tree)
    expected = [
        *(f"{n} actors" for n in (1, 2, 3, 4)),
        *(f"{n} phases" for n in (1, 2, 3, 4, 5)),
        *(f"period {name}" for name in (None, "year", "half-year", "quarter", "month")),
        *("tail absent", "tail 0", "tail positive", "several arrangements", "absorbing"),
        *("information default", "information agent_error", "information private_payoffs"),
        *("actor noise 0", "discount 0", "discount 0.97", "discount expression"),
        *(f"measure {key}" for key in ("default", "in_phases", "when", "cap", "cost")),
        *(
            f"parameter {kind}"
            for kind in ("value", "uniform", "triangular", "pert", "discrete", "experts", "normal")
        ),
        *(f"metric {kind}" for kind in ("avoid", "reach", "occupy", "count", "duration", "value")),
        *("metric from", "metric by_year", "metric given", "definitions that use one another"),
        *(
            "named branch",
            "chance",
            "otherwise",
            "no otherwise",
            "decision",
            "bound",
            "node noise",
            "node noise 0",
        ),
    ]
    assert [part for part in expected if seen[part] < 5] == []


def test_worlds_settle_quickly_slowly_or_not() -> None:
    seen: Counter[str] = Counter()
    for scenario, world in worlds()[:200]:
        found = solve(scenario, world, next(iter(scenario["arrangements"])))
        check(scenario, found)
        if scenario["horizon"].get("tail_years") is None:
            seen["quick" if found.sweeps < 300 else "slow" if found.settled else "cycling"] += 1
        seen["fragile"] += found.fragile
    assert seen["quick"] > 80
    assert seen["slow"] > 20
    assert 1 <= seen["cycling"] < 10
    assert seen["fragile"] < 15


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios_with_values())
def test_hypothesis_draws_solvable_scenarios(drawn: tuple[dict[str, Any], dict[str, float]]) -> None:
    scenario, world = drawn
    for arrangement in scenario["arrangements"]:
        check(scenario, solve(scenario, world, arrangement, sweep_limit=100))
