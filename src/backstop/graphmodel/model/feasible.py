"""Feasible option vectors: enumerated option by option, dropping what is infeasible as soon as it can be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import Fault, InvalidInput, Refused
from backstop.graphmodel.model.formula import Formula, Truth, conjunction, evaluate

Codes = NDArray[np.uint64]

MAX_OPTIONS = 62
MAX_STATES = 1 << 18
"""States analysed unless the caller allows more."""

# Measured from 2^12 to 2^16 states with three decision makers, output included, and rounded up.
_BYTES_PER_STATE = 4_000
_SECONDS_PER_STATE = 1e-4


def option_truth(codes: Codes, position: int) -> Truth:
    """Whether the option at `position` is taken, for each vector."""
    truth: Truth = (codes >> np.uint64(position)) & np.uint64(1) != 0
    return truth


def pattern_formula(pattern: str, options: Sequence[str]) -> Formula | None:
    """The formula of a pattern over the options in order ("1", "0", "-" for any); None where it matches everything."""
    parts: list[Formula] = []
    for name, mark in zip(options, pattern, strict=True):
        if mark == "1":
            parts.append(Formula("name", name))
        elif mark == "0":
            parts.append(Formula("not", parts=(Formula("name", name),)))
    return conjunction(parts) if parts else None


def estimate(states: float) -> str:
    """What that many states would cost, in words."""
    memory, seconds = states * _BYTES_PER_STATE, states * _SECONDS_PER_STATE
    size = f"{memory / 1e9:,.0f} GB" if memory >= 1e9 else f"{max(memory / 1e6, 1):,.0f} MB"
    time = f"{seconds / 3600:,.0f} hours" if seconds > 7200 else f"{max(seconds, 1):,.0f} seconds"
    return f"about {size} and {time}"


def feasible_vectors(options: Sequence[str], infeasible: Sequence[Formula], limit: int = MAX_STATES) -> Codes:
    """Codes of all vectors in which no formula of `infeasible` is true, ascending (bit j is option j).

    A formula is applied as soon as all its options have been set. Raises InvalidInput where nothing is feasible, and
    Refused where there are more than `limit` vectors or more than 62 options: before any analysis starts, with an
    estimate of what it would need.
    """
    k = len(options)
    if k > MAX_OPTIONS:
        raise Refused(
            f"{k} options; at most {MAX_OPTIONS} can be held", hint="leave options out, or split the conflict"
        )
    position = {name: j for j, name in enumerate(options)}
    needs = [frozenset(position[name] for name in formula.names()) for formula in infeasible]
    # Options that finish a formula soonest come first, so that dead ends are cut early.
    order: list[int] = []
    waiting = sorted((need for need in needs), key=len)
    for need in waiting:
        order.extend(sorted(need.difference(order)))
    order.extend(j for j in range(k) if j not in order)

    codes: Codes = np.zeros(1, dtype=np.uint64)
    placed: set[int] = set()
    pending = list(range(len(infeasible)))
    free = k
    for j in order:
        codes = np.concatenate([codes, codes | np.uint64(1 << j)])
        placed.add(j)
        free -= 1
        for at in [at for at in pending if needs[at] <= placed]:
            pending.remove(at)
            codes = codes[~_truth(infeasible[at], codes, position)]
        if not len(codes):
            raise InvalidInput(
                "no state is feasible: the infeasibility conditions exclude every vector",
                hint="loosen a condition",
            )
        if len(codes) > 4 * limit or (not pending and len(codes) << free > limit):
            most = "" if not pending else f"up to (after {len(placed)} options there are {len(codes):,}) "
            raise _too_many(f"{k} options give {most}", len(codes) * 2.0**free, limit)
    if len(codes) > limit:
        raise _too_many(f"{k} options give ", float(len(codes)), limit)
    codes.sort()
    return codes


def _truth(formula: Formula, codes: Codes, position: Mapping[str, int]) -> Truth:
    return evaluate(formula, lambda name: option_truth(codes, position[name]))


def _too_many(start: str, count: float, limit: int) -> Refused:
    return Refused(
        Fault(
            f"{start}{count:,.0f} states, and at most {limit:,} are analysed; all would need {estimate(count)}",
            hint="leave options out, declare more vectors infeasible, or allow more with --max-states",
        )
    )
