"""One phase in one period: what names mean there, its tree as numbers, and the tree rolled back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.reference.arithmetic import NotFinite, evaluate

PROBABILITY_SLACK = 1e-9

Path = tuple[str, ...]
"""The labels of the moves and branches that lead from the root of a phase's play to a node; () is the root."""
Values = dict[str, dict[str, float]]
"""phase -> actor -> value."""


class InvalidWorld(ValueError):
    """A probability, noise or discount outside its bounds in this world."""


@dataclass
class Scope:
    """What names mean in one phase and period of this world under this arrangement."""

    scenario: Mapping[str, Any]
    parameters: Mapping[str, float]
    promised: Mapping[str, float]
    phase: str
    t: int
    periods_a_year: int
    known: dict[str, float] = field(default_factory=dict)

    def __call__(self, name: str) -> float:
        if name not in self.known:
            self.known[name] = self._find(name)
        return self.known[name]

    def number(self, expression: str | int | float) -> float:
        return evaluate(expression, self)

    def _find(self, name: str) -> float:
        if name == "t":
            return float(self.t)
        if name == "years":
            return self.t / self.periods_a_year
        if name == "period_years":
            return 1 / self.periods_a_year
        if name in self.parameters:
            return float(self.parameters[name])
        if name in self.scenario.get("measures", {}):
            return self._level(name)
        return self.number(self.scenario["definitions"][name])

    def _level(self, name: str) -> float:
        measure = self.scenario["measures"][name]
        level = float(self.promised[name])
        if level == 0.0:
            # nothing is promised: neither condition nor cap is in use
            return 0.0
        if measure.get("in_phases") is not None and self.phase not in measure["in_phases"]:
            return 0.0
        if measure.get("when") is not None and self.number(measure["when"]) == 0.0:
            return 0.0
        if measure.get("cap") is not None:
            level = min(level, max(self.number(measure["cap"]), 0.0))
        return level


@dataclass(frozen=True)
class Leaf:
    outcome: str
    payoffs: dict[str, float]
    next: str


@dataclass(frozen=True)
class Decision:
    path: Path
    actor: str
    noise: float
    bound: dict[str, float]
    moves: dict[str, Node]
    written: dict[str, str]
    """Each move's continuation as the file writes it: equal texts have equal values to the last bit."""


@dataclass(frozen=True)
class Chance:
    path: Path
    probabilities: dict[str, float]
    branches: dict[str, Node]


Node = Leaf | Decision | Chance


@dataclass(frozen=True)
class Stage:
    """One phase in one period, all its expressions turned into numbers."""

    flow: dict[str, float]
    """Per year."""
    play: Node | None
    """None in an absorbing phase."""


def level_or_nan(scope: Scope, measure: str) -> float:
    try:
        return scope(measure)
    except NotFinite:
        return math.nan


def stage(scenario: Mapping[str, Any], scope: Scope, noise: Mapping[str, float]) -> Stage:
    """The phase and period of `scope`, every expression in it evaluated."""
    phase = scenario["phases"][scope.phase]
    payoffs = phase.get("payoffs", {})
    flow = {actor: scope.number(payoffs.get(actor, 0)) for actor in scenario["actors"]}
    if phase.get("absorbing", False):
        return Stage(flow, None)
    return Stage(flow, grow(scenario, scope, noise, phase["play"], ()))


def grow(
    scenario: Mapping[str, Any], scope: Scope, noise: Mapping[str, float], branch: Any, path: Path
) -> Node:
    """The tree under `branch`: a name of an outcome or tree, or a node written in place."""
    if isinstance(branch, str):
        if branch in scenario["outcomes"]:
            outcome = scenario["outcomes"][branch]
            payoffs = outcome.get("payoffs", {})
            paid = {actor: scope.number(payoffs.get(actor, 0)) for actor in scenario["actors"]}
            return Leaf(branch, paid, outcome["next"])
        branch = scenario["trees"][branch]

    if "chance" in branch:
        probabilities: dict[str, float] = {}
        rest: str | None = None
        for label, entry in branch["chance"].items():
            if entry["probability"] == "otherwise":
                rest = label
                probabilities[label] = 0.0
            else:
                probabilities[label] = probability_of(scope, entry["probability"], path)
        total = sum(probabilities.values())
        if rest is not None:
            if total > 1.0 + PROBABILITY_SLACK:
                raise InvalidWorld(f"{scope.phase} {path}: probabilities sum to {total}")
            probabilities[rest] = max(1.0 - total, 0.0)
        elif abs(total - 1.0) > PROBABILITY_SLACK:
            raise InvalidWorld(f"{scope.phase} {path}: probabilities sum to {total}")
        branches = {
            label: grow(scenario, scope, noise, entry["then"], (*path, label))
            for label, entry in branch["chance"].items()
        }
        return Chance(path, probabilities, branches)

    actor = branch["actor"]
    sigma = noise[actor] if branch.get("noise") is None else scope.number(branch["noise"])
    if sigma < 0.0:
        raise InvalidWorld(f"{scope.phase} {path}: noise {sigma}")
    bound = {label: probability_of(scope, text, path) for label, text in branch.get("bound", {}).items()}
    if sum(bound.values()) > 1.0 + PROBABILITY_SLACK:
        raise InvalidWorld(f"{scope.phase} {path}: bound moves sum to {sum(bound.values())}")
    moves = {
        label: grow(scenario, scope, noise, entry, (*path, label)) for label, entry in branch["moves"].items()
    }
    return Decision(
        path, actor, sigma, bound, moves, {label: repr(b) for label, b in branch["moves"].items()}
    )


