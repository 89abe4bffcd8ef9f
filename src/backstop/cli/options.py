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

from backstop.cli.printing import print_json, print_note, print_notes, print_text, print_titled
from backstop.cli.titles import ShortTitles

if TYPE_CHECKING:
    from backstop.base.table import Table
    from backstop.game.choice import Information
    from backstop.questions.inquiry import Inquiry
    from backstop.report.content import Figure
    from backstop.scenario.model import Model

Command = TypeVar("Command", bound=Callable[..., None])

arrangement_option = click.option(
    "--arrangement",
    "arrangements",
    multiple=True,
    metavar="NAME",
    help="Only this arrangement. May be given several times; the first of the file is compared with.",
)
# Rows of the one table that an answer in short has.
MOST_ROWS = 15
all_option = click.option(
    "--all", "everything", is_flag=True, help="Print all there is, in place of the answer in short."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
information_option = click.option(
    "--information",
    type=click.Choice(["agent_error", "private_payoffs"]),
    help="What the payoff shocks are, in place of the study's own choice.",
)
_tables_option = click.option(
    "--tables",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write what --all prints to FILE, as JSON: its lines and tables, and charts of them.",
)
_threads_option = click.option(
    "--threads", type=click.IntRange(min=1), help="Threads to use; all processors by default."
)
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a parameter, or a measure's level in every arrangement; the worlds keep their weights. May be given "
    "several times.",
)
given_option = click.option(
    "--given",
    "conditions",
    multiple=True,
    metavar="NAME=VALUE",
    help="Given that a parameter has a value, or lies in a range NAME=[LOW, HIGH]: worlds are drawn with it and "
    "weighed anew. May be given several times.",
)
_study_and_draws = (
    click.argument("study", type=click.Path()),
    click.option(
        "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the draws."
    ),
    information_option,
    set_option,
    given_option,
    click.option("--camp", metavar="NAME", help="Use this camp of experts wherever it has a view."),
    click.option(
        "--yours",
        metavar="NAME=LEVEL,...",
        help="Add an arrangement of your own, called yours: levels of measures, those not named at their default.",
    ),
)


