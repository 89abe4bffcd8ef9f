"""Commands on a study as a whole: check it, start a new one, print the schema of its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backstop.cli.printing import print_json, print_notes, print_prose

if TYPE_CHECKING:
    from backstop.scenario.model import Model

# Sections of the scenario file whose entries are counted.
SECTIONS = (
    *("actors", "phases", "trees", "outcomes", "measures", "arrangements", "parameters", "definitions"),
    *("metrics", "observations", "claims"),
)


@click.command()
@click.argument("study", metavar="STUDY")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: ok, errors, notes, counts.")
def check(study: str, as_json: bool) -> None:
    """Check a study's files and report every error at once.

    STUDY is a folder with a scenario.yaml, a file in it, or - for standard input. Exit code 3: there are errors.
    """
    from backstop.base.faults import InvalidInput
    from backstop.scenario.check.words import missing_words
    from backstop.scenario.study import load

    try:
        model = load(study)
        _check_evidence(model, study)
    except InvalidInput as error:
        if not as_json:
            raise
        errors = [fault.as_dict() for fault in error.faults]
        print_json({"ok": False, "errors": errors, "notes": [], "counts": {}})
        raise click.exceptions.Exit(error.exit_code) from error
    notes = (*model.notes, *missing_words(model))
    if as_json:
        found = [note.as_dict() for note in notes]
        print_json({"ok": True, "errors": [], "notes": found, "counts": _counts(model)})
        return
    print_notes(map(str, notes))
    print_prose(_summary(model, len(notes)))


def _check_evidence(model: Model, study: str) -> None:
    """Every ground that the scenario names must be there, where it names a dossier at all."""
    if study == "-" or not model.scenario.dossier:
        return
    from pathlib import Path

    from backstop.evidence.evidence import evidence_of

    evidence_of(model, Path(study)).check()


def _counts(model: Model) -> dict[str, int]:
    found = {section: len(getattr(model.scenario, section)) for section in SECTIONS}
    return {**found, "facts": len(model.scenario.facts)} if model.scenario.facts else found


def _lasting_and_hidden(model: Model) -> list[str]:
    """What facts make of the phases, and whose type is hidden."""
    found = []
    if model.scenario.facts:
        found.append(f"The facts tell {len(model.states):,} phases apart that can be reached.")
    if model.types is not None:
        name = model.game.actors[model.types.actor]
        known = {
            "known": "everybody knows which",
            "fixed": "others never learn which",
            "bayes": "others learn from every move",
        }
        one, other = model.types.names
        who = model.scenario.actors[name].titled(name)
        found.append(f"{who} is of one of two types, {one} or {other}; {known[model.types.beliefs]}.")
    return found


def _summary(model: Model, notes: int) -> list[str]:
    """What a study holds, in a few lines."""
    from backstop.base.words import counted

    scenario, horizon = model.scenario, model.scenario.horizon
    held = (counted(n, section.removesuffix("s")) for section, n in _counts(model).items() if n)
    years = "1 year" if horizon.years == 1 else f"{horizon.years:g} years"
    return [
        scenario.title,
        *([scenario.question] if scenario.question else []),
        f"No errors: {', '.join(held)}.",
        f"Horizon: {years} in {counted(horizon.periods, 'period')} of one {horizon.period}, from {scenario.start}.",
        *_lasting_and_hidden(model),
        *([f"{counted(notes, 'note')}."] if notes else []),
    ]


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
    written = start_study(Path(folder), name)
    quoted = shlex.quote(folder)
    has_dossier, graph = any(path.startswith("dossier/") for path in written), "graph.yaml" in written
    click.echo(f"Written: {', '.join(dict.fromkeys(_top(path) for path in written))}.")
    click.echo("Change the words and numbers in scenario.yaml to your own, then run:")
    click.echo(f"  backstop check {quoted}")
    click.echo(f"  backstop assess {quoted}")
    if has_dossier:
        click.echo("What the numbers rest on, and how the accounts differ:")
        for command in ("dossier verify", "dossier compare", "audit"):
            click.echo(f"  backstop {command} {quoted}")
    if graph:
        click.echo("Who prefers what, without numbers:")
        for command in ("check", "analyse"):
            click.echo(f"  backstop graph {command} {shlex.quote(str(Path(folder) / 'graph.yaml'))}")


def _top(path: str) -> str:
    """The name of a file, or of the folder it is in with a stroke after it."""
    top, stroke, _ = path.partition("/")
    return top + stroke


@click.command()
def schema() -> None:
    """Print the JSON Schema of the scenario file, which lets editors complete and check it."""
    from backstop.scenario.format.schema import committed

    click.echo(committed(), nl=False)
