"""Tensions between logical forms: what is needed earlier than it is on offer, and claims that cannot both hold.

Two necessary conditions of one outcome are compatible and never reported. A thing needed under a ceasefire, whose
part is promised only after a peace deal, leaves a gap between the two: both statements can be true, so it is an
apparent contradiction.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from backstop.dossier.accounts.corroboration import countable
from backstop.dossier.accounts.finding import Finding, Status, enumerated, found
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import FindingKind, Form, Proposition, Statement
from backstop.dossier.relations import wider_objects

_NEEDS = frozenset(("demand", "threat/warning", "assessment", "concern"))
_PROMISES = frozenset(("conditional commitment", "offer", "refusal"))


def sequence_tensions(dossier: Dossier) -> list[Finding]:
    """Things needed in an early stage that are promised, in whole or part, only in a later one."""
    register = dossier.register
    rank = {stage: index for index, stage in enumerate(register.stages)}
    needs: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    offers: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in dossier.substantive:
        if statement.condition is None:
            continue
        stages = [name for name in statement.condition.on if name in rank]
        things = [n for n in dict.fromkeys([*statement.objects, *statement.condition.on]) if n not in rank]
        if not stages:
            continue
        early = statement.condition.form in ("in the event of", "if", "if not")
        if early and statement.type in _NEEDS:
            for thing in things:
                needs[thing, min(stages, key=rank.__getitem__)].append(statement)
        elif statement.condition.form == "only if" and statement.type in _PROMISES:
            for thing in things:
                offers[thing, max(stages, key=rank.__getitem__)].append(statement)
    grouped: dict[tuple[str, str, str], tuple[list[Statement], dict[str, list[Statement]]]] = {}
    for (thing, early_stage), wanted in needs.items():
        for (means, late_stage), promised in offers.items():
            if rank[late_stage] > rank[early_stage] and thing in wider_objects(means, register):
                _, by_means = grouped.setdefault((thing, early_stage, late_stage), (wanted, {}))
                by_means[means] = promised
    return [_sequence(key, wanted, by_means, dossier) for key, (wanted, by_means) in grouped.items()]


def _sequence(
    key: tuple[str, str, str], wanted: list[Statement], promised: dict[str, list[Statement]], dossier: Dossier
) -> Finding:
    thing, early, late = (dossier.subject_name(name) for name in key)
    first = [s.id for s in wanted]
    later = [i for i in dict.fromkeys(s.id for g in promised.values() for s in g) if i not in first]
    means = enumerated(dossier.subject_name(name) for name in promised)
    across = len(dossier.accounts_of([*first, *later])) > 1
    return found(
        dossier,
        "contradiction",
        f"sequence:{':'.join(key)}",
        [*first, *later],
        f"{thing} is needed from the {early} on ({enumerated(first)}), and only with the {late} is there a promise of"
        f" {means} ({enumerated(later)}). Both can be true if something else protects the time between.",
        "sequence",
        "apparent" if across else "internal tension",
    )


def form_conflicts(dossier: Dossier) -> list[Finding]:
    """Propositions whose forms exclude each other: a contradiction for one holder, else a disagreement of actors."""
    by_outcome: dict[str, list[Proposition]] = defaultdict(list)
    for proposition in dossier.propositions.values():
        if proposition.form and proposition.form.outcome and proposition.status != "derived":
            by_outcome[proposition.form.outcome.removeprefix("not ").strip()].append(proposition)
    conflicts = (
        _conflict(one, other, dossier)
        for group in by_outcome.values()
        for one, other in combinations(group, 2)
        if one.form and other.form and (excludes(one.form, other.form) or excludes(other.form, one.form))
    )
    return [conflict for conflict in conflicts if conflict is not None]


def excludes(one: Form, other: Form) -> bool:
    """Whether the first form cannot hold with the second (looked at from the first alone)."""
    first, second = set(one.conditions), set(other.conditions)
    if one.kind == "necessary" and other.kind == "sufficient":
        return one.outcome == other.outcome and any(_negated(c) in second for c in first)
    if one.kind == "sufficient" and other.kind == "sufficient":
        return one.outcome == _negated(other.outcome) and first == second
    return (
        one.kind == "raises"
        and other.kind == "lowers"
        and one.outcome == other.outcome
        and bool(first & second)
    )


def _negated(name: str) -> str:
    return name.removeprefix("not ").strip() if name.startswith("not ") else f"not {name}"


def _conflict(one: Proposition, other: Proposition, dossier: Dossier) -> Finding | None:
    sides = [[s.statement for s in countable(p.supports, dossier)] for p in (one, other)]
    if not all(sides):
        return None
    holders = [{dossier.statements[name].actor for name in side} for side in sides]
    shared = holders[0] & holders[1]
    statements = [*sides[0], *sides[1]]
    kind: FindingKind = "contradiction" if shared else "actor_disagreement"
    status: Status = ""
    if shared and len(dossier.accounts_of(statements)) == 1:
        status = "internal tension"
    elif shared:
        possible = any(p.form and p.form.modality == "possible" for p in (one, other))
        status = "reconcilable" if possible else "outright"
    who = enumerated(sorted(dossier.actor_name(h) for h in (shared or holders[0] | holders[1])))
    return found(
        dossier,
        kind,
        f"form:{one.id}:{other.id}",
        statements,
        f"{one.id} and {other.id} cannot both hold: {one.text} / {other.text} Held by {who}.",
        "logical form",
        status,
        propositions=[one.id, other.id],
    )


def opponents(dossier: Dossier) -> list[Finding]:
    """Who refuses or worries, where that differs from account to account and no slot says it."""
    by_account: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for statement in dossier.substantive:
        if "opponents" in statement.slots:
            return []
        if statement.type in ("refusal", "concern") and statement.actor in dossier.register.actors:
            by_account[statement.source][statement.actor].append(statement.id)
    if len(by_account) < 2 or len({frozenset(who) for who in by_account.values()}) < 2:
        return []
    statements = [i for who in by_account.values() for ids in who.values() for i in ids[:3]]
    parts = [
        f"{enumerated(dossier.actor_name(a) for a in who)} (account {account})"
        for account, who in list(by_account.items())[:8]
    ]
    words = f"Who objects: {'; '.join(parts)}."
    return [found(dossier, "difference", "opponents", statements[:200], words, "opponents")]
