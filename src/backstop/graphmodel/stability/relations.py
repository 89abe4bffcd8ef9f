"""Nash, GMR, SMR, SEQ and SSEQ in matrix form, for any mover and any kind of preference (Xu, Hipel & Kilgour 2009).

A mover is a decision maker or a coalition. What counts as leaving, as a sanction and as a step are boolean matrices
(states, states); crisp, uncertain, strong, fuzzy, probabilistic and coalition stability differ in these alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.faults import Refused
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Bools
from backstop.graphmodel.model.sequences import closure, matrix, product

FOUR = ("nash", "gmr", "smr", "seq")
MAX_MATRIX = 4_096
"""States for which square matrices are held."""


@dataclass(frozen=True, eq=False)
class Attitude:
    """How a decision maker judges states, as boolean matrices (states, states).

    `leaves[s, q]`: q is worth leaving s for; `sanction[s, r]`: r deters leaving s; `step[s, q]`: it would go from s
    to q in somebody else's sanction.
    """

    leaves: Bools
    sanction: Bools
    step: Bools


def need_matrices(conflict: Conflict, what: str) -> None:
    """Raises Refused, with an estimate, where `what` would need larger matrices than are held."""
    if conflict.size > MAX_MATRIX:
        memory = 8.0 * conflict.size**2 * len(conflict.decision_makers) / 1e9
        raise Refused(
            f"{what} compares all pairs of states: {conflict.size:,} states would need about {memory:,.0f} GB,"
            f" and at most {MAX_MATRIX:,} states are taken",
            hint="declare more vectors infeasible, merge states or leave options out",
        )


def stability(
    reach: Bools, leaves: Bools, sanction: Bools, anywhere: Bools, willingly: Bools, concepts: Sequence[str]
) -> dict[str, Bools]:
    """States stable for one mover: {concept: (states,)}.

    `reach[s, q]`: the mover can go from s to q, and `leaves[s, q]`: that is worth it. `sanction[s, r]`: r deters from
    leaving s. The others' legal sequences lead to `anywhere[q, r]`, and by steps that each of them wants to
    `willingly[q, r]`. A sanction stands where no reply of the mover to it ends in a state that does not deter.
    """
    leaving = reach & leaves
    standing = sanction & ~product(reach, ~sanction.T).T

    def stable(concept: str) -> Bools:
        if concept == "nash":
            return np.asarray(~leaving.any(axis=1))
        ends = anywhere if concept in ("gmr", "smr") else willingly
        deters = standing if concept in ("smr", "sseq") else sanction
        return np.asarray(~np.any(leaving & ~product(deters, ends.T), axis=1))

    return {concept: stable(concept) for concept in concepts}


def stable_by(
    conflict: Conflict, attitudes: Sequence[Attitude], concepts: Sequence[str] = FOUR
) -> Mapping[str, Bools]:
    """Stability of every state for every decision maker under `attitudes`: {concept: (decision makers, states)}."""
    moves = [matrix(move) for move in conflict.moves]
    steps = [move & attitude.step for move, attitude in zip(moves, attitudes, strict=True)]
    rows = []
    for i, mine in enumerate(attitudes):
        others = [k for k in range(len(moves)) if k != i]
        anywhere, willingly = (closure([some[k] for k in others], conflict.size) for some in (moves, steps))
        rows.append(stability(moves[i], mine.leaves, mine.sanction, anywhere, willingly, concepts))
    return {concept: np.stack([row[concept] for row in rows]) for concept in concepts}
