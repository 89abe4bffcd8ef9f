"""`backstop claims`: judge the claims of a study world by world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backstop.cli import options
from backstop.cli.printing import print_json, print_notes, print_titled

if TYPE_CHECKING:
    from backstop.questions.claims.judging import Claims


@click.command()
@click.option(
    "--claim", "names", multiple=True, metavar="NAME", help="Only this claim. May be given several times."
)
@click.option("--strict", is_flag=True, help="Exit with 1 unless every claim is supported.")
@options.run_options(worlds=10_000)
def claims(run: options.Run, names: tuple[str, ...], strict: bool) -> None:
    """Judge the claims of STUDY: in how many worlds is each true, false or moot?

    A claim is supported from 90 in 100 of the worlds in which it can be judged, refuted from 10 in 100 down. Each
    comes with the counter-example nearest to the central assumptions, reduced to what it takes, and with the region
    of assumptions where it fails; where experts disagree, also as each camp alone would have it.
    """
    from backstop.base.faults import CheckFailed, Fault, InvalidInput
    from backstop.questions.claims.judging import judge_claims

    model = run.model
    if not model.scenario.claims:
        raise InvalidInput("the study makes no claims", hint="add a section claims: to its scenario.yaml")
    with run.inquiry("judging") as inquiry:
        found = judge_claims(inquiry, names, camps=run.camp is None)
    print_notes(found.notes)
    if run.as_json:
        about = {"effective_worlds": found.effective_worlds, "information": found.information}
        print_json({**run.heading(found.format), **about, "claims": found.as_dict()})
    else:
        print_claims(found)
    if strict:
        failed = [
            Fault(f"the claim {name} is {result.verdict.verdict}", model.place(("claims", name)))
            for name, result in found.results.items()
            if result.verdict.verdict != "supported"
        ]
        if failed:
            raise CheckFailed(failed)


def print_claims(found: Claims) -> None:
    """The claims on the terminal: a table of verdicts, then what can be said about each."""
    from backstop.report.tables.claims import camps_table, claims_table, remarks

    tables = (claims_table(found), camps_table(found))
    print_titled(found.model.scenario.title, (table for table in tables if table is not None))
    for name, lines in remarks(found).items():
        click.echo()
        print_titled(name, lines=(f"  {line}" for line in lines))
