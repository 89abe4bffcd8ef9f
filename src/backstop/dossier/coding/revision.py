"""Statements revised, withdrawn and put back, each only where it still is what its reader saw."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backstop.base.faults import InvalidInput, Place, Refused
from backstop.base.files import sha256
from backstop.base.records import validated, within
from backstop.base.words import did_you_mean, listed
from backstop.dossier.coding.statement import by_id
from backstop.dossier.dossier import Dossier
from backstop.dossier.intake import now
from backstop.dossier.record import Proposition, Record, RecordedFinding, Statement, Support

FIXED = frozenset({"id", "source", "anchor", "held", "accepted", "known_as", "imported"})
"""Fields of a statement that are not revised by hand: what it stands on, and what became of that."""


class Overtaken(Refused):
    """The refusal to change a record that somebody else has changed since it was read; `now`: what it is, if it is."""

    def __init__(self, kind: str, name: str, now: Record | None) -> None:
        self.kind, self.name, self.now = kind, name, now
        what = "withdrawn" if now is None else "changed"
        super().__init__(
            f"somebody else has {what} the {kind} {name} since you opened it; nothing was written",
            hint="compare your version with theirs, then save again or leave theirs",
        )


def edition(record: Record) -> str:
    """A short digest of a record, by which a reader says which state of it was seen.

    >>> from backstop.dossier.record import Term
    >>> edition(Term(title="truce")) == edition(Term(title="truce")) != edition(Term(title="deal"))
    True
    """
    return sha256(json.dumps(record.as_dict(), sort_keys=True).encode())[:20]


def seen(dossier: Dossier, name: str, was: str) -> Statement:
    """The statement `name` as it was seen. Raises InvalidInput where there is none, Overtaken where it has changed."""
    found = dossier.statements.get(name)
    if found is None:
        if was:
            raise Overtaken("statement", name, None)
        hint = did_you_mean(name, dossier.statements, "statement")
        raise InvalidInput(f"there is no statement {name}", hint=hint)
    if edition(found) != was:
        raise Overtaken("statement", name, found)
    return found


def revised(
    dossier: Dossier, name: str, fields: Mapping[str, Any], was: str, new: bool = False
) -> tuple[Dossier, Statement]:
    """`dossier` with the statement `name` revised in the `fields` given, and that statement; None clears a field.

    The passage stays. `was` is the `edition` that was seen; with `new` actors and objects that the register does not
    have are entered in it. Raises InvalidInput, and Overtaken.
    """
    old = seen(dossier, name, was)
    if fixed := FIXED.intersection(fields):
        raise InvalidInput(
            f"{listed(sorted(fixed))} cannot be revised",
            place=Place(path=f"statement {name}"),
            hint="code the passage anew and withdraw this one",
        )
    register, given = by_id(dossier.register, dict(fields), new)
    kept = {key: value for key, value in old.as_dict().items() if key not in given}
    data = {**kept, "when": now(), **{key: value for key, value in given.items() if value is not None}}
    statement, faults = validated(Statement, data, within(Place(path=f"statement {name}")))
    if statement is None:
        raise InvalidInput(faults)
    statements = {**dossier.statements, name: statement}
    return replace(dossier, register=register, statements=statements), statement


def citing(dossier: Dossier, name: str) -> Iterator[Proposition | RecordedFinding]:
    """The propositions and recorded findings that name a statement."""
    for proposition in dossier.propositions.values():
        if any(link.statement == name for link in (*proposition.supports, *proposition.opposes)):
            yield proposition
    for finding in dossier.findings.values():
        if name in finding.statements:
            yield finding


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A statement withdrawn, with the links and recorded findings that went with it, so that it can be put back."""

    statement: Statement
    links: tuple[tuple[str, str, Support], ...] = ()
    """Proposition, supports or opposes, and the link."""
    findings: tuple[RecordedFinding, ...] = ()
    """The findings that named it, as they were."""

    def as_dict(self) -> dict[str, Any]:
        """The withdrawal as JSON, as `put_back` takes it."""
        return {
            "statement": self.statement.as_dict(),
            "links": [
                {"proposition": name, "bearing": bearing, "link": link.as_dict()}
                for name, bearing, link in self.links
            ],
            "findings": [finding.as_dict() for finding in self.findings],
        }


def withdrawn(dossier: Dossier, name: str, was: str, links: bool = False) -> tuple[Dossier, Withdrawal]:
    """`dossier` without the statement `name`, and what went; with `links` also without what names it in propositions
    and findings.

    Raises Refused where something names it, and that is not to go; InvalidInput, and Overtaken.
    """
    statement = seen(dossier, name, was)
    named = list(citing(dossier, name))
    if named and not links:
        raise Refused(
            f"{name} is named by {listed([record.id for record in named])}",
            hint="withdraw it with its links, or take the links off first",
        )
    gone = Withdrawal(
        statement,
        tuple(
            (record.id, bearing, link)
            for record in named
            if isinstance(record, Proposition)
            for bearing in ("supports", "opposes")
            for link in getattr(record, bearing)
            if link.statement == name
        ),
        tuple(record for record in named if isinstance(record, RecordedFinding)),
    )
    left = replace(
        dossier,
        statements={key: one for key, one in dossier.statements.items() if key != name},
        propositions={key: _without(one, name) for key, one in dossier.propositions.items()},
        findings={
            key: one.model_copy(update={"statements": tuple(s for s in one.statements if s != name)})
            for key, one in dossier.findings.items()
            if one.statements != (name,)
        },
    )
    return left, gone


def _without(proposition: Proposition, name: str) -> Proposition:
    left = {
        bearing: tuple(link for link in getattr(proposition, bearing) if link.statement != name)
        for bearing in ("supports", "opposes")
    }
    same = all(left[bearing] == getattr(proposition, bearing) for bearing in left)
    return proposition if same else proposition.model_copy(update=left)


def put_back(dossier: Dossier, given: Mapping[str, Any]) -> tuple[Dossier, Statement]:
    """`dossier` with what a `Withdrawal` says was withdrawn, and the statement; links that are there stay as they are.

    Raises InvalidInput where there is a statement of its id, a record is none, or a proposition is gone.
    """
    place = Place(path="withdrawn")
    statement, faults = validated(Statement, given.get("statement"), within(place))
    if statement is None:
        raise InvalidInput(faults)
    if statement.id in dossier.statements:
        raise InvalidInput(
            f"there is a statement {statement.id} already", hint="it was put back, or coded anew"
        )
    statements = {**dossier.statements, statement.id: statement}
    propositions, findings = dict(dossier.propositions), dict(dossier.findings)
    for entry in given.get("links", ()):
        link, faults = validated(Support, entry.get("link"), within(place))
        known, bearing = propositions.get(entry.get("proposition", "")), entry.get("bearing")
        if link is None:
            raise InvalidInput(faults)
        if known is None or bearing not in ("supports", "opposes"):
            raise InvalidInput(
                f"there is no proposition {entry.get('proposition')} any more",
                hint="put it back without links",
            )
        if all(one.statement != link.statement for one in getattr(known, bearing)):
            links = (*getattr(known, bearing), link)
            propositions[known.id] = known.model_copy(update={bearing: links})
    for entry in given.get("findings", ()):
        finding, faults = validated(RecordedFinding, entry, within(place))
        if finding is None:
            raise InvalidInput(faults)
        findings[finding.id] = finding
    found = replace(dossier, statements=statements, propositions=propositions, findings=findings)
    return found, statement
