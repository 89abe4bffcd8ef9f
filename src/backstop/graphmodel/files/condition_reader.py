"""Formulas over options and the forms in which a file may say what is infeasible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backstop.base.words import did_you_mean
from backstop.graphmodel.files.preference_reader import Path, Tell
from backstop.graphmodel.model.feasible import pattern_formula
from backstop.graphmodel.model.formula import Formula, FormulaError, conjunction, negated, parse


class ConditionReader:
    """Reads conditions over the options `names`; faults go to `tell`."""

    def __init__(self, names: Sequence[str], tell: Tell) -> None:
        self.names = names
        self.tell = tell

    def condition(self, item: Any, path: Path) -> list[Formula]:
        """Formulas of what is infeasible, from any of the forms in which a file may say it."""
        if isinstance(item, int) and not isinstance(item, bool):
            self.tell(path, f"{item} is a number here", 'put a pattern in quotes: "10"')
            return []
        if isinstance(item, str) and item and not set(item) - set("01-"):
            if len(item) != len(self.names):
                self.tell(
                    path,
                    f"the pattern has {len(item)} marks for {len(self.names)} options",
                    "give one mark per option",
                )
                return []
            formula = pattern_formula(item, self.names)
            if formula is None:
                self.tell(
                    path, "this pattern makes every state infeasible", "set at least one mark to 1 or 0"
                )
            return [formula] if formula else []
        if isinstance(item, str):
            formula = self.formula(item, path)
            return [formula] if formula else []
        kinds = ("mutually_exclusive", "at_least_one", "exactly_one", "only_if")
        if not isinstance(item, dict) or len(item) != 1 or next(iter(item)) not in kinds:
            self.tell(path, "not a condition", f"write a formula, a pattern, or one of {', '.join(kinds)}")
            return []
        kind, value = next(iter(item.items()))
        if kind == "only_if":
            found = []
            for name, text in value.items() if isinstance(value, dict) else []:
                option = self.formula(name, (*path, kind, name))
                condition = self.formula(text, (*path, kind, name))
                if option and condition:
                    found.append(conjunction([option, negated(condition)]))
            if not isinstance(value, dict):
                self.tell(
                    (*path, kind), "only_if gives a condition per option", "write only_if: {deploy: deal}"
                )
            return found
        members = [
            self.formula(name, (*path, kind, at))
            for at, name in enumerate(value if isinstance(value, list) else [])
        ]
        formulas = [formula for formula in members if formula]
        if not isinstance(value, list) or len(formulas) < 1:
            self.tell((*path, kind), f"{kind} gives a list of options", f"write {kind}: [a, b]")
            return []
        pairs = [conjunction([a, b]) for at, a in enumerate(formulas) for b in formulas[at + 1 :]]
        none = conjunction([negated(formula) for formula in formulas])
        return {"mutually_exclusive": pairs, "at_least_one": [none], "exactly_one": [*pairs, none]}[kind]

    def formula(self, text: Any, path: Path) -> Formula | None:
        """A formula over options alone."""
        if not isinstance(text, str):
            self.tell(path, f"{text!r} is not a formula", "use names of options, and, or, not, if, iff")
            return None
        try:
            formula = parse(text)
        except FormulaError as error:
            what = f"not a formula: {error.message} (at character {error.offset + 1})"
            self.tell(path, what, "use names, and, or, not, if, iff and brackets")
            return None
        unknown = [name for name in dict.fromkeys(formula.names()) if name not in self.names]
        for name in unknown:
            self.tell(path, f"unknown option {name}", did_you_mean(name, self.names, "option"))
        return None if unknown else formula
