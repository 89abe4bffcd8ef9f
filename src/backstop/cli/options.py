"""Options that several commands share, the run that they describe, and how an answer is printed."""

from __future__ import annotations

import contextlib
import functools
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

import click

from backstop.cli.printing import print_json, print_note, print_notes, print_titled

if TYPE_CHECKING:
    from backstop.base.table import Table
    from backstop.game.choice import Information
    from backstop.questions.inquiry import Inquiry
    from backstop.scenario.model import Model

Command = TypeVar("Command", bound=Callable[..., None])

arrangement_option = click.option(
    "--arrangement",
    "arrangements",
    multiple=True,
    metavar="NAME",
    help="Only this arrangement. May be given several times; the first of the file is compared with.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
information_option = click.option(
    "--information",
    type=click.Choice(["agent_error", "private_payoffs"]),
    help="What the payoff shocks are, in place of the study's own choice.",
)
_threads_option = click.option(
    "--threads", type=click.IntRange(min=1), help="Threads to use; all processors by default."
)
_study_and_draws = (
    click.argument("study", type=click.Path()),
    click.option(
        "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the draws."
    ),
    information_option,
    click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="NAME=VALUE",
        help="Fix a parameter, or a measure's level in every arrangement. May be given several times.",
    ),
    click.option("--camp", metavar="NAME", help="Use this camp of experts wherever it has a view."),
)


class Answer(Protocol):
    """The result of a question: what is printed of it, as JSON or as tables."""

    format: ClassVar[str]

    @property
    def title(self) -> str:
        """The line above its tables."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What to mind about it, a line each."""
        ...

    def as_dict(self) -> Mapping[str, object]:
        """Its JSON, without the heading that all answers share and without the notes."""
        ...

    def tables(self) -> Sequence[Table]:
        """Its tables, the most asked for first."""
        ...


@dataclass(frozen=True)
class Run:
    """A study and its worlds as the shared options of a command name them.

    `worlds` is 0 where the command has no such option. The study is loaded when `model` is first asked for.
    """

    study: str
    seed: int
    information: Information | None
    settings: tuple[str, ...]
    camp: str | None
    worlds: int = 0
    threads: int | None = None
    as_json: bool = False

    @functools.cached_property
    def model(self) -> Model:
        """The study with `--camp` and `--set` applied; its notes are counted on standard error."""
        from backstop.base.memory import keep_freed_memory
        from backstop.base.words import counted
        from backstop.scenario.study import load

        keep_freed_memory()
        model = load(self.study)
        if model.notes:
            count, it = counted(len(model.notes), "note"), "it" if len(model.notes) == 1 else "them"
            print_note(f"{count} on this study; backstop check shows {it}")
        if self.camp is not None:
            model = model.in_camp(self.camp)
        return model.with_values(self.values) if self.settings else model

    @functools.cached_property
    def values(self) -> dict[str, float]:
        """The NAME=VALUE pairs of `--set`; a usage error where one is not of that form."""
        import math

        found: dict[str, float] = {}
        for setting in self.settings:
            name, sign, text = setting.partition("=")
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            if not sign or not name.strip() or not math.isfinite(value):
                raise click.UsageError(
                    f"--set {setting}: write NAME=VALUE with a number, such as --set us_backstop=0.5"
                )
            if name.strip() in found:
                raise click.UsageError(f"--set {setting}: {name.strip()} is set twice")
            found[name.strip()] = value
        return found

    @contextlib.contextmanager
    def inquiry(self, label: str = "solving") -> Iterator[Inquiry]:
        """The worlds that the options name, asked about under a progress bar."""
        from backstop.cli.progress import progress_bar
        from backstop.questions.inquiry import Inquiry

        with progress_bar(label) as update:
            yield Inquiry(self.model, self.worlds, self.seed, self.information, self.threads, update)

    def heading(self, form: str) -> dict[str, object]:
        """What stands above every answer in JSON."""
        scenario = self.model.scenario
        return {
            "format": form,
            "study": self.model.study,
            "title": scenario.title,
            "question": scenario.question,
            "digests": dict(self.model.digests),
            "seed": self.seed,
            "worlds": self.worlds,
        }

    def finish(self, answer: Answer) -> None:
        """Print an answer: notes on standard error, then one JSON object or its title and tables."""
        print_notes(answer.notes)
        if self.as_json:
            print_json({**self.heading(answer.format), **answer.as_dict(), "notes": list(answer.notes)})
        else:
            print_titled(answer.title, answer.tables())

    def command(self, name: str, *own: tuple[str, str], out: str = "") -> str:
        """The command line that gives the same numbers again, with those of its `own` options that are not empty.

        The study stands by the name of its folder, which finds it again and tells nothing about the machine.
        """
        choices = [
            ("--out", out),
            ("--worlds", str(self.worlds)),
            ("--seed", str(self.seed)),
            *own,
            ("--information", self.information or ""),
            *(("--set", setting) for setting in self.settings),
            ("--camp", self.camp or ""),
        ]
        given = (word for choice in choices if choice[1] for word in choice)
        return shlex.join(["backstop", name, Path(self.study).name or self.study, *given])


def run_options(
    worlds: int | None,
    *,
    worlds_help: str = "How many worlds to draw.",
    threads: bool = True,
    as_json: bool = True,
) -> Callable[[Command], Command]:
    """A decorator that adds the shared options to a command and hands it one `Run` in their place.

    `worlds` is the default of `--worlds`; None: the command has no such option.
    """
    added = list(_study_and_draws)
    if worlds is not None:
        number = click.option(
            "--worlds", type=click.IntRange(min=1), default=worlds, show_default=True, help=worlds_help
        )
        added.insert(1, number)
    if threads:
        added.append(_threads_option)
    if as_json:
        added.append(json_option)

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def run(**given: Any) -> None:
            shared = {name: given.pop(name) for name in Run.__dataclass_fields__ if name in given}
            command(Run(**shared), **given)

        whole: Any = run
        for add in reversed(added):
            whole = add(whole)
        return whole  # type: ignore[no-any-return]

    return decorate
