"""What became of an import: the dossier after it, what was taken and left out, and what stands in conflict."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.foreign import LeftOut

Side = Literal["", "ours", "theirs"]
"""Whose version is taken where both changed one thing; empty: ours, and it is listed."""


@dataclass
class Imported:
    """A dossier after an import: what was `taken` and `left_out`, what stands in `conflict`, and `notes` on the way.

    `texts` are those that came with the file, by their digest; `other` counts what we changed and the file did not.
    """

    dossier: Dossier
    taken: Counter[str] = field(default_factory=Counter)
    left_out: list[LeftOut] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    other: int = 0

    @property
    def counts(self) -> list[str]:
        """A line for each kind of thing: how many were taken and how many left out."""
        left = Counter(one.kind for one in self.left_out)
        lines = []
        for kind in dict.fromkeys([*self.taken, *left]):
            parts = [f"{self.taken[kind]:,} taken"] if self.taken[kind] else []
            parts += [f"{left[kind]:,} left out"] if left[kind] else []
            lines += [f"{kind}: {', '.join(parts)}"] if parts else []
        return lines
