"""`backstop diff`: two studies, or two results, side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from backstop.cli.options import Run as StudyRun
from backstop.cli.options import arrangement_option, given_option, information_option, json_option, set_option
from backstop.cli.printing import print_json, print_notes, print_titled

if TYPE_CHECKING:
    from backstop.game.choice import Information
    from backstop.questions.runs.difference import Run
    from backstop.questions.runs.saved import SavedResult

WORLDS, SEED = 4000, 1


@click.command()
@click.argument("a", type=click.Path())
@click.argument("b", type=click.Path())
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Only this metric. May be repeated.")
@click.option(
    "--worlds", type=click.IntRange(min=1), help=f"How many worlds to draw for studies ({WORLDS:,})."
)
@click.option("--seed", type=click.IntRange(min=0), help=f"Seed of the draws for studies ({SEED}).")
@click.option("--camp", metavar="NAME", help="In studies use this camp of experts wherever it has a view.")
@set_option
@given_option
@click.option("--no-claims", is_flag=True, help="Judge no claims.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use; all processors by default.")
@arrangement_option
@information_option
@json_option
def diff(
    a: str,
    b: str,
    metrics: tuple[str, ...],
    worlds: int | None,
    seed: int | None,
    camp: str | None,
    settings: tuple[str, ...],
    conditions: tuple[str, ...],
    no_claims: bool,
    threads: int | None,
    arrangements: tuple[str, ...],
    information: Information | None,
    as_json: bool,
) -> None:
    """Compare A with B: what changed in the assumptions, and what in the answers?

    A and B are studies, which are solved on the same worlds (a parameter's draws depend on the seed and its name
    alone), or results: folders that `assess --out` wrote, or files with its JSON. Of a result the figures are compared
    as they stand; a study beside it is solved with its seed and number of worlds.
    """
    from backstop.base.faults import InvalidInput
    from backstop.questions.runs.difference import difference, labels
    from backstop.questions.runs.saved import is_result, read_result

    if a == "-" and b == "-":
        raise InvalidInput("both cannot come from standard input", hint="name a study or a result")
    saved = {path: read_result(path) for path in (a, b) if path != "-" and is_result(path)}
    beside = next(iter(saved.values()), None)
    about_studies = (worlds, camp, settings, conditions, information, threads)
    if len(saved) == len({a, b}) and (seed is not None or any(about_studies)):
        raise click.UsageError(
            "worlds, seed, camp, set, given, information and threads are about studies, and both are results"
        )
    if beside is not None:
        worlds, seed = worlds or beside.worlds, int(beside.data["seed"]) if seed is None else seed
        information = information or beside.data.get("information")
    wanted = StudyRun(
        study="",
        seed=SEED if seed is None else seed,
        information=information,
        settings=settings,
        conditions=conditions,
        camp=camp,
        worlds=worlds or WORLDS,
        threads=threads,
    )
    names = labels(a, b)

    def side(path: str, label: str) -> Run:
        if path in saved:
            return _read(label, saved[path], no_claims)
        return _solved(replace(wanted, study=path), label, arrangements, not no_claims)

    found = difference(side(a, names[0]), side(b, names[1]), metrics, arrangements)
    print_notes(found.notes)
    if as_json:
        print_json({"format": found.format, **found.as_dict(), "notes": list(found.notes)})
    else:
        print_titled(found.title, found.tables(), [found.finding])


def _read(label: str, result: SavedResult, no_claims: bool) -> Run:
    from backstop.questions.runs.difference import Run, run_of

    return Run(label, result) if no_claims else run_of(label, result)


def _solved(of: StudyRun, label: str, arrangements: tuple[str, ...], claims: bool) -> Run:
    """A study solved, with its `claims` judged."""
    from backstop.cli.progress import progress_bar
    from backstop.questions.claims.judging import judge_claims
    from backstop.questions.inquiry import inquiry_of
    from backstop.questions.runs.difference import run_of
    from backstop.worlds.assessment import assess

    model = of.model
    with progress_bar(f"solving {label}") as update:
        result = assess(model, of.worlds, of.seed, arrangements, of.information, of.threads, progress=update)
    judged = None
    if claims and model.scenario.claims:
        with progress_bar(f"judging {label}") as update:
            judged = judge_claims(inquiry_of(result, of.threads, update), camps=False, solved=result)
    return run_of(label, result, judged)
