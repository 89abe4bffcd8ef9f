"""Levels, values of names and the numbers of the game; and faults found while solving, with their place and world."""

from __future__ import annotations

import copy
import random
import re
from typing import Any

import numpy as np
import pytest
from tests.support.models import model_of, solution_of, stacked
from tests.support.strategies import parameter_values, random_scenario

from backstop.base.faults import InvalidInput
from backstop.scenario.valuation import Plan, Valuation

BASE: dict[str, Any] = {
    "horizon": {"years": 3},
    "actors": {"a": {"discount": 0.9, "noise": 1.0}, "b": {"discount": 0.8, "noise": 0.5}},
    "parameters": {"x": {"uniform": [0, 2]}, "ceiling": {"uniform": [-1, 1]}},
    "measures": {
        "troops": {"by": "a", "range": [0, 100], "in_phases": ["peace"]},
        "aid": {"by": "b", "range": [0, 1], "when": "years < 2", "cap": "ceiling"},
    },
    "arrangements": {"none": {}, "both": {"measures": {"troops": 30, "aid": 0.8}}},
    "definitions": {"twice": "2 * troops + aid"},
    "start": "peace",
    "phases": {"peace": {"play": "step", "payoffs": {"a": "twice"}}, "war": {"play": "step"}},
    "trees": {"step": {"actor": "a", "moves": {"stay": "stay", "go": "go"}}},
    "outcomes": {
        "stay": {"next": "peace", "payoffs": {"a": "x"}},
        "go": {"next": "war", "payoffs": {"b": "aid"}},
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """BASE with one entry replaced; `path` is dotted."""
    scenario = copy.deepcopy(BASE)
    here = scenario
    *parents, last = path.split(".")
    for key in parents:
        here = here.setdefault(key, {})
    here[last] = value
    return scenario


def valued(scenario: dict[str, Any], arrangement: str = "both", **parameters: Any) -> Valuation:
    model = model_of(scenario)
    drawn = {"x": 1.0, "ceiling": 0.5, **parameters}
    drawn = {name: value for name, value in drawn.items() if name in model.distributions}
    count = max((v.size for v in drawn.values() if isinstance(v, np.ndarray)), default=1)
    return Valuation(Plan(model, model.levels[arrangement]), drawn, 0, count)


def test_levels_after_phases_conditions_and_caps() -> None:
    of = valued(BASE, ceiling=np.array([-1.0, 0.3, 0.9]))
    peace, war = 0, 1
    assert of.level("troops", peace, 0) == 30
    assert of.level("troops", war, 0) == 0
    assert np.array_equal(np.asarray(of.level("aid", war, 0)), [0.0, 0.3, 0.8]), "a negative cap is 0"
    assert of.level("aid", peace, 2) == 0, "two years have passed"
    assert np.array_equal(np.asarray(of.value("twice", peace, 0)), [60.0, 60.3, 60.8])
    assert of.value("twice", war, 2) == 0


def test_the_period_is_frozen_neither_before_nor_between() -> None:
    of = valued(changed("outcomes.stay.payoffs.a", "t + 10 * years + 100 * period_years"))
    for period in (0, 1, 2):
        payoff = of.stage(period).plays[0].payoffs[0]  # type: ignore[union-attr]
        assert payoff is not None and payoff[0, 0] == period + 10 * period + 100


def test_stages_are_one_where_nothing_depends_on_time() -> None:
    of = valued(changed("measures.aid.when", "x > 0"))
    assert of.stage(0) is of.stage(2)
    of = valued(BASE)
    assert of.stage(0) is not of.stage(2)


FAULTS = [
    ("outcomes.stay.payoffs.a", "log(x - 1)", "log(x - 1)", "outcomes.stay.payoffs.a", [1.5, 0.5]),
    ("outcomes.stay.payoffs.a", "1 / (x - 0.5)", "1 / (x - 0.5)", "outcomes.stay.payoffs.a", [1.5, 0.5]),
    ("outcomes.stay.payoffs.a", "where(log(x - 1) > 0, 1, 2)", "log", "outcomes.stay.payoffs.a", [1.5, 0.5]),
    ("definitions.twice", "sqrt(x - 1)", "twice = sqrt(x - 1)", "definitions.twice", [1.5, 0.5]),
    ("measures.aid.cap", "log(x - 1)", "log(x - 1)", "measures.aid.cap", [1.5, 0.5]),
    ("measures.aid.when", "log(x - 1) > 0", "log(x - 1)", "measures.aid.when", [1.5, 0.5]),
    ("actors.a.noise", "x - 1", "must not be negative", "actors.a.noise", [1.5, 0.5]),
    ("actors.a.discount", "x", "below 1", "actors.a.discount", [0.5, 1.0]),
    ("trees.step.noise", "x - 1", "must not be negative", "trees.step.noise", [1.5, 0.5]),
    ("trees.step.bound", {"stay": "x"}, "between 0 and 1", "trees.step.bound.stay", [0.5, 1.5]),
    ("trees.step.bound", {"stay": "x", "go": "0.6"}, "at most 1", "trees.step.bound", [0.2, 0.5]),
    (
        "trees.step",
        {
            "chance": {
                "one": {"probability": "x", "then": "stay"},
                "two": {"probability": "otherwise", "then": "go"},
            }
        },
        "between 0 and 1",
        "trees.step.chance.one.probability",
        [0.5, 1.5],
    ),
    (
        "trees.step",
        {"chance": {"one": {"probability": "x", "then": "stay"}, "two": {"probability": 0.5, "then": "go"}}},
        "must add up to 1",
        "trees.step.chance",
        [0.5, 0.6],
    ),
    (
        "trees.step",
        {
            "chance": {
                "one": {"probability": "x", "then": "stay"},
                "two": {"probability": 0.5, "then": "go"},
                "three": {"probability": "otherwise", "then": "go"},
            }
        },
        "otherwise",
        "trees.step.chance",
        [0.5, 0.6],
    ),
]


@pytest.mark.parametrize(("path", "value", "words", "place", "xs"), FAULTS)
def test_faults_name_the_place_and_a_world(
    path: str, value: Any, words: str, place: str, xs: list[float]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        of = valued(changed(path, value), x=np.array(xs))
        for period in (2, 1, 0):
            of.stage(period)
    message = str(caught.value)
    assert words in message
    assert re.search(r"scenario\.yaml:\d+:\d+ " + re.escape(place), message), message
    assert "world 1" in message


def test_a_value_not_in_use_may_be_anything() -> None:
    scenario = changed("definitions.twice", "where(troops > 0, 60 / troops, 0) + aid")
    assert valued(scenario, "both").stage(0)
    assert valued(scenario, "none").stage(0)
    unused = changed("definitions.broken", "log(0 - 1)")
    assert valued(unused).stage(0)
    behind = changed("definitions.behind", "1 / (x - 1)")
    behind["outcomes"]["stay"]["payoffs"]["a"] = "where(x == 1, 0, behind)"
    assert valued(behind, x=np.array([1.0, 2.0])).stage(0)
    with pytest.raises(InvalidInput, match="behind"):
        behind["outcomes"]["stay"]["payoffs"]["a"] = "where(x == 2, 0, behind)"
        valued(behind, x=np.array([1.0, 2.0])).stage(0)


def test_a_measure_at_zero_is_its_name_replaced_by_zero() -> None:
    """Exactly: the same bits."""
    compared = 0
    for seed in range(60):
        rng = random.Random(30_000 + seed)
        scenario = random_scenario(rng)
        measures = list(scenario.get("measures", {}))
        if not measures:
            continue
        victim = rng.choice(measures)
        zero = copy.deepcopy(scenario)
        for arrangement in zero["arrangements"].values():
            arrangement.setdefault("measures", {})[victim] = 0
        replaced = substituted(scenario, victim)
        arrangement = next(iter(scenario["arrangements"]))
        drawn = [parameter_values(scenario, rng) for _ in range(3)]
        first, second = model_of(zero), model_of(replaced)
        try:
            one = solution_of(first, arrangement, stacked(drawn, first), 3)
        except InvalidInput:
            continue
        other = solution_of(second, arrangement, stacked(drawn, second), 3)
        assert np.array_equal(one.values, other.values)
        compared += 1
    assert compared > 20


def substituted(part: Any, name: str) -> Any:
    """The scenario without measure `name`, and with 0 wherever the name stands in an expression."""
    if isinstance(part, dict):
        return {key: substituted(value, name) for key, value in part.items() if key != name}
    if isinstance(part, list):
        return [substituted(each, name) for each in part]
    if isinstance(part, str):
        return re.sub(rf"\b{re.escape(name)}\b", "0", part)
    return part
