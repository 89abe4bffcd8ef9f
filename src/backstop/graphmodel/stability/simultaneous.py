"""SIM: an improvement deterred because others, acting at the same time, would make the joint outcome no better.

After Fraser & Hipel (1984), tested here for each decision maker: i's move from s to s1 is deterred where the others can
each choose an improvement of their own from s, or stay, such that all changes together give a feasible state that i
finds no better than s. Needs option vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import Refused
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.moves import Arcs, Moves
from backstop.graphmodel.model.preference import Bools, better_matrix
from backstop.graphmodel.model.sequences import matrix
from backstop.graphmodel.stability.graded import kinds
from backstop.graphmodel.stability.relational import need_matrices
from backstop.graphmodel.stability.uncertain import has_unknown

MAX_COMBINATIONS = 4e9
MAX_JOINT_CHOICES = 10_000_000
"""Joint choices of the others looked through for the reason of one cell."""


@dataclass(frozen=True, slots=True)
class JointAnswer:
    """What meets one improvement at the same time: the others' own choices (decision maker, state it moves towards) and
    the state that all changes lead to together; `end` is None where no joint choice deters. There are `tried` joint
    choices, everybody staying among them; `impossible` of them lead with the improvement to no feasible state.
    """

    improvement: int
    choices: tuple[tuple[int, int], ...]
    end: int | None
    tried: int = 1
    impossible: int = 0


@dataclass(frozen=True, slots=True)
class JointWitness:
    """One cell of SIM: is `state` stable for `decision_maker`, and what meets each improvement at the same time.

    `structural`: there is no move at all.
    """

    decision_maker: int
    state: int
    stable: bool
    structural: bool
    answers: tuple[JointAnswer, ...]


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
    """One answer per improvement from `state`. Raises Refused where SIM is not defined or choices are too many."""
    reason = applicable(conflict)
    if reason:
        raise Refused(reason, hint="give the conflict by options, or ask for the other concepts")
    improving, no_better = _judged(conflict)
    codes = conflict.states.codes[np.argsort(conflict.states.node)]
    order = np.argsort(codes)
    others = [k for k in range(len(improving)) if k != decision_maker]
    options = [np.append(np.int32(state), improving[k].targets(state)) for k in others]
    count = prod(len(option) for option in options)
    if count > MAX_JOINT_CHOICES:
        raise Refused(
            f"the others have {count:,} joint choices in {conflict.states.ids[state]}; at most"
            f" {MAX_JOINT_CHOICES:,} are looked through for one reason",
            hint="ask for the other concepts",
        )
    here = codes[state]
    joint = np.zeros(1, dtype=np.uint64)
    for option in options:
        joint = (joint[:, None] ^ (codes[option] ^ here)[None, :]).ravel()
    found = []
    for target in improving[decision_maker].targets(state):
        ends = codes[target] ^ joint
        at = np.minimum(np.searchsorted(codes[order], ends), len(codes) - 1)
        feasible = codes[order][at] == ends
        deters = np.flatnonzero(feasible & no_better(decision_maker, order[at], state))
        impossible = int(np.count_nonzero(~feasible))
        if not len(deters):
            found.append(JointAnswer(int(target), (), None, count, impossible))
            continue
        first = deters[0]
        picks = np.unravel_index(first, [len(option) for option in options])
        chosen = ((k, int(option[p])) for k, option, p in zip(others, options, picks, strict=True))
        moving = tuple((k, q) for k, q in chosen if q != state)
        found.append(JointAnswer(int(target), moving, int(order[at[first]]), count, impossible))
    return found


def joint_witness(conflict: Conflict, decision_maker: int, state: int) -> JointWitness:
    """The reason for one cell of SIM; raises as `joint_answers`."""
    answers = tuple(joint_answers(conflict, decision_maker, state))
    stable = all(answer.end is not None for answer in answers)
    structural = not len(conflict.moves[decision_maker].targets(state))
    return JointWitness(decision_maker, state, stable, structural, answers)


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
        raise Refused(reason, hint="give the conflict by options, or ask for the other concepts")
    improving, no_better = _judged(conflict)
    count = combinations(conflict)
    if count > MAX_COMBINATIONS:
        raise Refused(
            f"SIM would try {count:.1e} joint choices; at most {MAX_COMBINATIONS:.0e} are tried"
            f" (about {count / 1e8:,.0f} seconds)",
            hint="ask for the other concepts, or analyse a smaller conflict",
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
