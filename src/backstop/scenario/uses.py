"""Expressions where they are used in a scenario, each with its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backstop.scenario.expression.expression import Expression, parse
from backstop.scenario.expression.nodes import Node, Number, replaced
from backstop.scenario.format.fields import Expr

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """An expression where it stands in the file, so that a fault can be reported there."""

    expression: Expression
    path: Path


@dataclass(frozen=True, slots=True)
class NodeNumbers:
    """The expressions of one node: noise of a decision, probabilities of branches or of bound moves.

    In `chances` None stands for `otherwise`: what the other branches leave.
    """

    path: Path
    noise: Use | None = None
    chances: tuple[Use | None, ...] = ()


@dataclass(frozen=True, slots=True)
class MeasureUses:
    """The expressions of one measure."""

    cap: Use | None
    when: Use | None
    cost: Use | None
    in_phases: frozenset[int] | None


def use(value: Expr, path: Path) -> Use:
    """An expression of the file with its place."""
    return Use(parse(value), path)


class Substitution:
    """Numbers put in the place of some names, also where definitions stand on these names."""

    def __init__(self, definitions: Mapping[str, Use], names: frozenset[str]) -> None:
        self._definitions, self.names = definitions, names
        self._used: dict[str, frozenset[str]] = {}

    def used(self, expression: Expression) -> frozenset[str]:
        """Which of the names an expression rests on, in its own text or through definitions."""
        if not self.names:
            return frozenset()
        return frozenset[str]().union(*map(self._behind, expression.names))

    def _behind(self, name: str) -> frozenset[str]:
        if name in self.names:
            return frozenset((name,))
        if name not in self._definitions:
            return frozenset()
        if name not in self._used:
            self._used[name] = self.used(self._definitions[name].expression)
        return self._used[name]

    def put_in(self, of: Use, values: Mapping[str, float]) -> Use:
        """The same use with `values` in the place of names."""
        if not self.used(of.expression).intersection(values):
            return of
        root = self._root(of.expression, values)
        found = Expression("", root)
        return Use(Expression(found.render(), root), of.path)

    def _root(self, expression: Expression, values: Mapping[str, float]) -> Node:
        inside: dict[str, Node] = {}
        for name in expression.names:
            if name in values:
                inside[name] = Number(float(values[name]))
            elif self._behind(name).intersection(values):
                inside[name] = self._root(self._definitions[name].expression, values)
        return replaced(expression.root, inside)
