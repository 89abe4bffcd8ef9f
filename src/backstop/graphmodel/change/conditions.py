"""Which preferences make a state stable (Kinsara, Kilgour & Hipel 2015), by minimal conditions and exact counts.

Nash, GMR and SMR stability of s for i depend on i's preferences only through L, the set of states i finds no better
than s, and growing L keeps stability. So the answer is the inclusion-minimal sets L. SEQ and SSEQ also depend on what
the others prefer: they are conditioned on the others' present preferences here, and taken jointly in `requirements`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, factorial
from typing import TypeVar

import numpy as np

from backstop.base.words import listed
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.sequences import Targets, reached
from backstop.graphmodel.stability.concepts import Concept

States = frozenset[int]
Clause = tuple[States, ...]
"""Alternatives: one of these sets must be within L."""

Member = TypeVar("Member", int, tuple[int, int, bool])

MAX_SETS = 1_000
"""Alternative conditions that are listed."""

# Subsets, or sums of the inclusion-exclusion, that are gone through for a count; comparisons of sets for a list.
_COUNTED = 1 << 28
_INCLUDED = 14
_COMPARED = 1 << 30
_MOST_LINES, _MOST_STATES = 12, 8


@dataclass(frozen=True, slots=True)
class StabilityCondition:
    """When a state is stable for one decision maker: when one set of each of the `clauses` is no better than the state.

    `minimal`: the same as alternative sets, of which all of one must be no better; no set at all means never, the empty
    set always; None where there are too many to list. `rankings` of the `of` strict rankings of all states satisfy it;
    None where that takes long to count.
    """

    clauses: tuple[Clause, ...]
    minimal: tuple[States, ...] | None
    rankings: int | None
    of: int

    def as_dict(self, conflict: Conflict) -> dict[str, object]:
        """The condition as plain data, with the ids of the file; `one_of_each` where `minimal` is not listed."""

        def ids(sets: Iterable[States]) -> list[list[str]]:
            return [[conflict.states.ids[s] for s in sorted(one)] for one in sets]

        found: dict[str, object] = {
            "strict_rankings": self.rankings,
            "of": self.of,
            "minimal_lower_sets": None if self.minimal is None else ids(self.minimal),
        }
        if self.minimal is None:
            found["one_of_each"] = [ids(clause) for clause in self.clauses]
        return found

    def lines(self, conflict: Conflict) -> list[str]:
        """When the state is stable in words, what follows `stable by SEQ` first, then the alternatives."""
        share = " (how often is not counted: too many states matter)"
        if self.rankings is not None:
            share = f" ({self.rankings / self.of:.0%} of its rankings)"
        if self.minimal is None:
            shown = [self._clause_words(conflict, clause) for clause in self.clauses[:_MOST_LINES]]
            head = f"if something of each line is no better than it{share}; more than {MAX_SETS:,} ways"
            return [head, *shown, *_more(len(self.clauses) - _MOST_LINES)]
        if not self.minimal:
            return [f"never{share}"]
        if self.minimal == (frozenset(),):
            return [f"always{share}"]
        ids = conflict.states.ids
        shown = [listed(ids[s] for s in sorted(low)) for low in self.minimal[:_MOST_LINES]]
        return [f"if no better than it are{share}", *shown, *_more(len(self.minimal) - _MOST_LINES)]

    def _clause_words(self, conflict: Conflict, clause: Clause) -> str:
        ids = conflict.states.ids
        shown = [listed(ids[s] for s in sorted(term)) for term in clause[:_MOST_STATES]]
        left = len(clause) - _MOST_STATES
        return " or ".join([*shown, *([f"{left:,} others"] if left > 0 else [])])


def _more(count: int) -> list[str]:
    return [f"and {count:,} more"] if count > 0 else []


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
    for q in own(state).tolist():
        terms = {frozenset({q})}
        for r in () if concept == "nash" else reached(q, steps):
            replies = own(r).tolist() if concept in ("smr", "sseq") else ()
            terms.add(frozenset({r, *replies}) - {state})
        # Where the state itself is a sanction nothing is required.
        least = (frozenset(),) if frozenset() in terms else minimal(terms)
        result.append(tuple(terms) if least is None else least)
    return result


def holds(required: Sequence[Clause], no_better: States) -> bool:
    """Whether L = `no_better` satisfies all clauses."""
    return all(any(term <= no_better for term in clause) for clause in required)


def condition(conflict: Conflict, decision_maker: int, state: int, concept: Concept) -> StabilityCondition:
    """The condition for `state` to be stable for one decision maker, with the exact number of strict rankings."""
    every = clauses(conflict, decision_maker, state, concept)
    required = tuple(sorted(set(every), key=lambda clause: (len(clause), sorted(map(sorted, clause)))))
    required = tuple(clause for clause in required if clause != (frozenset(),))
    sets = alternatives(required)
    share = _share(required, sets)
    total = factorial(conflict.size)
    return StabilityCondition(required, sets, None if share is None else int(share * total), total)


def alternatives(
    required: Sequence[Sequence[frozenset[Member]]], fits: Callable[[frozenset[Member]], bool] | None = None
) -> tuple[frozenset[Member], ...] | None:
    """The least sets that contain one of each of `required` and fit; None where they are too many to list."""
    sets: tuple[frozenset[Member], ...] | None = (frozenset(),)
    for clause in sorted(required, key=len):
        if sets is None or len(sets) * len(clause) > 20 * MAX_SETS:
            return None
        joined = {held | term for held in sets for term in clause}
        sets = minimal(joined if fits is None else filter(fits, joined), MAX_SETS)
    return sets


def minimal(sets: Iterable[frozenset[Member]], most: int = 1 << 20) -> tuple[frozenset[Member], ...] | None:
    """The sets that contain no other, the smallest first; None where there are more than `most` or too many to tell."""
    ordered = sorted(sets, key=lambda s: (len(s), sorted(s)))
    place = {member: at for at, member in enumerate(sorted(set().union(*ordered)))}
    table = np.zeros((len(ordered), -(-len(place) // 8) or 1), dtype=np.uint8)
    for row, one in zip(table, ordered, strict=True):
        for member in one:
            row[place[member] >> 3] |= 1 << (place[member] & 7)
    kept: list[frozenset[Member]] = []
    left = np.arange(len(ordered))
    compared = 0
    while len(left):
        first = table[left[0]]
        kept.append(ordered[left[0]])
        compared += table.shape[1] * len(left)
        if len(kept) > most or compared > _COMPARED:
            return None
        left = left[((table[left] & first) != first).any(axis=1)]
    return tuple(kept)


def _share(required: Sequence[Clause], sets: Sequence[States] | None) -> Fraction | None:
    """The share of strict rankings in which one set of each clause lies below the state; None where that takes long.

    Given states lie all below it, or all above it, with a chance of 1 in their number and one more.
    """
    if sets is not None and len(sets) <= _INCLUDED:
        return 1 - _inclusion_exclusion(sets)
    if len(required) <= _INCLUDED and all(len(term) == 1 for clause in required for term in clause):
        return _inclusion_exclusion([frozenset().union(*clause) for clause in required])
    relevant = sorted(frozenset().union(*sets or ()))
    if sets is None or len(relevant) > 24 or len(sets) << len(relevant) > _COUNTED:
        return None
    place = {state: at for at, state in enumerate(relevant)}
    v = len(relevant)
    subset = np.arange(1 << v, dtype=np.int32)
    good = np.zeros(1 << v, dtype=np.bool_)
    for one in sets:
        mask = sum(1 << place[state] for state in one)
        good |= subset & mask == mask
    sizes = sum((subset[good] >> at & 1 for at in range(v)), np.zeros(np.count_nonzero(good), np.int32))
    # Of the v states that matter, a given set of a lies exactly below the state in a!(v - a)!/(v + 1)! of all rankings.
    per_size = np.bincount(sizes, minlength=v + 1).tolist()
    return sum((Fraction(number, comb(v, a) * (v + 1)) for a, number in enumerate(per_size)), Fraction(0))


def _inclusion_exclusion(sets: Sequence[States]) -> Fraction:
    """The chance that none of the sets lies all on one given side of the state."""
    total = Fraction(0)
    unions: list[tuple[States, int]] = [(frozenset(), 1)]
    for one in sets:
        unions += [(union | one, -sign) for union, sign in unions]
    for union, sign in unions:
        total += Fraction(sign, len(union) + 1)
    return total
