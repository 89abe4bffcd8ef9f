"""The reference solver against published figures, hand-computed cases and brute enumeration of paths."""

from __future__ import annotations

import copy
import math
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.reference.arithmetic import NotFinite
from tests.reference.solver import InvalidWorld, Record, Scope, phase_value, solve, stage
from tests.support.strategies import parameter_values, random_scenario

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


# ---- the ladder of aggressor, front-line force and backstop


def ladder(attribution: float, automatic: float) -> Scenario:
    sq, na, fa, bd, we, wu = 0.0, 0.6, 1.2, -0.4, -0.3, -2.0
    return {
        "horizon": {"years": 1, "tail_years": 0},
        "actors": {name: {"discount": 0, "noise": 1} for name in ("aggressor", "europe", "us")},
        "parameters": {"attribution": {"value": attribution}, "automatic": {"value": automatic}},
        "arrangements": {"only": {}},
        "start": "truce",
        "phases": {"truce": {"play": "peacetime"}, "over": {"absorbing": True}},
        "trees": {
            "peacetime": {
                "actor": "aggressor",
                "moves": {
                    "comply": "status_quo",
                    "violate": {
                        "chance": {
                            "seen": {"probability": "attribution", "then": "front_line"},
                            "unseen": {"probability": "otherwise", "then": "not_attributed"},
                        }
                    },
                },
            },
            "front_line": {
                "actor": "europe",
                "moves": {
                    "acquiesce": "fait_accompli",
                    "resist": {
                        "actor": "aggressor",
                        "moves": {"back_down": "backed_down", "escalate": "backstop"},
                    },
                },
            },
            "backstop": {
                "actor": "us",
                "bound": {"intervene": "automatic"},
                "moves": {"abstain": "war_alone", "intervene": "war_with_us"},
            },
        },
        "outcomes": {
            "status_quo": {"next": "over", "payoffs": {"aggressor": sq}},
            "not_attributed": {"next": "over", "payoffs": {"aggressor": na}},
            "fait_accompli": {"next": "over", "payoffs": {"aggressor": fa, "europe": -1}},
            "backed_down": {"next": "over", "payoffs": {"aggressor": bd, "europe": 0.3}},
            "war_alone": {"next": "over", "payoffs": {"aggressor": we, "europe": -1.4, "us": -0.2}},
            "war_with_us": {"next": "over", "payoffs": {"aggressor": wu, "europe": -0.6, "us": -0.5}},
        },
        "metrics": {},
    }


SEEN = ("violate", "seen")


def test_ladder_at_the_published_values() -> None:
    found = solve(ladder(0.7, 0.0), {}, "only")
    moves = found.moves[0]
    assert moves["truce", ()]["violate"] == pytest.approx(0.5337558671, abs=6e-11)
    assert moves["truce", SEEN]["resist"] == pytest.approx(0.6954065578, abs=6e-11)
    assert moves["truce", (*SEEN, "resist")]["escalate"] == pytest.approx(0.3489977277, abs=6e-11)
    assert moves["truce", (*SEEN, "resist", "escalate")]["intervene"] == pytest.approx(
        0.4255574832, abs=6e-11
    )
    published = {
        "status_quo": 0.46624413,
        "not_attributed": 0.16012676,
        "fait_accompli": 0.11380498,
        "backed_down": 0.16914610,
        "war_alone": 0.05208932,
        "war_with_us": 0.03858871,
    }
    assert found.outcomes[0]["truce"] == pytest.approx(published, abs=6e-9)


@pytest.mark.parametrize(("attribution", "automatic"), [(0.7, 0.0), (0.7, 1.0), (1.0, 0.0), (0.4, 0.35)])
def test_ladder_in_closed_form(attribution: float, automatic: float) -> None:
    intervene = automatic + (1 - automatic) * logistic(-0.5 + 0.2)
    fight = intervene * -2.0 + (1 - intervene) * -0.3
    escalate = logistic(fight + 0.4)
    resist = logistic((1 - escalate) * 0.3 + escalate * (intervene * -0.6 + (1 - intervene) * -1.4) + 1.0)
    contested = (1 - resist) * 1.2 + resist * ((1 - escalate) * -0.4 + escalate * fight)
    violate = logistic((1 - attribution) * 0.6 + attribution * contested)
    war = violate * attribution * resist * escalate
    reached = solve(ladder(attribution, automatic), {}, "only").outcomes[0]["truce"]
    assert reached["status_quo"] == pytest.approx(1 - violate, abs=1e-14)
    assert reached["not_attributed"] == pytest.approx(violate * (1 - attribution), abs=1e-14)
    assert reached["war_alone"] == pytest.approx(war * (1 - intervene), abs=1e-14)
    assert reached["war_with_us"] == pytest.approx(war * intervene, abs=1e-14)
    assert reached["backed_down"] == pytest.approx(violate * attribution * resist * (1 - escalate), abs=1e-14)


