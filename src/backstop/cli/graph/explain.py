"""`backstop graph explain`: why states are stable or not, under any concept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from backstop.cli.graph.file import CONCEPTS, Answer, conflict_command, foresight_options
from backstop.cli.printing import print_notes

if TYPE_CHECKING:
    from backstop.graphmodel.model.conflict import Conflict

_LOOKING = ("limited-move", "non-myopic")
_TOGETHER = ("cnash", "cgmr", "csmr", "cseq")


@click.command()
@conflict_command
@click.argument("states", nargs=-1, metavar="[STATE]...")
@click.option(
    "--concept",
    "concepts",
    type=click.Choice((*CONCEPTS, "sim", *_LOOKING, *_TOGETHER)),
    multiple=True,
    help="Only this concept; may be given several times.",
)
@click.option("--dm", "makers", multiple=True, metavar="NAME", help="Only this decision maker.")
@click.option(
    "--extension",
    type=click.Choice(["a", "b", "c", "d"]),
    help="How unknown preferences are taken; certain ones alone count without.",
)
@foresight_options(
    "Variant of limited-move and non-myopic stability; needed with more or less than two decision makers."
)
@click.option(
    "--horizon",
    "horizons",
    type=click.IntRange(1, 10_000),
    multiple=True,
    metavar="H",
    help="Moves looked ahead in limited-move stability; 1 to 8 without.",
)
@click.option(
    "--coalition",
    "groups",
    multiple=True,
    metavar="NAME+NAME",
    help="Only this coalition in cnash to cseq; all of two or more without.",
)
@click.option("--all", "everything", is_flag=True, help="Every state.")
def explain(conflict: Conflict, **given: Any) -> Answer:
    """Why states are stable or not, move by move, and which threats they rest on are not credible.

    Without STATE: the states that are equilibria under some concept. Without --concept: nash to sim, and with
    --foresight, --ties, --horizon or --coalition also the concepts that these are about.
    """
    from backstop.graphmodel.reasons.explanation import explain as solve

    concepts = given["concepts"]
    for asked, options, needed in (
        (given["foresight"] or given["ties"], "--foresight and --ties belong", _LOOKING),
        (given["horizons"], "--horizon belongs", _LOOKING[:1]),
        (given["groups"], "--coalition belongs", _TOGETHER),
    ):
        if asked and concepts and not set(concepts) & set(needed):
            raise click.UsageError(f"{options} to --concept {' or '.join(needed)}")
    found = solve(conflict, **given)
    print_notes(found.notes)
    return found
