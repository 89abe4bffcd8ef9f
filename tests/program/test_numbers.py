"""Figures that floating point can get wrong: cancellation, ties, clocks, overflow, what is in use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.program.agreement import EVERYTHING
from tests.support.models import model_of

from backstop.program.host import Host, Number, Solved
from backstop.program.program import compile_program

Scenario = dict[str, Any]


def solved(scenario: Scenario, worlds: int = 2, **parameters: Number) -> Solved:
    model = model_of({"arrangements": {"only": {}}, **scenario})
    fixed = {name: d for name, d in model.distributions.items() if isinstance(d, float)}
    host = Host(compile_program(model), 1)
    return host.solve(worlds, fixed | parameters, model.levels["only"], EVERYTHING)


def once(phases: Scenario, outcomes: Scenario, metrics: Scenario, **more: Any) -> Scenario:
    """A scenario of one period in which two actors decide."""
    return {
        "horizon": {"years": 1, "tail_years": 0},
        "actors": {"a": {"discount": 0, "noise": 1}, "b": {"discount": 0, "noise": 1}},
        "start": next(iter(phases)),
        "phases": phases | {"end": {"absorbing": True}, "other_end": {"absorbing": True}},
        "outcomes": outcomes,
        "metrics": metrics,
        **more,
    }


def move(actor: str, **moves: Any) -> Scenario:
    return {"actor": actor, "moves": moves}


@pytest.mark.parametrize("penalty", [1e3, 1e9, 1e12, 1e15])
def test_a_forbidden_move_costs_no_digits_wherever_it_stands(penalty: float) -> None:
    allowed = move("b", left="left", right="right")
    found = solved(
        once(
            {
                "first": {"play": move("a", bad="bad", good=allowed)},
                "second": {"play": move("a", good=allowed, bad="bad")},
                "third": {"play": move("a", bad="bad", good=allowed, worse="bad")},
            },
            {
                "bad": {"next": "end", "payoffs": {"a": "-penalty", "b": "-penalty"}},
                "left": {"next": "end", "payoffs": {"a": 1.3, "b": 0.7}},
                "right": {"next": "end", "payoffs": {"a": 0.4, "b": 0.2}},
            },
            {
                f"{actor}_{phase}": {"value": actor, "from": phase}
                for actor in "ab"
                for phase in ("first", "second", "third")
            },
            parameters={"penalty": {"value": penalty}},
        )
    )
    share = 1 / (1 + np.exp(-0.5))
    for actor, left, right in (("a", 1.3, 0.4), ("b", 0.7, 0.2)):
        for phase in ("first", "second", "third"):
            expected = share * left + (1 - share) * right
            assert found.metrics[f"{actor}_{phase}"] == pytest.approx(expected, abs=1e-13)


def lottery(*moves: str) -> Scenario:
    branches = {
        "one": {"probability": 0.3, "then": "go"},
        "two": {"probability": 0.3, "then": "go"},
        "three": {"probability": "otherwise", "then": "go"},
    }
    options: Scenario = {"sure": "stay", "lottery": {"chance": branches}}
    return {"actor": "a", "moves": {name: options[name] for name in moves}}


def test_ties_that_rounding_hides_are_split_equally() -> None:
    worlds = 400
    x = np.random.default_rng(1).uniform(0.5, 1.5, worlds)
    committed = {
        "actor": "a",
        "bound": {"yes": 0.3, "also": 0.3},
        "moves": dict.fromkeys(("yes", "also", "no"), "go"),
    }
    found = solved(
        once(
            {
                "first": {"play": lottery("sure", "lottery")},
                "second": {"play": lottery("lottery", "sure")},
                "sums": {"play": move("a", whole="whole", parts="parts")},
                "three": {"play": move("a", whole="whole", parts="parts", loss="loss")},
                "bound": {"play": move("a", sure="stay", committed=committed)},
            },
            {
                "stay": {"next": "end", "payoffs": {"a": "x"}},
                "go": {"next": "other_end", "payoffs": {"a": "x"}},
                "whole": {"next": "end", "payoffs": {"a": "x"}},
                "parts": {"next": "other_end", "payoffs": {"a": "0.3 * x + 0.7 * x"}},
                "loss": {"next": "other_end", "payoffs": {"a": "x - 1e-9"}},
            },
            {
                f"from_{phase}": {"reach": ["other_end"], "from": phase}
                for phase in ("first", "second", "sums", "three", "bound")
            },
            parameters={"x": {"uniform": [0.5, 1.5]}},
            actors={"a": {"discount": 0, "noise": 0}, "b": {"discount": 0, "noise": 1}},
        ),
        worlds,
        x=x,
    )
    assert len(found.metrics) == 5
    for share in found.metrics.values():
        assert (share == 0.5).all()


def test_a_world_without_noise_leaves_its_neighbour_alone() -> None:
    scenario = once(
        {"first": {"play": move("a", stay="stay", go=move("b", left="left", right="right"))}},
        {
            "stay": {"next": "end", "payoffs": {"a": 0.2}},
            "left": {"next": "first", "payoffs": {"a": 1.3, "b": 0.7}},
            "right": {"next": "end", "payoffs": {"a": -0.4, "b": 0.9}},
        },
        {"gone": {"reach": ["end"]}, "worth": {"value": "a"}},
        horizon={"years": 3},
        parameters={"noise": {"uniform": [0, 1]}},
        actors={"a": {"discount": 0.9, "noise": "noise"}, "b": {"discount": 0.8, "noise": "noise"}},
    )
    alone = solved(scenario, 1, noise=np.array([0.4]))
    for other in (0.0, 1e-320, 1e-7, 0.3, -1.0, np.nan):
        for noise in ([0.4, other], [other, 0.4]):
            pair = solved(scenario, 2, noise=np.array(noise))
            here = noise.index(0.4)
            assert pair.flagged.tolist()[here] is False
            for name in alone.metrics:
                assert pair.metrics[name][here] == alone.metrics[name][0]


def test_months_are_counted_exactly() -> None:
    months = {"five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10, "fourteen": 14}
    measures = {
        name: {"by": "a", "range": [0, 1], "default": 1, "when": f"years < {count}/12", "cost": name}
        for name, count in months.items()
    }
    measures["after"] = measures["seven"] | {"when": "years >= 7/12", "cost": "after"}
    measures["at"] = measures["seven"] | {"when": "years == 7/12", "cost": "at"}
    found = solved(
        {
            "horizon": {"years": 2, "period": "month", "tail_years": 0},
            "actors": {"a": {"discount": 0.5, "noise": 1}},
            "measures": measures,
            "start": "on",
            "phases": {"on": {"absorbing": True}},
            "outcomes": {"o": {"next": "on"}},
        }
    )
    for name, count in {**months, "after": 17, "at": 1}.items():
        assert found.costs[name] == pytest.approx(count / 12, abs=1e-12), name


@pytest.mark.parametrize("moves", [("p", "q"), ("q", "p"), ("p", "q", "q")])
@pytest.mark.parametrize(("big", "fine"), [(1e290, True), (1e300, False)])
def test_a_value_that_is_not_finite_is_flagged(moves: tuple[str, ...], big: float, fine: bool) -> None:
    found = solved(
        {
            "horizon": {"years": 1},
            "actors": {"a": {"discount": 0.9999999999, "noise": 1}},
            "parameters": {"big": {"value": 1}},
            "start": "choice",
            "phases": {
                "choice": {"play": {"actor": "a", "moves": {f"m{i}": m for i, m in enumerate(moves)}}},
                "rich": {"absorbing": True, "payoffs": {"a": "4 * big"}},
                "richer": {"absorbing": True, "payoffs": {"a": "2 * big"}},
            },
            "outcomes": {"p": {"next": "rich"}, "q": {"next": "richer"}},
            "metrics": {"second": {"reach": ["richer"]}},
        },
        big=big,
    )
    assert found.flagged.tolist() == [not fine] * 2
    if fine:
        assert found.metrics["second"].tolist() == pytest.approx([0.0, 0.0], abs=1e-290)


FAULTS: dict[str, tuple[Scenario, float]] = {
    # the parameter x is wrong at this value and right at 0.5
    "payoff": ({"payoff": "1 / (x - 0.25)"}, 0.25),
    "hidden by a comparison": ({"payoff": "log(x) < 3"}, -1.0),
    "hidden by a condition": ({"payoff": "where(log(x), 1, 2)"}, -1.0),
    "hidden by a power": ({"payoff": "log(x) ** 0"}, -1.0),
    "an infinite definition": ({"payoff": "1 / d", "definitions": {"d": "1 / (x - 0.25)"}}, 0.25),
    "probability": ({"probability": "x"}, 1.1),
    "bound": ({"bound": "2 * x - 0.5"}, 1.0),
    "noise": ({"noise": "x"}, -0.1),
    "discount": ({"discount": "x"}, 1.0),
    "node noise": ({"node_noise": "x - 0.1"}, 0.0),
    "in one period": ({"payoff": "where(t == 1, log(x), 0)"}, -1.0),
}


def faulty(
    payoff: str = "0",
    probability: str = "0.5",
    bound: str = "0.5",
    noise: str = "1",
    discount: str = "0.5",
    node_noise: str = "1",
    definitions: Scenario | None = None,
) -> Scenario:
    then = {
        "actor": "a",
        "noise": node_noise,
        "bound": {"stay": bound},
        "moves": {"stay": "stay", "go": "go"},
    }
    chance = {
        "yes": {"probability": probability, "then": then},
        "no": {"probability": "otherwise", "then": "stay"},
    }
    return {
        "horizon": {"years": 3},
        "actors": {"a": {"discount": discount, "noise": noise}},
        "parameters": {"x": {"uniform": [0, 1]}},
        "definitions": definitions or {},
        "start": "on",
        "phases": {"on": {"play": {"chance": chance}, "payoffs": {"a": payoff}}, "off": {"absorbing": True}},
        "outcomes": {"stay": {"next": "on"}, "go": {"next": "off"}},
    }


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_in_use_is_flagged_in_its_world_alone(name: str) -> None:
    parts, wrong = FAULTS[name]
    found = solved(faulty(**parts), 4, x=np.array([0.5, wrong, wrong, 0.5]))
    assert found.flagged.tolist() == [False, True, True, False]
    assert found.settled.tolist()[::3] == [True, True]


@pytest.mark.parametrize(
    "payoff",
    [
        "where(x > 0, log(x), 0)",
        "x > 0 and log(x) > 0",
        "x <= 0 or log(x) > 0",
        "1 / (1 + exp(1000 - x))",
        "where(t == 7, log(x), 0)",
    ],
)
def test_what_is_not_in_use_may_be_anything(payoff: str) -> None:
    found = solved(faulty(payoff=payoff), 2, x=np.array([0.5, -1.0]))
    assert found.flagged.tolist() == [False, False]


def test_a_cost_counts_where_its_phase_is_reached() -> None:
    def costly(cost: str, start: str) -> Solved:
        measure = {"by": "a", "range": [0, 1], "default": 1, "in_phases": ["off"], "cost": cost}
        return solved(faulty() | {"measures": {"m": measure}, "start": start}, 2, x=np.array([0.5, -1.0]))

    assert np.isnan(costly("m * log(x)", "off").costs["m"]).tolist() == [False, True]
    assert np.isnan(costly("log(x)", "off").costs["m"]).tolist() == [False, True]
    assert costly("m * 2", "off").costs["m"].tolist() == [6.0, 6.0]


def test_a_measure_at_zero_uses_neither_cap_nor_condition() -> None:
    measure = {"by": "a", "range": [0, 1], "cap": "log(x)", "when": "log(x) < 1"}
    scenario = faulty(payoff="m") | {"measures": {"m": measure}}
    model = model_of({"arrangements": {"only": {}}, **scenario})
    host = Host(compile_program(model), 1)
    found = host.solve(4, {"x": np.array([-1.0, -1.0, 0.5, 1.0])}, {"m": np.array([0.0, 1.0, 0.0, 1.0])})
    assert found.flagged.tolist() == [False, True, False, False]