# ---- a guarantee that tires while the balance shifts


def fatigue(growth: float, shift: float) -> Scenario:
    return {
        "horizon": {"years": 3, "period": "month", "tail_years": 0},
        "actors": {
            "attacker": {"discount": "0.98 ** 12", "noise": 0.25},
            "guarantor": {"discount": 0, "noise": 0.25},
        },
        "arrangements": {"only": {}},
        "parameters": {"growth": {"value": growth}, "shift": {"value": shift}},
        "definitions": {"cost": "0.5 * (1 + growth) ** t"},
        "start": "calm",
        "phases": {
            "calm": {
                "play": {
                    "actor": "attacker",
                    "moves": {
                        "comply": "quiet",
                        "attack": {
                            "actor": "guarantor",
                            "moves": {"intervene": "beaten", "abstain": "won"},
                        },
                    },
                }
            },
            "war": {"absorbing": True},
        },
        "outcomes": {
            "quiet": {"next": "calm", "payoffs": {"attacker": 0.05}},
            "beaten": {"next": "war", "payoffs": {"attacker": -1.5, "guarantor": "-cost"}},
            "won": {"next": "war", "payoffs": {"attacker": "1 + shift * t", "guarantor": -0.8}},
        },
        "metrics": {f"by_{n}": {"avoid": ["war"], "by_year": n} for n in (1, 2, 3)},
    }


@pytest.mark.parametrize(
    ("information", "growth", "shift", "hazards", "survival"),
    [
        (
            "agent_error",
            0.02,
            0.01,
            (0.00260731, 0.02895092, 0.15244800, 0.84093085),
            (0.86891687, 0.28599224, 0.00120382),
        ),
        (
            "private_payoffs",
            0.02,
            0.01,
            (0.00003281, 0.00023205, 0.00498999, 0.84093085),
            (0.99880460, 0.97929953, 0.05399885),
        ),
        (
            "agent_error",
            0.0,
            0.01,
            (0.00025783, 0.00104428, 0.00587786, 0.02762064),
            (0.99328891, 0.95829847, 0.79347302),
        ),
        (
            "agent_error",
            0.0,
            0.0,
            (0.00022492, 0.00080250, 0.00408592, 0.02012923),
            (0.99459397, 0.96947600, 0.84868811),
        ),
    ],
)
def test_fatigue_at_the_published_values(
    information: str, growth: float, shift: float, hazards: tuple[float, ...], survival: tuple[float, ...]
) -> None:
    found = solve(fatigue(growth, shift), {}, "only", information)
    attack = [found.moves[month]["calm", ()]["attack"] for month in (0, 11, 23, 35)]
    assert attack == pytest.approx(list(hazards), abs=5.1e-9)
    assert [found.metrics[f"by_{n}"] for n in (1, 2, 3)] == pytest.approx(list(survival), abs=5.1e-9)


# ---- a ceasefire as a chain of chances

ROWS = {
    "c": {"c": 0.90, "v": 0.08, "k": 0.01, "w": 0.005, "s": 0.005},
    "v": {"c": 0.50, "v": 0.38, "k": 0.10, "w": 0.01, "s": 0.01},
    "k": {"c": 0.05, "v": 0.15, "k": 0.40, "b": 0.25, "w": 0.14, "s": 0.01},
    "b": {"c": 0.60, "v": 0.20, "k": 0.05, "b": 0.12, "w": 0.01, "s": 0.02},
}


