"""The second solver: one world of one arrangement, in plain scalar Python, written from the definitions alone.

It shares nothing with the product: dictionaries, loops and the `math` module. It is slow and meant to be read. The
input is a scenario as the plain data a YAML reader gives and a number for every parameter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.reference.arithmetic import NotFinite, evaluate

PERIOD_YEARS = {"month": 1 / 12, "quarter": 1 / 4, "half-year": 1 / 2, "year": 1.0}
SWEEP_LIMIT = 20_000
CONDITION_FLOOR = 1e-9
PROBABILITY_SLACK = 1e-9

Path = tuple[str, ...]
"""The labels of the moves and branches that lead from the root of a phase's play to a node; () is the root."""
Values = dict[str, dict[str, float]]
"""phase -> actor -> value."""


class InvalidWorld(ValueError):
    """A probability, noise or discount outside its bounds in this world."""


@dataclass(frozen=True)
class Solution:
    """Everything the definitions give for one world; lists run over periods, 0..T or 0..T-1 as said."""

    periods: int
    """T."""
    period_years: float
    """d."""
    values: list[Values]
    """[t][phase][actor], t = 0..T."""
    settled: bool
    """Whether the tail settled; with `tail_years: 0` there is no tail and nothing to settle: True."""
    sweeps: int
    """Sweeps of the tail that the definition makes (a repeated cycle is jumped over but counted)."""
    moves: list[dict[tuple[str, Path], dict[str, float]]]
    """[t][phase, path][move]: probability that the move is made at that decision node, bound or free."""
    choices: list[dict[tuple[str, Path], dict[str, float]]]
    """[t][phase, path][move]: the same where nothing is bound, the actor's own choice."""
    chances: list[dict[tuple[str, Path], dict[str, float]]]
    """[t][phase, path][branch] of chance nodes."""
    outcomes: list[dict[str, dict[str, float]]]
    """[t][phase][outcome]: probability of the outcome where the period begins in the phase; {} in absorbing phases."""
    levels: list[dict[str, dict[str, float]]]
    """[t][phase][measure]: level in force; not a number where it has none, which is a fault only where it is used."""
    shares: list[dict[str, float]]
    """[t][phase] from `start`, t = 0..T."""
    metrics: dict[str, float | None]
    """None where the condition has a probability under 1e-9."""
    curves: dict[str, list[float | None]]
    """[t], t = 0..T, of avoid, reach and occupy metrics, whatever their `by_year`."""
    expected_outcomes: dict[str, float]
    """Expected number of each outcome in periods 0..T-1 from `start`."""
    start_values: dict[str, float]
    """actor -> value at t = 0 in `start`."""
    costs: dict[str, float]
    """Expected undiscounted cost over the horizon of each measure that has one."""
    fragile: bool
    """Whether somewhere, at noise 0, the two best moves were within 1e-9 without being the same continuation: then
    rounding may decide, and another right solver may differ."""


@dataclass
class Scope:
    """What names mean in one phase and period of this world under this arrangement."""

    scenario: Mapping[str, Any]
    parameters: Mapping[str, float]
    promised: Mapping[str, float]
    phase: str
    t: int
    period_years: float
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
            return self.t * self.period_years
        if name == "period_years":
            return self.period_years
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


