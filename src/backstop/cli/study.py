"""Commands on a study as a whole: check it, start a new one, print the schema of its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from backstop.cli.printing import print_json

if TYPE_CHECKING:
    from backstop.base.faults import Fault
    from backstop.scenario.model import Model

_COUNTED = (
    ("actors", "actor"),
    ("phases", "phase"),
    ("trees", "tree"),
    ("outcomes", "outcome"),
    ("measures", "measure"),
    ("arrangements", "arrangement"),
    ("parameters", "parameter"),
    ("definitions", "definition"),
    ("metrics", "metric"),
    ("observations", "observation"),
    ("claims", "claim"),
)


@click.command()
@click.argument("study", metavar="STUDY")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: ok, errors, notes, counts.")
def check(study: str, as_json: bool) -> None:
    """Check a study's files and report every error at once.

    STUDY is a folder with a scenario.yaml, a file in it, or - for standard input. Exit code 3: there are errors.
    """
    from backstop.base.faults import InvalidInput
    from backstop.base.words import clean
    from backstop.scenario.study import load

    try:
        model = load(study)
        _check_evidence(model, study)
    except InvalidInput as error:
        if not as_json:
            raise
        print_json(
            {"ok": False, "errors": [_record(fault) for fault in error.faults], "notes": [], "counts": {}}
        )
        raise click.exceptions.Exit(error.exit_code) from error
    if as_json:
        notes = [_record(fault) for fault in model.notes]
        print_json({"ok": True, "errors": [], "notes": notes, "counts": _counts(model)})
        return
    for note in model.notes:
        click.echo(clean(f"note: {note}"), err=True)
    click.echo(clean(_summary(model)))


def _check_evidence(model: Model, study: str) -> None:
    """Every ground that the scenario names must be there, where it names a dossier at all."""
    if study == "-" or not model.scenario.dossier:
        return
    from pathlib import Path

    from backstop.evidence.evidence import evidence_of

    evidence_of(model, Path(study)).check()


def _counts(model: Model) -> dict[str, int]:
    return {section: len(getattr(model.scenario, section)) for section, _ in _COUNTED}


def _summary(model: Model) -> str:
    """What a study holds, in a few lines."""
    scenario = model.scenario
    counts = _counts(model)
    held = ", ".join(
        f"{counts[section]} {one if counts[section] == 1 else section}"
        for section, one in _COUNTED
        if counts[section]
    )
    horizon = scenario.horizon
    lines = [scenario.title]
    if scenario.question:
        lines.append(scenario.question)
    lines.append(f"No errors: {held}.")
    years = "1 year" if horizon.years == 1 else f"{horizon.years:g} years"
    periods = "1 period" if horizon.periods == 1 else f"{horizon.periods:,} periods"
    lines.append(f"Horizon: {years} in {periods} of one {horizon.period}, from {scenario.start}.")
    if model.notes:
        lines.append("1 note." if len(model.notes) == 1 else f"{len(model.notes)} notes.")
    return "\n".join(lines)


def _record(fault: Fault) -> dict[str, Any]:
    place = fault.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "path": place.path,
        "what": fault.what,
        "hint": fault.hint,
    }


@click.command()
@click.argument("folder", metavar="DIR", required=False)
@click.option("--template", "name", metavar="NAME", help="The template to start from (see --list).")
@click.option("--list", "listing", is_flag=True, help="List the templates.")
def new(folder: str | None, name: str | None, listing: bool) -> None:
    """Start a study of your own in the new folder DIR from a commented template."""
    import shlex
    from pathlib import Path

    from backstop.scenario.template import start_study, templates

    known = templates()
    if listing:
        width = max(map(len, known))
        for each, title in known.items():
            click.echo(f"{each:{width}}  {title}")
        return
    if folder is None:
        raise click.UsageError(
            "name a folder for the new study, as in: backstop new my-study --template ceasefire"
        )
    if name is None:
        raise click.UsageError(f"choose a template with --template: {', '.join(known)}")
    start_study(Path(folder), name)
    quoted = shlex.quote(folder)
    click.echo("Written. Change the words and numbers in scenario.yaml to your own, then run:")
    click.echo(f"  backstop check {quoted}")
    click.echo(f"  backstop assess {quoted}")


@click.command()
def schema() -> None:
    """Print the JSON Schema of the scenario file, which lets editors complete and check it."""
    from backstop.scenario.format.schema import committed

    click.echo(committed(), nl=False)
