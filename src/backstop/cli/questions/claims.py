"""`backstop claims`: judge the claims of a study world by world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backstop.cli import options
from backstop.cli.printing import print_table, print_text

if TYPE_CHECKING:
    from backstop.questions.claims.results import Claims


@click.command()
@click.option(
    "--claim", "names", multiple=True, metavar="NAME", help="Only this claim. May be given several times."
)
@click.option("--strict", is_flag=True, help="Exit with 1 unless every claim is supported.")
@options.run_options(worlds=10_000, tables=True)
def claims(run: options.Run, names: tuple[str, ...], strict: bool) -> None:
    """Judge the claims of STUDY: in how many worlds is each true, false or moot?

    Of the worlds in which its question arises a claim is true in at least 90 in 100 where it is supported, in 66.7
    where it leans true, in more than 33.3 where it is open, in more than 10 where it leans false, and refuted below.
    Each comes with the one assumption that decides it, where one does, with the counter-example nearest to the central
    assumptions, reduced to what it takes, with the region of assumptions where it fails (or holds, where it mostly
    fails), and with whether it depends on its measures at all; where experts disagree, also as each camp alone would
    have it.
    """
    from backstop.base.faults import CheckFailed, Fault, InvalidInput
    from backstop.questions.claims.judging import judge_claims

    model = run.model
    if not model.scenario.claims:
        raise InvalidInput("the study makes no claims", hint="add a section claims: to its scenario.yaml")
    with run.inquiry("judging") as inquiry:
        found = judge_claims(inquiry, names, camps=run.camp is None)
    in_full = run.everything or bool(names)
    rest = "" if in_full else "what decides each claim, where it fails, and counter-examples"
    run.finish(found, rest, found.lines())
    if in_full and not run.as_json:
        print_lines_about(found)
    if strict:
        failed = [
            Fault(f"the claim {name} is {result.verdict.words}", model.place(("claims", name)))
            for name, result in found.results.items()
            if result.verdict.verdict != "supported"
        ]
        if failed:
            raise CheckFailed(failed)


def print_claims(found: Claims, in_full: bool) -> None:
    """The claims on the terminal: how many have which verdict, and a table; `in_full` all that is said of each."""
    click.echo()
    print_text(found.finding)
    for table in found.tables() if in_full else found.tables()[:1]:
        print_table(table)
    if in_full:
        print_lines_about(found)


def print_lines_about(found: Claims) -> None:
    """What can be said about each claim, on the terminal."""
    for name, lines in found.lines().items():
        click.echo()
        print_text(name, bold=True)
        for line in lines:
            print_text(line, indent=4, first=2)
