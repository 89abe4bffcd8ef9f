"""Coalitions: who can upset a state together (after Kilgour, Hipel, Fang & Peng 2001; Inohara & Hipel 2008).

A coalition H moves by legal sequences of its members' moves; it improves where every member prefers the end.
CNash: it has none. CGMR: each can be followed by a legal sequence of the others to a state that some member finds no
better than s. CSMR: and every reply of H ends where some member finds it no better. CSEQ: the others' sequence is made
of improvements of non-empty coalitions among them, none twice in succession. The grand coalition meets no sanction, so
for it all four agree. A state is universally stable where it is stable for every coalition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from backstop.base.faults import Refused
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Bools
from backstop.graphmodel.model.sequences import closure, matrix, product
from backstop.graphmodel.stability.relational import need_matrices

Members = tuple[int, ...]
CoalitionConcept = Literal["nash", "gmr", "smr", "seq"]
COALITION_CONCEPTS: tuple[CoalitionConcept, ...] = ("nash", "gmr", "smr", "seq")

MAX_MEMBERS = 8


@dataclass(frozen=True, eq=False)
class Coalitions:
    """`stable[H][concept]`: states stable for coalition H (singletons included), boolean (states,);
    `ends[H][s, q]`: members of H can move from s to q, and `improvements[H][s, q]`: all of them prefer it."""

    members: tuple[Members, ...]
    stable: Mapping[Members, Mapping[CoalitionConcept, Bools]]
    improvements: Mapping[Members, Bools]
    ends: Mapping[Members, Bools]

    def universal(self, concept: CoalitionConcept) -> Bools:
        """States stable for every non-empty coalition."""
        result: Bools = np.logical_and.reduce([self.stable[members][concept] for members in self.members])
        return result


def subsets(n: int, within: Sequence[int] | None = None) -> list[Members]:
    """Non-empty subsets of range(n), or of `within`, smaller ones first."""
    pool = range(n) if within is None else within
    return [members for size in range(1, len(pool) + 1) for members in combinations(pool, size)]


def estimate(conflict: Conflict) -> float:
    """Seconds that all coalitions would take, roughly."""
    n = len(conflict.decision_makers)
    return float(4**n) * conflict.size**3 / 5e9


def coalitions(conflict: Conflict) -> Coalitions:
    """Stability of every state for every coalition. Raises Refused above 8 decision makers or too many states."""
    n, size = len(conflict.decision_makers), conflict.size
    if n > MAX_MEMBERS:
        raise Refused(
            f"{n} decision makers form {2**n - 1:,} coalitions; at most {MAX_MEMBERS} decision makers are taken",
            hint="join decision makers that always act together",
        )
    need_matrices(conflict, "the analysis of coalitions")
    ranks = conflict.rankings("the analysis of coalitions")
    single = [matrix(move) for move in conflict.moves]
    prefers = [rank[None, :] > rank[:, None] for rank in ranks]  # [s, q]: q preferred to s
    everyone = subsets(n)
    ends = {members: closure([single[j] for j in members]) for members in everyone}
    improvements = {
        members: ends[members] & np.logical_and.reduce([prefers[j] for j in members]) for members in everyone
    }
    nowhere = np.zeros((size, size), dtype=np.bool_)
    stable: dict[Members, dict[CoalitionConcept, Bools]] = {}
    for members in everyone:
        rest = tuple(j for j in range(n) if j not in members)
        leaving = improvements[members]
        hurt = np.logical_or.reduce([~prefers[j] for j in members])  # [s, r]: some member finds r no better
        anywhere = ends[rest] if rest else nowhere
        willingly = closure([improvements[part] for part in subsets(n, rest)]) if rest else nowhere
        inescapable = ~product(ends[members], (~hurt).T).T
        stable[members] = {
            "nash": ~leaving.any(axis=1),
            "gmr": _deterred(leaving, anywhere, hurt),
            "smr": _deterred(leaving, anywhere, hurt & inescapable),
            "seq": _deterred(leaving, willingly, hurt),
        }
    return Coalitions(tuple(everyone), stable, improvements, ends)


def _deterred(leaving: Bools, ends: Bools, sanction: Bools) -> Bools:
    return np.asarray(~np.any(leaving & ~product(sanction, ends.T), axis=1))


@dataclass(frozen=True, slots=True)
class Jump:
    """An equilibrium that a coalition can leave for another, where no individual improvements lead there."""

    start: int
    end: int
    members: Members


def jumps(conflict: Conflict, found: Coalitions, equilibria: Sequence[int]) -> list[Jump]:
    """Equilibrium jumps (Kilgour, Hipel, Fang & Peng 2001) among `equilibria`, by the smallest coalitions that can."""
    ranks = conflict.rankings("the analysis of coalitions")
    alone = closure([matrix(m.improving(r)) for m, r in zip(conflict.moves, ranks, strict=True)])
    result: list[Jump] = []
    for start in equilibria:
        for end in equilibria:
            if start == end or alone[start, end]:
                continue
            minimal: list[Members] = []
            for members in found.members:
                covered = any(set(known) <= set(members) for known in minimal)
                if len(members) > 1 and not covered and found.improvements[members][start, end]:
                    minimal.append(members)
            result.extend(Jump(start, end, members) for members in minimal)
    return result
