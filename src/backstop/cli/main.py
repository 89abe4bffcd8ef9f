"""The `backstop` command: finds the command asked for and imports that one alone, so that `--help` stays quick."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn, TextIO

import click

# name: (module of this room, help line). The help line stands here so that no command has to be imported to list it.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "assess": ("assess", "Solve a study over many worlds and compare its arrangements."),
    "claims": ("questions.claims", "Judge the study's claims world by world."),
    "check": ("study", "Check a study's files and report every error at once."),
    "compile": ("compile", "Write a study as a program that other hosts can run."),
    "conditions": ("questions.conditions", "Find the assumptions under which something happens."),
    "diff": ("diff", "Compare two studies or two results: what changed, and what it moved."),
    "design": ("questions.design", "Search for the least packages that reach a target."),
    "form": ("questions.form", "See how far answers move with the form of the model."),
    "robustness": ("questions.robustness", "Judge arrangements by their worst worlds and regrets."),
    "sensitivity": ("questions.sensitivity", "Find what a metric hangs on."),
    "value": ("questions.value", "Find which parameter is most worth knowing better."),
    "explain": ("explain", "Show one world move by move: levels, utilities, probabilities."),
    "export": ("workbook", "Write a study's assumptions as a workbook to fill in."),
    "import": ("workbook", "Take the numbers of a filled-in workbook into a study."),
    "graph": ("graph.group", "Analyse a conflict from preferences without numbers."),
    "new": ("study", "Start a study of your own from a commented template."),
    "report": ("report", "Write the whole answer of a study as one page."),
    "serve": ("serve", "Open a study in a browser: the live page, with what needs Python."),
    "schema": ("study", "Print the JSON Schema of the scenario file."),
    "audit": ("provenance", "List assumptions by the grade of their grounds."),
    "dossier": ("dossier.group", "Take in documents, code them, compare accounts, exchange codings."),
    "why": ("provenance", "Trace a number, measure or claim to the passages it rests on."),
}


class Commands(click.Group):
    """A group whose commands are imported only when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(f"backstop.cli.{module}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's own, with the nearest name in the message for an unknown command."""
        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            from backstop.base.words import did_you_mean

            ctx.fail(f"no such command: {name}; {did_you_mean(name, COMMANDS, 'command')}")
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    import platform
    from importlib.metadata import version

    click.echo(
        f"backstop {version('backstop')}, python {platform.python_version()}, numpy {version('numpy')}"
    )
    ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Print versions and exit.",
)
def backstop() -> None:
    """Would a deal be signed, would the peace hold, what does a guarantee add, and how sure can one be?

    STUDY is a folder with a scenario.yaml, or a file in it.
    """


def main() -> NoReturn:
    """Run the command line; every error a user can cause ends as one message and its exit code."""
    from backstop.base.faults import BackstopError

    # Threads are ours; those of the linear algebra library would cost more to start than they save.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _open_streams()
    _say_notices()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A sign that the terminal does not have is better than no answer.
            stream.reconfigure(errors="replace")
    try:
        code = backstop(standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        from backstop.base.words import clean

        said = io.StringIO()
        error.show(said)
        _tell(clean(said.getvalue()).rstrip("\n"))
        code = error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        _tell("interrupted")
        code = 130
    except BackstopError as error:
        from backstop.base.words import clean

        _tell(clean(str(error)))
        code = error.exit_code
    except (BrokenPipeError, SystemExit):
        # The reader of our output (head, less) has gone, and wants no more. Where click or rich notice first, they
        # raise SystemExit; nothing else here does.
        _forget_output()
        code = 0
    except Exception as error:
        try:
            code = _lack(error) or _internal(error)
        except MemoryError as lack:  # too little even to tell a fault of ours
            code = _lack(lack)
    code = code if isinstance(code, int) else 0
    sys.exit(code if _let_go() else code or 4)


def _say_notices() -> None:
    """Let what a person should know of something that went well stand as a note on standard error."""
    from backstop.base.faults import Notice

    warnings.filterwarnings("always", category=Notice)
    warnings.showwarning = _say


def _say(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning: as a note where it is one of ours for a person, else as Python does."""
    from backstop.base.faults import Notice

    if issubclass(category, Notice):
        from backstop.cli.printing import print_notes

        print_notes([str(message)])
    else:
        click.echo(warnings.formatwarning(message, category, filename, lineno, line), nl=False, err=True)


def _open_streams() -> None:
    """Give what is printed a place to go where the command was started without one."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def _tell(message: str) -> None:
    """Print a message on standard error, where that takes it: the exit code tells of the fault as well."""
    with contextlib.suppress(OSError, ValueError):
        click.echo(message, err=True)


def _let_go() -> bool:
    """Whether all that was printed has gone out; what cannot is forgotten, so that the exit code stays ours."""
    gone = True
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            gone = False
            _forget_output(stream)
    return gone


def _forget_output(stream: TextIO | None = None) -> None:
    """Send what is still to be printed nowhere, so that the interpreter does not complain of it at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), (stream or sys.stdout).fileno())


_NO_MEMORY = (
    "cannot allocate memory",
    "failed to map segment",
    "can't start new thread",
    "out of memory",
    "without setting an exception",
)


def _lack(error: Exception) -> int:
    """Say what the machine lacks, and return 4; 0 where the error is none of its lacks."""
    what, hint = "", "end other programs, or ask for fewer worlds"
    if isinstance(error, MemoryError) or any(words in str(error).lower() for words in _NO_MEMORY):
        what = "there is not enough memory"
    elif isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        what = f"{where}the system could not do this ({error.strerror or error})"
        hint = "is the disk full, or a place you may not write to?"
        _forget_output()
    if not what:
        return 0
    from backstop.base.words import clean

    _tell(clean(f"{what}; {hint}"))
    return 4


def _internal(error: Exception) -> int:
    """Keep the traceback in a file, and tell the user where and that the fault is ours."""
    if os.environ.get("BACKSTOP_DEBUG"):
        import traceback

        traceback.print_exception(error)
        return 5
    from backstop.base.faults import kept_details
    from backstop.base.words import clean

    details = kept_details(error)
    _tell(clean(f"an internal fault, not yours ({type(error).__name__}: {error}); {details}"))
    return 5


if __name__ == "__main__":
    main()
