"""The state of the plain sweeps of the tail, as locals of its function."""

from __future__ import annotations

from dataclasses import dataclass

from backstop.program.code.encoding import I32, Function


@dataclass(frozen=True, slots=True)
class Sweeps:
    """Locals: masks of the worlds still `active` and of those `settled`; the largest `change` of the last sweep and the
    `scale` of values, at least 1; the `highest` discount factor; `tolerance`, the change at which a world of scale 1
    has settled; and the number of sweeps `made`, of at most `limit`."""

    limit: int
    active: int
    settled: int
    change: int
    scale: int
    highest: int
    tolerance: int
    made: int


def sweeps_of(function: Function, limit: int) -> Sweeps:
    """The locals of a function for its sweeps."""
    active, settled, change, scale, highest, tolerance = (function.local() for _ in range(6))
    return Sweeps(limit, active, settled, change, scale, highest, tolerance, function.local(I32))
