"""`backstop graph`: conflicts in the graph model, from a file to what is stable, why, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from backstop.cli.graph.change import coalitions, evolve, invert, robust
from backstop.cli.graph.explain import explain
from backstop.cli.graph.file import CONCEPTS, Answer, conflict_command, conflict_options, foresight_options
from backstop.cli.options import json_option
from backstop.cli.printing import print_json, print_lines

if TYPE_CHECKING:
    from backstop.graphmodel.model.conflict import Conflict


@click.group()
def graph() -> None:
    """Analyse a conflict from preferences without numbers (Graph Model for Conflict Resolution).

    FILE is a graph.yaml, a study folder with one, a backstop-gmcr-case/1 file or a .gmcr file.
    """


for _command in (explain, evolve, invert, coalitions, robust):
    graph.add_command(_command)


@graph.command()
@conflict_command
@click.option(
    "--concept",
    "concepts",
    multiple=True,
    metavar="NAME",
    help="Only this concept; may be given several times.",
)
@foresight_options("Also limited-move and non-myopic stability, in this variant.")
def analyse(conflict: Conflict, concepts: tuple[str, ...], foresight: Any, ties: Any) -> Answer:
    """Which states are stable, for whom, under every concept that applies."""
    from backstop.graphmodel.analysis import analyse as solve

    return solve(conflict, concepts or None, foresight, ties)


@graph.command()
@conflict_command
def check(conflict: Conflict) -> Answer:
    """Check FILE, and say what is in it. In a study with a dossier, what is cited must be there."""
    from backstop.evidence.citation import check_citations

    cited = conflict.citations
    return Check(conflict, bool(cited) and check_citations(cited, Path(cited[0][1].file)))


@dataclass(frozen=True, eq=False)
class Check:
    """What is in a file without errors; `checked`: its citations have been looked up in a dossier."""

    format: ClassVar[str] = "backstop-graph-check/1"
    conflict: Conflict
    checked: bool

    def as_dict(self) -> dict[str, object]:
        """What is in the file, as plain data."""
        one = self.conflict
        return {
            "form": one.form,
            "decision_makers": list(one.maker_ids),
            "options": [option.id for option in one.options],
            "states": one.size,
            "moves": self._moves(),
            "complete": one.ranks is not None,
            "variants": list(one.variants),
            "citations": len(one.citations),
            "citations_checked": self.checked,
            "evidence": {dm.id: list(dm.evidence) for dm in one.decision_makers},
        }

    def lines(self) -> list[str]:
        """What is in the file, in words."""
        one, moves, count = self.conflict, self._moves(), len(self.conflict.citations)
        lines = [
            f"{one.title}: no errors",
            f"{one.form} form, {len(one.options)} options, {one.size:,} states",
        ]
        for dm in one.decision_makers:
            cites = f", cites {len(dm.evidence)} statements" if dm.evidence else ""
            lines.append(f"  {dm.id}: {dm.name}, {moves[dm.id]:,} moves{cites}")
        if count:
            found = (
                "all in the dossier" if self.checked else "not checked: there is no dossier beside the file"
            )
            lines.append(f"{count} citations, {found}")
        return lines + ([f"variants: {', '.join(one.variants)}"] if one.variants else [])

    def _moves(self) -> dict[str, int]:
        """How many moves each decision maker has in all."""
        counts = (int(moves.degree().sum(dtype=int)) for moves in self.conflict.moves)
        return dict(zip(self.conflict.maker_ids, counts, strict=True))


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
@json_option
def draw(
    conflict: Conflict,
    out: str,
    concept: tuple[str, ...],
    every_move: bool,
    sanctions: tuple[str, str] | None,
    start: str | None,
    as_json: bool,
) -> None:
    """Draw states and improvements; rings show what is stable, colours and dashes who moves."""
    from backstop.base.faults import InvalidInput, Place
    from backstop.base.files import refuse_input, write_atomically
    from backstop.base.json_text import json_text
    from backstop.graphmodel.analysis import analyse as solve
    from backstop.graphmodel.show.drawing import drawing

    target = Path(out)
    if target.suffix not in (".svg", ".png", ".json"):
        raise InvalidInput(
            "unknown kind of picture", place=Place(out), hint="end the name with .svg, .png or .json"
        )
    read = Path(click.get_current_context().params["file"])
    refuse_input(target, [read, read / "graph.yaml"])
    of = (conflict.decision_maker(sanctions[0]), conflict.state(sanctions[1])) if sanctions else None
    picture = drawing(
        solve(conflict, concept or None), every_move, of, None if start is None else conflict.state(start)
    )
    if target.suffix == ".json":
        data: bytes | str = json_text(picture)
    else:
        from backstop.report.charts import style
        from backstop.report.charts.conflict import conflict_figure, svg

        figure = conflict_figure(picture)
        data = svg(figure) if target.suffix == ".svg" else style.png(style.furnished(figure))
    write_atomically(target, data)
    if as_json:
        print_json({"file": str(target), "states": len(picture["nodes"]), "moves": len(picture["edges"])})
    else:
        print_lines([f"{target}: {len(picture['nodes'])} states, {len(picture['edges'])} moves"])
