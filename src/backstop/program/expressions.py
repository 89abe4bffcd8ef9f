"""Expressions, names and measures of a scenario as terms.

A comparison, logic, `where` or a power can hide that something it was computed from is not a number. Here they cannot:
what is in use and not a number makes the result not a number too, so that a look at the results of a world tells
whether anything in use went wrong in it (what is in use is said in `backstop.scenario.expression`). A definition in
use must be finite itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from backstop.program.code import arithmetic
from backstop.program.code.terms import Term, Terms
from backstop.scenario.expression.nodes import Choice, Name, Node, Number, fold
from backstop.scenario.expression.operations import OPERATIONS
from backstop.scenario.model import Model, Use


class Expressions:
    """The values of a scenario's names and expressions by phase, in a world and period, as terms."""

    def __init__(
        self,
        model: Model,
        terms: Terms,
        inputs: Mapping[str, int],
        clock: Mapping[str, int],
        types: Mapping[str, Term] = MappingProxyType({}),
    ) -> None:
        """`inputs`: where the parameters and the promised levels of measures lie; `clock`: where `t` and `years` do;
        `types`: what expressions that ask for a type are worth."""
        self.model, self.terms = model, terms
        self._inputs = {name: terms.load(place) for name, place in inputs.items()}
        self._promised = {name: self._inputs.pop(name) for name in model.measures}
        self._inputs |= {name: terms.load(place, varies=True) for name, place in clock.items()}
        self._inputs |= types
        self._inputs["period_years"] = terms.constant(model.period_years)
        self._limited: dict[str, frozenset[str]] = {}
        self._names: dict[tuple[str, tuple[float, ...]], Term] = {}
        self._values: dict[tuple[Node, tuple[float, ...]], Term] = {}

    def value(self, use: Use, phase: int) -> Term:
        """The value of an expression of the file in a phase: not a number where a value in use is none."""
        limited = frozenset[str]().union(*map(self._limits, use.expression.names))
        key = (use.expression.root, self._in_force(limited, phase))
        if key not in self._values:
            self._values[key] = self._value(use.expression.root, phase)
        return self._values[key]

    def name(self, name: str, phase: int) -> Term:
        """The value of a name in a phase."""
        if name in self._inputs:
            return self._inputs[name]
        if name in self.model.scenario.facts:
            return self.terms.constant(self.model.states[phase].facts[name])
        key = (name, self._in_force(self._limits(name), phase))
        if key not in self._names:
            if name in self.model.measures:
                self._names[key] = self._level(name, phase)
            else:
                self._names[key] = self._finite(self.value(self.model.definitions[name], phase))
        return self._names[key]

    def _limits(self, name: str) -> frozenset[str]:
        """Facts, and measures in force in some phases only, on which a name depends."""
        known = self._limited.get(name)
        if known is None:
            found: set[str] = set()
            if name in self.model.definitions:
                below = [self.model.definitions[name]]
            elif name in self.model.measures:
                measure = self.model.measures[name]
                below = [use for use in (measure.cap, measure.when) if use is not None]
                if measure.in_phases is not None:
                    found.add(name)
            else:
                below = []
                if name in self.model.scenario.facts:
                    found.add(name)
            for use in below:
                for other in use.expression.names:
                    found |= self._limits(other)
            known = self._limited[name] = frozenset(found)
        return known

    def _in_force(self, limited: frozenset[str], phase: int) -> tuple[float, ...]:
        """What the facts are in a phase, and which of the limited measures are in force: phases that agree in this
        share their values."""
        facts, found = self.model.states[phase].facts, list[float]()
        for name in sorted(limited):
            if name in facts:
                found.append(facts[name])
            else:
                inside = self.model.measures[name].in_phases
                found.append(float(inside is None or phase in inside))
        return tuple(found)

    def _level(self, name: str, phase: int) -> Term:
        """The level in force; where nothing is promised neither condition nor cap is in use."""
        terms, uses = self.terms, self.model.measures[name]
        zero = terms.constant(0.0)
        if uses.in_phases is not None and phase not in uses.in_phases:
            return zero
        promised = self._promised[name]
        level = promised
        if uses.cap is not None:
            level = terms.op("min", level, terms.op("max", self._used(uses.cap, phase), zero))
        if uses.when is not None:
            holds = self._used(uses.when, phase)
            level = self._chosen(holds, level, zero)
        if level == promised:
            return promised
        return terms.select(terms.op("eq", promised, zero), zero, level)

    def _used(self, use: Use, phase: int) -> Term:
        """The value of a cap or condition, which must be finite."""
        return self._finite(self.value(use, phase))

    def _finite(self, value: Term) -> Term:
        """The value, made no number where it is infinite."""
        terms = self.terms
        if terms.operations[value] in ("const", "load"):
            return value
        return terms.sub(value, terms.sub(value, value))

    def _value(self, root: Node, phase: int) -> Term:
        def combined(node: Node, parts: tuple[Term, ...]) -> Term:
            if isinstance(node, Number):
                return self.terms.constant(node.value)
            if isinstance(node, Name):
                return self.name(node.name, phase)
            if isinstance(node, Choice):
                return self._chosen(*parts)
            return self._operation(node.name, parts)

        return fold(root, combined)

    def _operation(self, name: str, parts: tuple[Term, ...]) -> Term:
        terms, row = self.terms, OPERATIONS[name]
        if row.instruction:
            found = parts[0] if len(parts) > 1 else terms.op(row.instruction, parts[0])
            for part in parts[1:]:
                found = terms.op(row.instruction, found, part)
            found = terms.truth(found) if row.is_truth else found
            for part in reversed(parts) if row.guarded else ():
                found = self._unless_none(part, found)
            return found
        match name:
            case "and" | "or":
                return self._joined(name, parts)
            case "not":
                truth = terms.truth(terms.op("eq", parts[0], terms.constant(0.0)))
                return self._unless_none(parts[0], truth)
            case "**":
                return self._power(*parts)
            case "clip":
                x, low, high = parts
                return terms.op("min", terms.op("max", x, low), high)
            case "logistic":
                return arithmetic.logistic(terms, *parts)
            case "exp" | "log":
                return terms.call(name, *parts)
        raise NotImplementedError(f"the operation {name} is not known to the compiled program")

    def _unless_none(self, operand: Term, value: Term) -> Term:
        """The value, but the operand itself where that is not a number."""
        terms = self.terms
        amount = terms.amount(operand)
        if amount is not None and not math.isnan(amount):
            return value
        return terms.select(terms.op("eq", operand, operand), value, operand)

    def _chosen(self, condition: Term, then: Term, otherwise: Term) -> Term:
        terms = self.terms
        amount = terms.amount(condition)
        if amount is not None and not math.isnan(amount):
            return then if amount != 0.0 else otherwise
        chosen = terms.select(terms.op("ne", condition, terms.constant(0.0)), then, otherwise)
        return self._unless_none(condition, chosen)

    def _joined(self, word: str, parts: tuple[Term, ...]) -> Term:
        """`and` or `or`: what stands after the part that settles the matter is not in use."""
        terms = self.terms
        zero, one = terms.constant(0.0), terms.constant(1.0)
        found = self._chosen(parts[-1], one, zero)
        for part in reversed(parts[:-1]):
            found = self._chosen(part, found, zero) if word == "and" else self._chosen(part, one, found)
        return found

    def _power(self, base: Term, exponent: Term) -> Term:
        terms = self.terms
        amount = terms.amount(exponent)
        if amount == 2.0:
            return terms.mul(base, base)
        if amount == 1.0:
            return base
        if amount == -1.0:
            return terms.div(terms.constant(1.0), base)
        return self._unless_none(base, self._unless_none(exponent, terms.call("power", base, exponent)))
