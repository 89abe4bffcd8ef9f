"""A finding of the comparison of accounts: what it is, of which aspect and status, and which statements show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from backstop.dossier.record import FindingKind

Status = Literal["", "outright", "reconcilable", "internal tension", "apparent"]

KINDS: tuple[FindingKind, ...] = get_args(FindingKind)
"""The kinds in the order a reader wants them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `details` holds what only some kinds have: strength, independent accounts, score, holders."""

    id: str
    kind: FindingKind
    statements: tuple[str, ...]
    sources: tuple[str, ...]
    explanation: str
    aspect: str = ""
    status: Status = ""
    details: dict[str, Any] = field(default_factory=dict)
    origin: Literal["computed", "recorded"] = "computed"

    def as_dict(self) -> dict[str, Any]:
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


def enumerated(names: Iterable[str], most: int = 8) -> str:
    """Names in a row, at most `most` of them, and how many are left out.

    >>> enumerated("abcd", most=2)
    'a, b and 2 more'
    """
    found = list(names)
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")
