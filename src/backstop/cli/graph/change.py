"""`backstop graph evolve`, `invert`, `coalitions` and `robust`: how it would move on, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from backstop.cli.graph.file import Answer, concept_option, conflict_command

if TYPE_CHECKING:
    from backstop.graphmodel.model.conflict import Conflict


@click.command()
@conflict_command
@click.option("--from", "start", metavar="STATE", help="Where to start; the status quo by default.")
@click.option(
    "--to", "targets", multiple=True, metavar="STATE", help="Only this state; may be given several times."
)
@click.option("--every", is_flag=True, help="Every state, not the equilibria alone.")
def evolve(conflict: Conflict, start: str | None, targets: tuple[str, ...], every: bool) -> Answer:
    """How states are reached from the status quo: shortest paths, who must move first, who must accept a loss."""
    from backstop.graphmodel.change.evolution import evolution

    return evolution(conflict, start, targets, every)


@click.command()
@conflict_command
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
def invert(conflict: Conflict, state: str, concept: Any, maker: str | None, undo: bool) -> Answer:
    """Which preferences make STATE an equilibrium, and the smallest change that does."""
    from backstop.graphmodel.change.inverse import invert as solve

    return solve(conflict, state, concept, maker, "break" if undo else "make")


@click.command()
@conflict_command
def coalitions(conflict: Conflict) -> Answer:
    """Which coalitions can upset which states, and equilibrium jumps that only a coalition can make."""
    from backstop.graphmodel.stability.coalitions import upsets

    return upsets(conflict)


@click.command()
@conflict_command
@click.option("--draws", type=click.IntRange(min=1), help="Completions to draw; as in the file, else 10,000.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the draws; as in the file, else 0.")
@click.option(
    "--exchanges",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Also disturb known rankings by so many exchanges of neighbours.",
)
def robust(conflict: Conflict, draws: int | None, seed: int | None, exchanges: int) -> Answer:
    """How often each state is an equilibrium when what is unknown is drawn at random."""
    from backstop.graphmodel.change.robustness import robustness

    return robustness(conflict, draws, seed, exchanges)
