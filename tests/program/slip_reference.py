"""Slips worked out from the definition: one world, plain dictionaries, on the reference solver's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.reference.solver import Solution, whole_periods
from tests.reference.stage import Chance, Leaf, Node, Record, Scope, Values, roll_back, stage

CLEAN = ""
"""No slip so far; otherwise the actor whose slip was the first."""

Split = dict[tuple[str, str], float]
"""outcome and who slipped first -> probability"""

TIE = 1e-12


def split(
    node: Node,
    later: Values,
    actors: list[str],
    discount: Mapping[str, float],
    private: bool,
    margins: Mapping[str, float],
) -> Split:
    """The outcomes of a tree and who slipped first on the way."""
    if isinstance(node, Leaf):
        return {(node.outcome, CLEAN): 1.0}
    found: Split = {}

    def add(below: Split, probability: float, slip: str) -> None:
        for (outcome, first), p in below.items():
            key = (outcome, slip or first)
            found[key] = found.get(key, 0.0) + probability * p

    if isinstance(node, Chance):
        for label, branch in node.branches.items():
            add(split(branch, later, actors, discount, private, margins), node.probabilities[label], CLEAN)
        return found
    record = Record()
    roll_back(node, later, actors, discount, private, record)
    worth = {
        label: roll_back(move, later, actors, discount, private, Record())[node.actor]
        for label, move in node.moves.items()
    }
    best, size = max(worth.values()), max(1.0, *map(abs, worth.values()))
    free = max(1.0 - sum(node.bound.values()), 0.0)
    for label, move in node.moves.items():
        below = split(move, later, actors, discount, private, margins)
        add(below, node.bound.get(label, 0.0), CLEAN)
        is_slip = best - worth[label] > margins[node.actor] + TIE * size
        add(below, free * record.choices[node.path][label], node.actor if is_slip else CLEAN)
    return found


def slips(
    scenario: Mapping[str, Any], world: Mapping[str, float], arrangement: str, information: str, of: Solution
) -> dict[str, dict[str, float | None]]:
    """By metric (reach, avoid and count) and actor: what comes with a first slip by the actor."""
    d, actors, private = of.period_years, list(scenario["actors"]), information == "private_payoffs"
    promised = {
        name: float(scenario["arrangements"][arrangement].get("measures", {}).get(name, m.get("default", 0)))
        for name, m in scenario.get("measures", {}).items()
    }
    own = {name: float(value) for name, value in world.items()}
    one = Scope(scenario, own, promised, scenario["start"], 0, round(1 / d))
    noise = {name: one.number(actor["noise"]) for name, actor in scenario["actors"].items()}
    discount = {name: one.number(actor["discount"]) ** d for name, actor in scenario["actors"].items()}
    margins = {name: one.number(actor.get("slip_margin", 0)) for name, actor in scenario["actors"].items()}
    plays: list[dict[str, Split]] = []
    for t in range(of.periods):
        plays.append({})
        for phase in scenario["phases"]:
            play = stage(scenario, Scope(scenario, own, promised, phase, t, round(1 / d)), noise).play
            if play is not None:
                plays[t][phase] = split(play, of.values[t + 1], actors, discount, private, margins)
    found: dict[str, dict[str, float | None]] = {}
    for name, metric in scenario["metrics"].items():
        kind = next((k for k in ("reach", "avoid", "count") if k in metric), None)
        if kind is not None:
            until = whole_periods(metric.get("by_year", scenario["horizon"]["years"]), d)
            found[name] = {a: _figure(scenario, metric, kind, plays[:until], a) for a in actors}
    return found


def _figure(
    scenario: Mapping[str, Any],
    metric: Mapping[str, Any],
    kind: str,
    plays: list[dict[str, Split]],
    actor: str,
) -> float | None:
    """States are (phase, whether and by whom the event was brought about, whether the condition was met)."""
    wanted, given = set(metric[kind]), metric.get("given") or {}
    condition = set(given.get("reach", given.get("avoid", ())))
    start = metric.get("from", scenario["start"])
    event = kind != "count"
    first = CLEAN if event and start in wanted else None
    mass = {(start, first, start in condition): 1.0}
    gain = dict.fromkeys(mass, 0.0)
    for row in plays:
        new_mass: dict[tuple[str, str | None, bool], float] = {}
        new_gain: dict[tuple[str, str | None, bool], float] = {}
        for state, p in mass.items():
            phase, hit, met = state
            steps = row.get(phase) or {(phase, "stays"): 1.0}
            for (outcome, by), q in steps.items():
                following = phase if by == "stays" else scenario["outcomes"][outcome]["next"]
                now = by if event and hit is None and following in wanted and by != "stays" else hit
                after = (following, now, met or following in condition)
                counted = p if kind == "count" and outcome in wanted and by == actor else 0.0
                new_mass[after] = new_mass.get(after, 0.0) + p * q
                new_gain[after] = new_gain.get(after, 0.0) + (gain[state] + counted) * q
        mass, gain = new_mass, new_gain
    fits = [s for s in mass if not given or s[2] is ("reach" in given)]
    total = sum(gain[s] for s in fits) if kind == "count" else sum(mass[s] for s in fits if s[1] == actor)
    held = sum(mass[s] for s in fits)
    if not given:
        return total
    return None if held < 1e-9 else total / held