def solve(
    scenario: Mapping[str, Any],
    parameters: Mapping[str, float],
    arrangement: str,
    information: str | None = None,
    sweep_limit: int = SWEEP_LIMIT,
) -> Solution:
    """Solves one world of one arrangement.

    `parameters` must name every parameter except those with a fixed `value`. `information` defaults to the scenario's
    own. `sweep_limit` replaces the 20,000 sweeps of the definition where `tail_years` is absent.
    """
    information = information or scenario.get("information", "agent_error")
    if information not in ("agent_error", "private_payoffs"):
        raise InvalidWorld(f"no such convention: {information}")
    private = information == "private_payoffs"
    d = PERIOD_YEARS[scenario["horizon"].get("period", "year")]
    periods = whole_periods(scenario["horizon"]["years"], d)
    world = {
        name: float(parameters[name] if name in parameters else entry["value"])
        for name, entry in scenario.get("parameters", {}).items()
    }
    promised = {
        name: float(
            scenario["arrangements"][arrangement].get("measures", {}).get(name, entry.get("default", 0))
        )
        for name, entry in scenario.get("measures", {}).items()
    }
    actors = list(scenario["actors"])
    noise: dict[str, float] = {}
    discount: dict[str, float] = {}
    for actor, entry in scenario["actors"].items():
        noise[actor] = evaluate(entry["noise"], world.__getitem__)
        yearly = evaluate(entry["discount"], world.__getitem__)
        if not 0.0 <= yearly < 1.0:
            raise InvalidWorld(f"discount of {actor} is {yearly}")
        discount[actor] = yearly**d

    scopes = [
        {phase: Scope(scenario, world, promised, phase, t, d) for phase in scenario["phases"]}
        for t in range(periods)
    ]
    stages = [{phase: stage(scenario, scope, noise) for phase, scope in row.items()} for row in scopes]

    seen = Record()
    last, settled, sweeps = tail(scenario, stages[-1], actors, discount, d, private, sweep_limit, seen)
    fragile = seen.fragile
    values = [last]
    moves, choices, chances, outcomes = [], [], [], []
    for t in reversed(range(periods)):
        made: dict[tuple[str, Path], dict[str, float]] = {}
        chosen: dict[tuple[str, Path], dict[str, float]] = {}
        drawn: dict[tuple[str, Path], dict[str, float]] = {}
        reached: dict[str, dict[str, float]] = {}
        row: Values = {}
        for phase, here in stages[t].items():
            record = Record()
            row[phase] = phase_value(phase, here, values[0], actors, discount, d, private, record)
            fragile = fragile or record.fragile
            made.update({(phase, path): p for path, p in record.moves.items()})
            chosen.update({(phase, path): p for path, p in record.choices.items()})
            drawn.update({(phase, path): p for path, p in record.chances.items()})
            reached[phase] = {}
            if here.play is not None:
                collect(here.play, 1.0, record, reached[phase])
        values.insert(0, row)
        moves.insert(0, made)
        choices.insert(0, chosen)
        chances.insert(0, drawn)
        outcomes.insert(0, reached)

    start = scenario["start"]
    shares = [{phase: 1.0 if phase == start else 0.0 for phase in scenario["phases"]}]
    expected = dict.fromkeys(scenario["outcomes"], 0.0)
    for t in range(periods):
        after = dict.fromkeys(scenario["phases"], 0.0)
        for phase, share in shares[t].items():
            if scenario["phases"][phase].get("absorbing", False):
                after[phase] += share
            for outcome, probability in outcomes[t][phase].items():
                after[scenario["outcomes"][outcome]["next"]] += share * probability
                expected[outcome] += share * probability
        shares.append(after)

    costs: dict[str, float] = {}
    for name, measure in scenario.get("measures", {}).items():
        if measure.get("cost") is not None:
            costs[name] = sum(
                shares[t][phase] * d * scope.number(measure["cost"])
                for t in range(periods)
                for phase, scope in scopes[t].items()
                if shares[t][phase] > 0.0
            )

    metrics: dict[str, float | None] = {}
    curves: dict[str, list[float | None]] = {}
    for name, metric in scenario["metrics"].items():
        if "value" in metric:
            metrics[name] = values[0][metric.get("from", start)][metric["value"]]
            continue
        curve = metric_curve(scenario, metric, outcomes, d)
        metrics[name] = curve[whole_periods(metric.get("by_year", scenario["horizon"]["years"]), d)]
        if any(kind in metric for kind in ("avoid", "reach", "occupy")):
            curves[name] = curve

    return Solution(
        periods=periods,
        period_years=d,
        values=values,
        settled=settled,
        sweeps=sweeps,
        moves=moves,
        choices=choices,
        chances=chances,
        outcomes=outcomes,
        levels=[
            {phase: {name: level_or_nan(scope, name) for name in promised} for phase, scope in row.items()}
            for row in scopes
        ],
        shares=shares,
        metrics=metrics,
        curves=curves,
        expected_outcomes=expected,
        start_values=dict(values[0][start]),
        costs=costs,
        fragile=fragile,
    )


def level_or_nan(scope: Scope, measure: str) -> float:
    try:
        return scope(measure)
    except NotFinite:
        return math.nan


def whole_periods(years: float, d: float) -> int:
    number = round(years / d)
    if abs(years / d - number) > 1e-9:
        raise InvalidWorld(f"{years} years are no whole number of periods")
    return number


