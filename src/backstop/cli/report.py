"""`backstop report`: the whole answer of a study as one page, with figures, Markdown, JSON and PDF on request."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backstop.cli import options
from backstop.cli.printing import print_notes
from backstop.report.render.folder import FORMATS, known_formats

if TYPE_CHECKING:
    from backstop.report.material.gathering import Request


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option(
    "--format",
    "formats",
    default="html",
    show_default=True,
    metavar="LIST",
    help=f"What to write, separated by commas: {', '.join(FORMATS)}.",
)
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="The metric to lead with. More of them: those shown first.",
)
@click.option(
    "--target",
    metavar="EXPRESSION",
    help="What counts as success, over metrics and parameters; by default that of the study's first "
    "claim with a condition.",
)
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.8,
    show_default=True,
    help="The share of worlds a package must reach the target in.",
)
@click.option(
    "--about", "focus", metavar="ARRANGEMENT", help="The arrangement to look into; by default the best one."
)
@click.option(
    "--brief", is_flag=True, help="The first page alone: the answer, its range and what it rests on."
)
@click.option(
    "--quick",
    is_flag=True,
    help="In at most 15 seconds: on fewer worlds unless --worlds is given, without verdicts on claims and packages.",
)
@click.option(
    "--live",
    is_flag=True,
    help="A page that answers: with sliders that solve the study anew where it is read, in the same one file.",
)
@options.arrangement_option
@options.run_options(worlds=20_000, as_json=False)
def report(
    run: options.Run,
    out: Path,
    formats: str,
    metrics: tuple[str, ...],
    target: str | None,
    share: float,
    focus: str | None,
    brief: bool,
    quick: bool,
    live: bool,
    arrangements: tuple[str, ...],
) -> None:
    """Write the report on STUDY into a folder: one page that needs no network, in the order a hurried reader needs.

    With --brief only its first page, for readers who will see nothing else. With --live the page also answers: sliders
    solve the study anew where it is read, and without script the report is seen as printed. svg and png are folders of
    figures, each complete with title, source and note. pdf needs an installed Chromium.
    """
    wanted = chosen_formats(formats)
    if "pdf" in wanted:
        from backstop.report.render.pdf import WITHOUT_SANDBOX, browser, runs_as_root

        # Better to refuse at once than after the work.
        browser()
        if runs_as_root():
            print_notes([WITHOUT_SANDBOX])
    model = run.model

    from backstop.base.files import RESULTS, folder_written_whole
    from backstop.base.words import clean
    from backstop.cli.progress import progress_steps
    from backstop.report.material.gathering import Request, gathered, of_brief
    from backstop.report.material.quick import expected_seconds
    from backstop.report.render.folder import write
    from backstop.report.sections.whole import brief_alone, written

    if quick and not brief:
        run = replace(run, worlds=_quick_worlds(run, arrangements))
    request = Request(
        worlds=run.worlds,
        seed=run.seed,
        arrangements=arrangements,
        information=run.information,
        metrics=metrics,
        target=target,
        share=share,
        focus=focus,
        fixed={name: level for name, level in run.values.items() if name in model.scenario.measures},
        threads=run.threads,
    )
    command = run.command(
        "report",
        *(("--metric", name) for name in metrics),
        ("--target", target or ""),
        ("--share", "" if share == 0.8 else f"{share:g}"),
        ("--about", focus or ""),
        *(("--arrangement", name) for name in arrangements),
        out="DIR",
    )

    if brief:
        command += " --brief"
    elif quick:
        command += " --quick"
    if live:
        command += " --live"

    seconds = math.inf if brief or quick else expected_seconds(model, request)
    # Opened before the work: a folder that cannot be written is found at once.
    with folder_written_whole(out, RESULTS) as folder, progress_steps(seconds) as step:
        if brief:
            content = brief_alone(of_brief(model, Path(run.study), request, command, step))
        else:
            content = written(gathered(model, Path(run.study), request, command, step, quick))
        alive = None
        if live:
            step("making the page answer")
            alive = _alive(run, request, command)
        step("writing the page")
        write(content, folder, wanted, "brief" if brief else "report", alive)
    click.echo(clean(f"written to {out.resolve()}"))


def _alive(run: options.Run, request: Request, command: str) -> Callable[[str], str] | None:
    """What makes a live page of a printed one; None, with a note, where the study is too much for a page."""
    from backstop.base.faults import Refused
    from backstop.live.one_file import one_file
    from backstop.live.payload import Asked, payload

    asked = Asked(
        out_of=request.worlds,
        seed=request.seed,
        information=request.information,
        threads=request.threads,
        command=command,
        reported=request.worlds,
        metrics=request.metrics,
        target=request.target,
        about=request.focus,
    )
    try:
        data = payload(run.model, Path(run.study), asked)
    except Refused as refusal:
        print_notes([f"the page stays as printed: {refusal}"])
        return None
    return lambda printed: one_file(printed, data)


def _quick_worlds(run: options.Run, arrangements: tuple[str, ...]) -> int:
    """The worlds of a quick report: those asked for, else as many as there is time for; says what is left out."""
    from backstop.report.material.gathering import Request
    from backstop.report.material.quick import LEFT_OUT, affordable_worlds

    given = click.get_current_context().get_parameter_source("worlds")
    worlds = run.worlds
    if given is not click.core.ParameterSource.COMMANDLINE:
        asked = Request(
            worlds=worlds,
            seed=run.seed,
            arrangements=arrangements,
            information=run.information,
            threads=run.threads,
        )
        worlds = affordable_worlds(run.model, asked)
    fewer = f" and {run.worlds - worlds:,} of {run.worlds:,} worlds" if worlds < run.worlds else ""
    print_notes([f"--quick leaves out {LEFT_OUT}{fewer}"])
    return worlds


def chosen_formats(text: str) -> tuple[str, ...]:
    """The formats asked for; a usage error for any other."""
    from backstop.base.faults import InvalidInput

    try:
        return known_formats(part.strip().lower() for part in text.split(",") if part.strip())
    except InvalidInput as error:
        raise click.UsageError(f"--format {error}") from None
