"""`backstop assess`: solve a study over many worlds and compare its arrangements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backstop.cli import options

if TYPE_CHECKING:
    from backstop.game.stage import Information
    from backstop.questions.claims.judging import Claims
    from backstop.worlds.result import Result

# Where --until gives up, unless --worlds says otherwise.
MOST_UNTIL = 1_000_000


@click.command()
@options.study_argument
@options.worlds_option
@options.seed_option
@options.arrangement_option
@options.information_option
@options.set_option
@options.camp_option
@options.threads_option
@options.json_option
@click.option(
    "--out", type=click.Path(path_type=Path), help="Also write result.json, tables and report.html here."
)
@click.option("--claims", is_flag=True, help="Also judge the study's claims.")
@click.option(
    "--until",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SE",
    help="Draw more and more worlds, --worlds at most (else 1,000,000), until the metric's error is SE at most.",
)
@click.option("--metric", metavar="NAME", help="The metric that --until is about; the first one by default.")
def assess(
    study: str,
    worlds: int,
    seed: int,
    arrangements: tuple[str, ...],
    information: Information | None,
    settings: tuple[str, ...],
    camp: str | None,
    threads: int | None,
    as_json: bool,
    out: Path | None,
    claims: bool,
    until: float | None,
    metric: str | None,
) -> None:
    """Solve STUDY over many worlds and compare its arrangements.

    Prints, for every arrangement, each metric with its Monte Carlo error and the paired difference from the first
    arrangement on the same worlds; then outcomes, actors' values, costs, and phases and hazards by year.
    """
    model = options.load_model(study, settings, camp)
    if metric is not None and until is None:
        raise click.UsageError("--metric says what --until is about: give --until SE as well")
    enough: dict[str, object] = {}

    def solved() -> Result:
        from backstop.cli.progress import progress_bar
        from backstop.worlds.assessment import assess as run

        def of(count: int) -> Result:
            with progress_bar("solving") as update:
                return run(model, count, seed, arrangements, information, threads, progress=update)

        if until is None:
            return of(worlds)
        from backstop.questions.study.enough import assessed_until, looks_dict
        from backstop.questions.study.table import known_metric

        name = known_metric(model, metric or next(iter(model.scenario.metrics)))
        given = click.get_current_context().get_parameter_source("worlds")
        most = worlds if given is click.core.ParameterSource.COMMANDLINE else MOST_UNTIL
        found = assessed_until(of, name, until, most)
        enough.update(looks_dict(found, name, until))
        click.echo(f"{name}: {found.decision.reason}", err=True)
        return found.result

    def judged_after(result: Result) -> Claims | None:
        if not claims or not model.scenario.claims:
            return None
        from backstop.cli.claims import warn
        from backstop.cli.progress import progress_bar
        from backstop.questions.claims.judging import judge_claims

        with progress_bar("judging") as update:
            found = judge_claims(model, threads=threads, camps=camp is None, progress=update, solved=result)
        warn(found)
        return found

    def printed(result: Result, judged: Claims | None) -> dict[str, Any]:
        from backstop.questions.claims.judging import claims_dict

        whole = result.as_dict()
        if claims:
            whole["claims"] = {} if judged is None else claims_dict(judged)
        if enough:
            whole["until"] = enough
        return whole

    if out is None:
        result = solved()
        judged = judged_after(result)
    else:
        from backstop.base.files import RESULTS, folder_written_whole
        from backstop.report.material.findings import of_assessment
        from backstop.report.render.html import html
        from backstop.report.writing import written
        from backstop.worlds.storage import save

        command = _command(study, worlds, seed, arrangements, information, settings, camp)
        # Opened before the work: a folder that cannot be written is found at once.
        with folder_written_whole(out, RESULTS) as folder:
            result = solved()
            judged = judged_after(result)
            save(result, folder)
            if claims or enough:
                from backstop.worlds.storage import plain_json

                (folder / "result.json").write_text(plain_json(printed(result, judged)), encoding="utf-8")
            content = written(of_assessment(result, Path(study), judged, command))
            (folder / "report.html").write_text(html(content), encoding="utf-8")
    if as_json:
        from backstop.worlds.storage import plain_json

        click.echo(plain_json(printed(result, judged)), nl=False)
    else:
        from backstop.cli.tables import print_assessment

        print_assessment(result)
        if judged is not None:
            from backstop.cli.claims import print_claims

            print_claims(judged)
    if out is not None:
        from backstop.base.words import clean

        click.echo(clean(f"written to {out.resolve()}"), err=as_json)


def _command(
    study: str,
    worlds: int,
    seed: int,
    arrangements: tuple[str, ...],
    information: str | None,
    settings: tuple[str, ...],
    camp: str | None,
) -> str:
    """The command that gives the same numbers again."""
    import shlex

    # The folder's name is enough to find the study again, and tells nothing about the machine.
    words = ["backstop", "assess", Path(study).name or study, "--worlds", str(worlds), "--seed", str(seed)]
    for name in arrangements:
        words += ["--arrangement", name]
    if information:
        words += ["--information", information]
    for setting in settings:
        words += ["--set", setting]
    if camp:
        words += ["--camp", camp]
    return shlex.join(words)
