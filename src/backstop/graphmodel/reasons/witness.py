"""Why a state is stable or not for a decision maker: the improvement, the sanction and its path, the escape, or none.

Found by searching legal sequences state by state, independently of the method that computes whole tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Preference, Ranking, better_matrix, unknown_matrix
from backstop.graphmodel.model.sequences import Path, Targets, first_end
from backstop.graphmodel.stability.ranked import Concept
from backstop.graphmodel.stability.uncertain import Extension

Compare = Callable[[int, NDArray[np.int32]], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What meets one improvement.

    `path` is a shortest sanction (mover, state), or None; `replies` are the focal decision maker's moves from its end,
    none of which helps. Where only an escapable sanction exists, `escaped` is that sanction and `escape` the reply.
    """

    improvement: int
    path: Path | None
    replies: tuple[int, ...] = ()
    escaped: Path | None = None
    escape: int | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """One cell: is `state` stable for `decision_maker` under `concept`, and why. `structural`: there is no move at all.

    `answers` has every improvement where the state is stable, and the first unsanctioned one where it is not.
    """

    decision_maker: int
    state: int
    concept: Concept
    stable: bool
    structural: bool
    answers: tuple[Answer, ...]


def prefers(preference: Preference, hopeful: bool = False) -> Compare:
    """A function of (state, others): which of the others are preferred to the state; `hopeful`: or unknown to be."""
    if isinstance(preference, Ranking):
        rank = preference.rank
        return lambda state, others: rank[others] > rank[state]
    better = better_matrix(preference)
    if hopeful:
        better = better | unknown_matrix(preference)
    return lambda state, others: better[others, state]


def improvements(conflict: Conflict, decision_maker: int, hopeful: bool = False) -> Targets:
    """A function of a state: the improvements of one decision maker from it; `hopeful`: those that may be, too."""
    better = prefers(conflict.preferences[decision_maker], hopeful)
    return partial(_better_targets, conflict.moves[decision_maker].targets, better)


def _better_targets(
    targets: Callable[[int], NDArray[np.int32]], better: Compare, state: int
) -> NDArray[np.int32]:
    found = targets(state)
    return found[better(state, found)]


def witness(
    conflict: Conflict, decision_maker: int, state: int, concept: Concept, extension: Extension | None = None
) -> Witness:
    """The reason for one cell of the stability tables.

    Where preferences are unknown, `extension` says how they are taken (see `uncertain`); without it only what is
    certain counts.
    """
    i = decision_maker
    # Who leaves for the unknown, who is deterred by it, and whether the others step into it.
    leaves = prefers(conflict.preferences[i], extension in ("a", "c"))
    worth = prefers(conflict.preferences[i], extension in ("a", "b"))
    own = conflict.moves[i].targets
    structural = not len(own(state))
    wanted = _better_targets(own, leaves, state)
    if concept == "nash" or not len(wanted):
        answers = tuple(Answer(int(q), None) for q in wanted[:1])
        return Witness(i, state, concept, not len(wanted), structural, answers)
    others: list[int] = [k for k in range(len(conflict.moves)) if k != i]
    steps: Sequence[Targets]
    if concept in ("seq", "sseq"):
        steps = [improvements(conflict, k, extension is not None) for k in others]
    else:
        steps = [conflict.moves[k].targets for k in others]
    strict = concept in ("smr", "sseq")

    def no_better(r: int) -> bool:
        return not worth(state, np.array([r], dtype=np.int32))[0]

    def deters(r: int) -> bool:
        return no_better(r) and not (strict and worth(state, own(r)).any())

    found: list[Answer] = []
    for q in wanted:
        path = first_end(int(q), steps, deters)
        if path is not None:
            end = path[-1][1]
            replies = tuple(int(r) for r in own(end)) if strict else ()
            found.append(Answer(int(q), _named(path, others), replies))
            continue
        escaped = first_end(int(q), steps, no_better) if strict else None
        escape = None
        if escaped is not None:
            replies_ = own(escaped[-1][1])
            escape = int(replies_[worth(state, replies_)][0])
        answer = Answer(int(q), None, (), None if escaped is None else _named(escaped, others), escape)
        return Witness(i, state, concept, False, structural, (answer,))
    return Witness(i, state, concept, True, structural, tuple(found))


def _named(path: Path, movers: Sequence[int]) -> Path:
    """A path whose movers count in the whole conflict."""
    return tuple((movers[mover], state) for mover, state in path)
