"""Reads `backstop-gmcr-case/1`: one conflict as JSON, states listed, moves following from options or listed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backstop.base.document import dotted
from backstop.base.faults import BackstopError, Fault, InvalidInput, Place
from backstop.base.words import did_you_mean
from backstop.graphmodel.files.drafting import Draft, arcs_of, moves_of
from backstop.graphmodel.files.preference_reader import PreferenceReader
from backstop.graphmodel.model.conflict import Conflict, DecisionMaker, Form, Option, States
from backstop.graphmodel.model.feasible import MAX_STATES, Codes, feasible_vectors, pattern_formula
from backstop.graphmodel.model.formula import Formula
from backstop.graphmodel.model.preference import Preference

SCHEMA = "backstop-gmcr-case/1"
_KEY_OF = {"ranking": "order", "statements": "order", "weights": "weights", "relation": ""}
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
                    f"the key {key!r} stands twice in one object", place=Place(file), hint="keep one"
                )
            found[key] = value
        return found

    try:
        content = json.loads(data.decode("utf-8-sig"), object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"not valid JSON ({error.msg})",
            place=Place(file, error.lineno, error.colno),
            hint="correct it there",
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            "not readable as JSON in UTF-8", place=Place(file), hint="save it as UTF-8"
        ) from error
    if not isinstance(content, dict):
        raise InvalidInput("the file holds no JSON object", place=Place(file))
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
        if not isinstance(given, dict):
            self.fault("preferences", "preferences are an object with one entry per decision maker")
            self.stop()
        for name in given:
            if name not in {dm.id for dm in makers}:
                hint = did_you_mean(name, [dm.id for dm in makers], "decision maker")
                self.fault(f"preferences.{name}", f"{name} is no decision maker", hint)
        reader = PreferenceReader(
            options, states, lambda path, what, hint: self.fault(dotted(path), what, hint)
        )
        preferences = [self._preference(dm.id, given.get(dm.id), reader) for dm in makers]
        quo = self.content.get("status_quo")
        if quo is not None and (not isinstance(quo, str) or quo not in states.index):
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
        ids_: dict[str, None] = {}
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
            ids_[name] = None
            patterns.append(bits)
            if item.get("label"):
                titles[name] = str(item["label"])
        if not ids_ and not self.faults:
            self.fault("states", "no state is feasible: the list is empty")
        self.stop()
        if not all(patterns):
            return States(tuple(ids_), np.zeros(0, np.uint64), np.zeros(0, np.int32), titles), "graph"
        merged = any("-" in bits for bits in patterns)
        codes, node = self._members(tuple(ids_), patterns, names, conditions, merged)
        states = States(tuple(ids_), codes, node, titles)
        return states, "graph" if graph else "merged" if merged else "option"

    def _members(
        self,
        ids: Sequence[str],
        patterns: Sequence[str],
        names: Sequence[str],
        conditions: Sequence[Formula],
        merged: bool,
    ) -> tuple[Codes, Any]:
        """Vectors of the listed states; a vector listed by itself is not in a merged state.

        Where the file says what is infeasible, the list must agree with it; where it does not, the list decides.
        """
        declared = "infeasible" in self.content and "moves" not in self.content
        if not merged:
            codes = np.array(
                [sum(1 << j for j, c in enumerate(bits) if c == "1") for bits in patterns], dtype=np.uint64
            )
            if len(np.unique(codes)) < len(codes):
                self.fault("states", "two states have the same vector")
            elif declared and len(names) <= 24:
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
        for at in sorted(set(range(len(patterns))) - set(node.tolist())):
            self.fault(f"states[{at}]", f"the state {ids[at]} has no feasible vector of its own", "remove it")
        keep = node >= 0
        if declared and not keep.all():
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

    def _preference(self, name: str, given: Any, reader: PreferenceReader) -> Preference | None:
        path = f"preferences.{name}"
        if not isinstance(given, dict):
            self.fault(path, f"there are no preferences of {name}", f"give one of {', '.join(_KEY_OF)}")
            return None
        kind = given.get("type")
        if not isinstance(kind, str) or kind not in _KEY_OF:
            self.fault(f"{path}.type", f"unknown type {kind!r}", f"use {', '.join(_KEY_OF)}")
            return None
        key = _KEY_OF[kind]
        return reader.read(
            kind, given.get(key) if key else given, ("preferences", name, *([key] if key else []))
        )

    def _list(self, key: str) -> list[Any]:
        value = self.content.get(key, [])
        if not isinstance(value, list):
            self.fault(key, "this must be a list")
            return []
        return value
