"""`backstop assess`: solve a study over many worlds and compare its arrangements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from backstop.cli import options

if TYPE_CHECKING:
    from backstop.game.stage import Information
    from backstop.worlds.result import Result


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
) -> None:
    """Solve STUDY over many worlds and compare its arrangements.

    Prints, for every arrangement, each metric with its Monte Carlo error and the paired difference from the first
    arrangement on the same worlds; then outcomes, actors' values, costs, and phases and hazards by year.
    """
    if claims:
        raise click.UsageError("--claims: judging claims is not available yet in this version")
    model = options.load_model(study, settings, camp)

    def solved() -> Result:
        from backstop.cli.progress import progress_bar
        from backstop.worlds.assessment import assess as run

        with progress_bar("solving") as update:
            return run(model, worlds, seed, arrangements, information, threads, progress=update)

    if out is None:
        result = solved()
    else:
        from backstop.files import folder_written_whole
        from backstop.report.page import page
        from backstop.worlds.storage import FILES, save

        command = _command(study, worlds, seed, arrangements, information, settings, camp)
        # Opened before the work: a folder that cannot be written is found at once.
        with folder_written_whole(out, (*FILES, "report.html")) as folder:
            result = solved()
            save(result, folder)
            (folder / "report.html").write_text(page(result, command), encoding="utf-8")
    if as_json:
        from backstop.worlds.storage import plain_json

        click.echo(plain_json(result.as_dict()), nl=False)
    else:
        from backstop.cli.tables import print_assessment

        print_assessment(result)
    if out is not None:
        from backstop.text import clean

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