def probability_of(scope: Scope, expression: str | int | float, path: Path) -> float:
    p = scope.number(expression)
    if not -PROBABILITY_SLACK <= p <= 1.0 + PROBABILITY_SLACK:
        raise InvalidWorld(f"{scope.phase} {path}: probability {p}")
    return min(max(p, 0.0), 1.0)


@dataclass
class Record:
    """Probabilities by path, filled while a tree is rolled back, and whether a choice hung on rounding."""

    moves: dict[Path, dict[str, float]] = field(default_factory=dict)
    choices: dict[Path, dict[str, float]] = field(default_factory=dict)
    chances: dict[Path, dict[str, float]] = field(default_factory=dict)
    fragile: bool = False


def phase_value(
    phase: str,
    here: Stage,
    later: Values,
    actors: list[str],
    discount: Mapping[str, float],
    d: float,
    private: bool,
    record: Record,
) -> dict[str, float]:
    """V(t, phase) of every actor from V(t+1, .)."""
    if here.play is None:
        return {i: d * here.flow[i] + discount[i] * later[phase][i] for i in actors}
    root = roll_back(here.play, later, actors, discount, private, record)
    return {i: d * here.flow[i] + root[i] for i in actors}


def roll_back(
    node: Node,
    later: Values,
    actors: list[str],
    discount: Mapping[str, float],
    private: bool,
    record: Record,
) -> dict[str, float]:
    """The value of the node to every actor."""
    if isinstance(node, Leaf):
        ahead = later[node.next]
        return {i: node.payoffs[i] + discount[i] * ahead[i] for i in actors}

    if isinstance(node, Chance):
        value = dict.fromkeys(actors, 0.0)
        for label, branch in node.branches.items():
            below = roll_back(branch, later, actors, discount, private, record)
            for i in actors:
                value[i] += node.probabilities[label] * below[i]
        record.chances[node.path] = node.probabilities
        return value

    worth = {
        label: roll_back(move, later, actors, discount, private, record) for label, move in node.moves.items()
    }
    own = {label: below[node.actor] for label, below in worth.items()}
    best = max(own.values())
    if node.noise == 0.0:
        ties = [label for label in own if own[label] == best]
        chosen = {label: 1.0 / len(ties) if label in ties else 0.0 for label in own}
        inclusive = best
        close = {node.written[label] for label, u in own.items() if best - u <= 1e-9 * max(1.0, abs(best))}
        record.fragile = record.fragile or len(close) > 1
    else:
        weight = {label: math.exp((u - best) / node.noise) for label, u in own.items()}
        total = sum(weight.values())
        chosen = {label: w / total for label, w in weight.items()}
        inclusive = best + node.noise * math.log(total)

    free = max(1.0 - sum(node.bound.values()), 0.0)
    made = {label: node.bound.get(label, 0.0) + free * chosen[label] for label in own}
    value = {i: sum(made[label] * worth[label][i] for label in own) for i in actors}
    if private:
        automatic = sum(p * own[label] for label, p in node.bound.items())
        value[node.actor] = automatic + free * inclusive
    record.moves[node.path] = made
    record.choices[node.path] = chosen
    return value


def collect(node: Node, probability: float, record: Record, into: dict[str, float]) -> None:
    """Adds up the probability of each outcome under the node."""
    if isinstance(node, Leaf):
        into[node.outcome] = into.get(node.outcome, 0.0) + probability
    elif isinstance(node, Chance):
        for label, branch in node.branches.items():
            collect(branch, probability * record.chances[node.path][label], record, into)
    else:
        for label, move in node.moves.items():
            collect(move, probability * record.moves[node.path][label], record, into)
