"""Stability where preferences are relations: what counts as leaving, as a sanction and as a step are matrices.

Crisp, uncertain, strong, fuzzy and probabilistic stability differ only in these matrices (see `uncertain`, `strength`
and `graded`), so there is one set of definitions. All matrices are boolean (states, states).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.faults import Refused
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Bools, better_matrix
from backstop.graphmodel.model.sequences import closure, matrix, product

MAX_MATRIX = 4_096
"""States for which square matrices are held."""


@dataclass(frozen=True, eq=False)
class Attitude:
    """How one decision maker judges: `leaves[s, q]` q is worth leaving s for; `sanction[s, r]` r deters leaving s;
    `step[s, q]` would move from s to q in somebody else's sanction; and `escape_ok[s, r]` r, moved to in reply,
    leaves the sanction standing.
    """

    leaves: Bools
    sanction: Bools
    step: Bools
    escape_ok: Bools


def need_matrices(conflict: Conflict, what: str) -> None:
    """Raises Refused, with an estimate, where `what` would need larger matrices than are held."""
    if conflict.size > MAX_MATRIX:
        memory = 8.0 * conflict.size**2 * len(conflict.decision_makers) / 1e9
        raise Refused(
            f"{what} compares all pairs of states: {conflict.size:,} states would need about {memory:,.0f} GB,"
            f" and at most {MAX_MATRIX:,} states are taken",
            hint="declare more vectors infeasible, merge states or leave options out",
        )


FOUR = ("nash", "gmr", "smr", "seq")


def stable_by(
    moves: Sequence[Bools],
    attitudes: Sequence[Attitude],
    prefix: str = "",
    concepts: Sequence[str] = FOUR,
) -> Mapping[str, Bools]:
    """{prefix + concept: (decision makers, states)} by definition, for the given attitudes; `concepts` of Nash, GMR,
    SMR, SEQ and SSEQ."""
    n = len(moves)
    size = len(moves[0])
    nowhere = np.zeros((size, size), dtype=np.bool_)
    tables = {concept: np.empty((n, size), dtype=np.bool_) for concept in (*FOUR, "sseq")}
    for i, (move, mine) in enumerate(zip(moves, attitudes, strict=True)):
        others = [k for k in range(n) if k != i]
        anywhere = closure([moves[k] for k in others]) if others else nowhere
        willingly = closure([moves[k] & attitudes[k].step for k in others]) if others else nowhere
        leaving = move & mine.leaves
        # [s, r]: no reply to r ends in a state that does not leave the sanction standing.
        inescapable = ~product(move, (~mine.escape_ok).T).T
        tables["nash"][i] = ~leaving.any(axis=1)
        tables["gmr"][i] = _deterred(leaving, anywhere, mine.sanction)
        tables["smr"][i] = _deterred(leaving, anywhere, mine.sanction & inescapable)
        tables["seq"][i] = _deterred(leaving, willingly, mine.sanction)
        if "sseq" in concepts:
            tables["sseq"][i] = _deterred(leaving, willingly, mine.sanction & inescapable)
    return {prefix + concept: tables[concept] for concept in concepts}


def _deterred(leaving: Bools, ends: Bools, sanction: Bools) -> Bools:
    """States from which every departure can be followed by a sanction."""
    sanctioned = product(sanction, ends.T)  # [s, q]: some r in ends[q] is a sanction at s
    return np.asarray(~np.any(leaving & ~sanctioned, axis=1))


def crisp(conflict: Conflict) -> Mapping[str, Bools]:
    """Nash, GMR, SMR, SEQ and SSEQ from the certain preferences alone, intransitive ones included."""
    need_matrices(conflict, "stability under a relation")
    attitudes = []
    for preference in conflict.preferences:
        better = better_matrix(preference)
        attitudes.append(Attitude(better.T, ~better.T, better.T, ~better.T))
    return stable_by([matrix(moves) for moves in conflict.moves], attitudes, concepts=(*FOUR, "sseq"))