def chain(months: int, tiring: bool = False) -> Scenario:
    phases: dict[str, Any] = {"w": {"absorbing": True}, "s": {"absorbing": True}}
    for state, row in ROWS.items():
        branches: dict[str, Any] = {to: {"probability": p, "then": f"to_{to}"} for to, p in row.items()}
        if tiring and state == "k":
            branches["b"]["probability"] = "0.25 * exp(-0.03 * t)"
            branches["w"]["probability"] = "otherwise"
        phases[state] = {"play": {"chance": branches}}
    return {
        "horizon": {"years": months / 12, "period": "month", "tail_years": 0},
        "actors": {"a": {"discount": 0.5, "noise": 1}},
        "arrangements": {"only": {}},
        "start": "c",
        "phases": phases,
        "outcomes": {f"to_{state}": {"next": state} for state in phases},
        "metrics": {
            "no_war": {"avoid": ["w"]},
            "war": {"reach": ["w"]},
            "settled": {"reach": ["s"]},
            "restricted": {"duration": ["c", "v", "k", "b", "s"]},
            **{f"months_{state}": {"duration": [state]} for state in ROWS},
            **{f"from_{state}": {"duration": list(ROWS), "from": state} for state in ROWS},
            **{f"quasi_{state}": {"occupy": [state], "given": {"avoid": ["w", "s"]}} for state in ROWS},
        },
    }


def test_chain_survival_at_the_published_values() -> None:
    curve = solve(chain(60), {}, "only").curves["no_war"]
    published = [0.9518778807, 0.8963178688, 0.8000666746, 0.6037618269]
    assert [curve[n] for n in (6, 12, 24, 60)] == pytest.approx(published, abs=6e-11)
    assert solve(chain(24), {}, "only").metrics["restricted"] == pytest.approx(21.6732198140 / 12, abs=6e-11)


def test_tiring_chain_survival_at_the_published_values() -> None:
    curve = solve(chain(60, tiring=True), {}, "only").curves["no_war"]
    published = [0.9489728697, 0.8833851762, 0.7584808867, 0.4918667515]
    assert [curve[n] for n in (6, 12, 24, 60)] == pytest.approx(published, abs=6e-11)


def test_chain_absorption_at_the_published_values() -> None:
    # after 150 years the chain is absorbed but for 1e-13
    found = solve(chain(1800), {}, "only").metrics
    months = {"c": 51.46852908, "v": 7.35289095, "k": 2.13380691, "b": 0.60619514}
    for state, number in months.items():
        assert found[f"months_{state}"] == pytest.approx(number / 12, abs=6e-9)
    totals = {"c": 61.56142208, "v": 58.69164304, "k": 46.08107647, "b": 59.06731327}
    for state, number in totals.items():
        assert found[f"from_{state}"] == pytest.approx(number / 12, abs=6e-9)
    assert found["war"] == pytest.approx(0.6356664731, abs=6e-11)
    assert found["settled"] == pytest.approx(0.3643335269, abs=6e-11)


def test_chain_conditional_occupancy_is_quasi_stationary() -> None:
    found = solve(chain(480), {}, "only")
    quasi = {"c": 0.8308106922, "v": 0.1225824183, "k": 0.0361428831, "b": 0.0104640065}
    for state, share in quasi.items():
        assert found.metrics[f"quasi_{state}"] == pytest.approx(share, abs=6e-11)
    alive = [sum(row[state] for state in ROWS) for row in found.shares]
    assert alive[480] / alive[479] == pytest.approx(0.9835048921, abs=6e-11)


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
    scope = {phase: Scope(scenario, {}, {}, phase, 0, 1.0) for phase in scenario["phases"]}
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


# ---- whole random scenarios against brute force


def random_worlds(first: int, number: int) -> Iterator[tuple[Scenario, dict[str, float], str]]:
    for seed in range(first, first + number):
        rng = random.Random(seed)
        scenario = random_scenario(rng)
        yield scenario, parameter_values(scenario, rng), rng.choice(list(scenario["arrangements"]))


Trail = tuple[float, list[str], list[str]]
"""Probability, the phases at 0..n, the outcomes of periods 0..n-1 ('' in an absorbing phase)."""


def trails(
    scenario: Scenario, outcomes: list[dict[str, dict[str, float]]], first: str, n: int
) -> list[Trail]:
    made: list[Trail] = [(1.0, [first], [])]
    for t in range(n):
        longer: list[Trail] = []
        for p, phases, reached in made:
            if scenario["phases"][phases[-1]].get("absorbing"):
                longer.append((p, [*phases, phases[-1]], [*reached, ""]))
                continue
            for outcome, q in outcomes[t][phases[-1]].items():
                longer.append((p * q, [*phases, scenario["outcomes"][outcome]["next"]], [*reached, outcome]))
        made = longer
    return made


