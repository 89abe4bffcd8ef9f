"""`backstop claims`: judge the claims of a study world by world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backstop.cli import options
from backstop.cli.printing import print_titled

if TYPE_CHECKING:
    from backstop.questions.claims.judging import Claims


@click.command()
@click.option(
    "--claim", "names", multiple=True, metavar="NAME", help="Only this claim. May be given several times."
)
@click.option("--strict", is_flag=True, help="Exit with 1 unless every claim is supported.")
@options.run_options(worlds=10_000)
def claims(
    run: options.Run,
    names: tuple[str, ...],
    strict: bool,
) -> None:
    """Judge the claims of STUDY: in how many worlds is each true, false or moot?

    A claim is supported from 90 in 100 of the worlds in which it can be judged, refuted from 10 in 100 down. Each
    comes with the counter-example nearest to the central assumptions, reduced to what it takes, and with the region
    of assumptions where it fails; where experts disagree, also as each camp alone would have it.
    """
    model = run.model

    from backstop.cli.progress import progress_bar
    from backstop.questions.claims.judging import judge_claims

    if not model.scenario.claims:
        from backstop.base.faults import Fault, InvalidInput

        raise InvalidInput("the study makes no claims", hint="add a section claims: to its scenario.yaml")
    with progress_bar("judging") as update:
        found = judge_claims(
            model,
            run.worlds,
            run.seed,
            names,
            run.information,
            run.threads,
            camps=run.camp is None,
            progress=update,
        )
    warn(found)
    if run.as_json:
        from backstop.base.json_text import json_text
        from backstop.questions.claims.judging import claims_dict

        click.echo(json_text({**heading(found), "claims": claims_dict(found)}), nl=False)
    else:
        print_claims(found)
    if strict:
        from backstop.base.faults import CheckFailed, Fault

        failed = [
            Fault(f"the claim {name} is {result.verdict.verdict}", model.place(("claims", name)))
            for name, result in found.results.items()
            if result.verdict.verdict != "supported"
        ]
        if failed:
            raise CheckFailed(failed)


def warn(found: Claims) -> None:
    """What to mind, on standard error: few effective worlds, and claims that cannot be judged."""
    from backstop.base.words import clean

    if found.note:
        click.echo(f"note: {found.note}", err=True)
    for name, result in found.results.items():
        for text in (result.reason and f"cannot be judged: {result.reason}", result.note):
            if text:
                click.echo(clean(f"note: {name}: {text}"), err=True)


def heading(found: Claims) -> dict[str, object]:
    """What stands above the claims in JSON."""
    scenario = found.model.scenario
    return {
        "format": "backstop-claims/1",
        "study": found.model.study,
        "title": scenario.title,
        "question": scenario.question,
        "digests": dict(found.model.digests),
        "seed": found.seed,
        "worlds": found.worlds,
        "effective_worlds": found.effective_worlds,
        "information": found.information,
    }


def print_claims(found: Claims) -> None:
    """The claims on the terminal: a table of verdicts, then what can be said about each."""
    from backstop.report.tables.claims import camps_table, claims_table, remarks

    tables = (claims_table(found), camps_table(found))
    print_titled(found.model.scenario.title, (table for table in tables if table is not None))
    for name, lines in remarks(found).items():
        click.echo()
        print_titled(name, lines=(f"  {line}" for line in lines))
