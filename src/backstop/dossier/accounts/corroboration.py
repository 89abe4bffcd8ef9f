"""Corroborations: propositions that several accounts bear out, with the strength in each and how many count.

Agreement is what an analyst has linked to one proposition, never a guess from likeness of words. Where the
statements linked have different holders or another logical form, the finding says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from backstop.dossier.accounts.finding import Finding, enumerated, found
from backstop.dossier.accounts.independence import Independence, same_passages
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import OUTLET, Proposition, Statement, Strength, Support

_RANK: dict[Strength, int] = {"explicit": 2, "implied": 1, "partial": 0}


def corroborations(dossier: Dossier, independent: Independence) -> list[Finding]:
    """One finding for each stated proposition with supporting statements in two accounts or more.

    What an analyst has inferred or derived is never shown as corroborated: no account says it.
    """
    findings = []
    for proposition in dossier.propositions.values():
        supports = countable(proposition.supports, dossier) if proposition.status == "stated" else []
        accounts = dossier.accounts_of(support.statement for support in supports)
        if len(accounts) >= 2:
            findings.append(_finding(proposition, supports, accounts, dossier, independent))
    return findings


def countable(supports: Iterable[Support], dossier: Dossier) -> list[Support]:
    """The links to statements that count; commentary of low value does not."""
    return [
        s
        for s in supports
        if s.statement in dossier.statements and dossier.statements[s.statement].value == "normal"
    ]


def strengths(supports: Iterable[Support], dossier: Dossier) -> dict[str, Strength]:
    """The plainest strength in each account."""
    best: dict[str, Strength] = {}
    for support in supports:
        account = dossier.statements[support.statement].source
        if account not in best or _RANK[support.strength] > _RANK[best[account]]:
            best[account] = support.strength
    return best


def _finding(
    proposition: Proposition,
    supports: list[Support],
    accounts: tuple[str, ...],
    dossier: Dossier,
    independent: Independence,
) -> Finding:
    by_account = strengths(supports, dossier)
    ids = list(dict.fromkeys(support.statement for support in supports))
    records = [dossier.statements[name] for name in ids]
    count = independent.count(accounts, same_passages(records))
    grouped = {word: [a for a in accounts if by_account[a] == word] for word in _RANK}
    strength = "; ".join(f"{word} in {', '.join(named)}" for word, named in grouped.items() if named)
    parts = [f"{proposition.text} {strength[0].upper()}{strength[1:]}.", _count(count, len(accounts))]
    voice = {record.actor for record in records}
    quoted = len(voice) == 1 and OUTLET not in voice and all(record.attributed for record in records)
    if quoted:
        said = "Both" if len(accounts) == 2 else f"All {len(accounts)}"
        who = dossier.actor_name(records[0].actor)
        parts.append(f"{said} quote one voice, {who}: they bear out that it was said, not that it is so.")
    finding = found(
        dossier,
        "corroboration",
        proposition.id,
        ids,
        " ".join(parts + _variety(records, dossier)),
        proposition=proposition.id,
        strength=by_account,
        independent_accounts=count,
        holders=sorted({dossier.actor_name(r.actor) for r in records}),
    )
    return replace(finding, details={**finding.details, "one_voice": records[0].actor}) if quoted else finding


def _count(independent: int, accounts: int) -> str:
    if independent == accounts:
        return f"{accounts} accounts share no text; whether they are independent in origin is not known."
    return f"Of {accounts} accounts {independent} can be independent: the others share text or origin."


def _variety(records: list[Statement], dossier: Dossier) -> list[str]:
    parts = []
    holders = {dossier.actor_name(record.actor) for record in records}
    if len(holders) > 1:
        parts.append(f"Holders differ: {enumerated(sorted(holders))}.")
    forms: dict[str, list[str]] = defaultdict(list)
    for record in records:
        forms[record.condition.form if record.condition else "no condition"].append(record.id)
    if len(forms.keys() - {"no condition"}) > 1:
        differing = "; ".join(f"{form} ({enumerated(ids)})" for form, ids in forms.items())
        parts.append(f"Logical forms differ: {differing}.")
    return parts
