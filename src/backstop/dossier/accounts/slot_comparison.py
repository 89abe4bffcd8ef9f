"""Contradictions and differences of detail, from typed slots compared per actor or event.

One actor holds one office at a time, one event has one place; where accounts fill such a slot with values that do
not go together, that is a contradiction: outright where both are about the same actor or the same event,
reconcilable where the events may be two, an internal tension inside one account. Other slots are details, and
accounts may differ in them. A dateline is a zone and never a slot, and a form of address is no office: neither can
become a contradiction.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from backstop.base.words import sentence_case
from backstop.dossier.accounts.finding import Finding, Status, enumerated, found
from backstop.dossier.accounts.office import offices_in
from backstop.dossier.accounts.quantity import standing
from backstop.dossier.accounts.slot_value import SINGLE_VALUED, Reading, compare, dated, opposed, reading
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import OUTLET, Register, Slot, Statement
from backstop.dossier.relations import groups

Group = tuple[str, str, str, str, str]
"""What entries of one value share: key, label, subject, polarity, and who wants it so."""

MENTIONS = 3
"""Statements of an account that are shown for a role that its coder did not code as an office."""

MOST_VALUES = 60
"""Different values of one slot that are compared pair by pair."""


@dataclass(frozen=True)
class Entry:
    """One slot of one statement: whose, and how it reads."""

    statement: Statement
    subject: str
    on: str
    reading: Reading


def slot_findings(dossier: Dossier) -> list[Finding]:
    """All contradictions and differences of detail that the slots of the statements show."""
    # Events that may be one are compared with each other.
    events = dossier.register.events
    one_event = groups(events, ((e, other) for e in events for other in events[e].maybe_same_as))
    grouped: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in _entries(dossier):
        subject, on = (one_event.get(name, name) for name in (entry.subject, entry.on))
        grouped[entry.reading.name, subject, on].append(entry)
    return [
        finding
        for (name, subject, on), entries in grouped.items()
        for finding in _compared(name, subject, on, entries, dossier)
    ]


def _entries(dossier: Dossier) -> Iterable[Entry]:
    register = dossier.register
    described: set[tuple[str, str]] = set()
    headed: dict[tuple[str, str], list[str]] = {}
    coded: list[Entry] = []
    for statement in dossier.substantive:
        for name, slots in statement.slots.items():
            for slot in slots:
                subject = _subject(name, slot, statement, register)
                if subject:
                    entry = Entry(statement, subject, slot.on, reading(name, slot, register))
                    coded.append(entry)
                    if name == "office":
                        described.add((statement.source, subject))
    roles = list(_role_entries(dossier, described))
    for entry in (*coded, *roles):
        if entry.reading.name == "office":
            key = (entry.statement.source, entry.subject)
            headed.setdefault(key, []).extend(_bodies(entry, register))
    for entry in (*coded, *roles):
        yield entry
        if entry.reading.name in ("position", "reaction"):
            for body in dict.fromkeys(headed.get((entry.statement.source, entry.subject), ())):
                yield Entry(entry.statement, body, entry.on, entry.reading)


def _subject(name: str, slot: Slot, statement: Statement, register: Register) -> str:
    """Whose slot it is, empty where nobody can say.

    The one named; else the actor for an office, position or reaction, the event, or for numbers and details the object
    that the statement is about.
    """
    if slot.of:
        return slot.of
    if name in ("office", "position", "reaction"):
        return "" if statement.actor == OUTLET else statement.actor
    if statement.event:
        return statement.event
    if name == "place" and statement.attribution == "reported act" and statement.actor != OUTLET:
        # An act without a coded event: where the same actor acted is compared, and may be several acts.
        return f"acts of {statement.actor}"
    if name not in ("place", "time", "occasion", "participants") and statement.objects:
        return statement.objects[0]
    return ""


def _role_entries(dossier: Dossier, described: set[tuple[str, str]]) -> Iterable[Entry]:
    """Offices out of roles as described, for accounts in which no office was coded for that actor."""
    register = dossier.register
    seen: Counter[tuple[str, str, str]] = Counter()
    shown: set[tuple[str, str]] = set()
    for statement in dossier.substantive:
        actor = register.actors.get(statement.actor)
        if (
            actor is None
            or actor.kind not in ("person", "other")
            or (statement.source, statement.actor) in described
        ):
            continue
        # What an account calls an actor as a whole is shown once, beside the first passage that describes him.
        whole = dossier.sources[statement.source].offices.get(statement.actor, "")
        first = bool(statement.role) and (statement.source, statement.actor) not in shown
        if first:
            shown.add((statement.source, statement.actor))
        texts = [statement.role or "", whole if first else ""]
        for text in texts:
            for office in offices_in(text):
                key = (statement.source, statement.actor, str(office))
                if seen[key] < MENTIONS:
                    seen[key] += 1
                    slot = Slot.model_validate({"is": str(office), "of": statement.actor})
                    read = Reading("office", slot, str(office), str(office), (office,))
                    yield Entry(statement, statement.actor, "", read)


def _bodies(entry: Entry, register: Register) -> list[str]:
    """The bodies that an actor speaks for in the office this account gives him."""
    actor = register.actors.get(entry.subject)
    found = []
    for role in actor.roles if actor else ():
        for held in offices_in(role.office):
            if role.heads and role.body and any(held.same(office) for office in entry.reading.offices):
                found.append(role.body)
    return found


def _compared(name: str, subject: str, on: str, entries: list[Entry], dossier: Dossier) -> list[Finding]:
    register = dossier.register
    by_value: dict[Group, list[Entry]] = defaultdict(list)
    for entry in entries:
        slot, read = entry.reading.slot, entry.reading
        by_value[read.key, read.label, entry.subject, slot.polarity or "", _wisher(entry)].append(entry)
    values = list(by_value)[:MOST_VALUES]
    clashing: set[int] = set()
    differing: set[int] = set()
    statuses: set[Status] = set()
    unlike: set[int] = set()
    findings = []
    for (i, one), (j, other) in combinations(enumerate(values), 2):
        first, second = by_value[one][0], by_value[other][0]
        verdict = compare(first.reading, second.reading, register)
        accounts = {e.statement.source for e in by_value[one]}, {e.statement.source for e in by_value[other]}
        across = len(accounts[0] | accounts[1]) > 1
        if verdict == "differ" and accounts[0] & accounts[1] and opposed(first.reading, second.reading):
            clashing |= {i, j}
            statuses.add("internal tension")
        elif verdict == "unlike":
            unlike |= {i, j} if across else set()
        elif verdict == "differ" and across:
            differing |= {i, j}
        elif verdict in ("clash", "exclude") and one[-1] and other[-1] and one[-1] != other[-1]:
            findings.append(_wishes(name, subject, (by_value[one], by_value[other]), dossier))
        elif verdict in ("clash", "exclude") and bool(one[-1]) != bool(other[-1]):
            if across:
                findings.append(_wish_and_fact(name, subject, (by_value[one], by_value[other]), dossier))
        elif verdict in ("clash", "exclude"):
            clashing |= {i, j}
            statuses.add(_status(verdict, name, first, second, across))
    if clashing:
        # In a slot with one value, whoever differs from those that clash belongs to the same question.
        shown = clashing | differing if name in SINGLE_VALUED else clashing
        status = next(s for s in _ORDER if s in statuses)
        groups = [(value, by_value[value]) for index, value in enumerate(values) if index in shown]
        findings.append(_finding("contradiction", name, subject, on, groups, dossier, status))
    if differing and not (clashing and name in SINGLE_VALUED):
        groups = [(value, by_value[value]) for index, value in enumerate(values) if index in differing]
        findings.append(_finding("difference", name, subject, on, groups, dossier, ""))
    if unlike:
        groups = [(value, by_value[value]) for index, value in enumerate(values) if index in unlike]
        findings.append(_finding("not_compared", name, subject, on, groups, dossier, ""))
    return findings


def _remarks(groups: list[tuple[Group, list[Entry]]], register: Register) -> str:
    """What was converted to compare numbers, and why some could not be compared."""
    slots = [entries[0].reading.slot for _, entries in groups if entries[0].reading.name == "number"]
    said: dict[str, None] = {}
    for one, other in combinations(slots[:8], 2):
        if one.low is not None and other.low is not None and (words := standing(one, other, register)[1]):
            said[sentence_case(words) + "."] = None
    return " ".join(said)


_WISHES = frozenset({"demand", "offer", "conditional commitment", "refusal", "threat/warning"})


def _wisher(entry: Entry) -> str:
    """Who asks for, offers or threatens a number, time or place; empty where it is told as a fact or estimate."""
    told = entry.reading.name not in ("number", "time", "place") or entry.statement.type not in _WISHES
    return "" if told or entry.statement.actor == OUTLET else entry.statement.actor


def _wishes(name: str, subject: str, sides: tuple[list[Entry], list[Entry]], dossier: Dossier) -> Finding:
    """Two holders who want different numbers: they disagree, and the accounts that say so do not contradict."""
    holders = [side[0].statement.actor for side in sides]
    labels = [side[0].reading.label for side in sides]
    ids = [list(dict.fromkeys(entry.statement.id for entry in side)) for side in sides]
    parts = [
        f"{dossier.subject_name(holder)}: {label} ({enumerated(names)})"
        for holder, label, names in zip(holders, labels, ids, strict=True)
    ]
    values = "-".join(label.replace(" ", "_") for label in labels)
    return found(
        dossier,
        "actor_disagreement",
        f"{name}:{subject}:{'-'.join(holders)}:{values}",
        sorted({*ids[0], *ids[1]}, key=dossier.order.__getitem__),
        f"{name.capitalize()} of {dossier.subject_name(subject)}: {'; '.join(parts)}.",
        name,
        holders=sorted(holders),
        about=subject,
    )


def _wish_and_fact(
    name: str, subject: str, sides: tuple[list[Entry], list[Entry]], dossier: Dossier
) -> Finding:
    """What somebody wants and what is told or estimated: they differ, and both accounts can be right."""
    wished, told = sides if _wisher(sides[0][0]) else sides[::-1]
    ids = [list(dict.fromkeys(entry.statement.id for entry in side)) for side in (wished, told)]
    labels = [side[0].reading.label for side in (wished, told)]
    holder = dossier.subject_name(wished[0].statement.actor)
    values = "-".join(label.replace(" ", "_") for label in labels)
    return found(
        dossier,
        "difference",
        f"{name}:{subject}:wish:{values}",
        sorted({*ids[0], *ids[1]}, key=dossier.order.__getitem__),
        f"{name.capitalize()} of {dossier.subject_name(subject)}: {holder} wants {labels[0]} ({enumerated(ids[0])});"
        f" {labels[1]} is what is told ({enumerated(ids[1])}). A wish does not contradict it.",
        name,
        subjects=[subject],
    )


_ORDER: tuple[Status, ...] = ("outright", "reconcilable", "internal tension", "apparent")


def _status(verdict: str, name: str, one: Entry, other: Entry, across: bool) -> Status:
    if not across:
        return "internal tension"
    if one.subject != other.subject or one.subject.startswith("acts of "):
        return "reconcilable"
    if one.on != other.on:
        return "reconcilable"
    if verdict == "exclude":
        return "outright"
    if name == "time" and not (dated(one.reading) and dated(other.reading)):
        return "reconcilable"  # weekdays, of weeks that nobody names
    # Titles may be held together, reactions may come one after the other; places, dates, numbers and positions may
    # not differ.
    return "reconcilable" if name in ("office", "reaction", "occasion") else "outright"


_WHY: dict[str, str] = {
    "outright": "Both cannot be true.",
    "reconcilable": "They go together only if the accounts speak of different times or occasions.",
    "internal tension": "The tension is inside one account.",
    "apparent": "They speak of different things.",
    "": "",
}


def _finding(
    kind: Literal["contradiction", "difference", "not_compared"],
    name: str,
    subject: str,
    on: str,
    groups: list[tuple[Group, list[Entry]]],
    dossier: Dossier,
    status: Status,
) -> Finding:
    statements: dict[str, None] = {}
    parts = []
    for (_, label, *_), entries in groups:
        ids = list(dict.fromkeys(e.statement.id for e in entries))
        statements |= dict.fromkeys(ids)
        parts.append(f"{label} (account {enumerated(dossier.accounts_of(ids))}: {enumerated(ids, 4)})")
    aspect = name.replace("_", " ")
    subjects = sorted({e.subject for _, entries in groups for e in entries})
    whose = " / ".join(dossier.subject_name(s.removeprefix("acts of ")) for s in subjects[:4])
    about = f" on {dossier.subject_name(on)}" if on else ""
    return found(
        dossier,
        kind,
        ":".join(part for part in (name, subject.replace(" ", "_"), on) if part),
        sorted(statements, key=dossier.order.__getitem__),
        f"{sentence_case(aspect)} of {whose}{about}: {'; '.join(parts)}."
        f" {' '.join(filter(None, (_WHY[status], _remarks(groups, dossier.register))))}".rstrip(),
        aspect,
        status,
        subjects=subjects,
    )