# ---- numbers for expressions


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


# ---- one stage


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


# ---- the tail


def tail(
    scenario: Mapping[str, Any],
    frozen: Mapping[str, Stage],
    actors: list[str],
    discount: Mapping[str, float],
    d: float,
    private: bool,
    sweep_limit: int,
    record: Record,
) -> tuple[Values, bool, int]:
    """V(T, .), whether it settled, and the sweeps made; `record` notes a choice that hung on rounding."""
    years = scenario["horizon"].get("tail_years")
    values: Values = {phase: dict.fromkeys(actors, 0.0) for phase in frozen}
    if years is None:
        limit = sweep_limit
        for phase, here in frozen.items():
            if here.play is None:
                values[phase] = {i: d * here.flow[i] / (1.0 - discount[i]) for i in actors}
    else:
        limit = math.floor(years / d + 1e-9)
        if limit == 0:
            return values, True, 0

    margin = 1e-11 * (1.0 - max(discount.values()))
    # A bitwise repeat means that the sweeps go round for ever: whole rounds can be left out. Brent's method keeps one
    # earlier state and renews it at sweeps 1, 2, 4, 8, ...
    kept, kept_at = values, 0
    sweep = 0
    while sweep < limit:
        swept = {
            phase: phase_value(phase, here, values, actors, discount, d, private, record)
            for phase, here in frozen.items()
        }
        sweep += 1
        change = max(abs(swept[k][i] - values[k][i]) for k in frozen for i in actors)
        size = max(abs(swept[k][i]) for k in frozen for i in actors)
        values = swept
        if change <= margin * max(1.0, size):
            return values, True, sweep
        if values == kept:
            sweep = limit - (limit - sweep) % (sweep - kept_at)
        elif sweep & (sweep - 1) == 0:
            kept, kept_at = values, sweep
    return values, False, limit


# ---- forward


def metric_curve(
    scenario: Mapping[str, Any],
    metric: Mapping[str, Any],
    outcomes: list[dict[str, dict[str, float]]],
    d: float,
) -> list[float | None]:
    """The metric as if `by_year` were the end of period n - 1, for n = 0..T.

    A state is (phase, whether a phase of the metric has been seen, whether a phase of the condition has been seen).
    `mass` is its probability, `moment` the expected count (or years) so far on the event of being in it.
    """
    (kind,) = (kind for kind in ("avoid", "reach", "occupy", "count", "duration") if kind in metric)
    wanted = set(metric[kind])
    given = metric.get("given") or {}
    condition = set(given.get("reach", given.get("avoid", ())))
    first = metric.get("from", scenario["start"])
    mass = {(first, first in wanted, first in condition): 1.0}
    moment = dict.fromkeys(mass, 0.0)

    def now() -> float | None:
        held = 0.0
        total = 0.0
        for state, p in mass.items():
            phase, seen, conditioned = state
            if ("reach" in given and not conditioned) or ("avoid" in given and conditioned):
                continue
            held += p
            if kind == "avoid":
                total += 0.0 if seen else p
            elif kind == "reach":
                total += p if seen else 0.0
            elif kind == "occupy":
                total += p if phase in wanted else 0.0
            else:
                total += moment[state]
        if not given:
            return total
        return None if held < CONDITION_FLOOR else total / held

    curve = [now()]
    for row in outcomes:
        new_mass: dict[tuple[str, bool, bool], float] = {}
        new_moment: dict[tuple[str, bool, bool], float] = {}
        for state, p in mass.items():
            phase, seen, conditioned = state
            so_far = moment[state]
            if kind == "duration" and phase in wanted:
                so_far += p * d
            steps: list[tuple[str | None, str, float]] = [
                (outcome, scenario["outcomes"][outcome]["next"], q) for outcome, q in row[phase].items()
            ]
            if scenario["phases"][phase].get("absorbing", False):
                steps = [(None, phase, 1.0)]
            for outcome, following, q in steps:
                if q == 0.0:
                    continue
                after = (following, seen or following in wanted, conditioned or following in condition)
                counted = p if kind == "count" and outcome in wanted else 0.0
                new_mass[after] = new_mass.get(after, 0.0) + p * q
                new_moment[after] = new_moment.get(after, 0.0) + (so_far + counted) * q
        mass, moment = new_mass, new_moment
        curve.append(now())
    return curve
