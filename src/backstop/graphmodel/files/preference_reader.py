"""Preferences as files give them, turned into rankings, relations and degrees; shared by all readers of files.

What stands for states may be the id of a state or a formula: a formula stands for the states where it is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from backstop.base.words import did_you_mean
from backstop.graphmodel.model.conflict import Option, States, state_truth
from backstop.graphmodel.model.formula import Formula, FormulaError, from_prefix, parse
from backstop.graphmodel.model.preference import (
    Bools,
    Graded,
    Preference,
    Relation,
    cycle_in,
    from_levels,
    from_statements,
    from_tiers,
    from_weights,
)

Path = tuple[str | int, ...]
Tell = Callable[[Path, str, str], None]
"""Notes a fault: where, what, and what to do about it."""

MAX_PAIRWISE = 4_096
KINDS = ("statements", "ranking", "weights", "relation", "sampled", "fuzzy", "probabilistic")
_SHOWN = 8


class PreferenceReader:
    """Reads the preferences of one file. Faults go to `tell`; a method that told one returns None."""

    def __init__(self, options: Sequence[Option], states: States, tell: Tell) -> None:
        self.options = options
        self.states = states
        self.tell = tell
        self.names = {option.id for option in options} if len(states.codes) else set()
        self._size = len(states)

    def read(self, kind: str, given: Any, path: Path) -> Preference | None:
        """The preference of the given kind (one of KINDS) written in `given`."""
        if kind == "ranking":
            return self.ranking(given, path)
        if kind == "statements":
            return self.statements(given, path)
        if kind == "weights":
            return self.weights(given, path)
        if self._size > MAX_PAIRWISE:
            self.tell(
                path,
                f"a {kind} preference compares all pairs of {self._size:,} states; at most {MAX_PAIRWISE:,} are taken",
                "give a ranking, statements or weights",
            )
            return None
        if not isinstance(given, dict):
            self.tell(path, f"{kind} is a mapping", "see the reference of the file format")
            return None
        if kind == "relation":
            return self.relation(given, path)
        if kind == "sampled":
            return self.sampled(given, path)
        return self.graded(kind, given, path)

    # Names of states and formulas

    def formula(self, value: Any, path: Path) -> Formula | None:
        """A formula from text or nested prefix lists, with every name in it known."""
        try:
            formula = parse(value) if isinstance(value, str) else from_prefix(value)
        except FormulaError as error:
            at = f" (at character {error.offset + 1})" if isinstance(value, str) else ""
            self.tell(
                path, f"not a formula: {error.message}{at}", "use names, and, or, not, if, iff and brackets"
            )
            return None
        return formula if self.known(formula, path) else None

    def known(self, formula: Formula, path: Path) -> bool:
        """Whether every name in `formula` is an option or a state; what is not is told."""
        unknown = [
            n for n in dict.fromkeys(formula.names()) if n not in self.names and n not in self.states.index
        ]
        for name in unknown:
            valid = [
                *self.names,
                *(s for s in self.states.ids if len(self.states) <= 200 or not s.startswith("s")),
            ]
            self.tell(path, f"unknown option {name}", did_you_mean(name, valid, "option"))
        return not unknown

    def truth(self, formula: Formula) -> Bools:
        """Truth of a formula at each state."""
        return state_truth(formula, self.options, self.states)

    def select(self, value: Any, path: Path) -> list[int] | None:
        """The states that an id or a formula stands for; at least one."""
        if isinstance(value, str) and value in self.states.index:
            return [self.states.index[value]]
        looks_like_state = isinstance(value, str) and value not in self.names and value.isidentifier()
        if looks_like_state or not isinstance(value, (str, list)):
            valid = [*self.names, *self.states.ids] if len(self.states) <= 2_000 else sorted(self.names)
            self.tell(path, f"no state or option is called {value}", did_you_mean(str(value), valid, "state"))
            return None
        formula = self.formula(value, path)
        if formula is None:
            return None
        found = np.flatnonzero(self.truth(formula)).tolist()
        if not found:
            self.tell(path, f"no state fits: {formula}", "correct the formula")
            return None
        return [int(at) for at in found]

    # Complete preferences

    def ranking(self, given: Any, path: Path) -> Preference | None:
        """Levels of states, best first. Ids take their states before formulas; formulas take what is left, in order."""
        if not isinstance(given, list) or not given:
            self.tell(
                path, "a ranking is a list, best first, inner lists being ties", "write [[s3], [s1, s4], ...]"
            )
            return None
        index = self.states.index
        place: dict[int, Path] = {}
        told = False
        for at, level in enumerate(given):
            for inner, member in enumerate(level if isinstance(level, list) else [level]):
                here = (*path, at, inner) if isinstance(level, list) else (*path, at)
                if isinstance(member, str) and member in index:
                    if index[member] in place:
                        self.tell(here, f"{member} is ranked twice", "keep one place")
                        told = True
                    place[index[member]] = here
        levels: list[list[int]] = []
        for at, level in enumerate(given):
            found: list[int] = []
            for inner, member in enumerate(level if isinstance(level, list) else [level]):
                here = (*path, at, inner) if isinstance(level, list) else (*path, at)
                if isinstance(member, str) and member in index:
                    found.append(index[member])
                    continue
                states = self.select(member, here)
                if states is None:
                    told = True
                    continue
                fresh = [state for state in states if state not in place]
                if not fresh:
                    self.tell(
                        here, f"every state that fits is ranked already: {member}", "remove it, or move it up"
                    )
                    told = True
                place.update(dict.fromkeys(fresh, here))
                found.extend(fresh)
            levels.append(found)
        missing = [name for at, name in enumerate(self.states.ids) if at not in place]
        if missing and not told:
            shown = ", ".join(missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
            count = "1 state" if len(missing) == 1 else f"{len(missing)} states"
            self.tell(path, f"the ranking leaves out {count}: {shown}", "give every state a place")
            told = True
        return None if told else from_levels([sorted(set(level)) for level in levels if level], self._size)

    def _formulas(self, given: Any, path: Path) -> list[Formula] | None:
        if not isinstance(given, list):
            self.tell(
                path, "statements are a list of formulas, most important first", "write [not war, deal, ...]"
            )
            return None
        found = [self.formula(item, (*path, at)) for at, item in enumerate(given)]
        return None if any(formula is None for formula in found) else [f for f in found if f is not None]

    def truths(self, formulas: Sequence[Formula]) -> Bools:
        """Truth of each formula at each state."""
        rows = [self.truth(formula) for formula in formulas]
        return np.array(rows, dtype=np.bool_).reshape(len(rows), self._size)

    def statements(self, given: Any, path: Path) -> Preference | None:
        """Prioritised statements; any number of them, compared exactly."""
        formulas = self._formulas(given, path)
        return None if formulas is None else from_statements(formulas, self.truths(formulas))

    def weights(self, given: Any, path: Path) -> Preference | None:
        """A number per option (or `not option`, or any formula); a state's score is the sum of what is true there."""
        if not isinstance(given, dict):
            self.tell(path, "weights give a number per option", "write {deal: 3, not war: 2}")
            return None
        found: list[tuple[Fraction, Bools]] = []
        told = False
        for key, value in given.items():
            formula = self.formula(key, (*path, key))
            if formula is None:
                told = True
            elif isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e100:
                self.tell((*path, key), f"{value!r} is not a number", "give a number")
                told = True
            else:
                found.append((Fraction(str(value)), self.truth(formula)))
        return None if told else from_weights(found, self._size)

    # Partial and graded preferences

    def _pairs(
        self, given: Mapping[str, Any], key: str, path: Path, degree: bool = False
    ) -> list[tuple[Any, ...]] | None:
        """[first, second] (and a number with `degree`) as lists of state indices."""
        items = given.get(key, [])
        told = not isinstance(items, list)
        if told:
            self.tell((*path, key), f"{key} is a list of pairs", "write [[s1, s2], ...]")
        found: list[tuple[Any, ...]] = []
        for at, item in enumerate(items if isinstance(items, list) else []):
            here = (*path, key, at)
            length = 3 if degree else 2
            if not isinstance(item, list) or len(item) != length:
                what = "two states and a number" if degree else "two states"
                self.tell(
                    here, f"{item!r} is not {what}", "write [preferred, other" + (", 0.8]" if degree else "]")
                )
                told = True
                continue
            first, second = self.select(item[0], (*here, 0)), self.select(item[1], (*here, 1))
            if first is None or second is None:
                told = True
            elif set(first) & set(second):
                self.tell(here, "the two sides have a state in common", "compare different states")
                told = True
            elif degree:
                if isinstance(item[2], bool) or not isinstance(item[2], (int, float)):
                    self.tell((*here, 2), f"{item[2]!r} is not a number", "give a number")
                    told = True
                found.append((first, second, item[2]))
            else:
                found.append((first, second))
        return None if told else found

    def relation(self, given: Mapping[str, Any], path: Path) -> Relation | None:
        """`better`, `much_better`, `degree` ([a, b, 3]), `unknown`, `indifferent`, `rest: unknown | indifferent`."""
        keys = ("better", "much_better", "unknown", "indifferent")
        for key in given:
            if key not in (*keys, "degree", "rest", "type", "note"):
                self.tell(
                    (*path, key),
                    f"unknown field {key}",
                    did_you_mean(key, [*keys, "degree", "rest"], "field"),
                )
                return None
        lists = {key: self._pairs(given, key, path) for key in keys}
        graded = self._pairs(given, "degree", path, degree=True)
        rest = given.get("rest", "indifferent")
        if rest not in ("unknown", "indifferent"):
            self.tell((*path, "rest"), f"unknown value {rest!r}", "use unknown or indifferent")
            return None
        if graded is None or any(pairs is None for pairs in lists.values()):
            return None
        strength = np.zeros((self._size, self._size), dtype=np.int8)
        triples = [(a, b, 1) for a, b in lists["better"] or []] + [
            (a, b, 2) for a, b in lists["much_better"] or []
        ]
        for first, second, degree in [*triples, *graded]:
            if not isinstance(degree, int) or not 1 <= degree <= 100:
                self.tell(
                    (*path, "degree"), f"{degree!r} is not a degree of preference", "use 1, 2, 3, ... 100"
                )
                return None
            block = np.ix_(first, second)
            strength[block] = np.maximum(strength[block], degree)
        unknown = np.zeros((self._size, self._size), dtype=np.bool_)
        indifferent = np.eye(self._size, dtype=np.bool_)
        for table, key in ((unknown, "unknown"), (indifferent, "indifferent")):
            for first, second in lists[key] or []:
                table[np.ix_(first, second)] = True
                table[np.ix_(second, first)] = True
        if rest == "unknown":
            unknown |= (strength == 0) & (strength.T == 0) & ~indifferent
        return self._checked(strength, unknown, indifferent, path)

    def _checked(self, strength: Any, unknown: Bools, indifferent: Bools, path: Path) -> Relation | None:
        """The relation, unless it contradicts itself or runs in a circle."""
        better = strength > 0
        ids = self.states.ids
        clash = np.argwhere((better & better.T) | (better & unknown) | ((better | unknown) & indifferent))
        if len(clash):
            a, b = (int(x) for x in clash[0])
            self.tell(
                path, f"{ids[a]} and {ids[b]} are compared in two ways that contradict each other", "keep one"
            )
            return None
        cycle = cycle_in(better)
        if cycle:
            names = [ids[at] for at in [*cycle[:12], cycle[0]]]
            self.tell(
                path,
                f"the preference runs in a circle: {' over '.join(names)}",
                "remove one of these comparisons",
            )
            return None
        return Relation(strength, unknown)

    def sampled(self, given: Mapping[str, Any], path: Path) -> Preference | None:
        """A relation with the other pairs unknown, or statements in tiers of unknown inner order; draws, seed."""
        numbers = {"draws": 10_000, "seed": 0}
        for key in numbers:
            value = given.get(key, numbers[key])
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10_000_000:
                self.tell((*path, key), f"{value!r} is not a whole number from 0 to 10,000,000", "give one")
                return None
            numbers[key] = value
        rest = {key: value for key, value in given.items() if key not in numbers}
        if "statements" in rest:
            tiers = rest["statements"] if isinstance(rest["statements"], list) else [None]
            found = [
                self._formulas(tier if isinstance(tier, list) else [tier], (*path, "statements", at))
                for at, tier in enumerate(tiers)
            ]
            if not found or any(tier is None for tier in found):
                return None
            kept = [tier for tier in found if tier]
            if not kept:
                self.tell((*path, "statements"), "there are no statements", "write [[a, b], c]")
                return None
            return from_tiers(kept, [self.truths(tier) for tier in kept], numbers["draws"], numbers["seed"])
        relation = self.relation({"rest": "unknown", **rest}, path)
        if relation is None:
            return None
        return Relation(
            relation.strength, relation.unknown, draws=numbers["draws"], seed=numbers["seed"], sampled=True
        )

    def graded(self, kind: str, given: Mapping[str, Any], path: Path) -> Preference | None:
        """`degrees: [[a, b, 0.7], ...]` and `gamma` (fuzzy), or `alpha`, `beta`, `gamma` (probabilistic)."""
        fuzzy = kind == "fuzzy"
        levels = ("gamma",) if fuzzy else ("alpha", "beta", "gamma")
        for key in given:
            if key not in ("degrees", *levels):
                self.tell(
                    (*path, key), f"unknown field {key}", did_you_mean(key, ["degrees", *levels], "field")
                )
                return None
        held: dict[str, float] = {}
        for key in levels:
            value = given.get(key, 1.0)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
                self.tell(
                    (*path, key), f"{value!r} is not above 0 and at most 1", "give a threshold in (0, 1]"
                )
                return None
            held[key] = float(value)
        pairs = self._pairs(given, "degrees", path, degree=True)
        if pairs is None:
            return None
        degree = np.full((self._size, self._size), np.nan)
        for at, (first, second, value) in enumerate(pairs):
            if not 0 <= value <= 1:
                self.tell(
                    (*path, "degrees", at, 2), f"{value!r} is not between 0 and 1", "give a degree in [0, 1]"
                )
                return None
            degree[np.ix_(first, second)] = value
        # What is said of one direction settles the other; what is said of neither is indifference.
        other = degree.T
        settled = np.where(np.isnan(degree) & ~np.isnan(other), 1 - other, degree)
        degree = np.where(np.isnan(settled), 0.5 if fuzzy else 0.0, settled)
        total = degree + degree.T
        wrong = ~np.isclose(total, 1) if fuzzy else total > 1 + 1e-9
        np.fill_diagonal(wrong, False)
        if wrong.any():
            a, b = (self.states.ids[int(x)] for x in np.argwhere(wrong)[0])
            self.tell(
                (*path, "degrees"),
                f"the degrees of {a} and {b} add up to {total[tuple(np.argwhere(wrong)[0])]:g}",
                "they must add up to 1" if fuzzy else "they may add up to 1 at most",
            )
            return None
        np.fill_diagonal(degree, 0.5 if fuzzy else 0.0)
        return Graded("fuzzy" if fuzzy else "probabilistic", degree, held)
