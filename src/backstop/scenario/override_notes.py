"""What to mind about values that were set: those outside their range, and what a measure's level changes."""

from __future__ import annotations

from backstop.base.words import listed
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.distribution.truncated import conditioned
from backstop.scenario.model import Model


def override_notes(model: Model) -> tuple[str, ...]:
    """A line for every parameter that is set outside its range, and for every measure that is set."""
    before, found = model.as_it_stands, []
    for name, value in model.overrides.set.items():
        if name in model.scenario.measures:
            changed = [a for a, levels in before.levels.items() if levels[name] != value]
            what = f"changes {listed(changed)}" if changed else "changes no arrangement"
            found.append(f"{name} is set to {value:g}, which {what}")
            continue
        spread = model.unconditioned[name]
        low, high = spread.support if isinstance(spread, Distribution) else (spread, spread)
        if not low <= value <= high:
            within = (
                f"its range from {low:g} to {high:g}"
                if low < high
                else f"{low:g}, which the study is certain of"
            )
            found.append(f"{name} is set to {value:g}, outside {within}")
        elif conditioned(spread, value, value) is None:
            found.append(f"{name} is set to {value:g}, a value that the study does not allow")
    return tuple(found)
