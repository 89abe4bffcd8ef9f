"""`backstop assess`: solve a study over many worlds and compare its arrangements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from backstop.cli import options
from backstop.cli.printing import print_json, print_notes, print_titled

if TYPE_CHECKING:
    from backstop.questions.claims.results import Claims
    from backstop.questions.study.headline_forms import HeadlineForms
    from backstop.report.material.subject import Subject
    from backstop.worlds.result import Result

# Where --until gives up, unless --worlds says otherwise.
MOST_UNTIL = 1_000_000


@click.command()
@options.run_options(worlds=10_000)
@options.arrangement_option
@click.option(
    "--out", type=click.Path(path_type=Path), help="Also write result.json, tables and report.html here."
)
@click.option("--errors", is_flag=True, help="Show the Monte Carlo error beside every mean.")
@click.option("--claims", is_flag=True, help="Also judge the study's claims.")
@click.option(
    "--until",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SE",
    help="Draw more and more worlds, --worlds at most (else 1,000,000), until the metric's error is SE at most.",
)
@click.option("--metric", metavar="NAME", help="The metric that --until is about; the first one by default.")
def assess(
    run: options.Run,
    arrangements: tuple[str, ...],
    out: Path | None,
    errors: bool,
    claims: bool,
    until: float | None,
    metric: str | None,
) -> None:
    """Solve STUDY over many worlds and compare its arrangements.

    Prints, for every arrangement, each metric with its range over worlds and the paired difference from the first
    arrangement on the same worlds; then outcomes, actors' values, costs, and phases and hazards by year.
    """
    model = run.model
    if metric is not None and until is None:
        raise click.UsageError("--metric says what --until is about: give --until SE as well")
    # What the JSON holds beside the result.
    beside: dict[str, object] = {}

    def solved() -> Result:
        from backstop.cli.progress import progress_bar
        from backstop.worlds.assessment import assess as solve

        def of(count: int) -> Result:
            with progress_bar("solving") as update:
                return solve(
                    model, count, run.seed, arrangements, run.information, run.threads, progress=update
                )

        if until is None:
            return of(run.worlds)
        from backstop.questions.inquiry import known_metric
        from backstop.questions.study.convergence import assessed_until

        name = known_metric(model, metric or next(iter(model.scenario.metrics)))
        given = click.get_current_context().get_parameter_source("worlds")
        most = run.worlds if given is click.core.ParameterSource.COMMANDLINE else MOST_UNTIL
        found = assessed_until(of, name, until, most)
        beside["until"] = found.as_dict()
        click.echo(f"{name}: {found.decision.reason}", err=True)
        return found.result

    def judged(result: Result) -> Claims | None:
        if not claims:
            return None
        beside["claims"] = {}
        if not model.scenario.claims:
            return None
        from backstop.cli.progress import progress_bar
        from backstop.questions.claims.judging import judge_claims
        from backstop.questions.inquiry import inquiry_of

        with progress_bar("judging") as update:
            found = judge_claims(
                inquiry_of(result, run.threads, update), camps=run.camp is None, solved=result
            )
        print_notes(note for note in found.notes if note not in result.notes)
        beside["claims"] = found.by_name()
        return found

    def answered(result: Result) -> tuple[Subject, HeadlineForms]:
        from backstop.report.material.gathering import forms_of
        from backstop.report.material.subject import subject_of

        lead = subject_of(result)
        forms = forms_of(result, lead, run.threads)
        beside["forms"] = forms.as_dict()
        return lead, forms

    if out is None:
        result = solved()
        lead, forms = answered(result)
        judgement = judged(result)
    else:
        from backstop.base.files import RESULTS, folder_written_whole, write_new
        from backstop.report.material.gathering import of_assessment
        from backstop.report.render.html import html
        from backstop.report.sections.whole import written
        from backstop.worlds.storage import save

        command = run.command("assess", *(("--arrangement", name) for name in arrangements))
        # Opened before the work: a folder that cannot be written is found at once.
        with folder_written_whole(out, RESULTS) as folder:
            result = solved()
            lead, forms = answered(result)
            judgement = judged(result)
            save(result, folder, beside)
            content = written(of_assessment(result, Path(run.study), lead, forms, judgement, command))
            write_new(folder / "report.html", html(content))
    print_notes(result.notes)
    if run.as_json:
        print_json({**result.as_dict(), **beside})
    else:
        from backstop.report.tables.assessment import heading, tables
        from backstop.report.tables.forms import forms_in_words
        from backstop.report.tables.slips import slips_in_words

        question = [model.scenario.question] if model.scenario.question else []
        answer = [forms_in_words(result, forms, lead.words), slips_in_words(result, lead.shown, lead.focus)]
        lines = [text for text in (*question, *heading(result), *answer) if text]
        print_titled(model.scenario.title, tables(result, errors), lines)
        if judgement is not None:
            from backstop.cli.questions.claims import print_claims

            print_claims(judgement)
    if out is not None:
        from backstop.base.words import clean

        click.echo(clean(f"written to {out.resolve()}"), err=run.as_json)
