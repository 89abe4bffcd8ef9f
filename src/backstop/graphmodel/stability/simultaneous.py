"""SIM: an improvement deterred because others, acting at the same time, would make the joint outcome no better.

After Fraser & Hipel (1984), tested here for each decision maker: i's move from s to s1 is deterred where the others can
each choose an improvement of their own from s, or stay, such that all changes together give a feasible state that i
finds no better than s. Needs option vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import Refused
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.feasible import Codes
from backstop.graphmodel.model.moves import Arcs, Moves
from backstop.graphmodel.model.preference import Bools, better_matrix
from backstop.graphmodel.model.sequences import matrix
from backstop.graphmodel.stability.attitudes import graded_kinds, has_unknown
from backstop.graphmodel.stability.relations import need_matrices

MAX_COMBINATIONS = 4e9
EASY_COMBINATIONS = 5e7
"""Joint choices tried without being asked for."""

MAX_JOINT_CHOICES = 10_000_000
"""Joint choices of the others looked through for the reason of one cell."""


@dataclass(frozen=True, slots=True)
class JointAnswer:
    """What meets one improvement at the same time: the others' choices, and the `end` of all changes together.

    `choices` are (decision maker, state it moves towards); `end` is None where no joint choice deters. Of the `tried`
    joint choices, everybody staying among them, `impossible` lead to no feasible state.
    """

    improvement: int
    choices: tuple[tuple[int, int], ...]
    end: int | None
    tried: int = 1
    impossible: int = 0


@dataclass(frozen=True, slots=True)
class JointWitness:
    """The reason for one cell of SIM: is `state` stable for `decision_maker`, and what meets each improvement.

    `structural`: there is no move at all.
    """

    decision_maker: int
    state: int
    stable: bool
    structural: bool
    answers: tuple[JointAnswer, ...]

    def as_dict(self, conflict: Conflict) -> dict[str, object]:
        """The cell with its reason as plain data, with the ids of the file."""
        ids = conflict.states.ids
        return {
            "decision_maker": conflict.maker_ids[self.decision_maker],
            "concept": "sim",
            "stable": self.stable,
            "structural": self.structural,
            "improvements": [
                {
                    "to": ids[answer.improvement],
                    "at_the_same_time": None if answer.end is None else conflict.steps(answer.choices),
                    "becomes": None if answer.end is None else ids[answer.end],
                    "joint_choices": answer.tried,
                    "impossible": answer.impossible,
                }
                for answer in self.answers
            ],
        }


class _Joint:
    """Improvements of each decision maker, and where choices made at the same time lead.

    Raises Refused where SIM is not defined, something is unknown or graded, or a relation needs larger matrices than
    are held.
    """

    def __init__(self, conflict: Conflict) -> None:
        reason = applicable(conflict)
        if reason:
            raise Refused(reason, hint="give the conflict by options, or ask for the other concepts")
        self.improving, self.no_better = _judged(conflict)
        self.codes = conflict.states.codes[np.argsort(conflict.states.node)]  # by state
        self._order = np.argsort(self.codes)
        self._ordered = self.codes[self._order]

    def choices(self, state: int) -> list[NDArray[np.int32]]:
        """What each decision maker may do at the same time: stay, or improve."""
        return [np.append(np.int32(state), moves.targets(state)) for moves in self.improving]

    def changes(self, state: int, choices: Sequence[NDArray[np.int32]]) -> Codes:
        """The options that each combination of `choices` changes."""
        joint: Codes = np.zeros(1, dtype=np.uint64)
        for options in choices:
            joint = (joint[:, None] ^ (self.codes[options] ^ self.codes[state])[None, :]).ravel()
        return joint

    def states(self, codes: Codes) -> tuple[NDArray[np.int64], Bools]:
        """The states with these vectors, and whether there are any."""
        at = np.minimum(np.searchsorted(self._ordered, codes), len(self.codes) - 1)
        return self._order[at], self._ordered[at] == codes


def _judged(conflict: Conflict) -> tuple[list[Moves], Callable[[int, Any, Any], Any]]:
    """Improvements of each decision maker i, and whether i finds states (indices) no better than another."""
    ranks = conflict.ranks
    if ranks is not None:
        held = ranks
        improving: list[Moves] = [m.improving(r) for m, r in zip(conflict.moves, ranks, strict=True)]
        return improving, lambda i, ends, state: held[i][ends] <= held[i][state]
    if graded_kinds(conflict) or has_unknown(conflict):
        conflict.rankings("SIM")
    need_matrices(conflict, "SIM under a relation")
    better = [better_matrix(preference) for preference in conflict.preferences]
    steps: list[Moves] = [
        Arcs.from_pairs(conflict.size, *np.nonzero(matrix(m) & b.T))
        for m, b in zip(conflict.moves, better, strict=True)
    ]
    return steps, lambda i, ends, state: ~better[i][ends, state]


def joint_witness(conflict: Conflict, decision_maker: int, state: int) -> JointWitness:
    """The reason for one cell of SIM. Raises Refused where SIM is not defined or choices are too many."""
    i = decision_maker
    joint = _Joint(conflict)
    choices = joint.choices(state)
    targets = choices.pop(i)[1:]
    others = [k for k in range(len(conflict.moves)) if k != i]
    count = prod(map(len, choices))
    if count > MAX_JOINT_CHOICES:
        raise Refused(
            f"the others have {count:,} joint choices in {conflict.states.ids[state]}; at most"
            f" {MAX_JOINT_CHOICES:,} are looked through for one reason",
            hint="ask for the other concepts",
        )
    answers = []
    changes = joint.changes(state, choices)
    for target in targets.tolist():
        ends, feasible = joint.states(joint.codes[target] ^ changes)
        deters = np.flatnonzero(feasible & joint.no_better(i, ends, state))
        impossible = int(np.count_nonzero(~feasible))
        if not len(deters):
            answers.append(JointAnswer(target, (), None, count, impossible))
            continue
        picks = np.unravel_index(deters[0], [len(options) for options in choices])
        chosen = ((k, int(options[p])) for k, options, p in zip(others, choices, picks, strict=True))
        moving = tuple((k, q) for k, q in chosen if q != state)
        answers.append(JointAnswer(target, moving, int(ends[deters[0]]), count, impossible))
    stable = all(answer.end is not None for answer in answers)
    structural = not len(conflict.moves[i].targets(state))
    return JointWitness(i, state, stable, structural, tuple(answers))


def combinations(conflict: Conflict) -> float:
    """Joint choices to be tried: the sum over states of the product of the numbers of improvements."""
    return _combinations(_judged(conflict)[0])


def _combinations(improving: list[Moves]) -> float:
    degrees = np.stack([moves.degree().astype(float) for moves in improving])
    each = [own * np.delete(degrees + 1, i, axis=0).prod(axis=0) for i, own in enumerate(degrees)]
    return float(np.sum(each))


def applicable(conflict: Conflict) -> str:
    """Why SIM is not defined for this conflict, or an empty text where it is."""
    if conflict.form == "graph":
        return "SIM is not defined in graph form: simultaneous moves need option vectors"
    if conflict.form == "merged":
        return "SIM is not defined with merged states: simultaneous moves need one option vector per state"
    return ""


def simultaneous(conflict: Conflict) -> Bools:
    """Stability by SIM (decision makers, states). Raises Refused where it is not defined or too large."""
    joint = _Joint(conflict)
    count = _combinations(joint.improving)
    if count > MAX_COMBINATIONS:
        raise Refused(
            f"SIM would try {count:.1e} joint choices; at most {MAX_COMBINATIONS:.0e} are tried"
            f" (about {count / 1e8:,.0f} seconds)",
            hint="ask for the other concepts, or analyse a smaller conflict",
        )
    result = np.ones((len(conflict.moves), conflict.size), dtype=np.bool_)
    degrees = np.stack([moves.degree() for moves in joint.improving])
    for state in np.flatnonzero(degrees.any(axis=0)).tolist():
        choices = joint.choices(state)
        for i in np.flatnonzero(degrees[:, state]).tolist():
            changes = joint.changes(state, [*choices[:i], *choices[i + 1 :]])
            ends, feasible = joint.states(joint.codes[choices[i][1:]][:, None] ^ changes[None, :])
            result[i, state] = (feasible & joint.no_better(i, ends, state)).any(axis=1).all()
    return result
