"""`backstop dossier code`: a statement entered by the words of its passage, without counting characters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import click

from backstop.cli.dossier.options import Opened, by_option, on_dossier, say_coming
from backstop.cli.printing import print_note

TYPES = (
    "demand",
    "offer",
    "conditional commitment",
    "refusal",
    "threat/warning",
    "assessment",
    "report of fact",
    "concern",
)
ATTRIBUTIONS = ("direct quotation", "partial quotation", "indirect speech", "reported act", "outlet voice")
STANCES = {"for": "+", "against": "-", "neutral": "0"}


@click.command()
@on_dossier
@click.argument("source")
@click.option(
    "--quote", required=True, metavar="WORDS", help="The words of the passage, as they stand there."
)
@click.option(
    "--nth", type=click.IntRange(min=1), metavar="N", help="Which, where the words stand there several times."
)
@click.option("--paraphrase", required=True, metavar="WORDS", help="What it says, in your own words.")
@click.option("--actor", default="outlet", metavar="NAME", help="Who holds it; left out: the outlet itself.")
@click.option(
    "--type",
    "type_",
    type=click.Choice(TYPES),
    default="report of fact",
    help="What kind of statement it is.",
)
@click.option(
    "--attribution", type=click.Choice(ATTRIBUTIONS), help="How the words are given; else by --actor."
)
@click.option(
    "--object", "objects", multiple=True, metavar="NAME", help="What it is about. May be given several times."
)
@click.option("--stance", type=click.Choice(list(STANCES)), default="neutral", help="For or against that.")
@click.option("--role", metavar="WORDS", help="The actor's role as this account describes it.")
@click.option("--hedge", metavar="WORDS", help="The word that hedges it: may, could, reportedly ...")
@click.option("--condition", metavar="FORM: WORDS", help="On what condition, as in 'only if: a truce holds'.")
@click.option("--note", metavar="WORDS", help="A note of your own.")
@click.option("--supports", default="", metavar="ID", help="The proposition that it supports.")
@click.option("--id", "name", metavar="ID", help="The id of the statement; else the source's with a number.")
@click.option("--new", is_flag=True, help="Enter actors and objects in the register that it does not have.")
@by_option
def code(
    opened: Opened,
    source: str,
    quote: str,
    nth: int | None,
    attribution: str | None,
    stance: str,
    condition: str | None,
    supports: str,
    new: bool,
    by: str,
    **given: Any,
) -> None:
    """Enter a statement on the passage of SOURCE that has the words of --quote, marks and spaces made alike.

    Its text must be at hand. Where the words stand at several places all are shown, and --nth says which is meant.
    """
    from backstop.base.words import clean
    from backstop.dossier.coding.statement import Passage, coded
    from backstop.dossier.record import OUTLET

    opened = replace(opened, coding=True)
    text = opened.text_of(source)
    named = {
        "type" if key == "type_" else "id" if key == "name" else key: value for key, value in given.items()
    }
    fields = {key: value for key, value in named.items() if value}
    fields["attribution"] = attribution or ("outlet voice" if given["actor"] == OUTLET else "indirect speech")
    fields["stance"] = STANCES[stance]
    fields["coder"] = by
    if condition:
        fields["condition"] = _condition(condition)
    found, statement = coded(opened.dossier, Passage(source, text, quote, nth), fields, supports, new)
    opened.write(found)
    anchor = statement.anchor
    click.echo(
        clean(f"{statement.id}: {source} {anchor.start}-{anchor.end}  {text[anchor.start : anchor.end]}")
    )
    say_coming(found)
    if not supports:
        print_note(
            f"a parameter can cite it now (basis: {statement.id}); with --supports it backs a proposition"
        )


def _condition(given: str) -> dict[str, str]:
    from backstop.base.words import listed
    from backstop.dossier.record import ConditionForm

    form, _, words = (part.strip() for part in given.partition(":"))
    if form not in get_args(ConditionForm) or not words:
        forms = listed(get_args(ConditionForm), "or")
        raise click.UsageError(f"--condition is a form, a colon and words; the form is {forms}")
    return {"form": form, "text": words}
