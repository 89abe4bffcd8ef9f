"""SIM: an improvement deterred because others, acting at the same time, would make the joint outcome no better.

After Fraser & Hipel (1984), tested here for each decision maker: i's move from s to s1 is deterred where the others can
each choose an improvement of their own from s, or stay, such that all changes together give a feasible state that i
finds no better than s. Needs option vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from backstop.faults import Fault, Refused
from backstop.graphmodel.conflict import Conflict
from backstop.graphmodel.preference import Bools

MAX_COMBINATIONS = 4e9


@dataclass(frozen=True, slots=True)
class JointAnswer:
    """What meets one improvement at the same time: the others' own choices (decision maker, state it moves towards) and
    the state that all changes lead to together; `end` is None where no joint choice deters."""

    improvement: int
    choices: tuple[tuple[int, int], ...]
    end: int | None


def joint_answers(conflict: Conflict, decision_maker: int, state: int) -> list[JointAnswer]:
    """The reasons for one cell of SIM: one answer per improvement. Raises Refused where SIM is not defined."""
    reason = applicable(conflict)
    if reason:
        raise Refused(Fault(reason, hint="give the conflict by options, or ask for the other concepts"))
    ranks = conflict.rankings("SIM")
    codes = conflict.states.codes[np.argsort(conflict.states.node)]
    place = {int(code): at for at, code in enumerate(codes)}
    improving = [m.improving(r) for m, r in zip(conflict.moves, ranks, strict=True)]
    others = [k for k in range(len(ranks)) if k != decision_maker]
    options = [[state, *(int(q) for q in improving[k].targets(state))] for k in others]
    rank = ranks[decision_maker]
    found = []
    for target in improving[decision_maker].targets(state):
        answer = JointAnswer(int(target), (), None)
        for joint in product(*options):
            code = int(codes[target])
            for q in joint:
                code ^= int(codes[state]) ^ int(codes[q])
            end = place.get(code)
            if end is not None and rank[end] <= rank[state]:
                chosen = tuple((k, q) for k, q in zip(others, joint, strict=True) if q != state)
                answer = JointAnswer(int(target), chosen, end)
                break
        found.append(answer)
    return found


def combinations(conflict: Conflict) -> float:
    """How many joint choices have to be tried: the sum over states of the product of the numbers of improvements."""
    ranks = conflict.rankings("SIM")
    total = np.zeros(conflict.size)
    degrees = [m.improving(r).degree().astype(float) for m, r in zip(conflict.moves, ranks, strict=True)]
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
    ranks = conflict.rankings("SIM")
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
    improving = [m.improving(r) for m, r in zip(conflict.moves, ranks, strict=True)]
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
            deters = (ordered[at] == ends) & (ranks[i][order[at]] <= ranks[i][state])
            result[i, state] = deters.any(axis=1).all()
    return result
