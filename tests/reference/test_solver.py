"""The reference solver at cases small enough to compute by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from tests.reference.arithmetic import NotFinite
from tests.reference.solver import solve
from tests.reference.stage import InvalidWorld, Record, Scope, phase_value, stage

Scenario = dict[str, Any]


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def small(**parts: Any) -> Scenario:
    """One actor a (and an onlooker b) deciding once in phase `now` between outcomes paying 1 and 0, then the end."""
    made: Scenario = {
        "horizon": {"years": 1, "tail_years": 0},
        "actors": {"a": {"discount": 0.5, "noise": 0.5}, "b": {"discount": 0.5, "noise": 0.5}},
        "arrangements": {"only": {}},
        "start": "now",
        "phases": {
            "now": {"play": {"actor": "a", "moves": {"up": "high", "down": "low"}}},
            "end": {"absorbing": True},
        },
        "outcomes": {
            "high": {"next": "end", "payoffs": {"a": 1, "b": 10}},
            "low": {"next": "end", "payoffs": {"b": 20}},
        },
        "metrics": {},
    }
    made.update(parts)
    return made


def lasting(**parts: Any) -> Scenario:
    """One actor in one recurring phase without choice of consequence; its flow is 1 a year."""
    made = small(
        actors={"a": {"discount": 0.5, "noise": 1}},
        phases={
            "now": {"payoffs": {"a": 1}, "play": {"actor": "a", "moves": {"stay": "again", "idle": "again"}}}
        },
        outcomes={"again": {"next": "now"}},
    )
    made.update(parts)
    return made


def decay(periods: int = 3, hazard: Any = 0.1, **parts: Any) -> Scenario:
    """Calm, from which war comes with the hazard and a settlement with probability 0.2, yearly."""
    made = small(
        horizon={"years": periods, "tail_years": 0},
        phases={
            "calm": {
                "play": {
                    "chance": {
                        "war": {"probability": hazard, "then": "attack"},
                        "deal": {"probability": 0.2, "then": "signature"},
                        "nothing": {"probability": "otherwise", "then": "quiet"},
                    }
                }
            },
            "war": {"absorbing": True},
            "peace": {"absorbing": True},
        },
        outcomes={"attack": {"next": "war"}, "signature": {"next": "peace"}, "quiet": {"next": "calm"}},
        start="calm",
    )
    made.update(parts)
    return made


# ---- one decision


def test_logit_choice_and_the_two_conventions() -> None:
    p = logistic(1 / 0.5)
    for information, own in (("agent_error", p), ("private_payoffs", 0.5 * math.log(math.exp(2) + 1))):
        found = solve(small(), {}, "only", information)
        assert found.moves[0]["now", ()] == pytest.approx({"up": p, "down": 1 - p}, abs=1e-15)
        assert found.values[0]["now"] == pytest.approx({"a": own, "b": 10 * p + 20 * (1 - p)}, abs=1e-14)


def test_convention_defaults_to_the_scenario() -> None:
    assert solve(small(information="private_payoffs"), {}, "only") == solve(
        small(), {}, "only", "private_payoffs"
    )
    assert solve(small(), {}, "only") == solve(small(), {}, "only", "agent_error")
    assert solve(small(), {}, "only") != solve(small(), {}, "only", "private_payoffs")


@pytest.mark.parametrize("information", ["agent_error", "private_payoffs"])
def test_bound_move_mixes_with_a_choice_among_all_moves(information: str) -> None:
    scenario = small()
    scenario["phases"]["now"]["play"]["bound"] = {"down": "0.1 + 0.2"}
    p = logistic(2)
    found = solve(scenario, {}, "only", information)
    made = {"up": 0.7 * p, "down": 0.3 + 0.7 * (1 - p)}
    assert found.moves[0]["now", ()] == pytest.approx(made, abs=1e-15)
    assert found.choices[0]["now", ()] == pytest.approx({"up": p, "down": 1 - p}, abs=1e-15)
    free = p if information == "agent_error" else 0.5 * math.log(math.exp(2) + 1)
    assert found.values[0]["now"]["a"] == pytest.approx(0.3 * 0 + 0.7 * free, abs=1e-15)
    assert found.values[0]["now"]["b"] == pytest.approx(10 * made["up"] + 20 * made["down"], abs=1e-14)


def test_everything_bound_leaves_no_choice() -> None:
    scenario = small()
    scenario["phases"]["now"]["play"]["bound"] = {"down": 0.25, "up": 0.75}
    found = solve(scenario, {}, "only", "private_payoffs")
    assert found.values[0]["now"] == {"a": 0.75, "b": 12.5}


@pytest.mark.parametrize("bound", [{"up": 0.6, "down": 0.5}, {"up": -0.1}, {"up": 1.1}])
def test_impossible_bounds_are_refused(bound: dict[str, float]) -> None:
    scenario = small()
    scenario["phases"]["now"]["play"]["bound"] = bound
    with pytest.raises(InvalidWorld):
        solve(scenario, {}, "only")


@pytest.mark.parametrize("information", ["agent_error", "private_payoffs"])
def test_exact_ties_at_noise_zero_split_equally(information: str) -> None:
    scenario = small()
    scenario["actors"]["a"]["noise"] = 0
    scenario["outcomes"]["other"] = {"next": "end", "payoffs": {"a": 1, "b": 40}}
    scenario["phases"]["now"]["play"]["moves"]["sideways"] = "other"
    found = solve(scenario, {}, "only", information)
    assert found.moves[0]["now", ()] == {"up": 0.5, "down": 0.0, "sideways": 0.5}
    assert found.values[0]["now"] == {"a": 1.0, "b": 25.0}
    assert found.fragile
    scenario["phases"]["now"]["play"]["moves"]["sideways"] = "high"
    assert not solve(scenario, {}, "only", information).fragile


def test_noise_of_the_node_overrides_the_actors() -> None:
    scenario = small(measures={"m": {"by": "a", "range": [0, 9], "default": 4}})
    scenario["phases"]["now"]["play"]["noise"] = "m"
    assert solve(scenario, {}, "only").moves[0]["now", ()]["up"] == pytest.approx(logistic(1 / 4), abs=1e-15)
    scenario["phases"]["now"]["play"]["noise"] = 0
    assert solve(scenario, {}, "only").moves[0]["now", ()]["up"] == 1.0


def test_tiny_noise_is_nearly_the_best_move() -> None:
    scenario = small()
    scenario["actors"]["a"]["noise"] = 1e-310
    found = solve(scenario, {}, "only", "private_payoffs")
    assert found.moves[0]["now", ()] == {"up": 1.0, "down": 0.0}
    assert found.values[0]["now"]["a"] == 1.0


def test_the_actor_in_the_middle_foresees_the_last() -> None:
    scenario = small()
    scenario["phases"]["now"]["play"]["moves"]["down"] = {"actor": "b", "moves": {"x": "high", "y": "low"}}
    last = logistic((20 - 10) / 0.5)
    first = logistic((1 - (1 - last)) / 0.5)
    found = solve(scenario, {}, "only")
    assert found.outcomes[0]["now"]["low"] == pytest.approx((1 - first) * last, abs=1e-15)
    assert found.outcomes[0]["now"]["high"] == pytest.approx(first + (1 - first) * (1 - last), abs=1e-15)


# ---- chance


def test_otherwise_takes_what_is_left() -> None:
    found = solve(decay(hazard="0.05 * (t + 1)"), {}, "only")
    assert found.chances[1]["calm", ()] == pytest.approx({"war": 0.1, "deal": 0.2, "nothing": 0.7}, abs=1e-15)
    assert found.outcomes[2]["calm"] == pytest.approx(
        {"attack": 0.15, "signature": 0.2, "quiet": 0.65}, abs=1e-15
    )


def test_probabilities_are_checked_and_clipped() -> None:
    assert solve(decay(hazard=-5e-10), {}, "only").chances[0]["calm", ()]["war"] == 0.0
    for hazard in (-2e-9, 0.8 + 2e-9, 1.1):
        with pytest.raises(InvalidWorld):
            solve(decay(hazard=hazard), {}, "only")
    short = decay()
    short["phases"]["calm"]["play"]["chance"]["nothing"]["probability"] = 0.7 - 2e-9
    with pytest.raises(InvalidWorld):
        solve(short, {}, "only")


# ---- shared trees


def test_a_shared_tree_has_a_place_under_each_of_its_branches() -> None:
    scenario = small(trees={"reply": {"actor": "b", "moves": {"x": "high", "y": "low"}}})
    scenario["phases"]["now"]["play"]["moves"] = {"up": "reply", "down": "reply"}
    found = solve(scenario, {}, "only")
    assert set(found.moves[0]) == {("now", ()), ("now", ("up",)), ("now", ("down",))}
    assert found.moves[0]["now", ()] == {"up": 0.5, "down": 0.5}
    assert found.outcomes[0]["now"]["high"] == pytest.approx(logistic(-20), abs=1e-15)


# ---- measures, conditions, definitions


def levelled(measure: dict[str, Any], promised: dict[str, float] | None = None, **parts: Any) -> Scenario:
    scenario = decay(
        measures={"m": {"by": "a", "range": [-1, 10], "default": 2, **measure}},
        arrangements={"only": {"measures": promised or {}}},
    )
    scenario.update(parts)
    return scenario


def level(scenario: Scenario, phase: str = "calm", t: int = 0) -> float:
    return solve(scenario, {}, "only").levels[t][phase]["m"]


def test_levels() -> None:
    assert level(levelled({})) == 2.0
    assert level(levelled({}, {"m": 5})) == 5.0
    assert level(levelled({"cap": "1 + 0.5"}, {"m": 5})) == 1.5
    assert level(levelled({"cap": 7}, {"m": 5})) == 5.0
    assert level(levelled({"cap": -3}, {"m": 5})) == 0.0
    assert level(levelled({"cap": -3}, {"m": -1})) == -1.0
    assert level(levelled({"in_phases": ["calm"]}), "calm") == 2.0
    assert level(levelled({"in_phases": ["calm"]}), "war") == 0.0
    assert level(levelled({"in_phases": []})) == 0.0
    assert [level(levelled({"when": "years < 2"}), t=t) for t in range(3)] == [2.0, 2.0, 0.0]
    assert level(levelled({"when": 0})) == 0.0
    # where nothing is promised, cap and condition are not in use
    assert level(levelled({"cap": "log(0)", "when": "1 / 0"}, {"m": 0})) == 0.0
    assert level(levelled({"when": 0.25})) == 2.0


def test_caps_conditions_and_definitions_use_each_other() -> None:
    scenario = levelled({"cap": "ceiling"}, {"m": 9, "other": 3})
    scenario["definitions"] = {"ceiling": "2 * base", "base": "other + t"}
    scenario["measures"]["other"] = {"by": "b", "range": [0, 3], "when": "base_time < 2"}
    scenario["definitions"]["base_time"] = "t"
    assert [level(scenario, t=t) for t in range(3)] == [6.0, 8.0, 4.0]


def test_payoffs_use_the_level_of_the_phase_in_which_the_play_runs() -> None:
    scenario = levelled({"in_phases": ["calm"]})
    scenario["horizon"]["years"] = 1
    scenario["outcomes"]["attack"]["payoffs"] = {"a": "m"}
    scenario["phases"]["calm"]["payoffs"] = {"a": "10 * m"}
    scenario["phases"]["war"]["payoffs"] = {"a": "100 * m"}
    values = solve(scenario, {}, "only").values[0]
    assert values["calm"]["a"] == pytest.approx(20 + 0.1 * 2, abs=1e-14)
    assert values["war"]["a"] == 0.0


def test_a_definition_is_evaluated_only_where_it_is_used() -> None:
    scenario = lasting(definitions={"wild": "log(t)"}, horizon={"years": 3, "tail_years": 0})
    scenario["phases"]["now"]["payoffs"]["a"] = "where(t > 0, wild, 7)"
    assert [row["now"]["a"] for row in solve(scenario, {}, "only").values] == pytest.approx(
        [7 + 0.25 * math.log(2), 0.5 * math.log(2), math.log(2), 0], abs=1e-15
    )
    scenario["phases"]["now"]["payoffs"]["a"] = "min(wild, 1)"
    with pytest.raises(NotFinite, match="log"):
        solve(scenario, {}, "only")


# ---- values over time


def test_flows_are_per_year_and_discounts_too() -> None:
    scenario = lasting(horizon={"years": 1, "period": "half-year", "tail_years": 0})
    scenario["actors"]["a"]["discount"] = 0.81
    found = solve(scenario, {}, "only")
    assert (found.periods, found.period_years) == (2, 0.5)
    assert [row["now"]["a"] for row in found.values] == pytest.approx([0.5 + 0.9 * 0.5, 0.5, 0], abs=1e-15)


def test_tail_of_nothing_is_nothing_even_in_absorbing_phases() -> None:
    scenario = decay(periods=1)
    scenario["phases"]["war"]["payoffs"] = {"a": 2}
    found = solve(scenario, {}, "only")
    assert found.values[1]["war"]["a"] == 0.0
    assert found.values[0]["war"]["a"] == 2.0
    assert (found.settled, found.sweeps) == (True, 0)


def test_positive_tail_starts_from_zero_and_ends() -> None:
    scenario = decay(periods=1)
    scenario["phases"]["war"]["payoffs"] = {"a": 2}
    scenario["horizon"]["tail_years"] = 2
    found = solve(scenario, {}, "only")
    assert found.values[1]["war"]["a"] == 2 + 0.5 * 2
    assert found.values[0]["war"]["a"] == 2 + 0.5 * 3
    assert (found.settled, found.sweeps) == (False, 2)
    scenario["horizon"].update(period="half-year", tail_years=1.9)
    assert solve(scenario, {}, "only").sweeps == 3


def test_open_tail_reaches_the_limit() -> None:
    scenario = lasting(horizon={"years": 2})
    found = solve(scenario, {}, "only")
    assert found.settled
    # the n-th sweep changes 2 (1 - 2^-n) by 2^-(n-1), first no more than 1e-11 * (1 - 1/2) * 2 at n = 38
    assert found.sweeps == 38
    assert found.values[2]["now"]["a"] == pytest.approx(2.0, abs=2e-11)
    # a positive tail stops when it has settled
    assert solve(lasting(horizon={"years": 2, "tail_years": 300}), {}, "only").sweeps == 38


def test_open_tail_of_an_absorbing_phase_is_exact_at_once() -> None:
    scenario = small(horizon={"years": 1, "period": "quarter"}, start="end")
    scenario["phases"]["end"]["payoffs"] = {"a": 3}
    scenario["phases"]["now"]["play"]["moves"] = {"up": "high", "down": "high"}
    found = solve(scenario, {}, "only")
    exact = 3 / 4 / (1 - 0.5**0.25)
    assert found.start_values["a"] == pytest.approx(exact, abs=1e-13)
    assert found.sweeps == 2  # one for the value of the phase before it, one to see that nothing moves


def test_time_is_frozen_in_the_tail() -> None:
    scenario = lasting(horizon={"years": 3})
    scenario["phases"]["now"]["payoffs"]["a"] = "t + 10 * years"
    found = solve(scenario, {}, "only")
    assert found.values[3]["now"]["a"] == pytest.approx(22 / 0.5, abs=1e-9)
    assert found.values[2]["now"]["a"] == pytest.approx(22 / 0.5, abs=1e-9)
    assert found.values[0]["now"]["a"] == pytest.approx(0 + 11 / 2 + 44 / 4, abs=1e-9)


def test_names_of_time() -> None:
    scenario = lasting(horizon={"years": 1.5, "period": "half-year", "tail_years": 0})
    scenario["actors"]["a"]["discount"] = 0
    scenario["phases"]["now"]["payoffs"]["a"] = "100 * t + 10 * years + period_years"
    values = [row["now"]["a"] for row in solve(scenario, {}, "only").values]
    assert values == [0.5 * 0.5, 0.5 * 105.5, 0.5 * 210.5, 0.0]


def pursuit() -> Scenario:
    """The hunter pays to come, the hunted pays to leave: with little noise neither has a lasting reply."""
    return {
        "horizon": {"years": 1},
        "actors": {"hunter": {"discount": 0.86, "noise": 0.05}, "hunted": {"discount": 0.85, "noise": 0.05}},
        "arrangements": {"only": {}},
        "start": "same",
        "phases": {
            "same": {
                "payoffs": {"hunter": 0.99, "hunted": -0.83},
                "play": {"actor": "hunted", "moves": {"stay": "keep_same", "go": "leave"}},
            },
            "apart": {"play": {"actor": "hunter", "moves": {"stay": "keep_apart", "go": "come"}}},
        },
        "outcomes": {
            "keep_same": {"next": "same"},
            "keep_apart": {"next": "apart"},
            "come": {"next": "same", "payoffs": {"hunter": -0.4}},
            "leave": {"next": "apart", "payoffs": {"hunted": -0.36}},
        },
        "metrics": {},
    }


@pytest.mark.parametrize("limit", [20_000, 2_497, 700])
def test_replies_that_cycle_keep_the_last_sweep(limit: int) -> None:
    scenario = pursuit()
    found = solve(scenario, {}, "only", sweep_limit=limit)
    assert not found.settled
    assert found.sweeps == limit
    scope = {phase: Scope(scenario, {}, {}, phase, 0, 1) for phase in scenario["phases"]}
    frozen = {phase: stage(scenario, scope[phase], {"hunter": 0.05, "hunted": 0.05}) for phase in scope}
    actors, discount = ["hunter", "hunted"], {"hunter": 0.86, "hunted": 0.85}
    values = {phase: dict.fromkeys(actors, 0.0) for phase in frozen}
    record = Record()
    earlier = values
    for _ in range(limit):
        earlier = values
        values = {
            k: phase_value(k, here, earlier, actors, discount, 1.0, False, record)
            for k, here in frozen.items()
        }
    assert values == found.values[1]
    assert max(abs(values[k][i] - earlier[k][i]) for k in values for i in actors) > 0.01


# ---- metrics


def measured(scenario: Scenario, **metric: Any) -> float | None:
    if "from_" in metric:
        metric["from"] = metric.pop("from_")
    return solve({**scenario, "metrics": {"x": metric}}, {}, "only").metrics["x"]


def test_metrics_by_hand() -> None:
    s = decay()  # a year in calm: war 0.1, peace 0.2, calm 0.7
    assert measured(s, avoid=["war"]) == pytest.approx(1 - 0.1 * (1 + 0.7 + 0.49), abs=1e-15)
    assert measured(s, reach=["war"]) == pytest.approx(0.1 * (1 + 0.7 + 0.49), abs=1e-15)
    assert measured(s, reach=["war"], by_year=2) == pytest.approx(0.17, abs=1e-15)
    assert measured(s, reach=["war", "peace"], by_year=1) == pytest.approx(0.3, abs=1e-15)
    assert measured(s, reach=["calm"]) == pytest.approx(1.0, abs=1e-15)
    assert measured(s, avoid=["calm"]) == 0.0
    assert measured(s, avoid=["war"], from_="war") == 0.0
    assert measured(s, avoid=["war"], from_="peace") == 1.0
    assert measured(s, occupy=["calm"], by_year=2) == pytest.approx(0.49, abs=1e-15)
    assert measured(s, count=["quiet"]) == pytest.approx(0.7 + 0.49 + 0.343, abs=1e-15)
    assert measured(s, count=["quiet", "attack"], by_year=1) == pytest.approx(0.8, abs=1e-15)
    assert measured(s, count=["quiet"], from_="war") == 0.0
    assert measured(s, duration=["calm"]) == pytest.approx(1 + 0.7 + 0.49, abs=1e-15)
    assert measured(s, duration=["war"]) == pytest.approx(0 + 0.1 + 0.17, abs=1e-15)
    assert measured(s, duration=["war"], from_="war", by_year=2) == 2.0


def test_duration_is_in_years() -> None:
    s = decay(horizon={"years": 1, "period": "half-year", "tail_years": 0})
    assert measured(s, duration=["calm"]) == pytest.approx(0.5 + 0.35, abs=1e-15)
    assert measured(s, duration=["calm"], by_year=0.5) == 0.5
    with pytest.raises(InvalidWorld, match="whole number"):
        measured(s, duration=["calm"], by_year=0.7)


def test_conditional_metrics_by_hand() -> None:
    s = decay()
    war, peace, calm = 0.1 * 2.19, 0.2 * 2.19, 0.343
    assert measured(s, reach=["peace"], given={"avoid": ["war"]}) == pytest.approx(
        peace / (1 - war), abs=1e-15
    )
    assert measured(s, occupy=["calm"], given={"avoid": ["war"]}) == pytest.approx(
        calm / (1 - war), abs=1e-15
    )
    assert measured(s, avoid=["peace"], given={"reach": ["war"]}) == pytest.approx(1.0, abs=1e-15)
    # wars come after 0, 1 or 2 quiet years, with probabilities 0.1 * (1, 0.7, 0.49)
    assert measured(s, count=["quiet"], given={"reach": ["war"]}) == pytest.approx(
        (0.7 + 0.98) / 2.19, abs=1e-14
    )
    assert measured(s, duration=["calm"], given={"reach": ["war"]}) == pytest.approx(3.87 / 2.19, abs=1e-14)
    assert measured(s, count=["quiet"], given={"reach": ["war"]}, by_year=1) == 0.0
    assert measured(s, reach=["war"], given={"reach": ["war"]}) == 1.0


def test_a_condition_that_cannot_be_met_leaves_no_value() -> None:
    assert measured(decay(hazard=0), reach=["peace"], given={"reach": ["war"]}) is None
    assert measured(decay(periods=1, hazard=0.9e-9), occupy=["war"], given={"reach": ["war"]}) is None
    assert measured(decay(periods=1, hazard=1.1e-9), occupy=["war"], given={"reach": ["war"]}) == 1.0
    assert measured(decay(), reach=["peace"], given={"avoid": ["calm"]}) is None


def test_curves_and_shares() -> None:
    s = decay()
    s["metrics"] = {
        "x": {"reach": ["war"], "by_year": 1, "given": {"avoid": ["peace"]}},
        "y": {"count": ["quiet"]},
        "z": {"occupy": ["calm"], "given": {"reach": ["war"]}},
    }
    found = solve(s, {}, "only")
    assert list(found.curves) == ["x", "z"]
    assert found.curves["x"] == pytest.approx([0, 0.1 / 0.8, 0.17 / 0.66, 0.219 / 0.562], abs=1e-14)
    assert found.curves["z"] == [None, 0.0, 0.0, 0.0]
    assert found.metrics["x"] == found.curves["x"][1]
    assert found.shares[2] == pytest.approx({"calm": 0.49, "war": 0.17, "peace": 0.34}, abs=1e-15)
    assert found.expected_outcomes == pytest.approx(
        {"attack": 0.219, "signature": 0.438, "quiet": 1.533}, abs=1e-14
    )


def test_value_metric() -> None:
    scenario = small(metrics={"v": {"value": "b"}, "w": {"value": "b", "from": "end"}})
    scenario["phases"]["end"]["payoffs"] = {"b": 4}
    found = solve(scenario, {}, "only")
    assert found.metrics == {"v": found.values[0]["now"]["b"], "w": 4.0}
    assert found.start_values == found.values[0]["now"]


def test_cost_is_at_the_level_in_force_over_the_horizon() -> None:
    scenario = levelled({"in_phases": ["calm", "war"], "cap": "4 - t", "cost": "0.5 * m ** 2 + 1"}, {"m": 4})
    # levels 4, 3, 2 in calm and war, 0 in peace; the constant runs everywhere
    shares = [1.0, 0.7 + 0.1, 0.49 + 0.17]
    expected = 3 + 0.5 * (16 * shares[0] + 9 * shares[1] + 4 * shares[2])
    assert solve(scenario, {}, "only").costs == {"m": pytest.approx(expected, abs=1e-14)}
    scenario["horizon"] = {"years": 1, "period": "half-year", "tail_years": 0}
    expected = 0.5 * (2 + 0.5 * (16 * shares[0] + 9 * shares[1]))
    assert solve(scenario, {}, "only").costs == {"m": pytest.approx(expected, abs=1e-14)}
