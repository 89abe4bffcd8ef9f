"""Krippendorff's alpha by its definition, to hold the way by coincidences to."""

from __future__ import annotations

from collections.abc import Hashable, Sequence


def alpha_by_pairs(units: Sequence[Sequence[Hashable]]) -> float | None:
    """The same by definition: mean disagreement of pairs within units over that of pairs drawn from all values."""
    used = [list(unit) for unit in units if len(unit) >= 2]
    pooled = [value for unit in used for value in unit]
    total = len(pooled)
    if total < 2:
        return None
    observed = sum(
        sum(a != b for i, a in enumerate(unit) for j, b in enumerate(unit) if i != j) / (len(unit) - 1)
        for unit in used
    )
    expected = sum(a != b for i, a in enumerate(pooled) for j, b in enumerate(pooled) if i != j) / (total - 1)
    return 1 - observed / expected if expected else None