class Answer(Protocol):
    """The result of a question: what is printed of it, as JSON or as tables."""

    format: ClassVar[str]

    @property
    def title(self) -> str:
        """The line above its tables."""
        ...

    @property
    def finding(self) -> str:
        """What was found, in a sentence."""
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
    conditions: tuple[str, ...]
    camp: str | None
    yours: str | None = None
    worlds: int = 0
    threads: int | None = None
    as_json: bool = False
    everything: bool = False
    tables: Path | None = None

    @functools.cached_property
    def model(self) -> Model:
        """The study with `--camp`, `--given`, `--yours` and `--set` applied; notes are counted on standard error."""
        from backstop.base.process import keep_freed_memory
        from backstop.base.words import counted
        from backstop.scenario.study import load

        keep_freed_memory()
        model = load(self.study)
        if model.notes:
            count, it = counted(len(model.notes), "note"), "it" if len(model.notes) == 1 else "them"
            print_note(f"{count} on this study; backstop check shows {it}")
        if self.camp is not None:
            model = model.in_camp(self.camp)
        model = model.given(self.given) if self.conditions else model
        model = model if self.yours is None else model.with_yours(self.levels_of_yours)
        return model.with_values(self.values) if self.settings else model

    @functools.cached_property
    def values(self) -> dict[str, float]:
        """The NAME=VALUE pairs of `--set`; a usage error where one is not of that form."""
        found: dict[str, float] = {}
        for name, text in self._pairs(
            "--set", self.settings, "NAME=VALUE with a number, such as --set hawk=0.5"
        ):
            (found[name],) = _numbers(f"--set {name}={text}", text, 1)
        return found

    @functools.cached_property
    def levels_of_yours(self) -> dict[str, float]:
        """The levels of `--yours` by measure; a usage error where it is not a list of NAME=LEVEL."""
        found: dict[str, float] = {}
        texts = [text for text in (self.yours or "").split(",") if text.strip()]
        for name, text in self._pairs(
            "--yours", texts, "NAME=LEVEL with numbers, such as --yours us_backstop=1,european_force=30"
        ):
            (found[name],) = _numbers(f"--yours {name}={text}", text, 1)
        return found

    @functools.cached_property
    def given(self) -> dict[str, tuple[float, ...]]:
        """The conditions of `--given` by name, [low, high]; a usage error where one is not of that form."""
        found: dict[str, tuple[float, ...]] = {}
        form = "NAME=VALUE or NAME=[LOW, HIGH] with numbers, such as --given 'hawk=[0.2, 0.4]'"
        for name, text in self._pairs("--given", self.conditions, form):
            said, bare = f"--given {name}={text}", text.strip()
            if bare.startswith("[") and bare.endswith("]"):
                found[name] = _numbers(said, bare[1:-1], 2)
                if found[name][0] > found[name][1]:
                    raise click.UsageError(f"{said}: the lower end comes first")
            else:
                found[name] = _numbers(said, bare, 1) * 2
        return found

    def _pairs(self, option: str, texts: Sequence[str], form: str) -> Iterator[tuple[str, str]]:
        """The names and values of an option; a usage error where one has none, or a name stands twice."""
        seen: set[str] = set()
        for text in texts:
            name, sign, value = text.partition("=")
            name = name.strip()
            if not sign or not name:
                raise click.UsageError(f"{option} {text}: write {form}")
            if name in seen:
                done = "set" if option == "--set" else "given"
                raise click.UsageError(f"{option} {text}: {name} is {done} twice")
            seen.add(name)
            yield name, value

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
            **self.model.overrides.as_dict(),
        }

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind about what was set."""
        from backstop.scenario.override_notes import override_notes

        return override_notes(self.model)

    def keep(
        self,
        title: str,
        lines: Sequence[str],
        tables: Sequence[Table],
        notes: Sequence[str] = (),
        sections: Mapping[str, Sequence[str]] | None = None,
        figures: Callable[[], Sequence[Figure]] = tuple,
    ) -> None:
        """Write what an answer shows to the file of `--tables`, if there is one. `sections`: more lines, by a title.

        `figures` draws its charts, which only that file has.
        """
        if self.tables is None:
            return
        from dataclasses import asdict

        from backstop.base.files import refuse_input, write_atomically
        from backstop.base.json_text import json_text
        from backstop.report.render.figures import as_dict
        from backstop.scenario.study import scenario_path

        if self.study != "-":
            refuse_input(self.tables, [scenario_path(self.model)])
        shown = {
            "format": "backstop-tables/1",
            "title": title,
            "lines": list(lines),
            "tables": [asdict(table) for table in tables],
            "sections": [{"title": name, "lines": list(of)} for name, of in (sections or {}).items()],
            "figures": [as_dict(figure) for figure in figures()],
            "notes": list(notes),
        }
        write_atomically(self.tables, json_text(shown))

    def finish(
        self, answer: Answer, more: str = "", sections: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Print an answer: notes on standard error, then one JSON object, or the finding and a table, with --all all.

        `more`: what --all prints beside tables, such as the lines of `sections`, which go to the file of `--tables`.
        """
        from backstop.worlds.weighing import ROUGH

        notes = [*self.notes, *answer.notes]
        print_notes(notes)
        # A warning about all figures stands beside each of them.
        rough = [note for note in notes if note.startswith(ROUGH)]
        words = self.model.overrides.words
        tables = [of.noted(*rough) for of in answer.tables()]
        lines = [answer.finding, *([f"Mind: {words}"] if words else [])]
        self.keep(answer.title, lines, tables, notes, sections, lambda: self._charts(answer))
        if self.as_json:
            print_json({**self.heading(answer.format), **answer.as_dict(), "notes": notes})
            return
        if self.everything:
            print_titled(answer.title, tables, lines)
            return
        short = ShortTitles(self.model.scenario)
        first = [short.of_table(of.cut(MOST_ROWS)) for of in tables[:1]]
        print_titled(short(answer.title), first, map(short, lines))
        rest = rest_of(tables, more)
        if rest:
            print_text(short(f"\n--all prints {rest}."))

    def _charts(self, answer: Answer) -> Sequence[Figure]:
        from backstop.report.answers.every import answer_figures

        return answer_figures(answer, self.worlds, self.seed)

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
            *(("--given", condition) for condition in self.conditions),
            *(("--set", setting) for setting in self.settings),
            ("--camp", self.camp or ""),
        ]
        given = [word for choice in choices if choice[1] for word in choice]
        given += [] if self.yours is None else ["--yours", self.yours]
        return shlex.join(["backstop", name, Path(self.study).name or self.study, *given])


def rest_of(tables: Sequence[Table], more: str = "") -> str:
    """What of the tables of an answer is not printed in short, and `more`; empty where all is."""
    from backstop.base.words import counted, listed

    first, *others = tables
    hidden = max(0, len(first.rows) - MOST_ROWS)
    parts = [f"{counted(hidden, 'more row')}"] if hidden else []
    parts += (
        [f"{counted(len(others), 'more table')} ({'; '.join(of.title for of in others)})"] if others else []
    )
    parts += [more] if more else []
    return listed(parts) if parts else ""


def _numbers(said: str, text: str, count: int) -> tuple[float, ...]:
    """The numbers of an option, separated by commas; a usage error where they are not so many finite ones."""
    import math

    parts = text.split(",")
    try:
        found = tuple(float(part) for part in parts)
    except ValueError:
        found = (math.nan,)
    if len(found) != count or not all(map(math.isfinite, found)):
        form = "NAME=VALUE with a number, such as --set us_backstop=0.5"
        if said.startswith("--yours"):
            form = "NAME=LEVEL with numbers, such as --yours us_backstop=1,european_force=30"
        elif said.startswith("--given"):
            form = "NAME=VALUE or NAME=[LOW, HIGH] with numbers, such as --given 'hawk=[0.2, 0.4]'"
        raise click.UsageError(f"{said}: write {form}")
    return found


def run_options(
    worlds: int | None,
    *,
    worlds_help: str = "How many worlds to draw.",
    threads: bool = True,
    as_json: bool = True,
    tables: bool = False,
) -> Callable[[Command], Command]:
    """A decorator that adds the shared options to a command and hands it one `Run` in their place.

    `worlds` is the default of `--worlds`; None: the command has no such option. `tables` adds `--tables`.
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
        added += [all_option, json_option]
    if tables:
        added.append(_tables_option)

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
