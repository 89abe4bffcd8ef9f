"""`backstop dossier compare`, `suggest` and `agreement`: accounts compared, coding helped, as text or JSON."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backstop.base.words import clean, counted
from backstop.cli.dossier.options import Opened, on_dossier
from backstop.cli.options import json_option
from backstop.cli.printing import print_json, print_note

if TYPE_CHECKING:
    from backstop.dossier.accounts.comparison import Comparison
    from backstop.dossier.accounts.finding import Finding
    from backstop.dossier.accounts.suggestion import Suggestions
    from backstop.dossier.dossier import Dossier

_HEADS = {
    "contradiction": "Contradictions",
    "difference": "Differences of detail",
    "actor_disagreement": "Disagreements between actors",
    "quotation": "Quotations that do not match",
    "not_compared": "Not compared",
    "corroboration": "Corroborations",
    "single_source": "Claims of one account only",
    "unattributed": "Claims nobody is named for",
    "candidate": "Candidates for linking (nobody has decided)",
}
MOST_LISTED = 25
FOLDED = ("single_source",)
"""Kinds that are counted alone unless they are asked for: the few findings that matter must be seen."""


@click.command()
@on_dossier
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    help="Only findings of this kind. May be given several times.",
)
@json_option
def compare(opened: Opened, kinds: tuple[str, ...], as_json: bool) -> None:
    """Compare the accounts in the dossier of STUDY, statement by statement.

    Contradictions, differences of detail, disagreements between actors, corroborations, claims of one account only,
    claims nobody is named for, and candidates for linking. Needs no text.
    """
    from backstop.base.words import did_you_mean
    from backstop.dossier.accounts.comparison import compare as compared
    from backstop.dossier.accounts.finding import KINDS

    for kind in kinds:
        if kind not in KINDS:
            raise click.UsageError(f"there is no kind {kind}; {did_you_mean(kind, KINDS, 'kind')}")
    found = compared(opened.dossier, opened.available.newest(opened.dossier))
    if kinds:
        found = found.only(kinds)
    if as_json:
        print_json(found.as_dict(opened.dossier, opened.snapshot.digests))
    else:
        _print_comparison(found, opened.dossier, bool(kinds))


@click.command()
@on_dossier
@click.argument("source")
@json_option
def suggest(opened: Opened, source: str, as_json: bool) -> None:
    """Help with coding SOURCE: sentences worth a look, quotations with a proposed speaker, what other accounts say.

    Nothing is coded by this; its text must be at hand.
    """
    from backstop.dossier.accounts.suggestion import suggest as suggested

    opened = replace(opened, coding=True)
    text = opened.text_of(source)
    found = suggested(opened.dossier, source, text, opened.available.newest(opened.dossier))
    if as_json:
        print_json(found.as_dict(text))
    else:
        _print_suggestions(found, text, opened.dossier)


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@json_option
def agreement(study: Path, as_json: bool) -> None:
    """Agreement between coders: Krippendorff's alpha, for each source that two coded."""
    from backstop.base.words import number
    from backstop.dossier.accounts.agreement import agreement as agreed

    found = agreed(Opened(study).dossier)
    if as_json:
        sources = {source: {row.field: row.as_dict() for row in rows} for source, rows in found.items()}
        print_json({"format": "backstop-agreement/1", "sources": sources})
        return
    for source, rows in found.items():
        click.echo(f"{source}: {rows[0].units} passages coded by two or more")
        for row in rows:
            click.echo(f"  {row.field}: {number(row.alpha, most=2)}")
    if not found:
        print_note("no source was coded by two coders: there is no agreement to measure")


