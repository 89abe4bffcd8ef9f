"""The text of one document, with what made it and what was left out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backstop.base.words import counted, listed
from backstop.dossier.record import Extractor


@dataclass(frozen=True, slots=True)
class Extract:
    """The canonical text of one document, what made it, what the file says about itself, and what is said of it."""

    text: str
    extractor: Extractor
    newline: str = "LF"
    about: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def known(**about: object) -> dict[str, str]:
    """What a file says about itself, as far as it says anything."""
    return {name: str(value) for name, value in about.items() if value}


def left_out(counts: Mapping[str, int]) -> tuple[str, ...]:
    """What of a document is not in its text, by kind in the singular, for people.

    >>> left_out({"picture": 2, "text box": 1})
    ('left out: 2 pictures and 1 text box',)
    """
    many = {"text box": "text boxes"}
    parts = [counted(count, kind, many.get(kind)) for kind, count in counts.items() if count]
    return (f"left out: {listed(parts)}",) if parts else ()