def by_trails(scenario: Scenario, metric: dict[str, Any], found: Any) -> float | None:
    years = metric.get("by_year", scenario["horizon"]["years"])
    n = round(years / found.period_years)
    total = held = 0.0
    for p, phases, reached in trails(scenario, found.outcomes, metric.get("from", scenario["start"]), n):
        given = metric.get("given", {})
        if "reach" in given and not set(given["reach"]) & set(phases):
            continue
        if "avoid" in given and set(given["avoid"]) & set(phases):
            continue
        held += p
        if "avoid" in metric:
            total += p * (not set(metric["avoid"]) & set(phases))
        elif "reach" in metric:
            total += p * bool(set(metric["reach"]) & set(phases))
        elif "occupy" in metric:
            total += p * (phases[-1] in metric["occupy"])
        elif "count" in metric:
            total += p * sum(outcome in metric["count"] for outcome in reached)
        else:
            total += p * found.period_years * sum(phase in metric["duration"] for phase in phases[:n])
    if "given" in metric:
        return None if held < 1e-9 else total / held
    return total


def test_metrics_are_those_of_all_trails() -> None:
    compared = 0
    for scenario, world, arrangement in random_worlds(0, 150):
        found = solve(scenario, world, arrangement)
        if found.periods > 4 or len(scenario["outcomes"]) > 5:
            continue
        for name, metric in scenario["metrics"].items():
            if "value" not in metric:
                compared += 1
                expected = by_trails(scenario, metric, found)
                if expected is not None:
                    expected = pytest.approx(expected, rel=1e-9, abs=1e-12)
                assert found.metrics[name] == expected
    assert compared > 300


def test_values_are_discounted_payoffs_along_all_trails() -> None:
    compared = 0
    for scenario, world, arrangement in random_worlds(500, 150):
        scenario["horizon"]["tail_years"] = 0
        found = solve(scenario, world, arrangement, "agent_error")
        if found.periods > 4 or len(scenario["outcomes"]) > 5:
            continue
        compared += 1
        measures = scenario.get("measures", {})
        levels = scenario["arrangements"][arrangement].get("measures", {})
        promised = {name: levels.get(name, entry.get("default", 0)) for name, entry in measures.items()}
        for actor, entry in scenario["actors"].items():
            d = found.period_years
            scope = Scope(scenario, world, promised, scenario["start"], 0, d)
            beta = scope.number(entry["discount"]) ** d
            total = 0.0
            for p, phases, reached in trails(scenario, found.outcomes, scenario["start"], found.periods):
                for t, outcome in enumerate(reached):
                    scope = Scope(scenario, world, promised, phases[t], t, d)
                    paid = d * scope.number(scenario["phases"][phases[t]].get("payoffs", {}).get(actor, 0))
                    if outcome:
                        paid += scope.number(scenario["outcomes"][outcome].get("payoffs", {}).get(actor, 0))
                    total += p * beta**t * paid
            assert found.start_values[actor] == pytest.approx(total, rel=1e-10, abs=1e-10)
    assert compared > 40


def without(part: Any, name: str) -> Any:
    """The part of a scenario with the name replaced by 0 in every expression."""
    if isinstance(part, dict):
        return {key: without(entry, name) for key, entry in part.items()}
    if isinstance(part, list):
        return [without(entry, name) for entry in part]
    return re.sub(rf"\b{name}\b", "0", part) if isinstance(part, str) else part


def test_a_measure_at_zero_is_a_name_replaced_by_zero() -> None:
    compared = 0
    for scenario, world, arrangement in random_worlds(1000, 80):
        for name in scenario.get("measures", {}):
            compared += 1
            zeroed = copy.deepcopy(scenario)
            for package in zeroed["arrangements"].values():
                package.setdefault("measures", {})[name] = 0
            reduced = copy.deepcopy(scenario)
            del reduced["measures"][name]
            for package in reduced["arrangements"].values():
                package.get("measures", {}).pop(name, None)
            reduced = without(reduced, name)
            one = solve(zeroed, world, arrangement, sweep_limit=200)
            other = solve(reduced, world, arrangement, sweep_limit=200)
            assert one.values == other.values
            assert one.metrics == other.metrics
            assert one.moves == other.moves
    assert compared > 60
