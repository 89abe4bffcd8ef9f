"""How many worlds are enough: stop when the error of a metric is small enough, and say what it would take otherwise.

The error of a mean over randomised low-discrepancy points falls between N^-1/2 and N^-3/2 (Owen 1997); the rate seen
so far, held between N^-1/2 and N^-1, is used to plan. An error from sixteen replications is itself uncertain by about
a fifth, so one look below the target may be luck: two in a row are asked for, or one at half the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.faults import InvalidInput
from backstop.worlds.statistics import REPLICATIONS

FEWEST = 16 * REPLICATIONS


@dataclass(frozen=True, slots=True)
class Look:
    """One stage of a growing run: its worlds, and the mean and standard error of the metric over them."""

    worlds: int
    mean: float
    se: float | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to stop, why, and otherwise how many worlds to look at next."""

    stop: bool
    reached: bool
    reason: str
    worlds: int | None = None


def rate(looks: Sequence[Look]) -> float:
    """The exponent r of se ~ N^-r over the looks so far, between 1/2 and 1; 1/2 where there is too little to tell."""
    seen = [(np.log(look.worlds), np.log(look.se)) for look in looks if look.se is not None and look.se > 0]
    if len(seen) < 3:
        return 0.5
    x, y = np.array(seen).T
    x = x - x.mean()
    if not (x @ x) > 0:
        return 0.5
    return float(np.clip(-(x @ y) / (x @ x), 0.5, 1.0))


def decide(looks: Sequence[Look], target: float, most: int) -> Decision:
    """Stop or go on, after the last of `looks`, for a standard error of `target` with at most `most` worlds.

    The next number of worlds is what the rate so far calls for, at least half as many again and at most four times as
    many, in whole points of the sixteen replications. A metric that does not vary has error 0 and stops at once.
    Raises InvalidInput for a target that is not positive.
    """
    if not (np.isfinite(target) and target > 0):
        raise InvalidInput(f"the error to stop at must be a positive number, not {target}")
    if not looks:
        return Decision(False, False, "nothing assessed yet", min(most, FEWEST))
    last = looks[-1]
    enough = last.se is not None and last.se <= target and last.worlds >= FEWEST
    before = looks[-2].se if len(looks) > 1 else None
    certain = last.se is not None and last.se <= 0.5 * target
    if enough and (certain or (before is not None and before <= target)):
        return Decision(True, True, f"error {last.se:.3g} is at most {target:.3g} at {last.worlds} worlds")
    if last.worlds >= most:
        if enough:
            return Decision(
                True, True, f"error {last.se:.3g} is at most {target:.3g} at the limit of {most} worlds"
            )
        error = "unknown" if last.se is None else f"{last.se:.3g}"
        return Decision(
            True, False, f"error is still {error}, above {target:.3g}, at the limit of {most} worlds"
        )
    wanted = 2.0 * last.worlds
    if last.se is not None:
        wanted = last.worlds * (last.se / (0.8 * target)) ** (1.0 / rate(looks))
    wanted = float(np.clip(wanted, 1.5 * last.worlds, 4.0 * last.worlds))
    step = int(np.ceil(max(wanted, FEWEST) / REPLICATIONS)) * REPLICATIONS
    return Decision(False, False, f"going on to {min(step, most)} worlds", min(step, most))
