"""`backstop export` and `import`: a study's assumptions as a workbook, for colleagues who do not write YAML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from backstop.cli import options
from backstop.cli.printing import print_json, print_lines, print_notes

if TYPE_CHECKING:
    from backstop.scenario.workbook.merging import Side
    from backstop.scenario.workbook.sheets import Sheet

_RESULT_OPTIONS = ("worlds", "seed", "information", "settings", "conditions", "camp", "threads")
_FLAGS = {"settings": "set", "conditions": "given"}


@click.command()
@click.option("--xlsx", "file", type=click.Path(path_type=Path), required=True, help="The workbook to write.")
@click.option("--results", is_flag=True, help="Also compute, and write what each arrangement gives.")
@options.run_options(worlds=10_000, as_json=False)
def export(run: options.Run, file: Path, results: bool) -> None:
    """Write the assumptions of STUDY as a workbook that can be filled in without YAML.

    It has a sheet each for parameters (their distributions, camps, units, grounds and notes), measures and
    arrangements; with --results also every metric under every arrangement. `backstop import` takes what was filled in.
    """
    from backstop.base.document import read_document
    from backstop.base.faults import InvalidInput
    from backstop.base.files import refuse_input, sha256, write_atomically
    from backstop.scenario.location import content, find
    from backstop.scenario.workbook.writing import written_workbook

    given = click.get_current_context().get_parameter_source
    loose = [name for name in _RESULT_OPTIONS if given(name) is click.core.ParameterSource.COMMANDLINE]
    if loose and not results:
        flag = _FLAGS.get(loose[0], loose[0])
        raise click.UsageError(f"--{flag} is about figures: give --results as well")
    if run.study == "-":
        raise InvalidInput("a workbook is made of a study's file", hint="name the study's folder or file")
    scenario = find(Path(run.study))
    refuse_input(file, [scenario])
    # Loaded in any case: a study with errors is not exported.
    _ = run.model
    data = content(scenario)
    sheet = _results(run) if results else None
    write_atomically(file, written_workbook(read_document(data, str(scenario)), sha256(data), sheet))
    print_lines([f"written to {file.resolve()}", f"Back with: backstop import {run.study} --xlsx {file}"])


def _results(run: options.Run) -> Sheet:
    """The sheet of figures, with what was set for them."""
    from backstop.cli.progress import progress_bar
    from backstop.report.tables.results_sheet import results_sheet
    from backstop.worlds.assessment import assess

    with progress_bar("solving") as update:
        result = assess(run.model, run.worlds, run.seed, None, run.information, run.threads, progress=update)
    print_notes(result.notes)
    words = run.model.overrides.words
    return results_sheet(result, [*([words] if words else []), *result.notes])


@click.command(name="import")
@click.argument("study", metavar="STUDY")
@click.option("--xlsx", "file", type=click.Path(path_type=Path), required=True, help="The workbook to read.")
@click.option(
    "--theirs", "side", flag_value="theirs", help="Where both changed one thing, take the workbook's."
)
@click.option("--ours", "side", flag_value="ours", help="Where both changed one thing, keep the study's.")
@click.option("--dry-run", is_flag=True, help="Only list what would change.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_command(study: str, file: Path, side: str | None, dry_run: bool, as_json: bool) -> None:
    """Take the numbers and words of a filled-in workbook into the scenario file of STUDY.

    Only what was changed in the workbook since `backstop export` is changed in the file; comments and layout stay.
    Every change is listed. What both sides changed is listed and left as it is in the study, with exit code 1, unless
    --theirs or --ours says otherwise. A cell that is wrong is named, and then nothing is changed.
    """
    from backstop.base.faults import CheckFailed, InvalidInput
    from backstop.base.files import read_file, write_atomically
    from backstop.base.words import counted
    from backstop.scenario.location import content, find
    from backstop.scenario.workbook.merging import merged
    from backstop.scenario.workbook.reading import MOST_BYTES, read_workbook

    if study == "-":
        raise InvalidInput("a workbook is taken into a study's file", hint="name the study's folder or file")
    scenario = find(Path(study))
    data = content(scenario)
    incoming = read_workbook(read_file(file, MOST_BYTES), str(file))
    found = merged(data, str(scenario), incoming, cast("Side", side or ""))
    written = bool(found.taken) and not dry_run
    if written:
        if content(scenario) != data:
            raise InvalidInput(f"{scenario} has changed while it was read", hint="import again")
        write_atomically(scenario, found.text.encode("utf-8"))
    print_notes(found.notes)
    if as_json:
        print_json({**found.as_dict(), "written": written})
    else:
        would = "would change" if dry_run else "changed"
        count = counted(len(found.taken), "entry", "entries")
        print_lines([*map(str, found.taken), f"{count} {would} in {scenario}"])
    if found.conflicts:
        raise CheckFailed(found.conflicts)


# The name of the command is a word that Python keeps for itself.
globals()["import"] = import_command
