"""SIM: an improvement deterred because others, acting at the same time, would make the joint outcome no better.

After Fraser & Hipel (1984), tested here for each decision maker: i's move from s to s1 is deterred where the others can
each choose an improvement of their own from s, or stay, such that all changes together give a feasible state that i
finds no better than s. Needs option vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backstop.faults import Fault, Refused
from backstop.graphmodel.conflict import Conflict
from backstop.graphmodel.graded import kinds
from backstop.graphmodel.moves import Arcs, Moves
from backstop.graphmodel.preference import Bools, better_matrix
from backstop.graphmodel.relational import need_matrices
from backstop.graphmodel.sequences import matrix
from backstop.graphmodel.uncertain import has_unknown

MAX_COMBINATIONS = 4e9


@dataclass(frozen=True, slots=True)
class JointAnswer:
    """What meets one improvement at the same time: the others' own choices (decision maker, state it moves towards) and
    the state that all changes lead to together; `end` is None where no joint choice deters."""

    improvement: int
    choices: tuple[tuple[int, int], ...]
    end: int | None


NoBetter = Callable[[int, Any, Any], Any]


def _judged(conflict: Conflict) -> tuple[list[Moves], NoBetter]:
    """Improvements of each decision maker i, and whether i finds states (indices) no better than another.

    Raises Refused where something is unknown or graded, or where a relation needs larger matrices than are held.
    """
    ranks = conflict.ranks
    if ranks is not None:
        held = ranks
        improving: list[Moves] = [m.improving(r) for m, r in zip(conflict.moves, ranks, strict=True)]
        return improving, lambda i, ends, state: held[i][ends] <= held[i][state]
    if kinds(conflict) or has_unknown(conflict):
        conflict.rankings("SIM")
    need_matrices(conflict, "SIM under a relation")
    better = [better_matrix(preference) for preference in conflict.preferences]
    steps: list[Moves] = [
        Arcs.from_pairs(conflict.size, *np.nonzero(matrix(m) & b.T))
        for m, b in zip(conflict.moves, better, strict=True)
    ]
    return steps, lambda i, ends, state: ~better[i][ends, state]


def joint_answers(conflict: Conflict, decision_maker: int, state: int) -> list[JointAnswer]:
    """The reasons for one cell of SIM: one answer per improvement. Raises Refused where SIM is not defined."""
    reason = applicable(conflict)
    if reason:
        raise Refused(Fault(reason, hint="give the conflict by options, or ask for the other concepts"))
    improving, no_better = _judged(conflict)
    codes = conflict.states.codes[np.argsort(conflict.states.node)]
    place = {int(code): at for at, code in enumerate(codes)}
    others = [k for k in range(len(improving)) if k != decision_maker]
    options = [[state, *(int(q) for q in improving[k].targets(state))] for k in others]
    found = []
    for target in improving[decision_maker].targets(state):
        answer = JointAnswer(int(target), (), None)
        for joint in product(*options):
            code = int(codes[target])
            for q in joint:
                code ^= int(codes[state]) ^ int(codes[q])
            end = place.get(code)
            if end is not None and no_better(decision_maker, end, state):
                chosen = tuple((k, q) for k, q in zip(others, joint, strict=True) if q != state)
                answer = JointAnswer(int(target), chosen, end)
                break
        found.append(answer)
    return found


def combinations(conflict: Conflict) -> float:
    """How many joint choices have to be tried: the sum over states of the product of the numbers of improvements."""
    improving, _ = _judged(conflict)
    total = np.zeros(conflict.size)
    degrees = [moves.degree().astype(float) for moves in improving]
    for i, own in enumerate(degrees):
        each = own.copy()
        for k, other in enumerate(degrees):
            if k != i:
                each *= other + 1
        total += each
    return float(total.sum())


def applicable(conflict: Conflict) -> str:
    """Why SIM is not defined for this conflict, or an empty text where it is."""
    if conflict.form == "graph":
        return "SIM is not defined in graph form: simultaneous moves need option vectors"
    if conflict.form == "merged":
        return "SIM is not defined with merged states: simultaneous moves need one option vector per state"
    return ""


def simultaneous(conflict: Conflict) -> Bools:
    """(decision makers, states): stable by SIM. Raises Refused where it is not defined or too large."""
    reason = applicable(conflict)
    if reason:
        raise Refused(Fault(reason, hint="give the conflict by options, or ask for the other concepts"))
    improving, no_better = _judged(conflict)
    count = combinations(conflict)
    if count > MAX_COMBINATIONS:
        raise Refused(
            Fault(
                f"SIM would try {count:.1e} joint choices; at most {MAX_COMBINATIONS:.0e} are tried"
                f" (about {count / 1e8:,.0f} seconds)",
                hint="ask for the other concepts, or analyse a smaller conflict",
            )
        )
    n, size = len(conflict.moves), conflict.size
    codes = conflict.states.codes[np.argsort(conflict.states.node)]  # by state
    order = np.argsort(codes)
    ordered = codes[order]
    result = np.ones((n, size), dtype=np.bool_)
    degrees = np.stack([moves.degree() for moves in improving])
    stay = np.zeros(1, dtype=np.uint64)
    for state in np.flatnonzero((degrees > 0).any(axis=0)):
        here = codes[state]
        change = [codes[moves.targets(int(state))] ^ here for moves in improving]
        for i in range(n):
            if not len(change[i]):
                continue
            joint: NDArray[np.uint64] = stay
            for k in range(n):
                if k != i:
                    joint = (joint[:, None] ^ np.concatenate([stay, change[k]])[None, :]).ravel()
            ends = here ^ (change[i][:, None] ^ joint[None, :])
            at = np.minimum(np.searchsorted(ordered, ends), size - 1)
            deters = (ordered[at] == ends) & no_better(i, order[at], state)
            result[i, state] = deters.any(axis=1).all()
    return result
