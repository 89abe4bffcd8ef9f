"""The game of one world as pictures: the phases as a map, and what is played in each as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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


def pictures(
    model: Model, of: WorldTrace, period: int, width: float = WIDE, split: str | None = None
) -> Sheet:
    """The map of the phases and the trees played in a period of one world under one arrangement, on one sheet.

    Where facts tell phases apart, each phase of the file stands once; with `split`, once for each value of that fact.
    """
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
    if scenario.facts:
        words += f" {_gathered(model, split)}"
    top = sheet.paragraph(0, top, words, width, SIZE, "quiet") + 16
    for title, drawn in _parts(model, _groups(model, phases, split), width):
        top = sheet.paragraph(0, top, title, width, 15, bold=True) + 6
        sheet.place(drawn, 0, top)
        top = sheet.bottom + 22
    sheet.paragraph(0, top - 8, "Made with Backstop.", width, SMALL, "quiet")
    return sheet


def alternative(model: Model, of: WorldTrace, period: int, split: str | None = None) -> str:
    """The pictures in words: who decides at the root of each phase, and what is most likely there."""
    told = []
    for phase in (group.likeliest for group in _groups(model, of.phases[period], split)):
        if phase.nodes:
            root = phase.nodes[0]
            move = max(root.moves, key=lambda one: one.probability)
            who = _who(model, root.actor)
            likely = f"{who}: {readable(move.label)}, {move.probability:.2f}"
            told.append(f"{_title(model, phase.phase)}: {likely}.")
    return " ".join(told)


@dataclass(frozen=True, slots=True)
class _Group:
    """Phases of the game that are one phase of the file, with one value of a fact where they are split by it.

    `states`: each with its weight, how likely it is among them in the period; they sum to 1.
    """

    name: str
    states: tuple[tuple[PhaseTrace, float], ...]

    @property
    def likeliest(self) -> PhaseTrace:
        """The phase among them in which the relationship most often stands."""
        return max(self.states, key=lambda state: state[1])[0]


def _groups(model: Model, phases: Sequence[PhaseTrace], split: str | None) -> list[_Group]:
    """Phases of the game gathered into those of the file, in its order."""
    found: dict[str, list[PhaseTrace]] = {}
    for phase in phases:
        found.setdefault(_name(model, phase.phase, phase.facts, split, phase.type), []).append(phase)
    groups = []
    for name, states in found.items():
        total = sum(state.share for state in states)
        even = 1.0 / len(states)
        weighed = ((state, state.share / total if total > 0.0 else even) for state in states)
        groups.append(_Group(name, tuple(weighed)))
    return groups


def _name(
    model: Model, phase: str, facts: Mapping[str, float] | None, split: str | None, kind: str | None
) -> str:
    """A phase of the file, with the value of the fact it is split by and the type in it: `peace[force=in]`."""
    told = (
        []
        if split is None or facts is None
        else [f"{split}={model.scenario.facts[split].label(facts[split])}"]
    )
    told += [] if kind is None else [kind]
    base = phase.partition("[")[0]
    return f"{base}[{', '.join(told)}]" if told else base


def _gathered(model: Model, split: str | None) -> str:
    """In words, what a phase stands for where facts tell phases apart."""
    count = len(model.game.phases)
    told = f"Facts tell {count} phases apart; what is one phase of the file is drawn once"
    if split is not None:
        told += f" for each value of “{model.scenario.facts[split].titled(split)}”"
    return f"{told}, weighed by how likely its states are, and the play is that of the likeliest of them."


def _parts(model: Model, groups: Sequence[_Group], width: float) -> Iterator[tuple[str, Sheet]]:
    yield "The phases, from good to bad", draw_map(_places(model, groups), _period(model), width)
    played = [group.likeliest for group in groups]
    every = [_node(model, node) for phase in played for node in phase.nodes]
    who = list(dict.fromkeys(node.who for node in every if node.who != CHANCE))
    for phase in played:
        if phase.nodes:
            nodes = [_node(model, node) for node in phase.nodes]
            kind = "" if phase.type is None else f", {readable(phase.type)}"
            yield f"What is played in: {_title(model, phase.phase)}{kind}", draw_tree(nodes, who, width)


def _places(model: Model, groups: Sequence[_Group]) -> list[Place]:
    """The phases from good to bad."""
    order = {name: at for at, name in enumerate(from_good_to_bad(model.scenario.phases))}
    places = [_place(model, group) for group in groups]
    return sorted(places, key=lambda place: order.get(place.name.partition("[")[0], 0))


def _period(model: Model) -> str:
    length = model.period_years
    return (
        "a year" if length == 1 else f"in {length:g} years" if length > 1 else f"in {length * 12:.0f} months"
    )


def _title(model: Model, name: str) -> str:
    base, bracket, rest = name.partition("[")
    facts, told = model.scenario.facts, []
    for part in rest.removesuffix("]").split(", "):
        fact, equals, value = part.partition("=")
        told.append(f"{facts[fact].short or readable(fact)}: {readable(value)}" if equals else readable(fact))
    return model.scenario.phases[base].titled(base) + (f" ({', '.join(told)})" if bracket else "")


def _place(model: Model, group: _Group) -> Place:
    """A phase with what follows it."""
    scenario, game = model.scenario, model.game
    to: dict[str, float] = {}
    flows: dict[str, float] = {}
    split = group.name.partition("[")[2].partition("=")[0] if "=" in group.name else None
    for state, weight in group.states:
        at = game.phases.index(state.phase)
        for outcome, p in state.outcomes.items():
            after = model.states[game.next_phase[at][game.outcomes.index(outcome)]]
            following = _name(model, tuple(scenario.phases)[after.phase], after.facts, split, state.type)
            to[following] = to.get(following, 0.0) + weight * p
        for actor, flow in state.flows.items():
            flows[actor] = flows.get(actor, 0.0) + weight * flow
    base = group.name.partition("[")[0]
    paid = tuple((_who(model, actor), flow) for actor, flow in flows.items() if flow)
    follows = tuple((name, _title(model, name), p) for name, p in to.items())
    begins = base == game.phases[game.start].partition("[")[0]
    if begins and split is not None:
        begins = group.name == _name(model, base, model.states[game.start].facts, split, group.likeliest.type)
    return Place(group.name, _title(model, group.name), scenario.phases[base].tone, paid, follows, begins)


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
    """The phases and what is played first, in the central world under the arrangement looked into.

    Where facts tell phases apart the map is that of the middle of the horizon, once whole and once split by each fact
    whose values have names.
    """
    model, focus = found.model, found.subject.focus
    facts = model.scenario.facts
    period = central_period(model)
    of = trace(model, focus, information=found.result.information, periods=(0, period))
    splits = [None, *(name for name, fact in facts.items() if fact.values)]
    figures = [map_figure(found, of, period, split) for split in splits]
    played = next((phase for phase in of.phases[0] if phase.nodes), None)
    if played is not None:
        figures.append(tree_figure(found, of, played))
    where = quoted(found.arrangement_title(focus))
    split_too = " [--split FACT]" if facts else ""
    words = (
        f"Under {where}, with every assumption at its median, in the first period{_and_later(model, period)}. All "
        f"trees: `backstop explain STUDY --arrangement {focus} --picture FILE{split_too}`."
    )
    return Section("game", "The game, in the central world", (Paragraph(words), *figures), annex=True)


def _and_later(model: Model, period: int) -> str:
    if period == 0:
        return ""
    return (
        f"; maps are of the period from year {period * model.period_years:g}, by when facts have come apart"
    )


def central_period(model: Model) -> int:
    """The period that the map is drawn of: the first, or the middle of the horizon where facts come apart by then."""
    return model.periods // 2 if model.scenario.facts else 0


def map_figure(found: Material, of: WorldTrace, period: int, split: str | None = None) -> Figure:
    """The phases of one world in a period as a map: what each actor gets a year, and how likely what follows is."""
    model = found.model
    places = _places(model, _groups(model, of.phases[period], split))
    rows = [(place.title, title, chance_words(p)) for place in places for _, title, p in place.to]
    first = next((place for place in places if place.begins), places[0])
    title = f"It begins with {quoted(first.title)}"
    likely = max(((p, following) for _, following, p in first.to), default=None)
    if split is not None:
        title = f"The phases split by {quoted(model.scenario.facts[split].titled(split))}"
    elif likely is not None:
        title += f"; {_period(model)} on, most likely is {quoted(likely[1])} ({chance_words(likely[0])})"
    chances = [(f"{a} to {b}", p) for place in places for a, b, p in _passages(place)]
    note = _alone(model, of)
    if model.scenario.facts or period:
        note += f" Year {period * model.period_years:g}."
    if model.scenario.facts:
        note += f" {_gathered(model, split)}"
    return style.figure(
        partial(_bars, chances),
        partial(draw_map, places, _period(model)),
        "phases" if split is None else f"phases-{split}",
        title=title,
        definition="The phases from good to bad, what each actor gets there a year, and how likely what follows is.",
        source=found.source,
        note=note,
        alternative=stop("; ".join(f"{a} to {b}: {c}" for a, b, c in rows) or title),
        table=Table("Passages", ("", "to", f"chance {_period(model)}"), tuple(rows)),
        charted=False,
    )


def _alone(model: Model, of: WorldTrace) -> str:
    which = "the central world" if of.world == "central" else f"world {of.world}"
    under = quoted(model.scenario.arrangements[of.arrangement].titled(of.arrangement))
    return f"Of {which} under {under} alone: other worlds have other chances."


def _passages(place: Place) -> list[tuple[str, str, float]]:
    return [(place.title, title, p) for _, title, p in place.to]


def tree_figure(found: Material, of: WorldTrace, phase: PhaseTrace) -> Figure:
    """What is played in a phase of one world as a tree: who decides, how likely each branch is, where it leads."""
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
        note=_alone(model, of),
        alternative=stop("; ".join(f"{a}: {b}, {c}" for a, b, c, _ in rows)),
        table=Table("Branches", ("", "branch", "chance", "leads to"), rows),
        charted=False,
    )


def _branches(nodes: list[Node]) -> list[Branch]:
    return [branch for node in nodes for branch in node.branches]


def _bars(rows: list[tuple[str, float]]) -> altair.LayerChart:
    """The chances as bars, for notebooks."""
    names = [f"{at}. {name}" for at, (name, _) in enumerate(rows, 1)]
    return bars.shares(names, [p for _, p in rows], [0.0] * len(rows), "probability")
