"""A finding of the comparison of accounts: what it is, of which aspect and status, and which statements show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from backstop.dossier.dossier import Dossier
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
        plain = {name: value for name, value in asdict(self).items() if name != "details"}
        return {**plain, **self.details}


def found(
    dossier: Dossier,
    kind: FindingKind,
    key: str,
    statements: Iterable[str],
    explanation: str,
    aspect: str = "",
    status: Status = "",
    **details: object,
) -> Finding:
    """A finding of the program on statements, in that order; `key` tells it from others of its kind."""
    ids = tuple(dict.fromkeys(statements))
    sources = dossier.accounts_of(ids)
    return Finding(f"{kind}:{key}", kind, ids, sources, explanation, aspect, status, details)


def enumerated(names: Iterable[str], most: int = 8) -> str:
    """Names in a row, at most `most` of them, and how many are left out.

    >>> enumerated("abcd", most=2)
    'a, b and 2 more'
    """
    found = list(names)
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")
