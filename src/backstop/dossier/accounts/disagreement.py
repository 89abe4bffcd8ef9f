"""Disagreements between actors: who is for and who against the same thing.

Two sources of evidence: propositions that one actor's statements support and another's oppose, and opposite stance
of two holders on one object. A holder who names whom he opposes is read as against that one alone. A stance under
"if not" is about the absence of the thing and does not count.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product

from backstop.dossier.accounts.corroboration import countable
from backstop.dossier.accounts.finding import Finding, enumerated, found
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import OUTLET, Register, Statement
from backstop.dossier.relations import wider_actors

_AGAINST = frozenset({"refusal", "concern", "threat/warning", "conditional commitment", "assessment"})
_FOR = frozenset({"demand", "offer", "conditional commitment", "assessment", "report of fact"})
Stances = dict[str, dict[str, list[Statement]]]
MOST_PAIRS = 500
FEW = 3
"""Statements on one side below which those that name the object in passing are added."""


def disagreements(dossier: Dossier) -> list[Finding]:
    """Disagreements between actors by proposition and by object, each pair of holders one finding."""
    findings = _by_position(dossier) + _by_proposition(dossier)
    seen = {f.id for f in findings}
    return findings + [f for f in _by_stance(dossier) if f.id not in seen]


def _finding(about: str, name: str, sides: tuple[tuple[str, list[str]], ...], dossier: Dossier) -> Finding:
    (one, first), (other, second) = sides
    holders = sorted((one, other))
    return found(
        dossier,
        "actor_disagreement",
        f"{about}:{'-'.join(holders)}",
        [*first, *second],
        f"{name}: {dossier.actor_name(one)} for ({enumerated(first)}),"
        f" {dossier.actor_name(other)} against ({enumerated(second)}).",
        name,
        holders=holders,
        about=about,
    )


def _by_proposition(dossier: Dossier) -> list[Finding]:
    findings = []
    for proposition in dossier.propositions.values():
        sides: list[dict[str, list[str]]] = []
        for links in (proposition.supports, proposition.opposes):
            holders: dict[str, list[str]] = defaultdict(list)
            for link in countable(links, dossier):
                holders[dossier.statements[link.statement].actor].append(link.statement)
            sides.append(holders)
        for one, other in product(*sides):
            if one != other and OUTLET not in (one, other):
                pair = ((one, sides[0][one]), (other, sides[1][other]))
                findings.append(_finding(proposition.id, proposition.text.rstrip("."), pair, dossier))
    return findings


def _by_position(dossier: Dossier) -> list[Finding]:
    """Positions coded as slots: opposite polarity of two actors on one thing."""
    held: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for statement in dossier.substantive:
        for slot in statement.slots.get("position", ()):
            holder = slot.of or statement.actor
            if slot.on and slot.polarity in ("+", "-") and holder != OUTLET:
                held[slot.on][slot.polarity][holder].append(statement.id)
    findings = []
    for about, sides in held.items():
        for one, other in product(sides["+"], sides["-"]):
            if not one_side(one, other, dossier.register):
                named = {t for i in sides["-"][other] for t in dossier.statements[i].target_actors}
                meant = {holder for holder in sides["+"] if _meant(holder, named, dossier.register)}
                if meant and one not in meant:
                    continue
                pair = ((one, sides["+"][one]), (other, sides["-"][other]))
                findings.append(_finding(about, dossier.subject_name(about), pair, dossier))
    return findings


def _by_stance(dossier: Dossier) -> list[Finding]:
    register = dossier.register
    sides: dict[str, Stances] = defaultdict(lambda: {"+": defaultdict(list), "-": defaultdict(list)})
    touched: dict[str, Stances] = defaultdict(lambda: {"+": defaultdict(list), "-": defaultdict(list)})
    for statement in dossier.substantive:
        if statement.actor == OUTLET or (statement.condition and statement.condition.form == "if not"):
            continue
        if statement.stance in ("+", "-"):
            allowed = statement.type in (_AGAINST if statement.stance == "-" else _FOR)
            # A stance is about the object named first; the others say what else the passage touches.
            for rank, about in enumerate(statement.objects):
                side = sides if rank == 0 and allowed else touched
                side[about][statement.stance][statement.actor].append(statement)
    findings: list[Finding] = []
    for about, stances in sides.items():
        for other, against in stances["-"].items():
            named = {t for s in against for t in s.target_actors}
            for one, favour in stances["+"].items():
                if (
                    one in stances["-"]
                    or other in stances["+"]
                    or one_side(one, other, register)
                    or not _meant(one, named, register)
                ):
                    continue  # of two minds, on one side, or not the one meant
                also = touched[about]
                pair = (
                    (one, [s.id for s in (*favour, *(also["+"][one] if len(favour) < FEW else ()))]),
                    (other, [s.id for s in (*against, *(also["-"][other] if len(against) < FEW else ()))]),
                )
                findings.append(_finding(about, dossier.subject_name(about), pair, dossier))
                if len(findings) >= MOST_PAIRS:
                    return findings
    return findings


def _meant(actor: str, named: set[str], register: Register) -> bool:
    """Whether `actor` is among those named as opposed, or part of them; all are where none is named."""
    if not named:
        return True
    return bool(wider_actors([actor], register) & named) or actor in wider_actors(named, register)


def one_side(one: str, other: str, register: Register) -> bool:
    """A person and the state he speaks for do not disagree with each other."""
    return one in wider_actors([other], register) or other in wider_actors([one], register)
