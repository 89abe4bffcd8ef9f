"""Which preferences make a state stable (Kinsara, Kilgour & Hipel 2015), by minimal conditions and exact counts.

Nash, GMR and SMR stability of s for i depend on i's preferences only through L, the set of states i finds no better
than s, and growing L keeps stability. So the answer is the inclusion-minimal sets L. SEQ and SSEQ also depend on what
the others prefer: they are conditioned on the others' present preferences here, and taken jointly in `requirements`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import comb, factorial
from typing import TypeVar

import numpy as np

from backstop.base.faults import Fault, Refused
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.sequences import Targets, reached
from backstop.graphmodel.stability.concepts import Concept

States = frozenset[int]
Member = TypeVar("Member", int, tuple[int, int, bool])
Clause = tuple[States, ...]
"""Alternatives: one of these sets must be within L."""

MAX_SETS = 20_000
MAX_COUNTED = 24


@dataclass(frozen=True, slots=True)
class StabilityCondition:
    """When a state is stable for one decision maker: when all of some set of `minimal` are no better than the state.

    `rankings` of the `of` strict rankings of all states satisfy it (None where there are too many states to count);
    no set at all means never, the empty set means always.
    """

    minimal: tuple[States, ...]
    rankings: int | None
    of: int

    def as_dict(self, conflict: Conflict) -> dict[str, object]:
        """The condition as plain data, with the ids of the file."""
        ids = conflict.states.ids
        return {
            "strict_rankings": self.rankings,
            "of": self.of,
            "minimal_lower_sets": [[ids[s] for s in sorted(low)] for low in self.minimal],
        }


def clauses(conflict: Conflict, decision_maker: int, state: int, concept: Concept) -> list[Clause]:
    """What every move from `state` requires: for each, the sets of which one must be no better than the state.

    For `seq` and `sseq` the others' present rankings decide which sanctions they would carry out; raises Refused where
    there are none.
    """
    i = decision_maker
    others = [k for k in range(len(conflict.moves)) if k != i]
    steps: list[Targets] = []
    if concept in ("seq", "sseq"):
        ranks = conflict.rankings("the inverse of SEQ")
        steps = [conflict.moves[k].improving(ranks[k]).targets for k in others]
    elif concept != "nash":
        steps = [conflict.moves[k].targets for k in others]
    own = conflict.moves[i].targets
    result: list[Clause] = []
    for target in own(state):
        q = int(target)
        terms = {frozenset({q})}
        if concept != "nash":
            for r in reached(q, steps):
                term = {r}
                if concept in ("smr", "sseq"):
                    term.update(int(t) for t in own(r))
                term.discard(state)
                terms.add(frozenset(term))
        result.append(minimal(terms))
    return result


def holds(required: list[Clause], no_better: States) -> bool:
    """Whether L = `no_better` satisfies all clauses."""
    return all(any(term <= no_better for term in clause) for clause in required)


def condition(conflict: Conflict, decision_maker: int, state: int, concept: Concept) -> StabilityCondition:
    """Minimal lower sets and the exact number of strict rankings. Raises Refused above 20,000 minimal sets."""
    sets: tuple[States, ...] = (frozenset(),)
    for clause in sorted(clauses(conflict, decision_maker, state, concept), key=len):
        if len(sets) * len(clause) > 50 * MAX_SETS:
            raise _too_many(len(sets) * len(clause))
        sets = minimal({held | term for held in sets for term in clause})
        if len(sets) > MAX_SETS:
            raise _too_many(len(sets))
    ordered = tuple(sorted(sets, key=lambda s: (len(s), sorted(s))))
    return StabilityCondition(ordered, count_rankings(ordered, conflict.size), factorial(conflict.size))


def _too_many(count: int) -> Refused:
    return Refused(
        Fault(
            f"there are {count:,} alternative conditions and more to come; at most {MAX_SETS:,} are listed",
            hint="ask for nash, or for a smaller conflict",
        )
    )


def minimal(sets: Iterable[frozenset[Member]]) -> tuple[frozenset[Member], ...]:
    """The sets that contain no other, the smallest first."""
    kept: list[frozenset[Member]] = []
    for candidate in sorted(sets, key=lambda s: (len(s), sorted(s))):
        if not any(other <= candidate for other in kept):
            kept.append(candidate)
    return tuple(kept)


def count_rankings(minimal: tuple[States, ...], size: int) -> int | None:
    """Strict rankings of `size` states with all of some set of `minimal` below the state; None if too many to count.

    Of the v states that matter, a given set of a lies exactly below the state in a!(v - a)!/(v + 1)! of all rankings.
    """
    if not minimal:
        return 0
    relevant = sorted(set().union(*minimal))
    v = len(relevant)
    if v > MAX_COUNTED:
        return None
    place = {state: at for at, state in enumerate(relevant)}
    subset = np.arange(1 << v, dtype=np.int32)
    good = np.zeros(1 << v, dtype=np.bool_)
    for required in minimal:
        mask = sum(1 << place[state] for state in required)
        good |= subset & mask == mask
    ones = np.zeros(1 << v, dtype=np.int8)
    for at in range(v):
        ones += (subset >> at & 1).astype(np.int8)
    per_size = np.bincount(ones[good], minlength=v + 1)
    share = sum(
        (Fraction(int(number), comb(v, a) * (v + 1)) for a, number in enumerate(per_size)), Fraction(0)
    )
    return int(share * factorial(size))
