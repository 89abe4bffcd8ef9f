"""The game of one world as pictures: the phases as a map, and what is played in each as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from backstop.base.table import Table
from backstop.base.words import quoted, readable, stop
from backstop.report.charts import bars, style
from backstop.report.charts.phase_map import Place
from backstop.report.charts.phase_map import draw as draw_map
from backstop.report.charts.tree import CHANCE, Branch, Node, chance_words
from backstop.report.charts.tree import draw as draw_tree
from backstop.report.content import Figure, Paragraph, Section
from backstop.report.drawing.sheet import SIZE, SMALL, WIDE, Sheet
from backstop.report.material.gathering import Material
from backstop.scenario.format.fields import from_good_to_bad
from backstop.scenario.model import Model
from backstop.worlds.trace import trace
from backstop.worlds.tracing.traced import NodeTrace, PhaseTrace, WorldTrace

if TYPE_CHECKING:
    import altair


def pictures(model: Model, of: WorldTrace, period: int, width: float = WIDE) -> Sheet:
    """The map of the phases and the trees played in a period of one world under one arrangement, on one sheet."""
    scenario, phases = model.scenario, of.phases[period]
    sheet = Sheet(width)
    which = (
        "the central world, every assumption at its median" if of.world == "central" else f"world {of.world}"
    )
    year, where = period * model.period_years, scenario.arrangements[of.arrangement].titled(of.arrangement)
    top = sheet.paragraph(0, 0, f"{scenario.title}: who decides, and what follows", width, 17, bold=True) + 3
    words = (
        f"Under {where}, in {which}, in the period from year {year:g}. Chances are those of this one world; that of a "
        "branch holds where its node is reached."
    )
    top = sheet.paragraph(0, top, words, width, SIZE, "quiet") + 16
    for title, drawn in _parts(model, phases, width):
        top = sheet.paragraph(0, top, title, width, 15, bold=True) + 6
        sheet.place(drawn, 0, top)
        top = sheet.bottom + 22
    sheet.paragraph(0, top - 8, "Made with Backstop.", width, SMALL, "quiet")
    return sheet


def alternative(model: Model, of: WorldTrace, period: int) -> str:
    """The pictures in words: who decides at the root of each phase, and what is most likely there."""
    told = []
    for phase in of.phases[period]:
        if phase.nodes:
            root = phase.nodes[0]
            move = max(root.moves, key=lambda one: one.probability)
            who = _who(model, root.actor)
            likely = f"{who}: {readable(move.label)}, {move.probability:.2f}"
            told.append(f"{_title(model, phase.phase)}: {likely}.")
    return " ".join(told)


def _parts(model: Model, phases: tuple[PhaseTrace, ...], width: float) -> Iterator[tuple[str, Sheet]]:
    yield "The phases, from good to bad", draw_map(_places(model, phases), _period(model), width)
    every = [_node(model, node) for phase in phases for node in phase.nodes]
    who = list(dict.fromkeys(node.who for node in every if node.who != CHANCE))
    for phase in phases:
        if phase.nodes:
            nodes = [_node(model, node) for node in phase.nodes]
            yield f"What is played in: {_title(model, phase.phase)}", draw_tree(nodes, who, width)


def _places(model: Model, phases: tuple[PhaseTrace, ...]) -> list[Place]:
    """The phases from good to bad."""
    order = {name: at for at, name in enumerate(from_good_to_bad(model.scenario.phases))}
    places = [_place(model, phase) for phase in phases]
    return sorted(places, key=lambda place: order.get(place.name.partition("[")[0], 0))


def _period(model: Model) -> str:
    length = model.period_years
    return (
        "a year" if length == 1 else f"in {length:g} years" if length > 1 else f"in {length * 12:.0f} months"
    )


def _title(model: Model, name: str) -> str:
    base, bracket, rest = name.partition("[")
    return model.scenario.phases[base].titled(base) + (f" ({rest.rstrip(']')})" if bracket else "")


def _place(model: Model, phase: PhaseTrace) -> Place:
    """A phase with what follows it; where facts tell phases apart, it is known which phase of the file follows."""
    scenario = model.scenario
    base = phase.phase.partition("[")[0]
    to: dict[str, float] = {}
    for outcome, p in phase.outcomes.items():
        following = scenario.outcomes[outcome.partition("[")[0]].next
        to[following] = to.get(following, 0.0) + p
    paid = tuple((_who(model, actor), flow) for actor, flow in phase.flows.items() if flow)
    follows = tuple((name, scenario.phases[name].titled(name), p) for name, p in to.items())
    begins = base == model.game.phases[model.game.start].partition("[")[0]
    return Place(phase.phase, _title(model, phase.phase), scenario.phases[base].tone, paid, follows, begins)


def _who(model: Model, name: str) -> str:
    if not name:
        return CHANCE
    actor, dot, kind = name.partition(".")
    return model.scenario.actors[actor].titled(actor) + (f" ({readable(kind)})" if dot else "")


def _node(model: Model, node: NodeTrace) -> Node:
    outcomes, branches = model.scenario.outcomes, []
    for move in node.moves:
        base = move.leads_to.partition("[")[0]
        end = ""
        if base in outcomes:
            following = outcomes[base].next
            end = f"{outcomes[base].titled(base)}; next: {model.scenario.phases[following].titled(following)}"
        branches.append(Branch(readable(move.label), move.probability, "" if end else move.leads_to, end))
    about = readable(node.name) if "." not in node.name else ""
    return Node(node.name, _who(model, node.actor), about, node.reach, tuple(branches))


def section(found: Material) -> Section:
    """The phases and what is played first, in the central world under the arrangement looked into."""
    model, focus = found.model, found.subject.focus
    of = trace(model, focus, information=found.result.information)
    played = next((phase for phase in of.phases[0] if phase.nodes), None)
    figures = [_map_figure(found, of.phases[0])]
    if played is not None:
        figures.append(_tree_figure(found, played))
    where = quoted(found.arrangement_title(focus))
    words = (
        f"Under {where}, with every assumption at its median, in the first period. All trees: `backstop explain STUDY "
        f"--arrangement {focus} --picture FILE`."
    )
    return Section("game", "The game, in the central world", (Paragraph(words), *figures), annex=True)


def _map_figure(found: Material, phases: tuple[PhaseTrace, ...]) -> Figure:
    model = found.model
    places = _places(model, phases)
    rows = [(place.title, title, chance_words(p)) for place in places for _, title, p in place.to]
    first = next((place for place in places if place.begins), places[0])
    title = f"It begins with {quoted(first.title)}"
    likely = max(((p, following) for _, following, p in first.to), default=None)
    if likely is not None:
        title += f"; {_period(model)} on, most likely is {quoted(likely[1])} ({chance_words(likely[0])})"
    chances = [(f"{a} to {b}", p) for place in places for a, b, p in _passages(place)]
    return style.figure(
        partial(_bars, chances),
        partial(draw_map, places, _period(model)),
        "phases",
        title=title,
        definition="The phases from good to bad, what each actor gets there a year, and how likely what follows is.",
        source=found.source,
        note="Of the central world alone: other worlds have other chances.",
        alternative=stop("; ".join(f"{a} to {b}: {c}" for a, b, c in rows) or title),
        table=Table("Passages", ("", "to", f"chance {_period(model)}"), tuple(rows)),
    )


def _passages(place: Place) -> list[tuple[str, str, float]]:
    return [(place.title, title, p) for _, title, p in place.to]


def _tree_figure(found: Material, phase: PhaseTrace) -> Figure:
    model = found.model
    nodes = [_node(model, node) for node in phase.nodes]
    who = list(dict.fromkeys(node.who for node in nodes if node.who != CHANCE))
    likely = max(nodes[0].branches, key=lambda branch: branch.probability)
    rows = tuple(
        (node.who, branch.label, chance_words(branch.probability), branch.end or readable(branch.node))
        for node in nodes
        for branch in node.branches
    )
    chances = [(f"{a}: {b}", n.probability) for (a, b, _, _), n in zip(rows, _branches(nodes), strict=True)]
    first = nodes[0].who if nodes[0].who == CHANCE else f"{nodes[0].who} decides"
    return style.figure(
        partial(_bars, chances),
        partial(draw_tree, nodes, who),
        "tree",
        title=f"In {quoted(_title(model, phase.phase))}: {first} first, and most likely is {quoted(likely.label)} "
        f"({chance_words(likely.probability)})",
        definition="Who decides, what can be done, how likely it is where its node is reached, and where it leads.",
        source=found.source,
        note="Of the central world alone: other worlds have other chances.",
        alternative=stop("; ".join(f"{a}: {b}, {c}" for a, b, c, _ in rows)),
        table=Table("Branches", ("", "branch", "chance", "leads to"), rows),
    )


def _branches(nodes: list[Node]) -> list[Branch]:
    return [branch for node in nodes for branch in node.branches]


def _bars(rows: list[tuple[str, float]]) -> altair.LayerChart:
    """The chances as bars, for notebooks."""
    names = [f"{at}. {name}" for at, (name, _) in enumerate(rows, 1)]
    return bars.shares(names, [p for _, p in rows], [0.0] * len(rows), "probability")
