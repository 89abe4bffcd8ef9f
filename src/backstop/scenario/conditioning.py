"""Conditions on parameters: that one has a value, or lies in a range."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backstop.base.faults import Fault, Place
from backstop.base.words import did_you_mean, listed
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.distribution.truncated import conditioned
from backstop.scenario.format.scenario import Scenario
from backstop.scenario.uses import Path


def conditioned_parameter(
    scenario: Scenario,
    root: Mapping[str, Distribution | float],
    place: Callable[[Path], Place],
    name: str,
    low: float,
    high: float,
) -> tuple[Fault | None, Distribution | float]:
    """A parameter on the condition that it lies in [low, high], or what is wrong with that.

    `root`: the distributions without any condition, by parameter; `place` finds places in the file.
    """
    asked = f"given {name} = {low:g}" if low == high else f"given {name} from {low:g} to {high:g}"
    if name not in root:
        if name in scenario.measures:
            return Fault(
                f"{asked}: a measure is promised, not drawn", hint=f"write --set {name}={high:g}"
            ), 0.0
        return Fault(f"{asked}: it is no parameter", hint=did_you_mean(name, root, "parameter")), 0.0
    found = conditioned(root[name], low, high)
    if found is not None:
        return None, found
    spread = root[name]
    first, last = (spread, spread) if isinstance(spread, float) else spread.support
    where = f"it is {first:g} for certain" if first == last else f"it lies between {first:g} and {last:g}"
    if isinstance(spread, Distribution) and spread.atoms and first <= low <= high <= last:
        where = f"its values are {listed(f'{value:g}' for value in spread.atoms)}"
    return (
        Fault(
            f"{asked}: that has probability nothing, for {where}",
            place(("parameters", name)),
            f"condition on what may be, or intervene with --set {name}=VALUE",
        ),
        0.0,
    )
