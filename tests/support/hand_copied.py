"""A scenario with facts written out by hand: a phase, its tree, its outcomes and its measures for every state.

Written on plain data and text, apart from the program's own way with facts: names of facts in expressions are replaced
by numbers before anything is parsed, and measures that a fact may cap or switch off become one measure for each state.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

Data = dict[str, Any]
State = tuple[str, tuple[float, ...]]


def hand_copied(scenario: Data) -> Data:
    """The same scenario without facts. Metrics keep their names; `given` and `where` are written out as lists."""
    return _Copy(scenario).made()


def measure_copies(scenario: Data, measure: str) -> list[str]:
    """The names of the measures that one of the scenario with facts becomes."""
    made = _Copy(scenario)
    return [made.named(measure, state) for state in made.states]


class _Copy:
    def __init__(self, scenario: Data) -> None:
        self.old = copy.deepcopy(scenario)
        self.facts: Data = self.old.pop("facts")
        starts = [self.old["start"], *(m["from"] for m in self.old["metrics"].values() if "from" in m)]
        begun = tuple(self._number(fact, fact["start"]) for fact in self.facts.values())
        self.begun = begun
        self.states: list[State] = [(phase, begun) for phase in dict.fromkeys(starts)]
        for state in self.states:
            for outcome in self._outcomes_of(state[0]):
                after = self._after(outcome, state)
                if after not in self.states:
                    self.states.append(after)

    def _number(self, fact: Data, written: Any) -> float:
        return float(fact["values"][written]) if isinstance(written, str) else float(written)

    def _after(self, outcome: str, state: State) -> State:
        of, numbers = self.old["outcomes"][outcome], []
        for number, (name, fact) in zip(state[1], self.facts.items(), strict=True):
            if name in of.get("sets", {}):
                numbers.append(self._number(fact, of["sets"][name]))
            elif "counts" in fact:
                numbers.append(0.0 if outcome in fact.get("resets", []) else min(number + 1, fact["counts"]))
            else:
                numbers.append(number)
        return of["next"], tuple(numbers)

    def _outcomes_of(self, phase: str) -> list[str]:
        found: list[str] = []

        def below(branch: Any) -> None:
            if isinstance(branch, str) and branch in self.old["outcomes"]:
                found.append(branch)
            elif isinstance(branch, str):
                below(self.old["trees"][branch])
            elif "moves" in branch:
                for each in branch["moves"].values():
                    below(each)
            elif "chance" in branch:
                for each in branch["chance"].values():
                    below(each["then"])

        play = self.old["phases"][phase].get("play")
        if play is not None:
            below(play)
        return list(dict.fromkeys(found))

    def named(self, name: str, state: State) -> str:
        return f"{name}__{self.states.index(state)}"

    def _put(self, value: Any, state: State) -> Any:
        """An expression as it is in a state."""
        if not isinstance(value, str):
            return value
        numbers = dict(zip(self.facts, state[1], strict=True))

        def word(match: re.Match[str]) -> str:
            name = match[0]
            if name in numbers:
                return f"({numbers[name]!r})"
            if name in self.old.get("measures", {}) or name in self.old.get("definitions", {}):
                return self.named(name, state)
            return name

        return re.sub(r"[A-Za-z_]\w*", word, value)

    def _branch(self, branch: Any, state: State) -> Any:
        if isinstance(branch, str):
            return self.named(branch, state)
        new = dict(branch)
        if "noise" in new:
            new["noise"] = self._put(new["noise"], state)
        if "moves" in new:
            new["moves"] = {move: self._branch(each, state) for move, each in new["moves"].items()}
            new["bound"] = {move: self._put(p, state) for move, p in new.get("bound", {}).items()}
        if "chance" in new:
            new["chance"] = {
                label: {
                    "probability": each["probability"]
                    if each["probability"] == "otherwise"
                    else self._put(each["probability"], state),
                    "then": self._branch(each["then"], state),
                }
                for label, each in new["chance"].items()
            }
        return new

    def _where(self, formula: Any, state: State) -> bool:
        numbers = dict(zip(self.facts, state[1], strict=True))
        return formula is None or bool(eval(str(formula), {"__builtins__": {}}, numbers))

    def _states_of(self, phases: list[str], where: Any = None) -> list[str]:
        """The copies of phases; a phase that is never entered where there would be none."""
        found = [self.named(s[0], s) for s in self.states if s[0] in phases and self._where(where, s)]
        return found or ["nowhere"]

    def made(self) -> Data:
        old, new = (
            self.old,
            {k: v for k, v in self.old.items() if k not in ("trees", "definitions", "measures")},
        )
        new["trees"], new["definitions"], new["measures"] = {}, {}, {}
        new["phases"], new["outcomes"] = {"nowhere": {"absorbing": True}}, {"never": {"next": "nowhere"}}
        for state in self.states:
            phase = dict(old["phases"][state[0]])
            phase["payoffs"] = {a: self._put(v, state) for a, v in phase.get("payoffs", {}).items()}
            if "play" in phase:
                phase["play"] = self._branch(phase["play"], state)
            if isinstance(phase.get("play"), str) and phase["play"].rsplit("__", 1)[0] in old["outcomes"]:
                raise NotImplementedError("a play that is an outcome alone")
            new["phases"][self.named(state[0], state)] = phase
            for name, tree in old.get("trees", {}).items():
                new["trees"][self.named(name, state)] = self._branch(tree, state)
            for name, value in old.get("definitions", {}).items():
                new["definitions"][self.named(name, state)] = self._put(value, state)
            for name, outcome in old["outcomes"].items():
                after = self._after(name, state)
                target = self.named(after[0], after) if after in self.states else "nowhere"
                payoffs = {a: self._put(v, state) for a, v in outcome.get("payoffs", {}).items()}
                new["outcomes"][self.named(name, state)] = {"next": target, "payoffs": payoffs}
            for name, measure in old.get("measures", {}).items():
                of = {
                    k: self._put(v, state) if k in ("cap", "when", "cost") else v for k, v in measure.items()
                }
                inside = measure.get("in_phases", [state[0]])
                of["in_phases"] = [self.named(state[0], state) if state[0] in inside else "nowhere"]
                new["measures"][self.named(name, state)] = of
        new["arrangements"] = {
            name: {
                "measures": {
                    self.named(m, state): level
                    for m, level in of.get("measures", {}).items()
                    for state in self.states
                }
            }
            for name, of in old["arrangements"].items()
        }
        new["start"] = self.named(old["start"], (old["start"], self.begun))
        new["metrics"] = {name: self._metric(metric) for name, metric in old["metrics"].items()}
        return new

    def _metric(self, metric: Mapping[str, Any]) -> Data:
        new = {k: v for k, v in metric.items() if k != "where"}
        where = metric.get("where")
        for kind in ("avoid", "reach", "occupy", "duration"):
            if kind in new:
                new[kind] = self._states_of(new[kind], where)
        if "count" in new:
            copies = [self.named(o, s) for o in new["count"] for s in self.states if self._where(where, s)]
            new["count"] = copies or ["never"]
        if "from" in new:
            new["from"] = self.named(new["from"], (new["from"], self.begun))
        if "given" in new:
            given = dict(new["given"])
            inside = given.pop("where", None)
            new["given"] = {
                k: self._states_of(v, inside) if k in ("reach", "avoid") else v for k, v in given.items()
            }
        return new
