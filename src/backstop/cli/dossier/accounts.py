"""The comparison of accounts and the help with coding as text for a reader."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from backstop.base.words import clean

if TYPE_CHECKING:
    from backstop.dossier.accounts.comparison import Comparison
    from backstop.dossier.accounts.finding import Finding
    from backstop.dossier.accounts.suggestion import Suggestions
    from backstop.dossier.store import Dossier

_HEADS = {
    "contradiction": "Contradictions",
    "difference": "Differences of detail",
    "actor_disagreement": "Disagreements between actors",
    "corroboration": "Corroborations",
    "single_source": "Claims of one account only",
    "unattributed": "Claims nobody is named for",
    "candidate": "Candidates for linking (nobody has decided)",
}
MOST_LISTED = 25


def print_comparison(found: Comparison, dossier: Dossier) -> None:
    """Everything, most consequential first; long lists are cut and say so."""
    title = dossier.register.title or "Comparison of accounts"
    click.echo(clean(title))
    click.echo(f"{_many(len(dossier.sources), 'account')}, {_many(len(dossier.statements), 'statement')}")
    for source in list(dossier.sources.values())[:MOST_LISTED]:
        click.echo(clean(f"  {source.id}  {source.title or source.kind}"))
    if len(dossier.sources) > 1:
        click.echo(_independence(found))
    for kind, head in _HEADS.items():
        findings = [f for f in found.of(kind) if f.origin == "computed" or not _covered(f, found)]
        if not findings:
            continue
        click.echo(f"\n{head} ({len(findings)})")
        if kind in ("single_source", "unattributed"):
            _print_by_account(findings)
            continue
        for finding in findings[:MOST_LISTED]:
            _print(finding)
        if len(findings) > MOST_LISTED:
            click.echo(f"  ... and {len(findings) - MOST_LISTED} more; all with --json")


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


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
    head = f"{_many(count, 'account')}: " if count is not None else ""
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


def print_suggestions(found: Suggestions, text: str, dossier: Dossier) -> None:
    """Quotations with speakers, then the sentences that deserve a look."""
    click.echo(f"Quotations ({len(found.quotations)}); the speaker is a proposal")
    for quote in found.quotations:
        click.echo(clean(f"  {quote.start}-{quote.end}  {text[quote.start : quote.end]}"))
        click.echo(clean(f"      speaker: {quote.name or 'none found'}"))
        for source, start, end, ratio in quote.elsewhere:
            click.echo(clean(f"      also in {source} {start}-{end} (likeness {ratio:.0f})"))
    worth = [s for s in found.sentences if s.worth]
    click.echo(f"\nSentences worth a look ({len(worth)} of {len(found.sentences)})")
    for sentence in worth:
        coded = f"  coded: {', '.join(sentence.coded)}" if sentence.coded else ""
        body = clean(
            f"{sentence.start}-{sentence.end} [{sentence.zone}] {text[sentence.start : sentence.end]}{coded}"
        )
        click.echo(textwrap.fill(body, 112, initial_indent="  ", subsequent_indent="    "))
        for candidate in sentence.related:
            other = dossier.statements[candidate.other]
            click.echo(clean(f"      {candidate.score:.2f} {other.id} in {other.source}: {other.paraphrase}"))
