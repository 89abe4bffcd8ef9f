"""What all `backstop graph` commands share: the file and its options, and how results are printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from backstop.cli.options import json_option

if TYPE_CHECKING:
    from backstop.graphmodel.model.conflict import Conflict

F = TypeVar("F", bound=Callable[..., Any])
CONCEPTS = ("nash", "gmr", "smr", "seq", "sseq")


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


def foresight_options(words: str) -> Callable[[F], F]:
    """The variant of looking ahead, and how it treats ties; `words` say what naming a variant does."""

    def options(command: F) -> F:
        command = click.option(
            "--ties",
            type=click.Choice(["strict", "best", "worst", "lowest"]),
            help="How --foresight treats states liked equally. [default: strict]",
        )(command)
        return click.option("--foresight", type=click.Choice(["two", "rotation", "adversary"]), help=words)(
            command
        )

    return options


def load_conflict(file: str, variant: str, max_states: int) -> Conflict:
    """The conflict in a file; notes go to standard error."""
    from backstop.base.words import clean
    from backstop.graphmodel.files.reader import load

    conflict = load(file, variant, max_states)
    for note in conflict.notes:
        click.echo(clean(f"note: {note}"), err=True)
    return conflict


def print_json(result: dict[str, Any]) -> None:
    """One JSON object on standard output."""
    click.echo(json.dumps(result, ensure_ascii=False))


def say(lines: Sequence[str]) -> None:
    """Lines of text on standard output, safe for a terminal."""
    from backstop.base.words import clean

    if lines:
        click.echo(clean("\n".join(lines)))
