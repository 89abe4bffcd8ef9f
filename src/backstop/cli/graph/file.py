"""What all `backstop graph` commands share: the file and its options, and how an answer is printed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

import click

from backstop.cli.options import json_option
from backstop.cli.printing import print_json, print_notes, print_prose

if TYPE_CHECKING:
    from backstop.graphmodel.model.conflict import Conflict

Command = TypeVar("Command", bound=Callable[..., Any])
CONCEPTS = ("nash", "gmr", "smr", "seq", "sseq")


class Answer(Protocol):
    """The result of a question about a conflict: what is printed of it, as JSON or in words."""

    format: ClassVar[str]

    @property
    def conflict(self) -> Conflict:
        """The conflict it is about."""
        ...

    def as_dict(self) -> Mapping[str, object]:
        """Its JSON, without format and title."""
        ...

    def lines(self) -> Sequence[str]:
        """Its words."""
        ...


def conflict_command(command: Callable[..., Answer]) -> Callable[..., None]:
    """A command on the conflict in FILE, handed over as `conflict`, whose answer is printed as JSON or in words."""

    @functools.wraps(command)
    def run(conflict: Conflict, as_json: bool, **given: Any) -> None:
        answer = command(conflict, **given)
        if as_json:
            print_json({"format": answer.format, "title": answer.conflict.title, **answer.as_dict()})
        else:
            print_prose(answer.lines())

    return conflict_options(json_option(run))


def conflict_options(command: Command) -> Callable[..., None]:
    """The command with FILE and what says how to read it in place of `conflict`; notes go to standard error."""

    @functools.wraps(command)
    def run(file: str, variant: str, max_states: int, **given: Any) -> None:
        from backstop.graphmodel.files.reader import load

        conflict = load(file, variant, max_states)
        print_notes(conflict.notes)
        command(conflict, **given)

    most = click.option(
        "--max-states",
        type=click.IntRange(min=1),
        default=1 << 18,
        show_default=True,
        help="Analyse at most so many states.",
    )
    variant = click.option(
        "--variant", default="", metavar="NAME", help="A variant of the preferences in the file."
    )
    return click.argument("file", type=click.Path())(variant(most(run)))


def concept_option(default: str) -> Callable[[Command], Command]:
    """One concept for commands that follow a single one."""
    return click.option(
        "--concept", type=click.Choice(CONCEPTS), default=default, show_default=True, help="Which concept."
    )


def foresight_options(words: str) -> Callable[[Command], Command]:
    """The variant of looking ahead, and how it treats ties; `words` say what naming a variant does."""

    def options(command: Command) -> Command:
        ties = click.option(
            "--ties",
            type=click.Choice(["strict", "best", "worst", "lowest"]),
            help="How --foresight treats states liked equally. [default: strict]",
        )
        variant = click.option("--foresight", type=click.Choice(["two", "rotation", "adversary"]), help=words)
        return variant(ties(command))

    return options
