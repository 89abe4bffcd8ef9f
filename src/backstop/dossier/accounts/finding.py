"""A finding of the comparison of accounts: what it is, of which aspect and status, and which statements show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from backstop.dossier.record import Statement

if TYPE_CHECKING:
    from backstop.dossier.store import Dossier

Kind = Literal[
    "corroboration",
    "difference",
    "contradiction",
    "actor_disagreement",
    "single_source",
    "unattributed",
    "candidate",
]
Status = Literal["", "outright", "reconcilable", "internal tension", "apparent"]

KINDS: tuple[Kind, ...] = (
    "contradiction",
    "difference",
    "actor_disagreement",
    "corroboration",
    "single_source",
    "unattributed",
    "candidate",
)
"""The kinds in the order a reader wants them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `details` holds what only some kinds have: strength, independent accounts, score, holders."""

    id: str
    kind: Kind
    statements: tuple[str, ...]
    sources: tuple[str, ...]
    explanation: str
    aspect: str = ""
    status: Status = ""
    details: dict[str, Any] = field(default_factory=dict)
    origin: Literal["computed", "recorded"] = "computed"

    def plain(self) -> dict[str, Any]:
        """The finding as it stands in `backstop-accounts/1`."""
        return {
            "id": self.id,
            "kind": self.kind,
            "aspect": self.aspect,
            "status": self.status,
            "statements": list(self.statements),
            "sources": list(self.sources),
            "explanation": self.explanation,
            "origin": self.origin,
            **self.details,
        }


def accounts_of(statements: Iterable[str], dossier: Dossier) -> tuple[str, ...]:
    """The accounts that statements stand in, in the order of the dossier."""
    named = {dossier.statements[name].source for name in statements if name in dossier.statements}
    return tuple(sorted(named, key=dossier.order.__getitem__))


def counted(dossier: Dossier) -> list[Statement]:
    """The statements that count: commentary of low value is kept but left out."""
    return [statement for statement in dossier.statements.values() if statement.value == "normal"]


def actor_name(actor: str, dossier: Dossier) -> str:
    """An actor's name for people."""
    entry = dossier.register.actors.get(actor)
    return entry.name if entry else actor


def subject_name(subject: str, dossier: Dossier) -> str:
    """The name of an actor, event or object for people."""
    register = dossier.register
    if subject in register.events:
        return register.events[subject].title
    if subject in register.objects:
        return register.objects[subject].title
    return actor_name(subject, dossier)


def listed(names: Iterable[str], most: int = 8) -> str:
    """Names in a row, at most `most` of them."""
    found = list(names)
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")
