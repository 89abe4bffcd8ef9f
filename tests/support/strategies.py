"""Whole random scenarios as plain data, valid under the file format, and one world's parameter values.

`random_scenario` takes a seeded generator and is quick; `scenarios` is the same generator under Hypothesis, which can
shrink what it draws. Comparing two solvers needs care where an actor's noise may be zero: a tie that only rounding
decides would be broken differently by two right answers. So an outcome's payoff to every actor holds a number of its
own, and exact ties are made by giving two moves the very same continuation.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

PERIOD_YEARS = {"month": 1 / 12, "quarter": 1 / 4, "half-year": 1 / 2, "year": 1.0}
LABELS = ("accept", "refuse", "wait", "strike", "talk")
Scenario = dict[str, Any]


def random_scenario(rng: random.Random, max_actors: int = 4, max_phases: int = 5) -> Scenario:
    """A random valid scenario. About 1 in 40 has opposed, nearly noiseless actors whose replies may cycle."""
    if rng.random() < 0.025:
        return _Generator(rng, max(max_actors, 2), max(max_phases, 3)).pursuit()
    return _Generator(rng, max_actors, max_phases).scenario()


@st.composite
def scenarios(draw: st.DrawFn, max_actors: int = 3, max_phases: int = 4) -> Scenario:
    """The same scenarios, drawn by Hypothesis."""
    return random_scenario(draw(st.randoms(use_true_random=False)), max_actors, max_phases)


@st.composite
def scenarios_with_values(
    draw: st.DrawFn, max_actors: int = 3, max_phases: int = 4
) -> tuple[Scenario, dict[str, float]]:
    """A scenario and the parameter values of one world."""
    rng = draw(st.randoms(use_true_random=False))
    scenario = random_scenario(rng, max_actors, max_phases)
    return scenario, parameter_values(scenario, rng)


class _Generator:
    """Builds one scenario; the attributes are the parts made so far."""

    def __init__(self, rng: random.Random, max_actors: int, max_phases: int) -> None:
        self.rng = rng
        self.actors = [f"actor_{i}" for i in range(rng.randint(1, max_actors))]
        self.phases = [f"phase_{i}" for i in range(rng.randint(1, max_phases))]
        self.period = rng.choice(("year", "year", "half-year", "quarter", "month"))
        self.length = PERIOD_YEARS[self.period]
        self.periods = rng.randint(1, 6)
        self.parameters: dict[str, Any] = {}
        self.usable: list[str] = []
        """Parameters that expressions may use, of size about 1."""
        self.measures: dict[str, Any] = {}
        self.definitions: dict[str, Any] = {}
        self.outcomes: dict[str, Any] = {}
        self.trees: dict[str, Any] = {}

    # ---- numbers

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def number(self, low: float, high: float, digits: int = 4) -> float:
        return round(self.rng.uniform(low, high), digits)

    def distribution(self, low: float, high: float, experts: bool = True) -> dict[str, Any]:
        """A parameter with its support within [low, high]."""
        rng = self.rng
        kind = rng.choice(
            ("uniform", "uniform", "triangular", "pert", "discrete", "value", "experts", "normal")
        )
        a, b, c = sorted(self.number(low, high) for _ in range(3))
        if kind == "value" or c - a < 0.01:
            return {"value": b}
        if kind == "uniform":
            return {"uniform": [a, c]}
        if kind in ("triangular", "pert"):
            return {kind: [a, b, c]}
        if kind == "discrete":
            return {"discrete": {value: rng.randint(1, 4) for value in sorted({a, b, c})}}
        if kind == "normal":
            return {"normal": [b, self.number(0.1, 1.0)], "bounds": [a, c]}
        if not experts:
            return {"uniform": [a, c]}
        camps = {}
        for camp in ("hawks", "doves", "owls")[: rng.randint(2, 3)]:
            camps[camp] = self.distribution(low, high, experts=False)
            if "value" in camps[camp]:
                camps[camp] = {"uniform": [low, high]}
            if self.chance(0.5):
                camps[camp]["weight"] = rng.randint(1, 3)
        return {"experts": camps}

    def parameter(self, name: str, low: float, high: float) -> str:
        entry = self.distribution(low, high)
        if self.chance(0.3):
            entry["title"] = f"Parameter {name}"
        if self.chance(0.5):
            entry["basis"] = ["judgement"]
        self.parameters[name] = entry
        return name

    # ---- expressions: all finite, of size a few units

    def atom(self, names: list[str]) -> str:
        rng = self.rng
        if names and self.chance(0.75):
            return rng.choice(names)
        kind = rng.random()
        if kind < 0.12:
            return f"t / {self.periods}"
        if kind < 0.24:
            return f"years * {self.number(0.1, 1.0)}"
        if kind < 0.28:
            return "period_years"
        return str(self.number(0.0, 2.0))

    def condition(self, names: list[str], depth: int = 1) -> str:
        rng = self.rng
        kind = rng.random()
        if kind < 0.35:
            # between two periods: no rounding of t times d can decide it
            when = round((rng.randint(-1, self.periods) + 0.5) * self.length, 6)
            return f"years {rng.choice(('<', '<=', '>', '>='))} {when}"
        if kind < 0.55:
            return f"t {rng.choice(('<', '<=', '>', '>=', '==', '!='))} {rng.randint(0, self.periods)}"
        if depth and kind < 0.75:
            left, right = self.condition(names, depth - 1), self.condition(names, depth - 1)
            return rng.choice((f"{left} and {right}", f"{left} or {right}", f"not ({left})"))
        return f"{self.atom(names)} {rng.choice(('<', '>', '<=', '>='))} {self.number(-0.5, 1.5, 6)}"

    def expression(self, names: list[str], depth: int = 2) -> str:
        if depth == 0 or self.chance(0.2):
            return self.atom(names)
        a, b = self.expression(names, depth - 1), self.expression(names, depth - 1)
        forms: tuple[Callable[[], str], ...] = (
            lambda: f"{a} + {b}",
            lambda: f"{a} - {b}",
            lambda: f"({a}) - ({b})",
            lambda: f"-({a})",
            lambda: f"0.5 * ({a}) * clip({b}, -2, 2)",
            lambda: f"({a}) / (1 + abs({b}))",
            lambda: f"min({a}, {b})",
            lambda: f"max({a}, {b}, {self.number(-1, 1)})",
            lambda: f"clip({a}, -1.5, 2.5)",
            lambda: f"where({self.condition(names)}, {a}, {b})",
            lambda: f"where({a} > 0.2, log(max({a}, 0.1)), {b})",
            lambda: f"exp(-abs({a}))",
            lambda: f"log(1 + abs({a}))",
            lambda: f"sqrt(abs({a}))",
            lambda: f"logistic({a} - {b})",
            lambda: f"clip({a}, -2, 2) ** 2",
            lambda: f"-{self.number(0.1, 1.5)} ** 2 + {b}",
            lambda: f"({self.condition(names)}) * ({a})",
        )
        return self.rng.choice(forms)()

    def payoff(self, names: list[str]) -> str | float | int:
        """A payoff with a number of its own, which no other payoff is likely to equal."""
        own = self.number(-2.0, 2.0, 6)
        if self.chance(0.35):
            return own
        return f"{own} + {self.number(0.1, 0.6)} * ({self.expression(names, 1)})"

    def probability(self, names: list[str]) -> str | float:
        kind = self.rng.random()
        if kind < 0.15:
            return self.number(0.0, 1.0)
        if kind < 0.3 and "share" in self.parameters:
            return "share"
        if kind < 0.6:
            return f"logistic({self.expression(names, 1)})"
        if kind < 0.65:
            return self.rng.choice((0, 1))
        return f"clip({self.expression(names, 1)}, 0, 1)"

    # ---- measures and definitions

    def levers(self) -> None:
        """Measures and definitions, each using only what stands before it in an order drawn at random."""
        rng = self.rng
        order = [("measure", f"measure_{i}") for i in range(rng.randint(0, 3))]
        order += [("definition", f"definition_{i}") for i in range(rng.randint(0, 4))]
        rng.shuffle(order)
        before: list[str] = list(self.usable)
        for kind, name in order:
            if kind == "definition":
                self.definitions[name] = self.expression(before)
            else:
                self.measures[name] = self.measure(name, before)
            before.append(name)
        self.names = before
        # the order in the file says nothing
        names = list(self.definitions)
        rng.shuffle(names)
        self.definitions = {name: self.definitions[name] for name in names}

    def measure(self, name: str, before: list[str]) -> dict[str, Any]:
        rng = self.rng
        top = rng.choice((1, 1, 2, 2.5))
        bottom = -1 if self.chance(0.1) else 0
        entry: dict[str, Any] = {
            "by": rng.choice(self.actors)
            if self.chance(0.7)
            else rng.sample(self.actors, rng.randint(1, len(self.actors))),
            "range": [bottom, top],
        }
        if self.chance(0.3):
            entry["default"] = self.number(bottom, top)
        if self.chance(0.4):
            entry["in_phases"] = rng.sample(self.phases, rng.randint(1, len(self.phases)))
        if self.chance(0.35):
            entry["when"] = self.condition(before)
        if self.chance(0.35):
            entry["cap"] = self.expression(before, 1) if self.chance(0.8) else self.number(-0.5, 1.5)
        if self.chance(0.5):
            entry["cost"] = rng.choice(
                (
                    f"{self.number(0.1, 3)} * {name}",
                    f"{self.number(0.1, 3)} * {name} ** 2 + {self.atom(before)}",
                )
            )
            entry["cost_unit"] = "billion"
        return entry

    def arrangements(self) -> dict[str, Any]:
        made: dict[str, Any] = {"bare": {}}
        for i in range(self.rng.randint(0, 2)):
            levels = {}
            for name, entry in self.measures.items():
                if self.chance(0.7):
                    bottom, top = entry["range"]
                    levels[name] = self.rng.choice((0, top, self.number(bottom, top)))
            made[f"package_{i}"] = {"title": f"Package {i}", "measures": levels}
        return made

    # ---- trees

    def some_outcomes(self) -> None:
        for i in range(self.rng.randint(2, 6)):
            entry: dict[str, Any] = {"next": self.rng.choice(self.phases)}
            entry["payoffs"] = {actor: self.payoff(self.names) for actor in self.actors}
            self.outcomes[f"outcome_{i}"] = entry

    def branch(self, depth: int) -> Any:
        if depth > 0 and self.trees and self.chance(0.25):
            return self.rng.choice(list(self.trees))
        if depth == 0 or self.chance(0.35):
            return self.rng.choice(list(self.outcomes))
        return self.node(depth)

    def node(self, depth: int) -> dict[str, Any]:
        return self.chance_node(depth) if self.chance(0.3) else self.decision(depth)

    def decision(self, depth: int) -> dict[str, Any]:
        rng = self.rng
        labels = rng.sample(LABELS, rng.choice((2, 2, 2, 3, 4)))
        node: dict[str, Any] = {
            "actor": rng.choice(self.actors),
            "moves": {label: self.branch(depth - 1) for label in labels},
        }
        if self.chance(0.1):
            # an exact tie
            named = [label for label in labels if isinstance(node["moves"][label], str)]
            if named:
                other = rng.choice([label for label in labels if label != named[0]])
                node["moves"][other] = node["moves"][named[0]]
        if self.chance(0.2):
            if self.chance(0.7):
                node["bound"] = {labels[0]: self.probability(self.names)}
            else:
                first, second = self.probability(self.names), self.probability(self.names)
                node["bound"] = {labels[-1]: f"0.5 * ({first})", labels[0]: f"0.5 * ({second})"}
        if self.chance(0.15):
            node["noise"] = rng.choice(
                (0, self.number(0.05, 2), f"{self.number(0.1, 1)} + 0.5 * abs({self.atom(self.names)})")
            )
        return node

    def chance_node(self, depth: int) -> dict[str, Any]:
        rng = self.rng
        labels = rng.sample(LABELS, rng.randint(2, 3))
        p, q = self.probability(self.names), self.probability(self.names)
        probabilities: list[str | float]
        if len(labels) == 2:
            probabilities = [p, "otherwise" if self.chance(0.5) else f"1 - ({p})"]
        elif self.chance(0.5):
            probabilities = [f"({p}) * ({q})", f"({p}) * (1 - ({q}))", f"1 - ({p})"]
        else:
            probabilities = [f"0.5 * ({p})", "otherwise", f"0.5 * ({q})"]
        branches = {
            label: {"probability": probability, "then": self.branch(depth - 1)}
            for label, probability in zip(labels, probabilities, strict=True)
        }
        return {"chance": branches}

    # ---- the whole

    def world_of(self, entry: dict[str, Any]) -> None:
        """Discount and noise of an actor."""
        rng = self.rng
        i = len(self.parameters)
        kind = rng.random()
        if kind < 0.1:
            entry["discount"] = 0
        elif kind < 0.55:
            entry["discount"] = self.number(0.05, 0.9)
        elif kind < 0.56 or (kind < 0.6 and self.period == "year"):
            entry["discount"] = 0.97
        elif kind < 0.85:
            entry["discount"] = self.parameter(f"patience_{i}", 0.0, 0.85)
        else:
            entry["discount"] = f"0.9 * {self.parameter(f'patience_{i}', 0.2, 0.9)}"
        kind = rng.random()
        if kind < 0.08:
            entry["noise"] = 0
        elif kind < 0.15:
            name = f"noise_{i}"
            self.parameters[name] = {"discrete": {0: 2, self.number(0.2, 1.0): 1}}
            entry["noise"] = name
        elif kind < 0.3:
            entry["noise"] = self.number(0.01, 0.1)
        elif kind < 0.6:
            entry["noise"] = self.number(0.1, 3)
        elif kind < 0.8:
            entry["noise"] = self.parameter(f"noise_{i}", 0.1, 2.0)
        else:
            entry["noise"] = f"{self.parameter(f'noise_{i}', 0.1, 1.0)} * {self.number(0.2, 3)}"

    def preliminaries(self) -> dict[str, Any]:
        actors: dict[str, Any] = {}
        for actor in self.actors:
            actors[actor] = {}
            self.world_of(actors[actor])
        for i in range(self.rng.randint(0, 4)):
            self.usable.append(self.parameter(f"parameter_{i}", -1.0, 2.0))
        if self.chance(0.5):
            self.usable.append(self.parameter("share", 0.0, 1.0))
        return actors

    def horizon(self) -> dict[str, Any]:
        made: dict[str, Any] = {"years": self.years(self.periods), "period": self.period}
        if self.period == "year" and self.chance(0.3):
            del made["period"]
        kind = self.rng.random()
        if kind < 0.12:
            made["tail_years"] = 0
        elif kind < 0.3:
            made["tail_years"] = self.rng.choice((1, 2, 5, 20, 60, 400, 400))
        return made

    def years(self, periods: int) -> float:
        return periods * self.length

    def scenario(self) -> Scenario:
        rng = self.rng
        actors = self.preliminaries()
        self.levers()
        self.some_outcomes()
        phases: dict[str, Any] = {}
        for i in range(rng.randint(0, 3)):
            self.trees[f"tree_{i}"] = self.node(2)
        for i, phase in enumerate(self.phases):
            entry: dict[str, Any] = {}
            if self.chance(0.05 if i == 0 else 0.3):
                entry["absorbing"] = True
            elif self.trees and self.chance(0.4):
                entry["play"] = rng.choice(list(self.trees))
            else:
                entry["play"] = self.node(rng.choice((1, 2, 2, 3)))
            if self.chance(0.75):
                entry["payoffs"] = {
                    actor: self.payoff(self.names)
                    for actor in rng.sample(self.actors, rng.randint(0, len(self.actors)))
                }
            phases[phase] = entry
        return self.assemble(actors, phases)

    def pursuit(self) -> Scenario:
        """A wants to be where B is not, B where A is: by turns each sets its own place, with little noise."""
        rng = self.rng
        self.actors = self.actors if len(self.actors) > 1 else ["actor_0", "actor_1"]
        self.phases = ["same", "apart"]
        self.period = rng.choice(("year", "half-year"))
        self.length = PERIOD_YEARS[self.period]
        actors = self.preliminaries()
        noise = rng.choice((0.02, 0.05, 0.1))
        for name in self.actors[:2]:
            actors[name] = {"discount": self.number(0.7, 0.9), "noise": noise}
        self.levers()
        hunter, hunted, cost = self.number(0.5, 1.5), self.number(0.5, 1.5), self.number(0.2, 0.6)
        payoffs: dict[str, dict[str, Any]] = {
            "keep_same": {},
            "keep_apart": {},
            "come": {self.actors[0]: -cost},
            "leave": {self.actors[1]: -cost * 0.9},
        }
        for name, paid in payoffs.items():
            following = "same" if name in ("keep_same", "come") else "apart"
            paid.update({a: self.payoff(self.names) for a in self.actors[2:]})
            self.outcomes[name] = {"next": following, "payoffs": paid}
        phases = {
            "same": {
                "payoffs": {self.actors[0]: hunter, self.actors[1]: -hunted},
                "play": {"actor": self.actors[1], "moves": {"stay": "keep_same", "go": "leave"}},
            },
            "apart": {"play": {"actor": self.actors[0], "moves": {"stay": "keep_apart", "go": "come"}}},
        }
        return self.assemble(actors, phases)

    def assemble(self, actors: dict[str, Any], phases: dict[str, Any]) -> Scenario:
        rng = self.rng
        made: Scenario = {"format": "backstop/1", "title": "A random scenario", "horizon": self.horizon()}
        if self.chance(0.5):
            made["information"] = rng.choice(("agent_error", "private_payoffs"))
        start = self.phases[0] if self.chance(0.7) else rng.choice(self.phases)
        parts = {
            "actors": actors,
            "measures": self.measures,
            "arrangements": self.arrangements(),
            "parameters": self.parameters,
            "definitions": self.definitions,
            "start": start,
            "phases": phases,
            "trees": self.trees,
            "outcomes": self.outcomes,
            "metrics": self.metrics(),
        }
        made.update({key: part for key, part in parts.items() if part})
        return made

    def some_phases(self) -> list[str]:
        return self.rng.sample(self.phases, self.rng.randint(1, min(2, len(self.phases))))

    def metrics(self) -> dict[str, Any]:
        rng = self.rng
        made: dict[str, Any] = {}
        for kind in ("avoid", "reach", "occupy", "count", "duration", "value"):
            for i in range(rng.choice((1, 1, 2))):
                if kind == "value":
                    metric: dict[str, Any] = {"value": rng.choice(self.actors)}
                elif kind == "count":
                    names = list(self.outcomes)
                    metric = {"count": rng.sample(names, rng.randint(1, min(2, len(names))))}
                else:
                    metric = {kind: self.some_phases()}
                if self.chance(0.3):
                    metric["from"] = rng.choice(self.phases)
                if kind != "value" and self.chance(0.4):
                    metric["by_year"] = self.years(rng.randint(1, self.periods))
                if kind != "value" and self.chance(0.4):
                    metric["given"] = {rng.choice(("reach", "avoid")): self.some_phases()}
                made[f"{kind}_{i}"] = metric
        return made


# ---- worlds


def parameter_values(scenario: Scenario, rng: random.Random) -> dict[str, float]:
    """A value within the support of every parameter (not a draw from its distribution in every case)."""
    return {name: _draw(entry, rng) for name, entry in scenario.get("parameters", {}).items()}


def _draw(entry: dict[str, Any], rng: random.Random) -> float:
    if "value" in entry:
        return float(entry["value"])
    if "experts" in entry:
        return _draw(rng.choice(list(entry["experts"].values())), rng)
    if "discrete" in entry:
        return float(rng.choice(list(entry["discrete"])))
    if "normal" in entry:
        low, high = entry["bounds"]
    else:
        low, *_, high = entry.get("uniform") or entry.get("triangular") or entry["pert"]
    return rng.uniform(low, high)


# ---- text


def to_yaml(scenario: Scenario) -> str:
    """The scenario as YAML 1.2: flow style, strings quoted, numbers bare (also as keys), a top-level entry a line."""
    return "".join(f"{key}: {_flow(part)}\n" for key, part in scenario.items())


def _flow(part: Any) -> str:
    if isinstance(part, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(value)}" for key, value in part.items()) + "}"
    if isinstance(part, (list, tuple)):
        return "[" + ", ".join(_flow(item) for item in part) + "]"
    # as JSON, numbers look like 0.1, 12 and 1e-05: all numbers of the YAML 1.2 core schema
    return json.dumps(part, allow_nan=False)
