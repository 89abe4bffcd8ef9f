"""One claim of one holder told in different ways: surely or perhaps, on other conditions, said or never said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, product

from backstop.dossier.accounts.corroboration import countable
from backstop.dossier.accounts.finding import Finding, Status, enumerated, found
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import OUTLET, Condition, Proposition, Statement

ALIKE = 80.0
"""Likeness of two paraphrases (0 to 100) from which they are taken for one claim, where no proposition says so."""

MOST_ALIKE = 200
"""Statements of one holder on the same objects whose paraphrases are compared pair by pair."""

_MAY = re.compile(r"\b(?:may|might|could|possibly|perhaps|maybe)\b", re.IGNORECASE)
_WILL = re.compile(r"\b(?:will|shall|must|certain(?:ly)?|definitely|sure(?:ly)?)\b", re.IGNORECASE)

Claim = tuple[str, str, list[Statement]]
"""What it is known by, what it says, and the statements of one holder that say it."""


def variants(dossier: Dossier) -> list[Finding]:
    """Differences of certainty and of condition between accounts of one claim, and what is said against never said."""
    findings: dict[str, Finding] = {}
    for key, text, statements in _claims(dossier):
        for finding in (
            _certainty(key, text, statements, dossier),
            _conditions(key, text, statements, dossier),
        ):
            if finding is not None:
                findings.setdefault(finding.id, finding)
    for proposition in dossier.propositions.values():
        for finding in _said(proposition, dossier):
            findings.setdefault(finding.id, finding)
    return list(findings.values())


def _claims(dossier: Dossier) -> Iterator[Claim]:
    """Claims that one holder makes in two accounts or more: by proposition, else by objects, type and paraphrase."""
    linked: set[frozenset[str]] = set()
    for proposition in dossier.propositions.values():
        if proposition.status == "derived":
            continue
        held: dict[str, list[Statement]] = defaultdict(list)
        for support in countable(proposition.supports, dossier):
            statement = dossier.statements[support.statement]
            if support.strength != "partial" and statement.actor != OUTLET:
                held[statement.actor].append(statement)
        for holder, statements in held.items():
            if len({s.source for s in statements}) > 1:
                linked |= {frozenset((a.id, b.id)) for a, b in combinations(statements, 2)}
                yield f"{proposition.id}:{holder}", proposition.text.rstrip("."), statements
    yield from _alike(dossier, linked)


def _alike(dossier: Dossier, linked: set[frozenset[str]]) -> Iterator[Claim]:
    from rapidfuzz.fuzz import token_set_ratio

    groups: dict[tuple[object, ...], list[Statement]] = defaultdict(list)
    for statement in dossier.substantive:
        if statement.actor != OUTLET and statement.objects:
            key = (statement.actor, statement.type, statement.stance, frozenset(statement.objects))
            groups[key].append(statement)
    for statements in groups.values():
        for one, other in combinations(statements[:MOST_ALIKE], 2):
            if one.source == other.source or frozenset((one.id, other.id)) in linked:
                continue
            if token_set_ratio(_bare(one.paraphrase), _bare(other.paraphrase)) >= ALIKE:
                yield f"{one.id}:{other.id}", one.paraphrase.rstrip("."), [one, other]


def _bare(paraphrase: str) -> str:
    return _WILL.sub("", _MAY.sub("", paraphrase)).casefold()


def _certainty(key: str, text: str, statements: list[Statement], dossier: Dossier) -> Finding | None:
    """ "May" in one account against "will", or no reserve, in another."""
    sides: dict[bool, list[Statement]] = defaultdict(list)
    for statement in statements:
        sides[bool(_reserve(statement))].append(statement)
    accounts = {hedged: {s.source for s in side} for hedged, side in sides.items()}
    if len(sides) < 2 or not accounts[True] - accounts[False] or not accounts[False] - accounts[True]:
        return None
    words = ", ".join(dict.fromkeys(f'"{_reserve(s)}"' for s in sides[True]))
    firm = (
        ", ".join(dict.fromkeys(f'"{w}"' for s in sides[False] if (w := _firmness(s)))) or "without reserve"
    )
    told = f"with {words} ({_places(sides[True])}), {firm} ({_places(sides[False])})"
    who = dossier.actor_name(statements[0].actor)
    ids = [s.id for s in statements]
    return found(
        dossier, "difference", f"certainty:{key}", ids, f"Certainty of {who}: {told}. {text}.", "certainty"
    )


def _reserve(statement: Statement) -> str:
    """The word that weakens a statement; empty where none does."""
    if statement.hedge:
        return "" if _WILL.fullmatch(statement.hedge.strip()) else statement.hedge
    match = _MAY.search(statement.paraphrase)
    return match.group().lower() if match else ""


def _firmness(statement: Statement) -> str:
    match = _WILL.search(statement.hedge or statement.paraphrase)
    return match.group().lower() if match else ""


def _conditions(key: str, text: str, statements: list[Statement], dossier: Dossier) -> Finding | None:
    """Other conditions, or none, for one claim, with the part that differs.

    Two accounts that have one condition in common agree; else the two conditions nearest to each other are named.
    """
    by_account: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_account[statement.source].append(statement)
    said: dict[str, None] = {}
    concerned: dict[str, None] = {}
    for first, second in combinations(by_account.values(), 2):
        compared = [(_parts(a.condition, b.condition, dossier), a, b) for a, b in product(first, second)]
        parts, one, other = min(compared, key=lambda found: len(found[0]))
        if parts:
            concerned |= dict.fromkeys((one.id, other.id))
            said[f"{' and '.join(parts)} ({_places([one])}; {_places([other])})"] = None
    if not said:
        return None
    who = dossier.actor_name(statements[0].actor)
    words = f"Condition of {who}: {'; '.join(list(said)[:4])}. {text}."
    return found(dossier, "difference", f"condition:{key}", concerned, words, "condition")


def _parts(one: Condition | None, other: Condition | None, dossier: Dossier) -> list[str]:
    """Which parts of two conditions differ, in words."""
    if one is None or other is None:
        given = one or other
        if given is None:
            return []
        shown = f'"{given.form} {given.text}"'
        return [f"{shown} against no condition" if one else f"no condition against {shown}"]
    parts = []
    if one.form != other.form:
        parts.append(f'the form, "{one.form}" against "{other.form}"')
    if set(one.on) != set(other.on) and one.on and other.on:
        names = (", ".join(dossier.subject_name(n) for n in c.on) for c in (one, other))
        parts.append("what it is about, {} against {}".format(*names))
    elif _plain(one.text) != _plain(other.text) and (
        not (one.on and other.on) or _negated(one.text) != _negated(other.text)
    ):
        parts.append(f'the words, "{one.text}" against "{other.text}"')
    return parts


def _negated(text: str) -> bool:
    return bool(re.search(r"\b(?:not|no|never|without|cannot)\b|n't\b", text, re.IGNORECASE))


def _plain(text: str) -> list[str]:
    return [w for w in re.findall(r"[^\W_]+", text.casefold()) if w not in ("a", "an", "the")]


def _said(proposition: Proposition, dossier: Dossier) -> Iterator[Finding]:
    """Holders whom one account has say a thing, and another its opposite, or that they never said it."""
    sides: list[dict[str, list[Statement]]] = []
    for links in (proposition.supports, proposition.opposes):
        held: dict[str, list[Statement]] = defaultdict(list)
        for link in countable(links, dossier):
            held[dossier.statements[link.statement].actor].append(dossier.statements[link.statement])
        sides.append(held)
    for holder, favour in sides[0].items():
        against = sides[1].get(holder, [])
        if not against or holder == OUTLET:
            continue
        across = {s.source for s in favour} != {s.source for s in against} or len(
            {s.source for s in favour}
        ) > 1
        status: Status = "reconcilable" if across else "internal tension"
        why = "They go together only if it was said at one time and not at another." if across else ""
        yield found(
            dossier,
            "contradiction",
            f"said:{proposition.id}:{holder}",
            [s.id for s in (*favour, *against)],
            f"{dossier.actor_name(holder)} says it ({_places(favour)}), and denies it or never said it"
            f" ({_places(against)}): {proposition.text.rstrip('.')}. {why}".strip(),
            "said",
            status,
        )


def _places(statements: Iterable[Statement]) -> str:
    return enumerated((f"account {s.source}: {s.id}" for s in statements), 4)
