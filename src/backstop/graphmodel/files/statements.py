"""Formulas and names of states as files write them, and the forms in which a file may say what is infeasible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backstop.base.document import Path
from backstop.base.words import did_you_mean
from backstop.graphmodel.files.numbering import Numbering
from backstop.graphmodel.files.source import Source
from backstop.graphmodel.model.conflict import Option, States, state_truth
from backstop.graphmodel.model.feasible import pattern_formula
from backstop.graphmodel.model.formula import (
    Formula,
    FormulaError,
    conjunction,
    from_prefix,
    negated,
    parse,
    with_names,
)
from backstop.graphmodel.model.preference import Bools

_CONDITIONS = ("mutually_exclusive", "at_least_one", "exactly_one", "only_if")


class StatementReader:
    """Formulas over `options` and `states`; what is wrong is told to `source`.

    While the states are not known yet, `numbering` tells which of them a name stands for.
    """

    def __init__(
        self,
        source: Source,
        options: Sequence[Option],
        states: States | None = None,
        numbering: Numbering | None = None,
    ) -> None:
        self.source = source
        self.numbering = numbering
        self.options = options
        self.names = [option.id for option in options]
        self._states = states

    @property
    def states(self) -> States:
        """The states, which are known by now."""
        assert self._states is not None
        return self._states

    def formula(self, value: object, path: Path) -> Formula | None:
        """A formula from text or nested lists; None where it is faulty or a name in it is unknown."""
        try:
            formula = parse(value) if isinstance(value, str) else from_prefix(value)
        except FormulaError as error:
            at = f" (at character {error.offset + 1})" if isinstance(value, str) else ""
            self.source.tell(
                path, f"not a formula: {error.message}{at}", "use names, and, or, not, if, iff and brackets"
            )
            return None
        index = {} if self._states is None else self._states.index
        unknown = [name for name in dict.fromkeys(formula.names()) if name not in (*self.names, *index)]
        if unknown and self.numbering is not None:
            numbered = self.numbering.formula
            found = self.source.placed(path, lambda: {name: numbered(name) for name in unknown})
            meant = {name: vector for name, vector in found.items() if vector is not None}
            formula = with_names(formula, meant)
            unknown = [name for name in unknown if name not in meant]
        for name in unknown:
            if self.numbering is not None and (why := self.numbering.beyond(name)):
                self.source.tell(path, why, "name a lower one, or write its options")
                continue
            self.source.tell(path, f"unknown option {name}", did_you_mean(name, self._valid(), "option"))
        return None if unknown else formula

    def _valid(self) -> list[str]:
        """Names to choose from: of many states only those that have a name of their own."""
        ids = () if self._states is None else self._states.ids
        return [*self.names, *(s for s in ids if len(ids) <= 200 or not s.startswith("s"))]

    def truth(self, formula: Formula) -> Bools:
        """Truth of a formula at each state."""
        return state_truth(formula, self.options, self.states)

    def truths(self, formulas: Sequence[Formula]) -> Bools:
        """Truth of each formula at each state."""
        rows = [self.truth(formula) for formula in formulas]
        return np.array(rows, dtype=np.bool_).reshape(len(rows), len(self.states))

    def select(self, value: object, path: Path) -> list[int]:
        """The states that an id or a formula stands for; none where it is faulty, or no state fits, which is told."""
        index = self.states.index
        if isinstance(value, str) and value in index:
            return [index[value]]
        looks_like_state = isinstance(value, str) and value not in self.names and value.isidentifier()
        if looks_like_state or not isinstance(value, str | list):
            hint = did_you_mean(str(value), self._valid(), "state")
            self.source.tell(path, f"no state or option is called {value}", hint)
            return []
        formula = self.formula(value, path)
        found: list[int] = [] if formula is None else np.flatnonzero(self.truth(formula)).tolist()
        if formula is not None and not found:
            self.source.tell(path, f"no state fits: {formula}", "correct the formula")
        return found

    def infeasible(self, item: object, path: Path) -> list[Formula]:
        """Formulas of what is infeasible, from any of the forms in which a file may say it."""
        if isinstance(item, dict) and len(item) == 1 and next(iter(item)) in _CONDITIONS:
            kind, value = next(iter(item.items()))
            return self._condition(kind, value, (*path, kind))
        if isinstance(item, str) and item and not set(item) - set("01-"):
            return self._pattern(item, path)
        if isinstance(item, str | list):
            formula = self.formula(item, path)
            return [] if formula is None else [formula]
        pattern = isinstance(item, int) and not isinstance(item, bool)
        what = f"{item} is a number here" if pattern else "not a condition"
        forms = f"write a formula, a pattern, or one of {', '.join(_CONDITIONS)}"
        self.source.tell(path, what, 'put a pattern in quotes: "10"' if pattern else forms)
        return []

    def _pattern(self, pattern: str, path: Path) -> list[Formula]:
        count = len(self.names)
        if len(pattern) != count:
            what = f"{pattern!r} is not a pattern of {count} marks"
            self.source.tell(path, what, "give one mark per option: 1, 0 or - for either")
            return []
        formula = pattern_formula(pattern, self.names)
        if formula is None:
            self.source.tell(
                path, "this pattern makes every state infeasible", "set at least one mark to 1 or 0"
            )
        return [] if formula is None else [formula]

    def _condition(self, kind: str, value: object, path: Path) -> list[Formula]:
        if kind == "only_if":
            if not isinstance(value, dict):
                self.source.tell(
                    path, "only_if gives a condition per option", "write only_if: {deploy: deal}"
                )
                return []
            pairs = [
                (self.formula(name, (*path, name)), self.formula(text, (*path, name)))
                for name, text in value.items()
            ]
            return [conjunction([a, negated(b)]) for a, b in pairs if a is not None and b is not None]
        items = value if isinstance(value, list) else []
        read = [self.formula(name, (*path, at)) for at, name in enumerate(items)]
        members = [formula for formula in read if formula is not None]
        if not members:
            self.source.tell(path, f"{kind} gives a list of options", f"write {kind}: [a, b]")
            return []
        both = [conjunction([a, b]) for at, a in enumerate(members) for b in members[at + 1 :]]
        none = conjunction([negated(formula) for formula in members])
        return {"mutually_exclusive": both, "at_least_one": [none], "exactly_one": [*both, none]}[kind]
