"""`backstop graph`: conflicts in the graph model, from a file to what is stable, why, and what would change it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from backstop.cli.graph.change import coalitions, invert, robust
from backstop.cli.graph.explain import explain
from backstop.cli.graph.file import (
    CONCEPTS,
    conflict_options,
    foresight_options,
    load_conflict,
    print_json,
    say,
)

if TYPE_CHECKING:
    from backstop.graphmodel.model.conflict import Conflict


@click.group()
def graph() -> None:
    """Analyse a conflict from preferences without numbers (Graph Model for Conflict Resolution).

    FILE is a graph.yaml, a study folder with one, a backstop-gmcr-case/1 file or a .gmcr file.
    """


graph.add_command(explain)
graph.add_command(invert)
graph.add_command(coalitions)
graph.add_command(robust)


@graph.command()
@conflict_options
def check(file: str, variant: str, max_states: int, as_json: bool) -> None:
    """Check FILE, and say what is in it. In a study with a dossier, what is cited must be there."""
    conflict = load_conflict(file, variant, max_states)

    from pathlib import Path

    from backstop.evidence.citation import check_citations

    checked = bool(conflict.citations) and check_citations(conflict.citations, Path(file))
    moves = {
        dm.id: int(m.degree().sum(dtype=int))
        for dm, m in zip(conflict.decision_makers, conflict.moves, strict=True)
    }
    if as_json:
        print_json(
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
                "citations": len(conflict.citations),
                "citations_checked": checked,
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
    if checked:
        lines.append(f"{len(conflict.citations)} citations, all in the dossier")
    elif conflict.citations:
        lines.append(f"{len(conflict.citations)} citations, not checked: there is no dossier beside the file")
    if conflict.variants:
        lines.append(f"variants: {', '.join(conflict.variants)}")
    say(lines)


@graph.command()
@conflict_options
@click.option(
    "--concept",
    "concepts",
    multiple=True,
    metavar="NAME",
    help="Only this concept; may be given several times.",
)
@foresight_options("Also limited-move and non-myopic stability, in this variant.")
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
    conflict = load_conflict(file, variant, max_states)

    from dataclasses import replace

    from backstop.graphmodel.show.narrative import overview
    from backstop.graphmodel.show.plain import as_json as plain
    from backstop.graphmodel.stability.analysis import analyse as solve
    from backstop.graphmodel.stability.foresight import foresee

    result = solve(conflict, concepts or None)
    if foresight:
        kept = {name: why for name, why in result.left_out.items() if name != "limited_move"}
        result = replace(result, foresight=foresee(conflict, foresight, ties or "strict"), left_out=kept)
    if as_json:
        print_json(plain(result))
    else:
        say(overview(result))


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
    conflict = load_conflict(file, variant, max_states)

    from backstop.graphmodel.change.evolution import evolve as search
    from backstop.graphmodel.change.evolution import routes
    from backstop.graphmodel.show.narrative import route_words
    from backstop.graphmodel.show.plain import routes_json
    from backstop.graphmodel.stability.ranked import stable_states

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
        print_json(
            {
                "format": "backstop-graph-evolution/1",
                "title": conflict.title,
                "start": ids[begin],
                "routes": routes_json(conflict, found),
            }
        )
        return
    for state, route in found.items():
        say(route_words(conflict, state, route))


def _evolve_under_relations(conflict: Conflict, start: int | None, as_json: bool) -> None:
    """Shortest paths where preferences are not complete: by any move, by certain improvements, by possible ones."""
    from backstop.graphmodel.change.evolution import evolve as search
    from backstop.graphmodel.show.narrative import path_words
    from backstop.graphmodel.show.plain import paths_json
    from backstop.graphmodel.stability.graded import kinds

    steps: dict[str, Any] = {"um": "any moves"}
    if not kinds(conflict):
        steps |= {"ui": "certain improvements", "uium": "moves to better or unknown states"}
    found = {kind: search(conflict, kind, start) for kind in steps}  # type: ignore[arg-type]
    if as_json:
        blocks = {f"status_quo_{kind}": paths_json(conflict, one) for kind, one in found.items()}
        print_json({"format": "backstop-graph-evolution/1", "title": conflict.title, **blocks})
        return
    for kind, words in steps.items():
        say([f"by {words}:"])
        for state in sorted(found[kind].distance):
            path = path_words(conflict, found[kind].path(state)) or "the start itself"
            say([f"  {conflict.states.ids[state]}: {path}"])


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

    from backstop.base.faults import InvalidInput, Place

    target = Path(out)
    if target.suffix not in (".svg", ".png", ".json"):
        raise InvalidInput(
            "unknown kind of picture", place=Place(out), hint="end the name with .svg, .png or .json"
        )
    conflict = load_conflict(file, variant, max_states)

    from backstop.base.files import write_atomically
    from backstop.graphmodel.show.drawing import drawing
    from backstop.graphmodel.stability.analysis import analyse as solve

    of = (conflict.decision_maker(sanctions[0]), conflict.state(sanctions[1])) if sanctions else None
    picture = drawing(
        solve(conflict, concept or None), every_move, of, None if start is None else conflict.state(start)
    )
    if target.suffix == ".json":
        data: bytes | str = json.dumps(picture, ensure_ascii=False, indent=1) + "\n"
    else:
        from backstop.report.charts.conflict import conflict_chart, rendered

        data = rendered(conflict_chart(picture), "svg" if target.suffix == ".svg" else "png")
    write_atomically(target, data)
    if as_json:
        print_json({"file": str(target), "states": len(picture["nodes"]), "moves": len(picture["edges"])})
    else:
        say([f"{target}: {len(picture['nodes'])} states, {len(picture['edges'])} moves"])
