"""`backstop graph`: conflicts in the graph model, from a file to what is stable, why, and what would change it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from backstop.cli.options import json_option

if TYPE_CHECKING:
    from backstop.graphmodel.conflict import Conflict

F = TypeVar("F", bound=Callable[..., Any])
CONCEPTS = ("nash", "gmr", "smr", "seq", "sseq")

_CELLS_EXPLAINED = 2_000


def conflict_options(command: F) -> F:
    """The file and what every command on it takes."""
    command = json_option(command)
    command = click.option(
        "--max-states",
        type=click.IntRange(min=1),
        default=1 << 18,
        show_default=True,
        help="Analyse at most so many states.",
    )(command)
    command = click.option(
        "--variant", default="", metavar="NAME", help="A variant of the preferences in the file."
    )(command)
    return click.argument("file", type=click.Path())(command)


def concept_option(default: str) -> Callable[[F], F]:
    """One concept for commands that follow a single one."""
    return click.option(
        "--concept", type=click.Choice(CONCEPTS), default=default, show_default=True, help="Which concept."
    )


@click.group()
def graph() -> None:
    """Analyse a conflict from preferences without numbers (Graph Model for Conflict Resolution).

    FILE is a graph.yaml, a study folder with one, a backstop-gmcr-case/1 file or a .gmcr file.
    """


def _load(file: str, variant: str, max_states: int) -> Conflict:
    from backstop.graphmodel.reader import load
    from backstop.text import clean

    conflict = load(file, variant, max_states)
    for note in conflict.notes:
        click.echo(clean(f"note: {note}"), err=True)
    return conflict


def _print(result: dict[str, Any]) -> None:
    click.echo(json.dumps(result, ensure_ascii=False))


def _say(lines: Sequence[str]) -> None:
    from backstop.text import clean

    if lines:
        click.echo(clean("\n".join(lines)))


@graph.command()
@conflict_options
def check(file: str, variant: str, max_states: int, as_json: bool) -> None:
    """Check FILE, and say what is in it."""
    conflict = _load(file, variant, max_states)
    moves = {
        dm.id: int(m.degree().sum(dtype=int))
        for dm, m in zip(conflict.decision_makers, conflict.moves, strict=True)
    }
    if as_json:
        _print(
            {
                "format": "backstop-graph-check/1",
                "title": conflict.title,
                "form": conflict.form,
                "decision_makers": [dm.id for dm in conflict.decision_makers],
                "options": [option.id for option in conflict.options],
                "states": conflict.size,
                "moves": moves,
                "complete": conflict.ranks is not None,
                "variants": list(conflict.variants),
                "evidence": {dm.id: list(dm.evidence) for dm in conflict.decision_makers},
            }
        )
        return
    lines = [
        f"{conflict.title}: no errors",
        f"{conflict.form} form, {len(conflict.options)} options, {conflict.size:,} states",
    ]
    for dm in conflict.decision_makers:
        cites = f", cites {len(dm.evidence)} statements" if dm.evidence else ""
        lines.append(f"  {dm.id}: {dm.name}, {moves[dm.id]:,} moves{cites}")
    if conflict.variants:
        lines.append(f"variants: {', '.join(conflict.variants)}")
    _say(lines)


@graph.command()
@conflict_options
@click.option(
    "--concept",
    "concepts",
    multiple=True,
    metavar="NAME",
    help="Only this concept; may be given several times.",
)
@click.option(
    "--foresight",
    type=click.Choice(["two", "rotation", "adversary"]),
    help="Also limited-move and non-myopic stability, in this variant.",
)
@click.option(
    "--ties",
    type=click.Choice(["strict", "best", "worst", "lowest"]),
    default="strict",
    show_default=True,
    help="How --foresight treats states liked equally.",
)
def analyse(
    file: str,
    variant: str,
    max_states: int,
    as_json: bool,
    concepts: tuple[str, ...],
    foresight: Any,
    ties: Any,
) -> None:
    """Which states are stable, for whom, under every concept that applies."""
    conflict = _load(file, variant, max_states)

    from dataclasses import replace

    from backstop.graphmodel.analysis import analyse as solve
    from backstop.graphmodel.foresight import foresee
    from backstop.graphmodel.narrative import overview
    from backstop.graphmodel.plain import as_json as plain

    result = solve(conflict, concepts or None)
    if foresight:
        kept = {name: why for name, why in result.left_out.items() if name != "limited_move"}
        result = replace(result, foresight=foresee(conflict, foresight, ties), left_out=kept)
    if as_json:
        _print(plain(result))
    else:
        _say(overview(result))


@graph.command()
@conflict_options
@click.argument("states", nargs=-1, metavar="[STATE]...")
@click.option("--concept", "concepts", type=click.Choice(CONCEPTS), multiple=True, help="Only this concept.")
@click.option("--dm", "makers", multiple=True, metavar="NAME", help="Only this decision maker.")
@click.option("--all", "everything", is_flag=True, help="Every state.")
def explain(
    file: str,
    states: tuple[str, ...],
    variant: str,
    max_states: int,
    as_json: bool,
    concepts: tuple[Any, ...],
    makers: tuple[str, ...],
    everything: bool,
) -> None:
    """Why states are stable or not, move by move, and which threats they rest on are not credible.

    Without STATE: the states that are equilibria under some concept.
    """
    conflict = _load(file, variant, max_states)

    from backstop.faults import Fault, Refused
    from backstop.graphmodel.credibility import threats
    from backstop.graphmodel.narrative import state_words, threat_words, witness_words
    from backstop.graphmodel.plain import explanation_json
    from backstop.graphmodel.stability import stable_states
    from backstop.graphmodel.witness import witness

    chosen = [conflict.decision_maker(name) for name in makers] or list(range(len(conflict.decision_makers)))
    wanted = concepts or CONCEPTS
    if everything:
        at = list(range(conflict.size))
    elif states:
        at = [conflict.state(name) for name in states]
    else:
        tables = stable_states(conflict.moves, conflict.rankings("explain without STATE"), wanted)
        at = [s for s in range(conflict.size) if any(table[:, s].all() for table in tables.values())]
    cells = len(at) * len(chosen) * len(wanted)
    if cells > _CELLS_EXPLAINED and not everything and not states:
        raise Refused(
            Fault(
                f"{len(at):,} states are equilibria: {cells:,} reasons", hint="name states, or ask for --all"
            )
        )
    printed: list[dict[str, Any]] = []
    for state in at:
        found = [witness(conflict, i, state, concept) for i in chosen for concept in wanted]
        hollow = (
            [t for i in chosen for t in threats(conflict, i, state)] if conflict.ranks is not None else []
        )
        if as_json:
            printed.append(explanation_json(conflict, state, found, hollow))
            continue
        _say([state_words(conflict, state)])
        for one in found:
            _say([f"  {line}" for line in witness_words(conflict, one)])
        for threat in hollow:
            _say([f"  not credible: {threat_words(conflict, threat)}"])
    if as_json:
        _print({"format": "backstop-graph-explanation/1", "title": conflict.title, "states": printed})


@graph.command()
@conflict_options
@click.option("--from", "start", metavar="STATE", help="Where to start; the status quo by default.")
@click.option(
    "--to", "targets", multiple=True, metavar="STATE", help="Only this state; may be given several times."
)
@click.option("--every", is_flag=True, help="Every state, not the equilibria alone.")
def evolve(
    file: str,
    variant: str,
    max_states: int,
    as_json: bool,
    start: str | None,
    targets: tuple[str, ...],
    every: bool,
) -> None:
    """How states are reached from the status quo: shortest paths, who must move first, who must accept a loss."""
    conflict = _load(file, variant, max_states)

    from backstop.graphmodel.evolution import evolve as search
    from backstop.graphmodel.evolution import routes
    from backstop.graphmodel.narrative import route_words
    from backstop.graphmodel.plain import routes_json
    from backstop.graphmodel.stability import stable_states

    origin = None if start is None else conflict.state(start)
    if conflict.ranks is None:
        _evolve_under_relations(conflict, origin, as_json)
        return
    ids = conflict.states.ids
    if targets:
        at = [conflict.state(name) for name in targets]
    elif every:
        at = list(range(conflict.size))
    else:
        tables = stable_states(conflict.moves, conflict.rankings("evolve without --to"), ("gmr", "seq"))
        at = [s for s in range(conflict.size) if any(table[:, s].all() for table in tables.values())]
    found = routes(conflict, at, origin)
    begin = search(conflict, "um", origin).start
    if as_json:
        _print(
            {
                "format": "backstop-graph-evolution/1",
                "title": conflict.title,
                "start": ids[begin],
                "routes": routes_json(conflict, found),
            }
        )
        return
    for state, route in found.items():
        _say(route_words(conflict, state, route))


def _evolve_under_relations(conflict: Conflict, start: int | None, as_json: bool) -> None:
    """Shortest paths where preferences are not complete: by any move, by certain improvements, by possible ones."""
    from backstop.graphmodel.evolution import evolve as search
    from backstop.graphmodel.graded import kinds
    from backstop.graphmodel.narrative import path_words
    from backstop.graphmodel.plain import paths_json

    steps: dict[str, Any] = {"um": "any moves"}
    if not kinds(conflict):
        steps |= {"ui": "certain improvements", "uium": "moves to better or unknown states"}
    found = {kind: search(conflict, kind, start) for kind in steps}  # type: ignore[arg-type]
    if as_json:
        blocks = {f"status_quo_{kind}": paths_json(conflict, one) for kind, one in found.items()}
        _print({"format": "backstop-graph-evolution/1", "title": conflict.title, **blocks})
        return
    for kind, words in steps.items():
        _say([f"by {words}:"])
        for state in sorted(found[kind].distance):
            path = path_words(conflict, found[kind].path(state)) or "the start itself"
            _say([f"  {conflict.states.ids[state]}: {path}"])


@graph.command()
@conflict_options
@click.argument("state")
@concept_option("seq")
@click.option(
    "--dm", "maker", metavar="NAME", help="What must this one prefer, the others being as they are?"
)
@click.option(
    "--break",
    "undo",
    is_flag=True,
    help="The smallest change that breaks the equilibrium, not that makes it.",
)
def invert(
    file: str,
    state: str,
    variant: str,
    max_states: int,
    as_json: bool,
    concept: Any,
    maker: str | None,
    undo: bool,
) -> None:
    """Which preferences make STATE an equilibrium, and the smallest change that does."""
    conflict = _load(file, variant, max_states)

    from backstop.graphmodel.edit import smallest_change, statement_edits
    from backstop.graphmodel.guarantor import must_prefer
    from backstop.graphmodel.inverse import condition
    from backstop.graphmodel.narrative import alternative_words, change_words, edit_words, listed, state_words
    from backstop.graphmodel.plain import alternatives_json, change_json, conditions_json

    at = conflict.state(state)
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]
    makers = [conflict.decision_maker(maker)] if maker else list(range(len(names)))
    conditions = {i: condition(conflict, i, at, concept) for i in makers}
    goal: Any = "break" if undo else "make"
    complete = conflict.ranks is not None
    change = smallest_change(conflict, at, concept, goal) if complete else None
    met = change is not None and not change.cost
    edits = statement_edits(conflict, at, concept, goal) if complete and not met else []
    alternatives = {i: must_prefer(conflict, i, at, concept) for i in makers} if complete and not undo else {}
    if as_json:
        _print(
            {
                "format": "backstop-graph-inverse/1",
                "title": conflict.title,
                "state": ids[at],
                "concept": concept,
                "goal": goal,
                "conditions": conditions_json(conflict, concept, conditions),
                "must_prefer": alternatives_json(conflict, alternatives),
                "smallest_change": change_json(conflict, change),
                "statement_edits": [edit_words(conflict, edit) for edit in edits],
            }
        )
        return
    _say([state_words(conflict, at)])
    for i, found in conditions.items():
        given = ", the others preferring what they do" if concept in ("seq", "sseq") else ""
        share = f" ({found.rankings / found.of:.0%} of its rankings)" if found.rankings is not None else ""
        when = "if no better than it are" if found.minimal else "never"
        if found.minimal == (frozenset(),):
            when = "always"
        _say([f"{names[i]}{given}: stable by {concept.upper()} {when}{share}"])
        _say([f"  {listed(ids[s] for s in sorted(low))}" for low in found.minimal[:12] if low])
        if len(found.minimal) > 12:
            _say([f"  and {len(found.minimal) - 12:,} more"])
    for i, options in alternatives.items():
        if options:
            needed = alternative_words(conflict, i, options[0])
            _say([f"what {names[i]} alone must prefer for an equilibrium: {needed}"])
        elif maker:
            _say([f"no preferences of {names[i]} alone make it an equilibrium"])
    _say([f"smallest change that {'breaks' if undo else 'makes'} it: {change_words(conflict, change)}"])
    for edit in edits[:8]:
        _say([f"  or: {edit_words(conflict, edit)}"])


@graph.command()
@conflict_options
def coalitions(file: str, variant: str, max_states: int, as_json: bool) -> None:
    """Which coalitions can upset which states, and equilibrium jumps that only a coalition can make."""
    conflict = _load(file, variant, max_states)

    import numpy as np

    from backstop.graphmodel.coalition import coalitions as solve
    from backstop.graphmodel.coalition import jumps
    from backstop.graphmodel.narrative import listed
    from backstop.graphmodel.plain import coalitions_json, jumps_json
    from backstop.graphmodel.stability import equilibria, stable_states

    found = solve(conflict)
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]
    tables = stable_states(conflict.moves, conflict.rankings("coalitions"), ("nash", "seq"))
    calm = [int(s) for s in equilibria(tables["seq"])]
    leaps = jumps(conflict, found, calm)
    if as_json:
        _print(
            {
                "format": "backstop-graph-coalitions/1",
                "title": conflict.title,
                **coalitions_json(conflict, found),
                "jumps": jumps_json(conflict, leaps),
            }
        )
        return
    for concept, title in (("nash", "CNash"), ("gmr", "CGMR"), ("smr", "CSMR"), ("seq", "CSEQ")):
        universal = [ids[at] for at in np.flatnonzero(found.universal(concept))]  # type: ignore[arg-type]
        _say([f"stable for every coalition, {title}: {listed(universal)}"])
    for state in calm:
        upset = []
        for members in found.members:
            better = np.flatnonzero(found.improvements[members][state])
            if len(members) > 1 and len(better):
                upset.append(f"{'+'.join(names[i] for i in members)} to {listed(ids[q] for q in better[:6])}")
        _say(
            [
                f"{ids[state]} (SEQ equilibrium): "
                + ("; ".join(upset[:6]) if upset else "no coalition can improve on it")
            ]
        )
    for j in leaps:
        who = listed(names[i] for i in j.members)
        _say([f"jump: {ids[j.start]} to {ids[j.end]} by {who} together, by no one alone"])


@graph.command()
@conflict_options
@click.option("--draws", type=click.IntRange(min=1), help="Completions to draw; as in the file, else 10,000.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the draws; as in the file, else 0.")
@click.option(
    "--exchanges",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Also disturb known rankings by so many exchanges of neighbours.",
)
def robust(
    file: str,
    variant: str,
    max_states: int,
    as_json: bool,
    draws: int | None,
    seed: int | None,
    exchanges: int,
) -> None:
    """How often each state is an equilibrium when what is unknown is drawn at random."""
    conflict = _load(file, variant, max_states)

    from backstop.graphmodel.narrative import robustness_lines
    from backstop.graphmodel.plain import robustness_json
    from backstop.graphmodel.robustness import robustness

    found = robustness(conflict, draws, seed, exchanges)
    if as_json:
        _print(
            {
                "format": "backstop-graph-robustness/1",
                "title": conflict.title,
                **robustness_json(conflict, found),
            }
        )
    else:
        _say(robustness_lines(conflict, found.equilibrium, found.draws))


@graph.command()
@conflict_options
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False), help="Where to write: .svg, .png or .json."
)
@click.option(
    "--concept", type=click.Choice((*CONCEPTS, "sim")), multiple=True, help="Ring only these equilibria."
)
@click.option("--moves", "every_move", is_flag=True, help="Also moves that are no improvements.")
@click.option("--sanctions", nargs=2, metavar="DM STATE", help="Show what keeps DM from leaving STATE.")
@click.option("--from", "start", metavar="STATE", help="With many states: draw those reached from here.")
def draw(
    file: str,
    variant: str,
    max_states: int,
    as_json: bool,
    out: str,
    concept: tuple[str, ...],
    every_move: bool,
    sanctions: tuple[str, str] | None,
    start: str | None,
) -> None:
    """Draw states and improvements; rings show what is stable, colours and dashes who moves."""
    from pathlib import Path

    from backstop.faults import Fault, InvalidInput, Place

    target = Path(out)
    if target.suffix not in (".svg", ".png", ".json"):
        raise InvalidInput(
            Fault("unknown kind of picture", Place(out), "end the name with .svg, .png or .json")
        )
    conflict = _load(file, variant, max_states)

    from backstop.files import write_atomically
    from backstop.graphmodel.analysis import analyse as solve
    from backstop.graphmodel.drawing import drawing

    of = (conflict.decision_maker(sanctions[0]), conflict.state(sanctions[1])) if sanctions else None
    picture = drawing(
        solve(conflict, concept or None), every_move, of, None if start is None else conflict.state(start)
    )
    if target.suffix == ".json":
        data: bytes | str = json.dumps(picture, ensure_ascii=False, indent=1) + "\n"
    else:
        from backstop.report.conflict_chart import conflict_chart, rendered

        data = rendered(conflict_chart(picture), "svg" if target.suffix == ".svg" else "png")
    write_atomically(target, data)
    if as_json:
        _print({"file": str(target), "states": len(picture["nodes"]), "moves": len(picture["edges"])})
    else:
        _say([f"{target}: {len(picture['nodes'])} states, {len(picture['edges'])} moves"])
