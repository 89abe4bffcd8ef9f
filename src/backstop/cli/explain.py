"""`backstop explain`: one world laid open, move by move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backstop.cli import options
from backstop.cli.printing import print_json, print_notes, print_text, print_titled, width_of_output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backstop.base.table import Table
    from backstop.scenario.model import Model
    from backstop.worlds.tracing.traced import MoveTrace, NodeTrace, PhaseTrace, WorldTrace

# Decisions that play comes to with a smaller chance are not told in short.
_SELDOM = 0.0005


@click.command()
@click.option(
    "--world", default="central", show_default=True, help="A world's number, or central: all medians."
)
@click.option("--arrangement", metavar="NAME", help="Which arrangement; the first of the file by default.")
@click.option(
    "--year", type=float, default=0.0, show_default=True, help="The period that begins with this year."
)
@click.option(
    "--picture",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Draw the phases as a map and what is played in each as a tree, as SVG or PNG, and print nothing else.",
)
@click.option(
    "--split",
    metavar="FACT",
    help="In the picture, draw a phase once for each value of this fact; else phases that facts tell apart are one.",
)
@options.run_options(worlds=None, threads=False)
def explain(
    run: options.Run, world: str, arrangement: str | None, year: float, picture: str | None, split: str | None
) -> None:
    """Show one world of STUDY in full.

    Its parameters, the levels in force after caps and conditions, and phase by phase, move by move, what each move is
    worth to every actor and how likely it is: what one needs in order to believe or refute the model.
    """
    number: int | str = world
    if world != "central":
        if not world.isdecimal():
            raise click.UsageError(
                f"--world {world}: give a world's number (0, 1, 2, ...) or the word central"
            )
        number = int(world)
    model = run.model

    from backstop.worlds.assessment import chosen_arrangements
    from backstop.worlds.trace import trace

    name = chosen_arrangements(model, [arrangement] if arrangement else None)[0]
    period = model.scenario.horizon.period_from(year)
    if period is None:
        raise click.UsageError(f"--year {year:g}: periods begin at {model.scenario.horizon.beginnings} years")
    if picture is not None and not picture.lower().endswith((".svg", ".png")):
        raise click.UsageError(f"--picture {picture}: give a file that ends with .svg or .png")
    if split is not None:
        _refuse_split(model, picture, split)
    found = trace(model, name, number, run.seed, run.information, (period,))
    print_notes(run.notes)
    if picture is not None:
        _draw(run, found, period, picture, split)
        return
    if run.as_json:
        print_json({"format": "backstop-world/1", **model.overrides.as_dict(), **found.as_dict()})
        return
    if not run.everything:
        _print_short(model, found, found.phases[period])
        return
    print_titled(model.scenario.title, *_world(model, found))
    for phase in found.phases[period]:
        click.echo()
        print_titled(*_phase(model, found, phase, period))


def _print_short(model: Model, of: WorldTrace, phases: Sequence[PhaseTrace]) -> None:
    """What comes of the world, and what is most likely to be decided where in the phases of a period."""
    from backstop.base.table import Table
    from backstop.base.words import cut, quoted
    from backstop.cli.titles import ShortTitles
    from backstop.questions.study.value import lasting_metric

    scenario, name = model.scenario, lasting_metric(model)
    metric, value = scenario.metrics[name], of.metrics[name]
    title = scenario.arrangements[of.arrangement].titled(of.arrangement)
    which = "the central world" if of.world == "central" else f"world {of.world}"
    figure = "no value" if value is None else f"{value:.4f}"
    mind = _types(model, of) + ([f"Mind: {model.overrides.words}"] if model.overrides.words else [])
    if not of.settled:
        mind.append("Mind: in this world the values do not settle: replies cycle, or the tail is cut off.")
    places = [(_phase_title(model, phase), node) for phase in phases for node in phase.nodes if node.actor]
    # What is hardly ever come to is left to --all, unless nothing else is decided; the rest in the order of play.
    come_to = [each for each in places if each[1].reach >= _SELDOM] or places
    most = sorted(range(len(come_to)), key=lambda at: -come_to[at][1].reach)[: options.MOST_ROWS]
    hides = of.types is not None and of.types.beliefs != "known"
    second = list(of.types.shares)[1] if of.types is not None else ""
    rows: dict[str, list[tuple[str, ...]]] = {}
    for phase, node in (come_to[at] for at in sorted(most)):
        move = max(node.moves, key=lambda each: each.probability)
        rows.setdefault(phase, []).append(
            (
                f"{scenario.actors[node.actor].titled(node.actor)} at {node.name}",
                move.label,
                f"{move.probability:.4f}",
                f"{node.reach:.4f}",
                *((f"{node.belief:.2f} -> {move.belief:.2f}",) if hides and node.belief is not None else ()),
            )
        )
    note = "reached: how likely play is to come here when the phase is played." + (
        f" belief: what others believe of {second} before the move and after it." if hides else ""
    )
    columns = ("who decides", "most likely", "chance", "reached", *(("belief",) if hides else ()))
    tables = [
        Table(phase, columns, tuple(of_phase), note if phase == list(rows)[-1] else "")
        for phase, of_phase in rows.items()
    ]
    said = f"In {which}, under {quoted(title)}, {quoted(metric.titled(name))} comes to {figure}."
    short = ShortTitles(scenario)
    print_titled(
        cut(scenario.title, 2 * width_of_output()),
        [short.of_table(table) for table in tables],
        map(short, [said, *mind]),
    )
    hidden = len(places) - len(most)
    more = f"{hidden} more decisions, " if hidden > 0 else ""
    print_text(
        f"\n--all prints {more}every move with what it is worth, parameters, actors, all metrics and outcomes."
    )


def _phase_title(model: Model, of: PhaseTrace) -> str:
    """A phase for people, with what tells it apart, and the type it is told of."""
    base, told = _apart(of.phase)
    return f"{model.scenario.phases[base].titled(base)}{told}" + (
        f", {of.type}" if of.type is not None else ""
    )


def _refuse_split(model: Model, picture: str | None, split: str) -> None:
    """Raise where a picture cannot be split by this fact, or there is no picture."""
    from backstop.base.faults import InvalidInput
    from backstop.base.words import did_you_mean

    if picture is None:
        raise click.UsageError("--split divides the phases of a picture: give --picture FILE as well")
    if split not in model.scenario.facts:
        facts = list(model.scenario.facts)
        hint = did_you_mean(split, facts, "fact") if facts else "the study has no facts"
        raise InvalidInput(f"--split {split}: no fact is called that", hint=hint)


def _draw(run: options.Run, found: WorldTrace, period: int, picture: str, split: str | None) -> None:
    """Write the pictures of a world into a file, never over the study."""
    from pathlib import Path

    from backstop.base.files import refuse_input, write_atomically
    from backstop.base.words import clean
    from backstop.report.drawing.sheet import document
    from backstop.report.render.figures import rasterised
    from backstop.report.sections.game import alternative, pictures

    target, study = Path(picture), Path(run.study)
    refuse_input(target, [study, study / "scenario.yaml"])
    drawn = document(
        pictures(run.model, found, period, split=split), alternative(run.model, found, period, split)
    )
    write_atomically(target, rasterised(drawn) if target.suffix.lower() == ".png" else drawn)
    if run.as_json:
        print_json({"file": str(target)})
    else:
        click.echo(clean(f"written to {target}"))


def _world(model: Model, of: WorldTrace) -> tuple[list[Table], list[str]]:
    """Tables of the parameters, the actors and the metrics, and what to say above them."""
    from backstop.base.table import Table

    scenario = model.scenario
    which = (
        "the central world (every parameter at its median)" if of.world == "central" else f"world {of.world}"
    )
    title = scenario.arrangements[of.arrangement].titled(of.arrangement)
    lines = [f"{which}, arrangement: {title}, payoff shocks read as {of.information}"]
    if model.overrides.words:
        lines.append(model.overrides.words)
    if not of.settled:
        lines.append("In this world the values do not settle: replies cycle, or the tail is cut off.")
    parameters = (
        (p.titled(n), n, f"{of.parameters[n]:.5g}", p.unit, ", ".join(p.basis) or "judgement")
        for n, p in scenario.parameters.items()
    )
    lines += _types(model, of)
    actors = (
        (_who(model, name), f"{discount:.4g}", f"{of.noises[name]:.4g}")
        for name, discount in of.discounts.items()
    )
    metrics = (
        (metric.titled(n), "no value" if value is None else f"{value:.4f}", *_split(model, of, n))
        for n, metric in scenario.metrics.items()
        for value in (of.metrics[n],)
    )
    if of.types is not None:
        results = Table("What comes of it", ("", "in this world"), tuple(row[:2] for row in metrics))
    else:
        results = Table(
            "What comes of it",
            ("", "in this world", f"its event, without a {of.slips_are}", f"with a first {of.slips_are} by"),
            tuple(metrics),
            f"A {of.slips_are} is a move made freely that is worth less to its own mover than another"
            + (", which the mover prefers for a reason of the moment." if of.slips_are == "shock" else ".")
            + " The event of a metric that avoids something is what it avoids.",
        )
    tables = [
        Table("Parameters", ("", "name", "value", "unit", "rests on"), tuple(parameters)),
        Table("Actors", ("", "discount per year", "noise"), tuple(actors)),
        results,
    ]
    return tables, lines


def _split(model: Model, of: WorldTrace, metric: str) -> tuple[str, str]:
    """The event of a metric without a slip, and with a first slip by each actor who has a part in it."""
    slips = of.slips.get(metric)
    if slips is None or slips.incentive is None:
        return "", ""
    by = sorted(((p or 0.0, actor) for actor, p in slips.slips.items()), reverse=True)
    parts = [f"{model.scenario.actors[actor].titled(actor)} {p:.4f}" for p, actor in by if p >= 0.00005]
    return f"{slips.incentive:.4f}", ", ".join(parts) or "nobody"


def _phase(
    model: Model, of: WorldTrace, phase: PhaseTrace, period: int
) -> tuple[str, list[Table], list[str]]:
    """A phase played in a period: its title, a table for every node, and what is in force."""
    from backstop.base.table import Table

    scenario = model.scenario
    levels = [
        f"{name} {level:.4g}" + ("" if level == of.promised[name] else f" (promised {of.promised[name]:.4g})")
        for name, level in phase.levels.items()
        if level != 0.0 or of.promised[name] != 0.0
    ]
    lines = [
        f"In force: {', '.join(levels) or 'no measure'}",
        f"Payoff per year: {_by_name(phase.flows)};  worth in all: {_by_name(phase.values)}",
    ]
    tables = [_node(model, of, node) for node in phase.nodes]
    outcomes = tuple(
        (scenario.outcomes[base].titled(base) + told, f"{p:.4f}", scenario.outcomes[base].next)
        for n, p in phase.outcomes.items()
        for base, told in (_apart(n),)
    )
    if outcomes:
        columns = ("", "probability", "next phase")
        tables.append(Table("Outcomes when this phase is played", columns, outcomes))
    base, _ = _apart(phase.phase)
    title, year = scenario.phases[base].titled(base), period * model.period_years
    where = ""
    if phase.type is not None and of.types is not None:
        where = f", with the type {of.types.actor}.{phase.type}"
    elif phase.belief is not None and of.types is not None:
        second = list(of.types.shares)[1]
        lines.insert(0, f"Belief in {of.types.actor}.{second} as it begins, on average: {phase.belief:.4f}")
    return f"Phase: {title} ({phase.phase}), year {year:g}: share {phase.share:.4f}{where}", tables, lines


def _node(model: Model, of: WorldTrace, node: NodeTrace) -> Table:
    """A node: its moves, how likely they are, with each type where types are hidden, and what they are worth."""
    from backstop.base.table import Table

    actors, hidden = list(node.utilities), node.belief is not None and of.types is not None
    types = list(of.types.shares) if hidden and of.types is not None else []
    who = f"{model.scenario.actors[node.actor].titled(node.actor)} decides" if node.actor else "Chance"
    noise = f", noise {node.noise:.4g}" if node.noise is not None else ""
    rows = []
    for move in node.moves:
        by_type = move.by_type or {}
        after = [] if move.belief is None else [f"{move.belief:.4f}"]
        rows.append(
            (
                f"{move.label} -> {move.leads_to}",
                f"{move.probability:.4f}" + _parts(move, of.slips_are),
                *(f"{by_type[name]:.4f}" for name in types),
                *after,
                *(f"{move.utilities[a]:.4f}" for a in actors),
            )
        )
    blank = [""] * (len(types) + bool(types))
    rows.append(("worth at this node", "", *blank, *(f"{node.utilities[a]:.4f}" for a in actors)))
    slips = sum(move.slip or 0.0 for move in node.moves)
    slipped = f"; {of.slips_are}s {slips:.4f} in all" if node.actor and not hidden else ""
    belief = f"; belief in {types[1]} {node.belief:.4f}" if types and node.belief is not None else ""
    heading = f"{node.name}: {who}{noise}; reached with {node.reach:.4f}{slipped}{belief}"
    hidden_columns = [*(f"if {name}" for name in types), f"belief in {types[1]} after"] if types else []
    return Table(heading, ("move", "probability", *hidden_columns, *(f"to {a}" for a in actors)), tuple(rows))


def _types(model: Model, of: WorldTrace) -> list[str]:
    """What is known of the types of an actor, and how exact the figures are."""
    if of.types is None:
        return []
    known = {
        "known": "everybody knows which",
        "fixed": "others know the shares and never learn more",
        "bayes": "others learn from every move",
    }
    shares = ", ".join(f"{name} {share:.4f}" for name, share in of.types.shares.items())
    name = model.scenario.actors[of.types.actor].titled(of.types.actor)
    lines = [f"{name} is of one of two types ({shares}); {known[of.types.beliefs]}."]
    if of.types.unconverged:
        lines.append(
            f"For {of.types.unconverged} choices no fixed point was found to the end: this world is not to be trusted."
        )
    errors = [error for error in (of.types.grid_error or {}).values() if error is not None]
    if errors:
        lines.append(f"Half as many beliefs on the grid move no metric by more than {max(errors):.2g}.")
    return lines


def _who(model: Model, name: str) -> str:
    """The name of an actor for people; of one with types, ACTOR.TYPE, with the type."""
    actor, dot, type_ = name.partition(".")
    return model.scenario.actors[actor].titled(actor) + (f", {type_}" if dot else "")


def _apart(name: str) -> tuple[str, str]:
    """The name in the file of a phase or outcome of the game, and what tells it apart."""
    base, bracket, rest = name.partition("[")
    return base, f" {bracket}{rest}" if bracket else ""


def _parts(move: MoveTrace, called: str) -> str:
    """What a move's probability has in it: a bound part, and a slip or shock."""
    parts = [f"bound {move.bound:.3g}"] if move.bound else []
    if move.slip is not None:
        parts.append(f"{called} {move.slip:.4f}" if move.bound else called)
    return f" ({', '.join(parts)})" if parts else ""


def _by_name(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in values.items())