def _print_comparison(found: Comparison, dossier: Dossier, unfolded: bool) -> None:
    """Everything, most consequential first; long lists are cut and say so, what is only counted too."""
    title = dossier.register.title or "Comparison of accounts"
    click.echo(clean(title))
    click.echo(f"{counted(len(dossier.sources), 'account')}, {counted(len(dossier.statements), 'statement')}")
    for source in list(dossier.sources.values())[:MOST_LISTED]:
        click.echo(clean(f"  {source.id}  {source.title or source.kind}"))
    if len(dossier.sources) > 1:
        click.echo(_independence(found))
    for kind, head in _HEADS.items():
        findings = [f for f in found.of(kind) if f.origin == "computed" or not _covered(f, found)]
        if not findings:
            continue
        if kind in FOLDED and not unfolded:
            click.echo(f"\n{head} ({len(findings)}): listed with --kind {kind}, or with --json")
            continue
        click.echo(f"\n{head} ({len(findings)})")
        if kind in ("single_source", "unattributed"):
            _print_by_account(findings)
            continue
        for finding in findings[:MOST_LISTED]:
            _print(finding)
        if len(findings) > MOST_LISTED:
            click.echo(f"  ... and {len(findings) - MOST_LISTED} more; all with --json")


def _covered(finding: Finding, found: Comparison) -> bool:
    return any(finding.id in other.details.get("recorded", ()) for other in found.findings)


def _independence(found: Comparison) -> str:
    relations = found.independence.relations
    if not relations:
        return "No two accounts share text. Whether they are independent in origin is not known."
    shown = [
        f"{a} and {b}: {r.relation} (likeness {r.likeness})" for r in relations[:8] for a, b in [r.sources]
    ]
    more = f"; {len(relations) - 8} more pairs" if len(relations) > 8 else ""
    return clean("Shared text: " + "; ".join(shown) + more)


def _print(finding: Finding) -> None:
    mark = f"[{finding.status}] " if finding.status else ""
    score = f" ({finding.details['score']:.2f})" if "score" in finding.details else ""
    count = finding.details.get("independent_accounts")
    head = f"{counted(count, 'account')}: " if count is not None else ""
    text = clean(f"{mark}{head}{finding.explanation}{score}")
    click.echo(textwrap.fill(text, 112, initial_indent="  - ", subsequent_indent="    "))


def _print_by_account(findings: list[Finding]) -> None:
    by_account: dict[str, list[Finding]] = {}
    for finding in findings:
        by_account.setdefault(finding.sources[0] if finding.sources else "", []).append(finding)
    for account, list_ in list(by_account.items())[:MOST_LISTED]:
        ids = ", ".join(f.statements[0] for f in list_[:60]) + (" ..." if len(list_) > 60 else "")
        click.echo(
            clean(textwrap.fill(f"{account}: {ids}", 112, initial_indent="  ", subsequent_indent="      "))
        )


def _print_suggestions(found: Suggestions, text: str, dossier: Dossier) -> None:
    """Quotations with speakers, then the sentences that deserve a look."""
    click.echo(f"Quotations ({len(found.quotations)}); the speaker is a proposal")
    for quote in found.quotations:
        click.echo(clean(f"  {quote.start}-{quote.end}  {text[quote.start : quote.end]}"))
        click.echo(clean(f"      speaker: {quote.name or 'none found'}"))
        for other in quote.elsewhere:
            where = f"{other.source} {other.start}-{other.end}"
            click.echo(clean(f"      also in {where} (likeness {other.ratio:.0f})"))
    worth = [s for s in found.sentences if s.worth_coding]
    click.echo(f"\nSentences worth a look ({len(worth)} of {len(found.sentences)})")
    for sentence in worth:
        coded = f"  coded: {', '.join(sentence.coded)}" if sentence.coded else ""
        why = f"{sentence.zone}: {', '.join(sentence.reasons)}"
        body = clean(f"{sentence.start}-{sentence.end} [{why}] {text[sentence.start : sentence.end]}{coded}")
        click.echo(textwrap.fill(body, 112, initial_indent="  ", subsequent_indent="    "))
        for candidate in sentence.related:
            near = dossier.statements[candidate.other]
            click.echo(clean(f"      {candidate.score:.2f} {near.id} in {near.source}: {near.paraphrase}"))
