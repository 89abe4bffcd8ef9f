"""Expressions in words, so that a reader who knows no formulas can check what a commitment depends on.

The words follow the formula part by part and never simplify it; the formula itself always stands beside them.
"""

from __future__ import annotations

from collections.abc import Mapping

from backstop.base.words import listed, quoted, readable
from backstop.scenario.expression.expression import parse
from backstop.scenario.expression.nodes import Choice, Name, Node, Number, Operation, fold, operands
from backstop.scenario.expression.operations import OPERATIONS, Rank, is_truth, operator_of, rank
from backstop.scenario.format import scenario as form

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
    return _aloud(parse(expression).root, names)


def condition_words(expression: form.Expr, names: Mapping[str, str]) -> str:
    """As `in_words`, where a number alone is a condition: 0 is never, any other always."""
    root = parse(expression).root
    if isinstance(root, Number):
        return "always" if root.value else "never"
    if isinstance(root, Name):
        return f"{names.get(root.name, readable(root.name))} is not zero"
    return in_words(expression, names)


def _aloud(root: Node, names: Mapping[str, str]) -> str:
    def combine(node: Node, parts: tuple[str, ...]) -> str:
        if isinstance(node, Number):
            return f"{'minus ' if node.value < 0 else ''}{abs(node.value):,.12g}"
        if isinstance(node, Name):
            return names.get(node.name, readable(node.name))
        if isinstance(node, Operation) and node.name == "not":
            return _denied(node.arguments[0], parts[0], names)
        row = operator_of(node)
        shown = [
            f"({part})" if _is_bracketed(operand, node, position) else part
            for position, (operand, part) in enumerate(zip(operands(node), parts, strict=True))
        ]
        if row.is_infix:
            return f" {row.words} ".join(shown)
        template = row.many if row.many and len(shown) > 2 else row.words
        return template.format(*shown, all=listed(shown))

    return fold(root, combine)


def _denied(node: Node, words: str, names: Mapping[str, str]) -> str:
    if isinstance(node, Name):
        return f"{words} is zero"
    if isinstance(node, Operation) and (opposite := OPERATIONS[node.name].opposite):
        return _aloud(Operation(opposite, node.arguments), names)
    return OPERATIONS["not"].words.format(words if _is_plain(node) else f"({words})")


def _is_plain(node: Node) -> bool:
    """Whether `node` is a name or a number without a sign."""
    return isinstance(node, Number | Name) and rank(node) is Rank.ATOM


def _is_bracketed(operand: Node, inside: Operation | Choice, position: int) -> bool:
    """Whether the words of an operand could be read with what stands beside them."""
    if _is_plain(operand):
        return False
    row = operator_of(inside)
    form = OPERATIONS["negate"] if isinstance(operand, Number | Name) else operator_of(operand)
    if row.rank is Rank.COMPARISON:
        return False
    if isinstance(inside, Choice):
        return position > 0 and not (form.is_function and form.most == 1)
    if row.is_function:
        return is_truth(operand) or isinstance(operand, Choice) or form.is_function
    if form.is_function:
        return form.most != 1
    return rank(operand) < (row.right if position else row.left) or row.rank >= Rank.SIGN
