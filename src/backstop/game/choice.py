"""A choice among moves: how probable each is, and what the choice is worth to the mover.

The rule is the agent logit of McKelvey and Palfrey (1998, Experimental Economics 1, eq. 2) and Signorino (1999, APSR
93); where shocks are private payoffs, the mover earns the expected maximum of Rust (1987, Econometrica 55, eq. 4.9)
without the Euler constant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

Information = Literal["agent_error", "private_payoffs"]

TIE = 1e-12
"""At noise 0 moves are tied within this share of the largest absolute value compared, which counts as at least 1."""


def free_choice(utilities: Sequence[float], noise: float) -> list[float]:
    """Probabilities with which an actor chooses among moves worth `utilities` to it.

    `noise` is the scale of the shocks, at least 0. At noise 0 the best move is made, and ties are split equally.
    """
    best = max(utilities)
    if noise == 0.0:
        margin = TIE * max(1.0, *(abs(utility) for utility in utilities))
        odds = [0.0 if best - utility > margin else 1.0 for utility in utilities]
    else:
        odds = [math.exp((utility - best) / noise) for utility in utilities]
    total = sum(odds)
    return [each / total for each in odds]


def with_bound(free: Sequence[float], bound: Mapping[int, float]) -> list[float]:
    """Probabilities of the moves where move m is made without a decision with probability `bound[m]`."""
    left = freedom(bound)
    return [left * chosen + bound.get(move, 0.0) for move, chosen in enumerate(free)]


def freedom(bound: Mapping[int, float]) -> float:
    """Probability that a decision is taken at all."""
    return max(1.0 - sum(bound.values()), 0.0)


def expected_maximum(utilities: Sequence[float], noise: float) -> float:
    """`noise * log sum exp(utility / noise)`: what a choice is worth to a mover who earns the shocks as well."""
    best = max(utilities)
    if noise == 0.0:
        return best
    return best + noise * math.log(sum(math.exp((utility - best) / noise) for utility in utilities))
