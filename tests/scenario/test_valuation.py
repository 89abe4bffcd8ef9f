"""One world's levels, values of names and numbers of the game; and faults, with their place and world."""

from __future__ import annotations

import copy
import random
import re
from typing import Any

import pytest
from tests.support.models import model_of, one_world
from tests.support.strategies import parameter_values, random_scenario

from backstop.base.faults import InvalidInput
from backstop.scenario.valuation import Valuation

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


PEACE, WAR = 0, 1


def valued(scenario: dict[str, Any], arrangement: str = "both", **parameters: float) -> Valuation:
    model = model_of(scenario)
    drawn = {"x": 1.0, "ceiling": 0.5, **parameters}
    drawn = {name: value for name, value in drawn.items() if name in model.distributions}
    return Valuation(model, model.levels[arrangement], drawn, 1)


def test_levels_after_phases_conditions_and_caps() -> None:
    of = valued(BASE, ceiling=0.3)
    assert of.level("troops", PEACE, 0) == 30
    assert of.level("troops", WAR, 0) == 0
    assert of.level("aid", WAR, 0) == 0.3
    assert of.level("aid", PEACE, 2) == 0, "two years have passed"
    assert of.value("twice", PEACE, 0) == 60.3
    assert of.value("twice", WAR, 2) == 0
    assert valued(BASE, ceiling=-1.0).level("aid", WAR, 0) == 0, "a negative cap is 0"
    assert valued(BASE, ceiling=0.9).level("aid", WAR, 0) == 0.8


def test_the_clock() -> None:
    of = valued(changed("outcomes.stay.payoffs.a", "t + 10 * years + 100 * period_years"))
    for period, phases in enumerate(of.world("agent_error").phases):
        play = phases[PEACE].play
        assert play is not None
        assert play.payoffs[0][0] == period + 10 * period + 100


@pytest.mark.parametrize(
    ("condition", "months"),
    [
        ("years < 5/12", 5),
        ("years < 7/12", 7),
        ("years < 10/12", 10),
        ("years < 14/12", 14),
        ("years >= 7/12", 17),
        ("years == 7/12", 1),
    ],
)
def test_months_are_twelfths(condition: str, months: int) -> None:
    scenario = changed("measures.aid.when", condition)
    scenario["horizon"] = {"years": 2, "period": "month"}
    of = valued(scenario)
    assert sum(of.level("aid", WAR, period) > 0 for period in range(24)) == months


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
def test_faults_name_the_place_and_the_world(
    path: str, value: Any, words: str, place: str, xs: list[float]
) -> None:
    scenario = changed(path, value)
    assert valued(scenario, x=xs[0]).solved("agent_error")
    with pytest.raises(InvalidInput) as caught:
        valued(scenario, x=xs[1]).solved("agent_error")
    message = str(caught.value)
    assert words in message
    assert re.search(r"scenario\.yaml:\d+:\d+ " + re.escape(place), message), message
    assert "in world 1" in message


def test_a_fault_in_every_world_says_so() -> None:
    with pytest.raises(InvalidInput, match="in every world"):
        valued(changed("outcomes.stay.payoffs.a", "1 / (troops - 30)")).solved("agent_error")
    with pytest.raises(InvalidInput, match="in every world"):
        valued(changed("trees.step.noise", "0 - years")).solved("agent_error")


def test_a_value_that_overflows_is_refused() -> None:
    scenario = changed("phases.war", {"absorbing": True, "payoffs": {"b": "x"}})
    with pytest.raises(InvalidInput) as caught:
        valued(scenario, x=1e308).solved("agent_error")
    message = str(caught.value)
    assert "phases.war: the value of war to b is not finite (year 2) in world 1" in message
    assert valued(scenario, x=1e306).solved("agent_error")


def test_a_value_not_in_use_may_be_anything() -> None:
    scenario = changed("definitions.twice", "where(troops > 0, 60 / troops, 0) + aid")
    assert valued(scenario, "both").solved("agent_error")
    assert valued(scenario, "none").solved("agent_error")
    unused = changed("definitions.broken", "log(0 - 1)")
    assert valued(unused).solved("agent_error")
    behind = changed("definitions.behind", "1 / (x - 1)")
    behind["outcomes"]["stay"]["payoffs"]["a"] = "where(x == 1, 0, behind)"
    assert valued(behind, x=1.0).solved("agent_error")
    assert valued(behind, x=2.0).solved("agent_error")
    behind["outcomes"]["stay"]["payoffs"]["a"] = "where(x == 2, 0, behind)"
    with pytest.raises(InvalidInput, match="behind"):
        valued(behind, x=1.0).solved("agent_error")


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
        drawn = parameter_values(scenario, rng)
        try:
            one = one_world(model_of(zero), arrangement, drawn)
        except InvalidInput:
            continue
        other = one_world(model_of(replaced), arrangement, drawn)
        assert one.periods[0].values == other.periods[0].values
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
