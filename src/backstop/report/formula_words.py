"""Expressions in words, so that a reader who knows no formulas can check what a commitment depends on.

The words follow the formula part by part and never simplify it; the formula itself always stands beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backstop.base.words import readable
from backstop.report.wording import listed, quoted
from backstop.scenario.expression.expression import parse
from backstop.scenario.expression.nodes import (
    Call,
    Chain,
    Choice,
    Comparison,
    Junction,
    Name,
    Negation,
    Node,
    Number,
    Power,
    Sign,
    rank,
)
from backstop.scenario.format import scenario as form

_RELATIONS = {
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
    "==": "is equal to",
    "!=": "is not equal to",
}
_OPPOSITE = {
    "is below": "is at least",
    "is at most": "is above",
    "is above": "is at most",
    "is at least": "is below",
    "is equal to": "is not equal to",
    "is not equal to": "is equal to",
}
_OPERATIONS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
_CLOCKS = {
    "years": "the number of years since the start",
    "t": "the number of periods since the start",
    "period_years": "the length of a period in years",
}


def names_of(scenario: form.Scenario) -> dict[str, str]:
    """What every name of a scenario is called in words: titles in quotation marks, clocks as they are."""
    found: dict[str, str] = dict(_CLOCKS)
    for section in (scenario.measures, scenario.parameters, scenario.metrics):
        found.update({name: quoted(entry.titled(name)) for name, entry in section.items()})
    found.update({name: quoted(readable(name).lower()) for name in scenario.definitions})
    return found


def in_words(expression: form.Expr, names: Mapping[str, str]) -> str:
    """The expression read aloud: `0.4 * force` becomes: 0.4 times "European force"."""
    root = parse(expression).root
    return _Reader(lambda name: names.get(name, readable(name))).text(root)


def condition_words(expression: form.Expr, names: Mapping[str, str]) -> str:
    """As `in_words`, where a number alone is a condition: 0 is never, any other always."""
    root = parse(expression).root
    if isinstance(root, Number):
        return "always" if root.amount else "never"
    if isinstance(root, Name):
        return f"{names.get(root.name, readable(root.name))} is not zero"
    return in_words(expression, names)


class _Reader:
    """Reads a tree of an expression aloud."""

    def __init__(self, name: Callable[[str], str]) -> None:
        self._name = name

    def text(self, node: Node) -> str:
        match node:
            case Number():
                return f"{node.amount:,.12g}"
            case Name():
                return self._name(node.name)
            case Sign():
                return (
                    f"minus {self._part(node.operand, node)}" if node.sign == "-" else self.text(node.operand)
                )
            case Chain():
                words = [self._part(node.first, node)]
                for sign, operand in node.rest:
                    words.append(f"{_OPERATIONS[sign]} {self._part(operand, node)}")
                return " ".join(words)
            case Power():
                return f"{self._part(node.base, node)} to the power of {self._part(node.exponent, node)}"
            case Comparison():
                return f"{self.text(node.left)} {_RELATIONS[node.relation]} {self.text(node.right)}"
            case Junction():
                return f" {node.word} ".join(self._part(part, node) for part in node.parts)
            case Negation():
                return self._denied(node.operand)
            case Choice():
                return (
                    f"{self._part(node.then, node)} where {self.text(node.condition)}, "
                    f"and {self._part(node.otherwise, node)} otherwise"
                )
            case Call():
                return self._call(node)

    def _denied(self, node: Node) -> str:
        if isinstance(node, Comparison):
            relation = _OPPOSITE[_RELATIONS[node.relation]]
            return f"{self.text(node.left)} {relation} {self.text(node.right)}"
        if isinstance(node, Name):
            return f"{self._name(node.name)} is zero"
        return f"it is not so that {self._enclosed(node)}"

    def _call(self, node: Call) -> str:
        parts = [self._enclosed(part) if _wide(part) else self.text(part) for part in node.arguments]
        match node.function:
            case "min":
                return (
                    f"the smaller of {listed(parts)}"
                    if len(parts) == 2
                    else f"the smallest of {listed(parts)}"
                )
            case "max":
                return (
                    f"the larger of {listed(parts)}" if len(parts) == 2 else f"the largest of {listed(parts)}"
                )
            case "clip":
                return f"{parts[0]}, but no less than {parts[1]} and no more than {parts[2]}"
            case "abs":
                return f"the size of {parts[0]}"
            case "sqrt":
                return f"the square root of {parts[0]}"
            case "log":
                return f"the natural logarithm of {parts[0]}"
            case "exp":
                return f"e to the power of {parts[0]}"
            case _:
                return f"the {node.function} function of {parts[0]}"

    def _part(self, node: Node, inside: Node) -> str:
        """An operand, in brackets where its words could be read with what stands beside them."""
        if isinstance(node, Number | Name):
            return self.text(node)
        if isinstance(node, Call) and node.function != "clip" and len(node.arguments) == 1:
            return self.text(node)
        loose = rank(node) <= rank(inside) or isinstance(node, Choice | Call)
        return self._enclosed(node) if loose or isinstance(inside, Power | Sign) else self.text(node)

    def _enclosed(self, node: Node) -> str:
        return self.text(node) if isinstance(node, Number | Name) else f"({self.text(node)})"


def _wide(node: Node) -> bool:
    """Whether the words of an argument hold an "and" or a comma of their own."""
    return isinstance(node, Junction | Choice | Call | Comparison | Negation)
