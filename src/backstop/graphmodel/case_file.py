"""Reads `backstop-gmcr-case/1`: one conflict as JSON, states listed, moves following from options or listed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backstop.faults import BackstopError, Fault, InvalidInput, Place
from backstop.graphmodel.conflict import Conflict, DecisionMaker, Form, Option, States, state_truth
from backstop.graphmodel.drafting import Draft, arcs_of, moves_of
from backstop.graphmodel.feasible import MAX_STATES, Codes, feasible_vectors, pattern_formula
from backstop.graphmodel.formula import Formula, FormulaError, from_prefix
from backstop.graphmodel.preference import (
    Preference,
    Ranking,
    Relation,
    cycle_in,
    from_levels,
    from_statements,
    from_weights,
)
from backstop.text import did_you_mean

SCHEMA = "backstop-gmcr-case/1"
_DIRECTIONS = ("both", "on_only", "off_only")


def read_case(data: bytes, file: str, limit: int = MAX_STATES) -> Conflict:
    """The conflict in `data`. Raises InvalidInput with everything that is wrong, or Refused for too many states."""
    return _Case(load_json(data, file), file, limit).read()


def load_json(data: bytes, file: str) -> Mapping[str, Any]:
    """A JSON object without repeated keys. Raises InvalidInput."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise InvalidInput(
                    Fault(f"the key {key!r} stands twice in one object", Place(file), "keep one")
                )
            found[key] = value
        return found

    try:
        content = json.loads(data.decode("utf-8-sig"), object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            Fault(f"not valid JSON ({error.msg})", Place(file, error.lineno, error.colno), "correct it there")
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(Fault("not readable as JSON in UTF-8", Place(file), "save it as UTF-8")) from error
    if not isinstance(content, dict):
        raise InvalidInput(Fault("the file holds no JSON object", Place(file)))
    return content


class _Case:
    """One file being read; `faults` collects what is wrong with it."""

    def __init__(self, content: Mapping[str, Any], file: str, limit: int) -> None:
        self.content = content
        self.file = file
        self.limit = limit
        self.faults: list[Fault] = []

    def fault(self, path: str, what: str, hint: str = "") -> None:
        self.faults.append(Fault(what, Place(self.file, path=path), hint))

    def stop(self) -> None:
        if self.faults:
            raise InvalidInput(self.faults)

    def read(self) -> Conflict:
        if self.content.get("schema") != SCHEMA:
            self.fault("schema", f"the schema is {self.content.get('schema')!r}", f"it must be {SCHEMA}")
            self.stop()
        makers = self._decision_makers()
        options = self._options([dm.id for dm in makers])
        self.stop()
        conditions = self._patterns(options)
        self.stop()
        try:
            states, form = self._states(options, conditions)
        except BackstopError as error:
            raise type(error)([Fault(f.what, Place(self.file), f.hint) for f in error.faults]) from error
        self.stop()
        if "moves" in self.content:
            moves = arcs_of(len(states), self._arcs(states, makers), makers)
        else:
            moves = moves_of(Draft("", makers, options), states)
        self.stop()
        given = self.content.get("preferences", {})
        for name in given:
            if name not in {dm.id for dm in makers}:
                hint = did_you_mean(name, [dm.id for dm in makers], "decision maker")
                self.fault(f"preferences.{name}", f"{name} is no decision maker", hint)
        preferences = [self._preference(dm.id, given.get(dm.id), options, states) for dm in makers]
        quo = self.content.get("status_quo")
        if quo is not None and quo not in states.index:
            self.fault("status_quo", f"no state is called {quo}", did_you_mean(str(quo), states.ids, "state"))
        self.stop()
        return Conflict(
            title=str(self.content.get("title", self.content.get("id", ""))),
            decision_makers=makers,
            options=options,
            states=states,
            moves=moves,
            preferences=tuple(p for p in preferences if p is not None),
            form=form,
            status_quo=None if quo is None else states.index[quo],
        )

    def _decision_makers(self) -> tuple[DecisionMaker, ...]:
        found: list[DecisionMaker] = []
        for at, item in enumerate(self._list("decision_makers")):
            name = item.get("id") if isinstance(item, dict) else None
            if not isinstance(name, str) or not name:
                self.fault(f"decision_makers[{at}]", "a decision maker needs an id")
            elif name in {dm.id for dm in found}:
                self.fault(f"decision_makers[{at}]", f"a second decision maker is called {name}")
            else:
                found.append(DecisionMaker(name, str(item.get("name", name))))
        if not found and not self.faults:
            self.fault("decision_makers", "there is no decision maker", "name at least one")
        return tuple(found)

    def _options(self, makers: Sequence[str]) -> tuple[Option, ...]:
        found: list[Option] = []
        for at, item in enumerate(self._list("options")):
            path = f"options[{at}]"
            if not isinstance(item, dict) or not isinstance(item.get("id"), str):
                self.fault(path, "an option needs an id, a dm and a name")
                continue
            owner, direction = item.get("dm"), item.get("direction", "both")
            if owner not in makers:
                self.fault(
                    f"{path}.dm",
                    f"{owner} is no decision maker",
                    did_you_mean(str(owner), makers, "decision maker"),
                )
            if direction not in _DIRECTIONS:
                self.fault(
                    f"{path}.direction", f"unknown direction {direction!r}", "use both, on_only or off_only"
                )
            if item["id"] in {option.id for option in found}:
                self.fault(path, f"a second option is called {item['id']}")
            found.append(Option(item["id"], str(owner), str(item.get("name", item["id"])), direction))
        return tuple(found)

    def _patterns(self, options: Sequence[Option]) -> list[Formula]:
        conditions: list[Formula] = []
        for at, pattern in enumerate(self._list("infeasible")):
            if not isinstance(pattern, str) or len(pattern) != len(options) or set(pattern) - set("01-"):
                self.fault(
                    f"infeasible[{at}]",
                    f"{pattern!r} is not a pattern of {len(options)} marks",
                    "use 1, 0 and - only",
                )
                continue
            formula = pattern_formula(pattern, [option.id for option in options])
            if formula is None:
                self.fault(
                    f"infeasible[{at}]", "this pattern makes every state infeasible", "set at least one mark"
                )
            else:
                conditions.append(formula)
        return conditions

    def _states(self, options: Sequence[Option], conditions: Sequence[Formula]) -> tuple[States, Form]:
        listed = self.content.get("states")
        graph = "moves" in self.content
        names = [option.id for option in options]
        if listed is None:
            if graph:
                self.fault("states", "graph form needs its states listed")
                self.stop()
            codes = feasible_vectors(names, conditions, self.limit)
            ids = tuple(f"s{at}" for at in range(1, len(codes) + 1))
            return States(ids, codes, np.arange(len(codes), dtype=np.int32)), "option"
        ids_: list[str] = []
        titles: dict[str, str] = {}
        patterns: list[str] = []
        for at, item in enumerate(self._list("states")):
            name = item.get("id") if isinstance(item, dict) else None
            if not isinstance(name, str) or name in ids_:
                self.fault(f"states[{at}]", "a state needs an id of its own")
                continue
            bits = item.get("bits", "" if graph else None)
            if not isinstance(bits, str) or (bits and len(bits) != len(options)) or set(bits) - set("01-"):
                self.fault(
                    f"states[{at}].bits",
                    f"{bits!r} is not a vector of {len(options)} options",
                    "use 1, 0 and -",
                )
                continue
            ids_.append(name)
            patterns.append(bits)
            if item.get("label"):
                titles[name] = str(item["label"])
        if not ids_ and not self.faults:
            self.fault("states", "no state is feasible: the list is empty")
        self.stop()
        if not all(patterns):
            return States(tuple(ids_), np.zeros(0, np.uint64), np.zeros(0, np.int32), titles), "graph"
        merged = any("-" in bits for bits in patterns)
        codes, node = self._members(patterns, names, conditions, merged)
        states = States(tuple(ids_), codes, node, titles)
        return states, "graph" if graph else "merged" if merged else "option"

    def _members(
        self, patterns: Sequence[str], names: Sequence[str], conditions: Sequence[Formula], merged: bool
    ) -> tuple[Codes, Any]:
        """Vectors of the listed states; a vector listed by itself is not in a merged state."""
        if not merged:
            codes = np.array(
                [sum(1 << j for j, c in enumerate(bits) if c == "1") for bits in patterns], dtype=np.uint64
            )
            if len(np.unique(codes)) < len(codes):
                self.fault("states", "two states have the same vector")
            elif "moves" not in self.content and len(names) <= 24:
                feasible = feasible_vectors(names, conditions, max(self.limit, 1 << 20))
                if not np.array_equal(np.sort(codes), feasible):
                    odd = np.setxor1d(codes, feasible)[0]
                    bits = "".join("1" if int(odd) >> j & 1 else "0" for j in range(len(names)))
                    what = "is listed but infeasible" if odd in codes else "is feasible but not listed"
                    self.fault("states", f"the vector {bits} {what}", "correct states or infeasible")
            return codes, np.arange(len(codes), dtype=np.int32)
        codes = feasible_vectors(names, conditions, max(self.limit, 1 << 20))
        node = np.full(len(codes), -1, dtype=np.int32)
        for at in sorted(range(len(patterns)), key=lambda at: patterns[at].count("-")):
            match = np.ones(len(codes), dtype=np.bool_)
            for j, mark in enumerate(patterns[at]):
                if mark != "-":
                    match &= ((codes >> np.uint64(j)) & np.uint64(1)) == np.uint64(mark == "1")
            node[match & (node < 0)] = at
        keep = node >= 0
        if "moves" not in self.content and not keep.all():
            self.fault(
                "states",
                f"{int((~keep).sum())} feasible vectors are in no state",
                "list them or make them infeasible",
            )
        return codes[keep], node[keep]

    def _arcs(self, states: States, makers: Sequence[DecisionMaker]) -> dict[str, list[tuple[int, int]]]:
        found: dict[str, list[tuple[int, int]]] = {}
        given = self.content["moves"]
        if not isinstance(given, dict):
            self.fault("moves", "moves give a list of [from, to] per decision maker")
            return found
        for name, arcs in given.items():
            if name not in {dm.id for dm in makers}:
                self.fault(
                    f"moves.{name}",
                    f"{name} is no decision maker",
                    did_you_mean(name, [d.id for d in makers]),
                )
                continue
            found[name] = []
            for at, arc in enumerate(arcs if isinstance(arcs, list) else [arcs]):
                ends = (
                    [states.index.get(end) if isinstance(end, str) else None for end in arc]
                    if isinstance(arc, list)
                    else []
                )
                if len(ends) != 2 or ends[0] is None or ends[1] is None:
                    self.fault(
                        f"moves.{name}[{at}]",
                        f"{arc!r} is not a pair of states",
                        "write [from, to] with ids of states",
                    )
                else:
                    found[name].append((ends[0], ends[1]))
        return found

    def _preference(
        self, name: str, given: Any, options: Sequence[Option], states: States
    ) -> Preference | None:
        path = f"preferences.{name}"
        if not isinstance(given, dict):
            self.fault(
                path,
                f"there are no preferences of {name}",
                "give type ranking, statements, weights or relation",
            )
            return None
        kind = given.get("type")
        if kind == "ranking":
            return self._ranking(path, given.get("order"), states)
        if kind == "statements":
            return self._statements(path, given.get("order"), options, states)
        if kind == "weights":
            return self._weights(path, given.get("weights", given.get("order")), options, states)
        if kind == "relation":
            return self._relation(path, given, states)
        self.fault(f"{path}.type", f"unknown type {kind!r}", "use ranking, statements, weights or relation")
        return None

    def _ranking(self, path: str, order: Any, states: States) -> Ranking | None:
        levels: list[list[int]] = []
        seen: set[str] = set()
        before = len(self.faults)
        for at, level in enumerate(order if isinstance(order, list) else []):
            members = level if isinstance(level, list) else [level]
            for member in members:
                if member not in states.index:
                    self.fault(
                        f"{path}.order[{at}]",
                        f"no state is called {member}",
                        did_you_mean(str(member), states.ids, "state"),
                    )
                elif member in seen:
                    self.fault(f"{path}.order[{at}]", f"{member} is ranked twice", "keep one place")
                seen.add(member)
            levels.append([states.index[member] for member in members if member in states.index])
        missing = [name for name in states.ids if name not in seen]
        if missing:
            shown = ", ".join(missing[:8]) + (", ..." if len(missing) > 8 else "")
            self.fault(
                f"{path}.order",
                f"the ranking leaves out {len(missing)} states: {shown}",
                "give every state a place",
            )
        return from_levels(levels, len(states)) if len(self.faults) == before else None

    def _statements(
        self, path: str, order: Any, options: Sequence[Option], states: States
    ) -> Preference | None:
        before = len(self.faults)
        statements: list[Formula] = []
        valid = [option.id for option in options] + list(states.ids)
        known = set(valid)
        for at, item in enumerate(order if isinstance(order, list) else []):
            try:
                formula = from_prefix(item)
            except FormulaError as error:
                self.fault(f"{path}.order[{at}]", error.message)
                continue
            for name in dict.fromkeys(formula.names()):
                if name not in known:
                    self.fault(
                        f"{path}.order[{at}]",
                        f"unknown option {name}",
                        did_you_mean(name, valid[:200], "option"),
                    )
            statements.append(formula)
        if len(self.faults) > before:
            return None
        rows = [state_truth(formula, options, states) for formula in statements]
        return from_statements(statements, np.array(rows, dtype=np.bool_).reshape(len(rows), len(states)))

    def _weights(self, path: str, given: Any, options: Sequence[Option], states: States) -> Preference | None:
        from fractions import Fraction

        items = given.items() if isinstance(given, dict) else []
        before = len(self.faults)
        known = {option.id for option in options}
        weights = []
        for name, value in items:
            if name not in known:
                self.fault(
                    f"{path}.weights.{name}", f"unknown option {name}", did_you_mean(name, known, "option")
                )
            elif isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
                self.fault(f"{path}.weights.{name}", f"{value!r} is not a number")
            else:
                weights.append((Fraction(str(value)), state_truth(Formula("name", name), options, states)))
        if not isinstance(given, dict):
            self.fault(f"{path}.weights", "weights give a number per option")
        return from_weights(weights, len(states)) if len(self.faults) == before else None

    def _relation(self, path: str, given: Mapping[str, Any], states: States) -> Preference | None:
        size = len(states)
        strength = np.zeros((size, size), dtype=np.int8)
        before = len(self.faults)

        def pairs(key: str) -> list[tuple[int, int]]:
            found = []
            for at, pair in enumerate(given.get(key, [])):
                ends = (
                    [states.index.get(x) if isinstance(x, str) else None for x in pair]
                    if isinstance(pair, list)
                    else []
                )
                if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[0] == ends[1]:
                    self.fault(
                        f"{path}.{key}[{at}]", f"{pair!r} is not a pair of states", "write [preferred, other]"
                    )
                else:
                    found.append((ends[0], ends[1]))
            return found

        for degree, key in ((1, "better"), (2, "much_better")):
            for first, second in pairs(key):
                strength[first, second] = max(degree, int(strength[first, second]))
        unknown = np.zeros((size, size), dtype=np.bool_)
        for first, second in pairs("unknown"):
            unknown[first, second] = unknown[second, first] = True
        indifferent = np.eye(size, dtype=np.bool_)
        for first, second in pairs("indifferent"):
            indifferent[first, second] = indifferent[second, first] = True
        rest = given.get("rest", "indifferent")
        if rest == "unknown":
            unknown |= (strength == 0) & (strength.T == 0) & ~indifferent
        elif rest != "indifferent":
            self.fault(f"{path}.rest", f"unknown value {rest!r}", "use unknown or indifferent")
        return (
            checked_relation(strength, unknown, states, lambda what, hint: self.fault(path, what, hint))
            if len(self.faults) == before
            else None
        )

    def _list(self, key: str) -> list[Any]:
        value = self.content.get(key, [])
        if not isinstance(value, list):
            self.fault(key, "this must be a list")
            return []
        return value


def checked_relation(strength: Any, unknown: Any, states: States, fault: Any) -> Relation | None:
    """A relation, unless it contradicts itself or runs in a circle: then `fault(what, hint)` is told and None returned."""
    better = strength > 0
    both = np.argwhere((better & better.T) | (better & unknown))
    if len(both):
        a, b = (states.ids[int(x)] for x in both[0])
        kind = (
            "each preferred to the other" if better[both[0][1], both[0][0]] else "both compared and unknown"
        )
        fault(f"{a} and {b} are {kind}", "keep one")
        return None
    cycle = cycle_in(better)
    if cycle:
        names = [states.ids[at] for at in [*cycle[:12], cycle[0]]]
        fault(f"the preference runs in a circle: {' over '.join(names)}", "remove one of these comparisons")
        return None
    return Relation(strength, unknown)
