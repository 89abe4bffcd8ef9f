"""What a study is asked under besides its own assumptions: interventions, conditions, a camp, the reader's own package.

What is *set* intervenes: the weights of worlds stay those of the study as it stands. What is *given* conditions: worlds
are drawn with it, and weighed anew. The reader's *own* arrangement stands beside those of the study.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

YOURS = "yours"
"""What the reader's own arrangement is called."""

Range = tuple[float, float]
"""The lowest and the highest value; a single value twice."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """Values `set`, values or ranges `given` of parameters, the `camp` if any, and the arrangement `yours`.

    `yours`: levels of measures of the arrangement `YOURS`, those not named at their default; None where there is none.

    >>> Overrides({"troops": 30.0}, {"resolve": (0.2, 0.4)}).words
    'set: troops = 30; given: resolve from 0.2 to 0.4'
    """

    set: Mapping[str, float] = field(default_factory=dict)
    given: Mapping[str, Range] = field(default_factory=dict)
    camp: str | None = None
    yours: Mapping[str, float] | None = None

    @property
    def words(self) -> str:
        """All of them in a line; empty where there is none."""
        parts = []
        if self.set:
            parts.append("set: " + ", ".join(f"{name} = {value:.10g}" for name, value in self.set.items()))
        if self.given:
            parts.append("given: " + ", ".join(_given(name, *ends) for name, ends in self.given.items()))
        if self.camp is not None:
            parts.append(f"camp: {self.camp}")
        if self.yours is not None:
            levels = ", ".join(f"{name} = {level:.10g}" for name, level in self.yours.items())
            parts.append(f"{YOURS}: {levels or 'every measure at its default'}")
        return "; ".join(parts)

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON, as it was asked for; `yours` only where there is such an arrangement."""
        found: dict[str, object] = {
            "set": dict(self.set),
            "given": {name: low if low == high else [low, high] for name, (low, high) in self.given.items()},
            "camp": self.camp,
        }
        return found if self.yours is None else {**found, "yours": dict(self.yours)}


def as_range(value: float | Sequence[float]) -> Range:
    """A value or [low, high] as a range. Raises ValueError where it is neither, or the ends are the wrong way round."""
    ends = (value, value) if isinstance(value, int | float) else tuple(value)
    if len(ends) != 2 or not float(ends[0]) <= float(ends[1]):
        raise ValueError(f"{value!r} is neither a number nor [low, high]")
    return float(ends[0]), float(ends[1])


def _given(name: str, low: float, high: float) -> str:
    return f"{name} = {low:.10g}" if low == high else f"{name} from {low:.10g} to {high:.10g}"
