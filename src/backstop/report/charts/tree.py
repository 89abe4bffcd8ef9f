"""A game tree: who decides, what can be done, how likely it is, and where it leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backstop.report.drawing import lettering
from backstop.report.drawing.sheet import SIZE, SMALL, Sheet

MARKS = (
    ("circle", "blue"),
    ("square", "orange"),
    ("triangle-up", "green"),
    ("diamond", "rose"),
    ("triangle-down", "sky"),
    ("cross", "amber"),
)
"""The mark of each actor, by shape and colour; chance has a small ring."""
CHANCE = "Chance"


@dataclass(frozen=True, slots=True)
class Branch:
    """A move or a turn of chance: its probability where it stands, and the node or the words it leads to."""

    label: str
    probability: float
    node: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its name, who decides (`CHANCE` where nobody does), what it is about, and its branches."""

    name: str
    who: str
    about: str
    reach: float
    branches: tuple[Branch, ...]


def chance_words(probability: float) -> str:
    """A probability in percent, never none or all where it is not.

    >>> chance_words(0.62), chance_words(0.0003), chance_words(1.0)
    ('62 %', '<1 %', '100 %')
    """
    if probability <= 0.0 or probability >= 1.0:
        return f"{100 * max(0.0, min(1.0, probability)):.0f} %"
    return "<1 %" if probability < 0.005 else ">99 %" if probability > 0.995 else f"{100 * probability:.0f} %"


def draw(nodes: Sequence[Node], who: Sequence[str], width: float) -> Sheet:
    """The tree from its root down, each node under the branch to it; lines are as wide as branches are likely.

    `who`: all actors, so that each has one mark in the trees of all phases.
    """
    sheet = Sheet(width)
    by_name = {node.name: node for node in nodes}
    marks = {name: MARKS[at % len(MARKS)] for at, name in enumerate(who)}
    step = 15.0 if sheet.phone else 30.0
    _node(sheet, by_name, nodes[0], 8.0, 2.0, step, marks)
    return sheet


def _node(
    sheet: Sheet,
    nodes: Mapping[str, Node],
    node: Node,
    x: float,
    top: float,
    step: float,
    marks: Mapping[str, tuple[str, str]],
) -> float:
    """A node with all that follows from it, drawn from `top` down. Returns where it ends."""
    words = f"{node.who} decides" if node.who != CHANCE else CHANCE
    shape, colour = marks.get(node.who, ("circle", "paper"))
    sheet.mark(shape, x, top + 8, 7 if node.who != CHANCE else 5, colour, "ink")
    left = x + 15
    end = sheet.paragraph(left, top, words, sheet.width - left, bold=True)
    if node.about:
        end = sheet.paragraph(left, end, node.about, sheet.width - left, SMALL, "quiet")
    column = lettering.width("100 %", SIZE, bold=True)
    rail = Sheet(sheet.width)
    for branch in node.branches:
        end += 6
        middle = end + 0.62 * SIZE
        thick = 0.8 + 5.2 * max(0.0, min(1.0, branch.probability))
        rail.line([(x, top + 16), (x, middle)], "rule", 1.2)
        rail.line([(x, middle), (x + step - 6, middle)], "coal", thick)
        at = x + step
        sheet.text(
            at + column, middle + 0.33 * SIZE, chance_words(branch.probability), bold=True, anchor="end"
        )
        room = sheet.width - at - column - 9
        end = sheet.paragraph(at + column + 9, end, branch.label, room)
        if branch.end:
            end = sheet.paragraph(at + column + 9, end, branch.end, room, SMALL, "quiet")
        following = nodes.get(branch.node)
        if following is not None:
            end = _node(sheet, nodes, following, at + 6, end + 6, step, marks)
    sheet.parts[:0] = rail.parts
    return end + 2
