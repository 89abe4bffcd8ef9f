"""Options that several commands share, and how a study is loaded for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from backstop.questions.methods.weighting import Estimate
    from backstop.report.tables.assessment import Table
    from backstop.scenario.model import Model

F = TypeVar("F", bound=Callable[..., Any])

study_argument = click.argument("study", type=click.Path())

information_option = click.option(
    "--information",
    type=click.Choice(["agent_error", "private_payoffs"]),
    help="What the payoff shocks are, in place of the study's own choice.",
)
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Fix a parameter, or a measure's level in every arrangement. May be given several times.",
)
camp_option = click.option("--camp", metavar="NAME", help="Use this camp of experts wherever it has a view.")
seed_option = click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the draws."
)
worlds_option = click.option(
    "--worlds", type=click.IntRange(min=1), default=10_000, show_default=True, help="How many worlds to draw."
)
threads_option = click.option(
    "--threads", type=click.IntRange(min=1), help="Threads to use; all processors by default."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
arrangement_option = click.option(
    "--arrangement",
    "arrangements",
    multiple=True,
    metavar="NAME",
    help="Only this arrangement. May be given several times; the first of the file is compared with.",
)


def load_model(study: str, settings: Sequence[str] = (), camp: str | None = None) -> Model:
    """The model of a study with `--set` and `--camp` applied; notes are counted on standard error."""
    from backstop.scenario.study import load
    from backstop.worlds.workers import keep_freed_memory

    keep_freed_memory()
    model = load(study)
    if model.notes:
        one = len(model.notes) == 1
        count = "1 note" if one else f"{len(model.notes)} notes"
        click.echo(f"{count} on this study; backstop check shows {'it' if one else 'them'}", err=True)
    if camp is not None:
        model = model.in_camp(camp)
    if settings:
        model = model.with_values(parsed_settings(settings))
    return model


def parsed_settings(settings: Sequence[str]) -> dict[str, float]:
    """NAME=VALUE pairs as a mapping; a usage error where one is not of that form."""
    import math

    found: dict[str, float] = {}
    for setting in settings:
        name, sign, text = setting.partition("=")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not sign or not name.strip() or not math.isfinite(value):
            raise click.UsageError(
                f"--set {setting}: write NAME=VALUE with a number, such as --set us_backstop=0.5"
            )
        if name.strip() in found:
            raise click.UsageError(f"--set {setting}: {name.strip()} is set twice")
        found[name.strip()] = value
    return found


def heading(model: Model, form: str, seed: int, worlds: int) -> dict[str, Any]:
    """What stands above every answer in JSON."""
    scenario = model.scenario
    return {
        "format": form,
        "study": model.study,
        "title": scenario.title,
        "question": scenario.question,
        "digests": dict(model.digests),
        "seed": seed,
        "worlds": worlds,
    }


def finish(
    answer: dict[str, Any], tables: Sequence[Table], notes: Sequence[str], as_json: bool, title: str
) -> None:
    """Print an answer: notes on standard error, then one JSON object or the title and tables."""
    from backstop.base.words import clean

    for note in notes:
        click.echo(clean(f"note: {note}"), err=True)
    if as_json:
        from backstop.worlds.storage import plain_json

        click.echo(plain_json({**answer, "notes": list(notes)}), nl=False)
        return
    from backstop.cli.tables import console, print_tables

    out = console()
    out.print(clean(title), style="bold")
    print_tables(out, tables)


def estimates(found: Mapping[str, Estimate]) -> dict[str, dict[str, float | None]]:
    """Estimates as they stand in JSON."""
    return {name: {"mean": value.mean, "se": value.se} for name, value in found.items()}


def figure(value: Estimate | None) -> str:
    """An estimate with its error in no more digits than the error supports; empty where there is none."""
    if value is None:
        return ""
    from backstop.base.words import number

    if value.se is None or value.se <= 1e-12:
        return number(value.mean, most=3)
    return f"{number(value.mean, value.se)} ±{number(value.se, value.se)}"
