"""`backstop assess`: solve a study over many worlds and compare its arrangements."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backstop.base.words import counted
from backstop.cli import options
from backstop.cli.printing import (
    USUAL_WIDTH,
    fits,
    print_json,
    print_notes,
    print_text,
    print_titled,
    table_lines,
    text_lines,
    width_of_output,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backstop.base.table import Table
    from backstop.questions.claims.results import Claims
    from backstop.questions.study.headline_forms import HeadlineForms
    from backstop.report.content import Figure
    from backstop.report.material.subject import Subject
    from backstop.worlds.result import Result

# The tables that --table knows.
TABLES = ("metrics", "differences", "slips", "observations", "outcomes", "values", "costs", "years", "facts")

# Lines that the answer in short takes at 80 columns and more, the least rows of its table where it has more of them,
# and the most warnings.
MOST_LINES, _LEAST_ROWS, _MOST_MINDS = 40, 6, 4
# Columns of a title in it: the first where all fits into its lines, else the next.
_TITLES = (60, 40, 24)


@click.command()
@options.run_options(worlds=10_000, tables=True)
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
@click.option(
    "--out-of",
    type=click.IntRange(min=1),
    metavar="N",
    help="Draw and weigh N worlds, and take --worlds of them by their weights: the worlds of a live page.",
)
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="Answer about this metric, which --until is about as well. More of them: columns of the table.",
)
@click.option(
    "--table",
    "named",
    multiple=True,
    metavar="NAME",
    help=f"Print this table: {', '.join(TABLES)}. May be given several times.",
)
def assess(
    run: options.Run,
    arrangements: tuple[str, ...],
    out: Path | None,
    errors: bool,
    claims: bool,
    until: float | None,
    out_of: int | None,
    metrics: tuple[str, ...],
    named: tuple[str, ...],
) -> None:
    """Solve STUDY over many worlds and compare its arrangements.

    Prints the answer in short: in sentences and in one table, with the range of nine worlds in ten. --all prints all
    tables: for every arrangement each metric and the paired difference from the first arrangement on the same worlds,
    then outcomes, actors' values, costs, and phases and hazards by year.
    """
    _known_tables(named)
    if out_of is not None:
        if until is not None:
            raise click.UsageError("--until draws worlds until there are enough, so it goes without --out-of")
        if out_of < run.worlds:
            raise click.UsageError(
                f"--out-of {out_of}: {run.worlds} worlds cannot be taken out of {out_of}; give a larger number"
            )
    model = run.model
    if metrics:
        from backstop.questions.inquiry import known_metric

        metrics = tuple(known_metric(model, name) for name in metrics)
    # What the JSON holds beside the result.
    beside: dict[str, object] = {}

    def solved() -> Result:
        from backstop.cli.pace import slow_words
        from backstop.cli.progress import progress_bar
        from backstop.worlds.assessment import assess as solve
        from backstop.worlds.assessment import chosen_arrangements

        solving = chosen_arrangements(model, arrangements)

        def of(count: int) -> Result:
            with progress_bar("solving", lambda: slow_words(model, len(solving), count)) as update:
                return solve(
                    model, count, run.seed, arrangements, run.information, run.threads, update, out_of
                )

        if until is None:
            return of(run.worlds)
        from backstop.questions.study.convergence import MOST_UNTIL, assessed_until

        name = metrics[0] if metrics else next(iter(model.scenario.metrics))
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
                inquiry_of(result, run.threads, update),
                # Worlds that were taken are not weighed anew as a camp would have it.
                camps=run.camp is None and out_of is None,
                solved=result,
            )
        print_notes(note for note in found.notes if note not in result.notes)
        beside["claims"] = found.by_name()
        return found

    def answered(result: Result) -> tuple[Subject, HeadlineForms]:
        from backstop.cli.progress import progress_bar
        from backstop.report.material.gathering import forms_of
        from backstop.report.material.subject import subject_of

        lead = subject_of(result, metrics)
        with progress_bar("trying other forms of the model") as update:
            forms = forms_of(result, lead, run.threads, update)
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
    if run.tables is not None:
        from backstop.report.tables.assessment import tables as all_tables

        shown = [*all_tables(result, errors), *(judgement.tables() if judgement else ())]
        said = judgement.lines() if judgement else None

        def drawn() -> list[Figure]:
            from backstop.report.material.gathering import of_assessment
            from backstop.report.sections.whole import charts

            return charts(of_assessment(result, None, lead, forms, judgement, ""))

        run.keep(model.scenario.title, _all_lines(result, lead, forms), shown, result.notes, said, drawn)
    if run.as_json:
        print_json({**result.as_dict(), **beside})
    else:
        if run.everything:
            _print_everything(result, lead, forms, errors)
        elif named:
            _print_tables(result, named, errors)
        else:
            _print_answer(result, lead, forms, errors)
        if judgement is not None:
            from backstop.cli.questions.claims import print_claims

            print_claims(judgement, run.everything)
    if out is not None:
        from backstop.base.words import clean

        click.echo(clean(f"written to {out.resolve()}"), err=run.as_json)


def _known_tables(names: tuple[str, ...]) -> None:
    """A usage error for a table that there is none of."""
    for name in names:
        if name not in TABLES:
            from backstop.base.words import did_you_mean

            raise click.UsageError(f"--table {name}: {did_you_mean(name, TABLES, 'table')}")


def _print_answer(result: Result, lead: Subject, forms: HeadlineForms, errors: bool) -> None:
    """The answer in short: the question, sentences, one table, warnings, and where the rest is."""
    lines: list[str] = []
    # Titles are cut no shorter than it takes.
    for most in _TITLES:
        lines = _answer_lines(result, lead, forms, errors, most)
        if len(lines) <= _most_lines():
            break
    click.echo("\n".join(lines))


def _answer_lines(result: Result, lead: Subject, forms: HeadlineForms, errors: bool, most: int) -> list[str]:
    """The lines of the answer in short, with titles of at most so many columns."""
    from backstop.base.words import cut
    from backstop.cli.titles import ShortTitles
    from backstop.report.tables.forms import forms_in_short
    from backstop.report.tables.slips import slips_in_words
    from backstop.report.tables.summary import answer_in_words, basis, headline_table, warnings

    scenario, width = result.model.scenario, width_of_output()
    short = ShortTitles(scenario, most)
    high = 2 if most == _TITLES[0] else 1
    lines = text_lines(cut(scenario.title, high * width), bold=True)
    if scenario.question:
        lines += text_lines(cut(scenario.question, (high + 1) * width))
    lines.append("")
    for text in (
        " ".join(answer_in_words(result, lead.metric)),
        slips_in_words(result, lead.shown, lead.focus),
        forms_in_short(result, forms),
    ):
        lines += text_lines(short(text)) if text else []
    minds = [short(text) for text in warnings(result, lead.shown)]
    if len(minds) > _MOST_MINDS:
        minds[_MOST_MINDS - 1 :] = [f"{len(minds) - _MOST_MINDS + 1} more warnings, which --all prints."]
    end = [line for text in minds for line in text_lines(f"Mind: {text}", indent=2)]
    end += ["", *text_lines(f"{basis(result)}. {_the_rest(result)}")]
    shown = lead.shown
    table = short.of_table(headline_table(result, shown, errors))
    # As many of the metrics as stand side by side, and so that no name of an arrangement needs more than two lines.
    while len(shown) > 1 and not fits(table, 2 if len(shown) > 2 else None):
        shown = shown[:-1]
        table = short.of_table(headline_table(result, shown, errors))
    room = _most_lines() - len(lines) - len(end)
    return [*lines, *_fitting(table, _telling(result, lead.metric), room), *end]


def _most_lines() -> int:
    """How many lines the answer in short may take: more of them where they are narrow."""
    return max(MOST_LINES, MOST_LINES * USUAL_WIDTH // width_of_output())


def _telling(result: Result, metric: str) -> set[int]:
    """The rows of the arrangements that the sentences of the answer name: the first, the highest and the lowest."""
    means = [a.metrics[metric].mean for a in result.arrangements.values()]
    known = [at for at, mean in enumerate(means) if mean is not None]
    ends = {pick(known, key=lambda at: means[at] or 0.0) for pick in (min, max)} if known else set()
    return {list(result.arrangements).index(result.first), *ends}


def _fitting(table: Table, telling: set[int], room: int) -> list[str]:
    """The lines of a table that fit into so many, with the telling rows among them, and how many rows are left out."""
    whole = table_lines(table)
    keep = len(table.rows)
    while len(whole) > room and keep > max(_LEAST_ROWS, len(telling)):
        keep -= 1
        others = [at for at in range(len(table.rows)) if at not in telling][: keep - len(telling)]
        rows = tuple(table.rows[at] for at in sorted((*others, *telling)))
        left = counted(len(table.rows) - keep, "more arrangement")
        whole = [*table_lines(replace(table, rows=rows)), f"... {left}: --table metrics"]
    return whole


def _the_rest(result: Result) -> str:
    """Where what is not printed is found."""
    from backstop.report.tables.assessment import tables_by_name

    names = ", ".join(tables_by_name(result))
    return f"More: --metric NAME (another headline), --table NAME ({names}), or --all."


def _print_everything(result: Result, lead: Subject, forms: HeadlineForms, errors: bool) -> None:
    """The answer in sentences and every table."""
    from backstop.report.tables.assessment import tables

    print_titled(result.model.scenario.title, tables(result, errors), _all_lines(result, lead, forms))


def _all_lines(result: Result, lead: Subject, forms: HeadlineForms) -> list[str]:
    """The question, what the figures rest on, and the answer in sentences."""
    from backstop.report.tables.assessment import heading
    from backstop.report.tables.forms import forms_in_words
    from backstop.report.tables.slips import slips_in_words
    from backstop.report.tables.summary import answer_in_words

    question = [result.model.scenario.question] if result.model.scenario.question else []
    answer = [
        " ".join(answer_in_words(result, lead.metric)),
        forms_in_words(result, forms, lead.words),
        slips_in_words(result, lead.shown, lead.focus),
    ]
    return [text for text in (*question, *heading(result), *answer) if text]


def _print_tables(result: Result, names: Sequence[str], errors: bool) -> None:
    """The tables asked for, and a line for each that this study has none of."""
    from backstop.report.tables.assessment import tables_by_name
    from backstop.report.tables.summary import basis, warnings

    found = tables_by_name(result, errors)
    print_titled(
        result.model.scenario.title,
        (table for name in dict.fromkeys(names) for table in found.get(name, ())),
        [basis(result), *warnings(result)],
    )
    for name in names:
        if name not in found:
            print_text(f"There is no table of {name}: this study has nothing to show in it.")
