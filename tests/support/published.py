"""Scenarios with published figures: a ladder of escalation, a tiring guarantee, a chain of months."""

from __future__ import annotations

from typing import Any

Scenario = dict[str, Any]


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
