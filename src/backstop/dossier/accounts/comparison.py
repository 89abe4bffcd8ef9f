"""The comparison of accounts, statement by statement: where they agree or differ, what only one says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backstop.dossier.accounts.candidate_pairs import candidate_pairs
from backstop.dossier.accounts.claim_variants import variants
from backstop.dossier.accounts.corroboration import corroborations, countable
from backstop.dossier.accounts.disagreement import disagreements
from backstop.dossier.accounts.finding import KINDS, Finding, Status, enumerated, found
from backstop.dossier.accounts.independence import Independence, independence
from backstop.dossier.accounts.logical_form import form_conflicts, opponents, sequence_tensions
from backstop.dossier.accounts.quoted_words import quotation_findings
from backstop.dossier.accounts.slot_comparison import slot_findings
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import RecordedFinding, Statement

_COMMENTARY = {"normal": "", "low": " (commentary)"}


@dataclass(frozen=True)
class Comparison:
    """All findings, in the order of KINDS, and how the accounts depend on each other."""

    findings: tuple[Finding, ...]
    independence: Independence

    def of(self, kind: str) -> list[Finding]:
        """The findings of one kind."""
        return [finding for finding in self.findings if finding.kind == kind]

    def only(self, kinds: Collection[str]) -> Comparison:
        """The comparison with the findings of some kinds alone."""
        return replace(self, findings=tuple(f for f in self.findings if f.kind in kinds))

    def as_dict(self, dossier: Dossier, digests: Mapping[str, str]) -> dict[str, Any]:
        """The comparison as `backstop-accounts/1`."""
        return {
            "format": "backstop-accounts/1",
            "title": dossier.register.title,
            "digests": dict(digests),
            "accounts": [
                {
                    "id": source.id,
                    "title": source.title,
                    "group": self.independence.group[source.id],
                    "statements": sum(s.source == source.id for s in dossier.statements.values())
                    if len(dossier.sources) < 100
                    else None,
                }
                for source in dossier.sources.values()
            ],
            "independence": [relation.as_dict() for relation in self.independence.relations],
            "findings": [finding.as_dict() for finding in self.findings],
        }


def compare(
    dossier: Dossier, texts: Mapping[str, str] | None = None, independent: Independence | None = None
) -> Comparison:
    """The comparison of the accounts of `dossier`. In `texts`, by source id, shared passages are looked for.

    `independent`: how the accounts depend on each other, where that is known already.

    >>> from pathlib import Path
    >>> from backstop.dossier import store
    >>> dossier = store.read(Path("examples/ukraine-2025/dossier")).dossier
    >>> [f.aspect for f in compare(dossier).of("contradiction") if f.status == "outright"]
    ['office', 'position', 'reaction']
    """
    independent = independence(dossier, texts) if independent is None else independent
    found = slot_findings(dossier)
    found += sequence_tensions(dossier) + form_conflicts(dossier) + opponents(dossier)
    found += variants(dossier)
    found += disagreements(dossier)
    found += quotation_findings(dossier, texts)
    found += corroborations(dossier, independent)
    found += single_source(dossier) + unattributed(dossier) + candidates(dossier)
    dismissed = [r for r in dossier.findings.values() if r.dismissed]
    kept = [f for f in found if not any(_same(f, r) for r in dismissed)]
    recorded = [_as_finding(r, dossier) for r in dossier.findings.values() if not r.dismissed]
    covered = {r.id: [f for f in kept if _covers(f, r)] for r in recorded}
    for name, by in covered.items():
        for finding in by:
            index = kept.index(finding)
            details = {**finding.details, "recorded": [*finding.details.get("recorded", []), name]}
            kept[index] = replace(finding, details=details)
    marked = [_marked(finding, dossier) for finding in (*kept, *recorded)]
    ordered = sorted(marked, key=lambda f: KINDS.index(f.kind))
    return Comparison(tuple(ordered), independent)


def _marked(finding: Finding, dossier: Dossier) -> Finding:
    """A finding that rests on a passage whose text has changed, said to be unconfirmed."""
    held = [i for i in finding.statements if i in dossier.statements and dossier.statements[i].held]
    if not held:
        return finding
    return replace(
        finding,
        explanation=f"{finding.explanation} Unconfirmed, the text has changed: {enumerated(held)}.",
        details={**finding.details, "unconfirmed": held},
    )


def _same(finding: Finding, recorded: RecordedFinding) -> bool:
    if finding.id == recorded.id:
        return True
    return finding.kind == recorded.kind and set(finding.statements) == set(recorded.statements)


def _covers(finding: Finding, recorded: Finding) -> bool:
    shared = set(finding.statements) & set(recorded.statements)
    return finding.kind == recorded.kind and 2 * len(shared) >= len(recorded.statements) > 0


def _as_finding(recorded: RecordedFinding, dossier: Dossier) -> Finding:
    low = recorded.status.casefold()
    words: tuple[tuple[str, Status], ...] = (
        ("outright", "outright"),
        ("internal", "internal tension"),
        ("reconcilable", "reconcilable"),
        ("unresolved", "reconcilable"),
        ("apparent", "apparent"),
        ("tension", "apparent"),
    )
    status: Status = (
        next((s for word, s in words if word in low), "") if recorded.kind == "contradiction" else ""
    )
    explanation = recorded.explanation + (
        f" ({recorded.status})" if recorded.status and recorded.status != status else ""
    )
    return Finding(
        id=recorded.id,
        kind=recorded.kind,
        statements=recorded.statements,
        sources=dossier.accounts_of(recorded.statements),
        explanation=explanation,
        aspect=recorded.aspect,
        status=status,
        details={"coder": recorded.coder},
        origin="recorded",
    )


def shared_statements(dossier: Dossier) -> set[str]:
    """Statements whose claim another account bears out: linked to a proposition that has support there, in whole."""
    found: set[str] = set()
    for proposition in dossier.propositions.values():
        if proposition.status != "stated":
            continue
        supports = countable(proposition.supports, dossier)
        accounts = {dossier.statements[s.statement].source for s in supports}
        if len(accounts) > 1:
            found.update(s.statement for s in supports if s.strength != "partial")
    # What another coder read in the same passage of the same actor is the same claim.
    read: dict[tuple[str, str, int, int, str], set[str]] = defaultdict(set)
    for name in found:
        read[_passage(dossier.statements[name])].add(dossier.statements[name].coder)
    for statement in dossier.statements.values():
        coders = read.get(_passage(statement))
        if coders and statement.coder not in coders:
            found.add(statement.id)
    return found


def _passage(statement: Statement) -> tuple[str, str, int, int, str]:
    anchor = statement.anchor
    return statement.source, anchor.text, anchor.start, anchor.end, statement.actor


def single_source(dossier: Dossier) -> list[Finding]:
    """Claims that one account alone makes."""
    if len(dossier.sources) < 2:
        return []
    shared = shared_statements(dossier)
    alone = (s for s in dossier.substantive if s.id not in shared)
    return [
        found(dossier, "single_source", s.id, [s.id], f"Account {s.source} alone: {s.paraphrase}")
        for s in alone
    ]


def unattributed(dossier: Dossier) -> list[Finding]:
    """Claims that an account makes in its own voice or as a reported act, without giving anybody's words."""
    findings = []
    for s in dossier.statements.values():
        if not s.attributed:
            words = f"Account {s.source}, {s.attribution}{_COMMENTARY[s.value]}: {s.paraphrase}"
            findings.append(found(dossier, "unattributed", s.id, [s.id], words, value=s.value))
    return findings


def candidates(dossier: Dossier) -> list[Finding]:
    """For statements not yet linked to a proposition: the nearest in other accounts."""
    linked = {
        s.statement
        for p in dossier.propositions.values()
        for s in (*p.supports, *p.opposes)
        if p.status == "stated"
    }
    pool = dossier.substantive
    asked = [statement for statement in pool if statement.id not in linked]
    found: dict[frozenset[str], Finding] = {}
    for item in candidate_pairs(dossier, asked, pool):
        pair = frozenset((item.statement, item.other))
        if pair in found:
            continue
        one, other = dossier.statements[item.statement], dossier.statements[item.other]
        found[pair] = Finding(
            id=f"candidate:{one.id}:{other.id}",
            kind="candidate",
            statements=(one.id, other.id),
            sources=(one.source, other.source),
            explanation=(
                f"Perhaps the same: {dossier.actor_name(one.actor)} in {one.source}: {one.paraphrase} /"
                f" {dossier.actor_name(other.actor)} in {other.source}: {other.paraphrase}"
            ),
            details={"score": item.score},
        )
    return list(found.values())
