"""Agreement between coders: Krippendorff's alpha for nominal data.

Units are the passages that two coders or more have coded in one source; the values are what each wrote in one field
there. Source: Krippendorff (2004), Content Analysis, chapter 11; Hayes & Krippendorff (2007), eq. for nominal data.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from backstop.dossier.dossier import Dossier
from backstop.dossier.record import Statement

OVERLAP = 0.5
"""Share of the union that two passages must have in common to be one unit."""

FIELDS: dict[str, Callable[[Statement], Hashable]] = {
    "type": lambda s: s.type,
    "attribution": lambda s: s.attribution,
    "actor": lambda s: s.actor,
    "stance": lambda s: s.stance,
    "first object": lambda s: s.objects[0] if s.objects else "",
    "condition": lambda s: s.condition.form if s.condition else "",
    "hedged": lambda s: bool(s.hedge),
}
"""The fields whose agreement is measured."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Alpha of one field: over how many units and values; None where it is undefined (no variation, or no unit)."""

    field: str
    alpha: float | None
    units: int
    values: int

    def as_dict(self) -> dict[str, float | None]:
        """What stands under the field in `backstop-agreement/1`."""
        return {"alpha": self.alpha, "units": self.units, "values": self.values}


def alpha_nominal(units: Sequence[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha for nominal data: 1 - D_o / D_e from the coincidence matrix.

    `units`: for each unit the values the coders gave it, missing ones left out. Units with fewer than two values do not
    count. None where there is no pair, or where all values are one and expected disagreement is zero.

    >>> alpha_nominal([["for", "for"], ["against", "against"], ["for", "against"]])
    0.4444444444444444
    """
    coincidences: Counter[tuple[Hashable, Hashable]] = Counter()
    for unit in units:
        size = len(unit)
        if size < 2:
            continue
        counts = Counter(unit)
        for one, n in counts.items():
            for other, m in counts.items():
                pairs = n * (m - 1) if one == other else n * m
                coincidences[one, other] += pairs / (size - 1)  # type: ignore[assignment]
    margins: dict[Hashable, float] = defaultdict(float)
    for (one, _), count in coincidences.items():
        margins[one] += count
    total = sum(margins.values())
    if total <= 1:
        return None
    observed = sum(count for (one, other), count in coincidences.items() if one != other)
    expected = sum(margins[a] * margins[b] for a in margins for b in margins if a != b) / (total - 1)
    return 1 - observed / expected if expected else None


def units_of(statements: Sequence[Statement]) -> list[list[Statement]]:
    """Passages of a source coded by two coders or more: those of its statements that overlap by half and more.

    Each statement enters one unit, with the one of each other coder that overlaps it most.
    """
    coders = list(dict.fromkeys(s.coder for s in statements))
    if len(coders) < 2:
        return []
    left = {coder: [s for s in statements if s.coder == coder] for coder in coders}
    units = []
    for index, coder in enumerate(coders):
        for statement in left[coder]:
            unit = [statement]
            for other in coders[index + 1 :]:
                near = max(left[other], key=lambda s, t=statement: _overlap(s, t), default=None)  # type: ignore[misc]
                if near is not None and _overlap(near, statement) >= OVERLAP:
                    left[other].remove(near)
                    unit.append(near)
            if len(unit) > 1:
                units.append(unit)
    return units


def _overlap(one: Statement, other: Statement) -> float:
    first, second = one.anchor, other.anchor
    if first.text != second.text:
        return 0.0
    shared = min(first.end, second.end) - max(first.start, second.start)
    return max(0, shared) / (max(first.end, second.end) - min(first.start, second.start))


def agreement(dossier: Dossier) -> dict[str, list[Agreement]]:
    """By source that several coders coded: alpha of each field."""
    found: dict[str, list[Agreement]] = {}
    coded: dict[str, list[Statement]] = {source: [] for source in dossier.sources}
    for statement in dossier.statements.values():
        coded.setdefault(statement.source, []).append(statement)
    for source in dossier.sources:
        units = units_of(coded[source])
        if not units:
            continue
        rows = []
        for name, value in FIELDS.items():
            values = [[value(statement) for statement in unit] for unit in units]
            rows.append(Agreement(name, alpha_nominal(values), len(units), sum(map(len, values))))
        found[source] = rows
    return found
